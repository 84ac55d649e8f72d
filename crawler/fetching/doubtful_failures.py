"""Failures that may be this machine's: kept back until somebody answers, or the crawl ends."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from crawler.fetching.network import SILENCE, Network, Outage, host_of
from crawler.types import PollFailed, Rejected

ENOUGH = 20
"""Hosts in a row without an answer, all of them well before, after which it is an outage."""
CERTAIN = 2
"""Hosts without an answer that make an outage at the end of a crawl; a single one may be down."""


class _Doubt(NamedTuple):
    value: PollFailed | Rejected
    host: str
    began: float
    well: bool


class Doubts:
    """Failures since the last answer of anybody, in their order.

    When somebody answers after the request of one began, the network was up and the failure is
    its host's. Those that failed before say nothing about the network.
    """

    def __init__(self, network: Network) -> None:
        self._network = network
        self._kept: list[_Doubt] = []
        self._looked_at = network.answered_at

    def hold_back(self, value: Any, *, well: Callable[[PollFailed | Rejected], bool]) -> bool:
        """Hold a value back if there is any doubt about it; whether it was held back."""
        if not isinstance(value, PollFailed | Rejected) or value.reason not in SILENCE:
            return False
        url = value.url if isinstance(value, PollFailed) else value.page.url
        began = self._network.silent_since(url)
        if began is None:
            return False
        self._kept.append(_Doubt(value, host_of(url), began, well(value)))
        return True

    def pop_confirmed(self) -> list[PollFailed | Rejected]:
        """Failures that are their hosts' after all, no longer held back."""
        answered_at = self._network.answered_at
        if answered_at == self._looked_at:
            return []
        self._looked_at = answered_at
        done = [doubt.value for doubt in self._kept if doubt.began <= answered_at]
        self._kept = [doubt for doubt in self._kept if doubt.began > answered_at]
        return done

    def all(self) -> list[PollFailed | Rejected]:
        """Those that nobody answered after."""
        return [doubt.value for doubt in self._kept]

    def are_enough(self) -> bool:
        """Whether there is no point in asking anybody else."""
        return len(self._well()) >= ENOUGH

    def outage(self) -> Outage | None:
        """What they amount to at the end of a crawl."""
        hosts = {doubt.host for doubt in self._kept}
        if len(self._well()) < CERTAIN and not self._network.is_cut_off(hosts):
            return None
        return Outage(len(hosts), complete=self._network.is_silent)

    def _well(self) -> set[str]:
        return {doubt.host for doubt in self._kept if doubt.well}
