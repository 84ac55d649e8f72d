"""Downloads of what `newsloom export` writes, streamed row by row from another thread."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path
from typing import Any

from datasette.utils.asgi import AsgiStream

from crawler.output.formats import write_csv, write_graphml, write_jsonl
from crawler.store import Store, read_store
from crawler.store.queries.exports import EXPORTS, NETWORKS
from crawler.types import ArticleFilter
from crawler.web.database import as_sentence, ask
from crawler.web.query_string import article_filter, query_values
from crawler.web.responses import STORE, Datasette, Request, Unanswerable, with_refusals

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl; charset=utf-8",
    "graphml": "application/graphml+xml; charset=utf-8",
}
_WRITERS = ThreadPoolExecutor(4, thread_name_prefix="download")
_CHUNK = 1 << 16
"""Characters that are sent at once."""


@with_refusals
async def download(request: Request, datasette: Datasette) -> AsgiStream:
    """One export, filtered as its link says; text=0 for no texts."""
    what, form = request.url_vars["what"], request.url_vars["form"]
    if what not in EXPORTS or form not in _TYPES or (form == "graphml" and what not in NETWORKS):
        raise Unanswerable(f"There is no download {what}.{form}.")
    text = query_values(request).get("text") != "0"
    raw = article_filter(request)

    def checked(store: Store) -> ArticleFilter:
        wanted = store.queries.filters.checked(raw)
        try:
            store.queries.exports.check(what, wanted)
        except ValueError as error:
            raise Unanswerable(as_sentence(str(error)), status=400) from error
        return wanted

    wanted = await ask(datasette, checked)
    path = Path(datasette.get_database(STORE).path)

    async def stream(writer: Any) -> None:
        loop = asyncio.get_running_loop()
        pipe = _Pipe(writer, loop)
        left = loop.create_task(_until_left(request.receive, pipe))
        try:
            await loop.run_in_executor(
                _WRITERS, partial(_write, path, what, wanted, text, form, pipe)
            )
        except _LeftError:
            pass  # the browser does not want the rest
        finally:
            pipe.left = True  # also when the desk ends: its thread must not wait for the browser
            left.cancel()

    return AsgiStream(
        stream,
        headers={"content-disposition": f'attachment; filename="{what}.{form}"'},
        content_type=_TYPES[form],
    )


class _LeftError(Exception):
    """The browser has gone."""


async def _until_left(receive: Any, pipe: _Pipe) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    pipe.left = True


def _write(
    path: Path, what: str, wanted: ArticleFilter, text: bool, form: str, pipe: _Pipe
) -> None:  # fmt: skip
    store = read_store(path)
    try:
        columns, rows, *_ = store.queries.exports.export(what, wanted, text=text)
        stream: Any = pipe
        if form == "csv":
            write_csv(stream, columns, rows)
        elif form == "jsonl":
            write_jsonl(stream, columns, rows)
        else:
            write_graphml(stream, columns, rows, store.queries.exports.outlets())
        pipe.flush()
    finally:
        store.close()


class _Pipe:
    """A text stream to a browser; writing waits until the browser has taken the last chunk."""

    def __init__(self, writer: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._writer = writer
        self._loop = loop
        self._waiting: list[str] = []
        self._length = 0
        self.left = False
        """set when the browser has gone"""

    def write(self, text: str) -> None:
        """Take text in, and send it by the chunk."""
        self._waiting.append(text)
        self._length += len(text)
        if self._length >= _CHUNK:
            self.flush()

    def flush(self) -> None:
        """Send what waits; raises _LeftError when the browser has gone."""
        if self.left:
            raise _LeftError
        text, self._waiting, self._length = "".join(self._waiting), [], 0
        if text:
            # Lone surrogates cannot be sent; everything else can.
            chunk = text.encode("utf-8", "replace").decode("utf-8")
            sent = asyncio.run_coroutine_threadsafe(self._writer.write(chunk), self._loop)
            while not wait([sent], timeout=1).done:
                if self.left:  # the loop may have ended, and takes nothing any more
                    raise _LeftError
            sent.result()
