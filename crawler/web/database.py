"""Asking the store from Datasette's threads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from crawler.errors import NotInStore, TookTooLong, UsageError
from crawler.store import Store
from crawler.web.responses import STORE, Datasette, Unanswerable

PATIENCE = 3
"""Seconds of CPU after which a question is broken off: others wait for its thread."""
PATIENCE_ONCE = 30
"""Seconds of CPU for a question that is asked once after each run, since its answer is kept."""

Answer = TypeVar("Answer")

_answers: WeakKeyDictionary[Datasette, dict[str, tuple[Any, Any]]] = WeakKeyDictionary()


async def ask(
    datasette: Datasette, question: Callable[[Store], Answer], *, patience: int = PATIENCE
) -> Answer:
    """Put a question to the store. Raises Unanswerable when it takes too long."""
    database = datasette.get_database(STORE)

    def on_connection(connection: Any) -> Answer:
        store = Store(connection, database.path)
        with store.within(patience):
            return question(store)

    try:
        answer: Answer = await database.execute_fn(on_connection)
    except UsageError as error:
        status = 404 if isinstance(error, NotInStore) else 400
        raise Unanswerable(as_sentence(str(error)), status=status) from error
    except TookTooLong as error:
        raise Unanswerable(
            "This query takes too long for the desk. Narrow it down, or use the command line.",
            status=503,
        ) from error
    return answer


def as_sentence(message: str) -> str:
    """The message of an error as it stands on a page; a place that it shows stays below."""
    said, newline, place = message.partition("\n")
    return f"{said[:1].upper()}{said[1:]}{'' if said.endswith('?') else '.'}{newline}{place}"


async def ask_once(datasette: Datasette, name: str, question: Callable[[Store], Answer]) -> Answer:
    """Put a question about the whole store; the answer is kept while `FrontQueries.state` is."""
    kept = _answers.setdefault(datasette, {})

    def unless_kept(store: Store) -> tuple[Any, Answer]:
        state = store.queries.front.state()
        if name in kept and kept[name][0] == state:
            return kept[name]
        return state, question(store)

    kept[name] = await ask(datasette, unless_kept, patience=PATIENCE_ONCE)
    answer: Answer = kept[name][1]
    return answer
