"""What each outlet has taken today, and whether that exhausts its quota.

`frontier` asks this, through the writer, before it hands out a request.
"""

from __future__ import annotations

from collections.abc import Mapping

from crawler.clock import now
from crawler.store import Store
from crawler.store.facts.usage import Spent
from crawler.types import Outlet, Quota


class Quotas:
    """Counts in memory; `save` writes within a transaction that the writer has opened."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._numbers: Mapping[str, int] = {}
        self._outlets: Mapping[str, Outlet] = {}
        self._spent: dict[tuple[str, str], Spent] = {}
        """by outlet and day"""
        self._day = now()[:10]
        self._unsaved: set[tuple[str, str]] = set()

    def begin(self, numbers: Mapping[str, int], outlets: Mapping[str, Outlet]) -> None:
        """Know the outlets of the run; pages that waited for a new day or run wait no longer."""
        self._numbers, self._outlets = numbers, outlets
        for outlet, number in numbers.items():
            if self.exhausted(outlet) is None:
                self._store.pages.release(number)

    def spend(
        self, outlet: str, *, articles: int = 0, size: int = 0, parser_seconds: float = 0.0
    ) -> None:
        """Count what was taken of an outlet; `size` is in bytes."""
        if outlet not in self._numbers:
            return
        spent = self._today(outlet)
        self._spent[outlet, self._day] = Spent(
            spent.articles + articles, spent.bytes + size, spent.parser_seconds + parser_seconds
        )
        self._unsaved.add((outlet, self._day))

    def room(self, outlet: str) -> float:
        """New articles that may still be taken of an outlet today."""
        quota = self._quota(outlet).articles
        return quota - self._today(outlet).articles if quota else float("inf")

    def exhausted(self, outlet: str) -> str | None:
        """Which quota an outlet has used up: articles, bytes, parser_seconds; None: none."""
        return _exhausted(self._today(outlet), self._quota(outlet))

    def save(self) -> None:
        """Write what was counted since the last time."""
        for outlet, day in self._unsaved:
            spent = self._spent[outlet, day]
            met = _exhausted(spent, self._quota(outlet))
            self._store.usage.save(self._numbers[outlet], day, spent, met=met)
        self._unsaved.clear()
        self._day = now()[:10]  # here, not at each request: those are many

    def close(self) -> None:
        """Write why the pages of outlets wait that met a quota."""
        self.save()
        for outlet, number in self._numbers.items():
            quota = self.exhausted(outlet)
            if quota is not None:
                self._store.pages.hold(number, "quota", quota)

    def _quota(self, outlet: str) -> Quota:
        known = self._outlets.get(outlet)
        return known.quota if known else Quota(0, 0, 0)

    def _today(self, outlet: str) -> Spent:
        key = (outlet, self._day)
        if key not in self._spent:
            number = self._numbers.get(outlet)
            self._spent[key] = self._store.usage.of(number, key[1]) if number else Spent()
        return self._spent[key]


def _exhausted(spent: Spent, quota: Quota) -> str | None:
    return next(
        (
            name
            for name, used, most in zip(Quota._fields, spent, quota, strict=True)
            if most and used >= most
        ),
        None,
    )
