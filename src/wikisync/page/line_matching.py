"""Match the common items of two sequences, in order, within a number of steps. Pure.

difflib's matcher gives the familiar answer, but takes quadratic time and worse where little is
shared (16,000 lines, every other one changed: 12 seconds). So it runs with a ``Budget``. Where that
is exceeded, the items that occur once on both sides are matched first, and difflib compares the
stretches between them with the rest of the budget. The result is always correct; without budget it
is only coarser.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from difflib import Match, SequenceMatcher
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

BUDGET: Final = 10_000_000
"""Steps for the lines of two texts, and again for their words: about two seconds each."""
SHARED_BUDGET: Final = 300_000_000
"""Steps for all comparisons of one report: about a minute. Ordinary pages take some thousand steps;
when none are left, pages are compared coarsely."""


@dataclass(slots=True)
class Budget:
    """Count the steps that are left. A step is one comparison, about 0.2 microseconds."""

    left: int = BUDGET

    def spend(self, steps: int) -> bool:
        """Subtract ``steps``; return False, and leave none, if there are fewer.

        Inside ``shared_budget`` the steps are subtracted from the shared budget too.
        """
        together = _shared.get()
        if together is not None and not together._take(steps):
            self.left = 0
        return self._take(steps)

    def _take(self, steps: int) -> bool:
        self.left -= steps
        if self.left < 0:
            self.left = 0
            return False
        return True


_shared: ContextVar[Budget | None] = ContextVar("together", default=None)


@contextmanager
def shared_budget(steps: int = SHARED_BUDGET) -> Iterator[None]:
    """Limit the steps of all comparisons together until the end of the ``with`` block."""
    token = _shared.set(Budget(steps))
    try:
        yield
    finally:
        _shared.reset(token)


class _BudgetExceeded(Exception):
    """The matcher would need more steps than are left."""


class _Matcher(SequenceMatcher[str]):
    """Count difflib's steps before it takes them."""

    def __init__(self, a: Sequence[str], b: Sequence[str], budget: Budget, *, popular: bool):
        super().__init__(None, a, b, autojunk=not popular)
        places: dict[str, list[int]] = self.__dict__["b2j"]  # documented, and not in the stubs
        self._cost = [0, *accumulate(1 + len(places.get(item, ())) for item in a)]
        self._budget = budget

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> Match:
        """Do as difflib does. Raises _BudgetExceeded."""
        end = len(self._cost) - 1 if ahi is None else ahi
        if not self._budget.spend(self._cost[end] - self._cost[alo]):
            raise _BudgetExceeded
        return super().find_longest_match(alo, ahi, blo, bhi)


def matching_blocks(
    a: Sequence[str], b: Sequence[str], budget: Budget, *, include_frequent: bool = False
) -> list[Match]:
    """Return the stretches that both sequences have, in order, as ``difflib.Match``; none is empty.

    The same as difflib's where the budget suffices. ``include_frequent`` also matches items that
    are frequent in a long sequence, as spaces are among words.
    """
    half = Budget(budget.left // 2)
    before = half.left
    try:
        found = _difflib_blocks(a, b, half, include_frequent=include_frequent)
    except _BudgetExceeded:
        budget.left -= before
        return list(
            _merge_adjacent(_anchored_blocks(a, b, budget, include_frequent=include_frequent))
        )
    budget.left -= before - half.left
    return found


def _difflib_blocks(
    a: Sequence[str], b: Sequence[str], budget: Budget, *, include_frequent: bool
) -> list[Match]:
    matcher = _Matcher(a, b, budget, popular=include_frequent)
    return [match for match in matcher.get_matching_blocks() if match.size]


def _anchored_blocks(
    a: Sequence[str], b: Sequence[str], budget: Budget, *, include_frequent: bool
) -> Iterator[Match]:
    """Yield the equal ends, the items unique on both sides, and the matches between these."""
    start, end = _common_ends(a, b)
    ends = (Match(0, 0, start), Match(len(a) - end, len(b) - end, end))
    middle = _unique_in_order(a, b, (start, len(a) - end), (start, len(b) - end))
    for block, following in pairwise((ends[0], *middle, ends[1])):
        if block.size:
            yield block
        alo, blo = block.a + block.size, block.b + block.size
        if alo < following.a and blo < following.b and budget.left:
            try:
                between = _difflib_blocks(
                    a[alo : following.a],
                    b[blo : following.b],
                    budget,
                    include_frequent=include_frequent,
                )
            except _BudgetExceeded:
                continue
            yield from (Match(alo + m.a, blo + m.b, m.size) for m in between)
    if end:
        yield ends[1]


def _common_ends(a: Sequence[Any], b: Sequence[Any]) -> tuple[int, int]:
    """Return how many items at the start, and then at the end, are equal."""
    short = min(len(a), len(b))
    start = next((n for n in range(short) if a[n] != b[n]), short)
    rest = short - start
    return start, next((n for n in range(rest) if a[-1 - n] != b[-1 - n]), rest)


def _unique_in_order(
    a: Sequence[str], b: Sequence[str], within: tuple[int, int], beside: tuple[int, int]
) -> list[Match]:
    """Return the longest run of items that occur once on each side, in the same order on both."""
    ours, theirs = Counter(a[slice(*within)]), Counter(b[slice(*beside)])
    places = {b[n]: n for n in range(*beside) if theirs[b[n]] == 1}
    pairs = [(n, places[a[n]]) for n in range(*within) if a[n] in places and ours[a[n]] == 1]
    tails: list[int] = []  # the smallest end in b of a chain of each length
    last: list[int] = []  # the pair that has it
    before: list[int] = []  # pair → the pair before it in its chain
    for number, (_, place) in enumerate(pairs):
        length = bisect_left(tails, place)
        before.append(last[length - 1] if length else -1)
        tails[length : length + 1] = [place]
        last[length : length + 1] = [number]
    chain = []
    number = last[-1] if last else -1
    while number >= 0:
        chain.append(Match(*pairs[number], 1))
        number = before[number]
    return chain[::-1]


def _merge_adjacent(matches: Iterator[Match]) -> Iterator[Match]:
    """Yield the matches, those that follow each other without a gap as one."""
    held: Match | None = None
    for match in matches:
        if held and (held.a + held.size, held.b + held.size) == (match.a, match.b):
            held = Match(held.a, held.b, held.size + match.size)
            continue
        if held:
            yield held
        held = match
    if held:
        yield held
