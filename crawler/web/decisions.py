"""What people decide on the desk, where `serve --edit` allows it: forms, refusals, notices."""

from __future__ import annotations

import asyncio
import re
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qs
from weakref import WeakKeyDictionary

from datasette.utils.asgi import Response

from crawler.clock import now
from crawler.errors import StoreBusy, UsageError
from crawler.grouping import overrides
from crawler.store import Store
from crawler.store.facts.overrides import Override
from crawler.web.database import as_sentence
from crawler.web.responses import Datasette, Request, Unanswerable

_MOST_BYTES = 1 << 17
"""Bytes of a form: a page shows at most a thousand articles to tick."""

_STORY_ADDRESS = re.compile(r"\S*/story/([0-9]+)(?:[?#]\S*)?")
"""Of a story, which a person may copy instead of its number."""


class Form(NamedTuple):
    """What a person typed, as it came: a page that refuses it shows it again."""

    kind: str = ""
    """kind of the override, or undo; empty where none of them was chosen"""
    number: str = ""
    """the story it corrects; undo: the override"""
    other: str = ""
    articles: tuple[str, ...] = ()
    why: str = ""
    who: str = ""
    token: str = ""


class Refused(NamedTuple):
    """Why a decision was not made, and what was typed."""

    sentence: str
    status: int
    form: Form


class Done(NamedTuple):
    """A decision that was just made or undone, and what is so now."""

    override: Override
    sentence: str


class _Asked(NamedTuple):
    """A form whose numbers are numbers."""

    kind: str
    number: int
    other: int | None
    articles: list[int]

    @property
    def command(self) -> str:
        named = (self.kind, self.number, self.other)
        return " ".join(["newsloom serve --edit:", *(str(part) for part in named if part)])


class Editing:
    """The right to make decisions on one desk, from its start to its end."""

    def __init__(self, db: Path, who: str) -> None:
        self.who = who
        """the name that forms begin with: the last one given"""
        self.token = secrets.token_urlsafe(32)
        """in every form; what does not have it was not written on a page of this desk"""
        self._db = db
        # Runs come one by one, so decisions wait for each other, and never in the event loop.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="decision")

    async def decide(self, form: Form) -> Override:
        """Do what a form asks for. Raises NewsloomError as `newsloom override` does."""
        asked = _asked(form)
        loop = asyncio.get_running_loop()
        made = await loop.run_in_executor(self._thread, self._decide, asked, form.who, form.why)
        self.who = form.who
        return made

    def _decide(self, asked: _Asked, who: str, why: str) -> Override:
        opened = overrides.open_decision(self._db, asked.command, who=who, why=why, now=now())
        with opened as (store, decision):
            if asked.kind == "undo":
                return overrides.undo(store, asked.number, decision)
            return overrides.decide(
                store, asked.kind, asked.number, decision, other=asked.other,
                articles=asked.articles,
            )  # fmt: skip

    def close(self) -> None:
        """Wait for the decision that is being made."""
        self._thread.shutdown()


_editing: WeakKeyDictionary[Datasette, Editing] = WeakKeyDictionary()


def allow(datasette: Datasette, editing: Editing) -> None:
    """Let the pages of a desk take decisions."""
    _editing[datasette] = editing


async def posted(request: Request, datasette: Datasette) -> Response | Refused | None:
    """The way on after a decision, or why there is none; None where the page was only opened.

    Raises Unanswerable for what is no form.
    """
    if request.method != "POST":
        return None
    editing = _editing[datasette]  # the guards take no POST without
    form = _form(await _body(request), request.url_vars.get("number"))
    if not secrets.compare_digest(form.token.encode(), editing.token.encode()):
        return Refused(
            "This page is from before the desk was started; nothing was done. Send it again now.",
            403, form,
        )  # fmt: skip
    try:
        made = await editing.decide(form)
    except UsageError as error:
        return Refused(as_sentence(str(error)), 400, form)
    except StoreBusy as error:
        return Refused(as_sentence(f"{error}; send it again when that has ended"), 503, form)
    return Response.redirect(f"/story/{made.story}?done={made.id}#done", status=303)


def form_context(datasette: Datasette, refused: Refused | None) -> dict[str, object]:
    """What templates need for forms; `token` is None where the desk is read-only."""
    editing = _editing.get(datasette)
    if editing is None:
        return {"token": None, "refused": None, "form": Form()}
    form = refused.form if refused is not None else Form(who=editing.who)
    return {"token": editing.token, "refused": refused, "form": form}


def just_done(store: Store, number: int, story: int) -> Done | None:
    """The override of a number, for a notice on a story; None where it was not made there."""
    override = store.overrides.get(number)
    if override is None or story not in (
        store.stories.resolve(named) for named in (override.story, override.other) if named
    ):
        return None
    if override.other is None and override.kind != "pin":
        return None  # it came with another file, which named the story by a number of its own
    if override.undone_at is not None:
        return Done(override, f"Override {number} is undone.")
    return Done(override, as_sentence(f"override {number}: {overrides.outcome(store, override)}"))


async def _body(request: Request) -> bytes:
    body, more = b"", True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise Unanswerable("The form did not arrive whole; nothing was done.", status=400)
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > _MOST_BYTES:
            raise Unanswerable("The form is too long; nothing was done.", status=413)
    return body


def _form(body: bytes, story: str | None) -> Form:
    """A form as it came; without a story in its address it undoes an override."""
    fields = parse_qs(body.decode("utf-8", "replace"), errors="replace")

    def last(name: str) -> str:
        return fields.get(name, [""])[-1].strip()

    kind = last("kind") if last("kind") in overrides.KINDS else ""
    return Form(
        kind="undo" if story is None else kind,
        number=last("override") if story is None else story,
        other=last("other"),
        articles=tuple(fields.get("article", ())),
        why=last("why"),
        who=last("who"),
        token=last("token"),
    )


def _asked(form: Form) -> _Asked:
    """Raises UsageError for what is missing in a form, or no number."""
    if not form.kind:
        raise UsageError("no correction is chosen; choose one of them")
    if not form.who:
        raise UsageError("the name is empty; say who decides")
    if form.kind != "undo" and not form.why:
        raise UsageError(f"the reason is {overrides.NO_REASON}")
    if form.kind == "split" and not form.articles:
        raise UsageError("no text is ticked; tick those that are another story")
    other = None
    if form.kind in ("merge", "link", "unlink"):
        other = _number(_STORY_ADDRESS.sub(r"\1", form.other), "story")
    articles = [_number(article, "article") for article in form.articles]
    return _Asked(
        kind=form.kind,
        number=_number(form.number, "override" if form.kind == "undo" else "story"),
        other=other,
        articles=articles if form.kind == "split" else [],
    )


def _number(typed: str, what: str) -> int:
    if not typed.isascii() or not typed.isdecimal() or len(typed) > 15 or int(typed) == 0:
        raise UsageError(f"{typed!r} is not the number of {_AN[what]} {what}; write one, such as 7")
    return int(typed)


_AN = {"story": "a", "article": "an", "override": "an"}
