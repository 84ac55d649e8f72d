"""The longest run that two sequences have in common."""

from __future__ import annotations

from collections.abc import Sequence


def longest_run(a: Sequence[str], b: Sequence[str]) -> tuple[int, int]:
    """Start in `a` and length of the longest run of both, in time linear in their lengths.

    difflib takes minutes on a text that repeats itself.
    """
    automaton = _SuffixAutomaton()
    for item in a:
        automaton.append(item)
    steps, link, longest = automaton.steps, automaton.link, automaton.longest
    state = length = best = best_end = 0
    for item in b:
        # The longest suffix of what was read of `b` that stands in `a` and continues with `item`.
        while state and item not in steps[state]:
            state = link[state]
            length = longest[state]
        if item in steps[state]:
            state, length = steps[state][item], length + 1
        if length > best:
            best, best_end = length, automaton.end[state]
    return best_end - best + 1, best


class _SuffixAutomaton:
    """The smallest automaton that reads every run of a sequence (Blumer et al. 1985).

    A state stands for the runs that end at the same places; state 0 for the empty one. It is built
    an item at a time, each in constant time on average.
    """

    def __init__(self) -> None:
        self.steps: list[dict[str, int]] = [{}]
        """where each item leads from a state"""
        self.link = [-1]
        """the state of the longest suffix that ends in more places; -1 of the empty run"""
        self.longest = [0]
        """length of the longest run of a state"""
        self.end = [-1]
        """place where the runs of a state first end"""
        self._last = 0

    def append(self, item: str) -> None:
        """Go on with the sequence."""
        length = self.longest[self._last]
        new = self._state({}, link=0, longest=length + 1, end=length)
        state, self._last = self._last, new
        # All suffixes that did not go on with this item before do so now.
        while state != -1 and item not in self.steps[state]:
            self.steps[state][item] = new
            state = self.link[state]
        if state == -1:
            return
        target = self.steps[state][item]
        if self.longest[target] != self.longest[state] + 1:
            target = self._split(target, state, item)
        self.link[new] = target

    def _split(self, target: int, state: int, item: str) -> int:
        """Take the runs that `state` and its suffixes lead to out of the longer ones of `target`.

        The longer ones do not end where the shorter ones now do as well.
        """
        clone = self._state(
            dict(self.steps[target]),
            link=self.link[target],
            longest=self.longest[state] + 1,
            end=self.end[target],
        )
        self.link[target] = clone
        while state != -1 and self.steps[state].get(item) == target:
            self.steps[state][item] = clone
            state = self.link[state]
        return clone

    def _state(self, steps: dict[str, int], *, link: int, longest: int, end: int) -> int:
        self.steps.append(steps)
        self.link.append(link)
        self.longest.append(longest)
        self.end.append(end)
        return len(self.steps) - 1
