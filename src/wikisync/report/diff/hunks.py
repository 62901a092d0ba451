"""Compare two texts and return rows to show, one below the other or side by side. Pure.

Lines are matched as difflib's ``unified_diff`` matches them. Changed lines that are similar are put
in one row, with the changed words marked.

The cost is limited (``page.line_matching.BUDGET``) for any input, such as a line of megabytes.
Above the limit, changed lines are shown as replaced, without marked words.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from wikisync.page.line_matching import Budget, matching_blocks
from wikisync.report.diff.word_diff import ALIKE, Span, line_similarity, unmarked, word_diff

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

RowKind = Literal["same", "removed", "added", "changed"]
Sign = Literal[" ", "-", "+"]

_FENCE: Final = re.compile(r" {0,3}(```|~~~)")
_HEADING: Final = re.compile(r" {0,3}(?:#{1,6}|={2,6})[ \t]+(.*)")
_BLANKS: Final = " \t"
_ALIGNED: Final = 1_600
"""Pairs of lines of a stretch that are looked at to find those that are alike; in a stretch with
more of them only lines at the same place are."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line on the old side, the new side, or both; numbers begin with 1, None: not there.

    The spans of a side make up its line, without a line end. Only in a row of the kind ``changed``
    are spans marked; it is removed and added whole where both sides have nothing in common.
    """

    old_number: int | None
    new_number: int | None
    kind: RowKind
    old: tuple[Span, ...]
    new: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Hunk:
    """Rows that belong together: changes with the lines around them.

    Starts are as in a unified diff: the first line's number, or that of the line before where a
    side has none. ``heading`` is the text of the nearest heading above.
    """

    old_start: int
    old_count: int
    new_start: int
    new_count: int
    rows: tuple[Row, ...]
    heading: str = ""

    @property
    def header(self) -> str:
        """Return the line ``@@ … @@`` of a unified diff."""
        old, new = (
            f"{start}" if count == 1 else f"{start},{count}"
            for start, count in (
                (self.old_start, self.old_count),
                (self.new_start, self.new_count),
            )
        )
        return f"@@ -{old} +{new} @@"


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Lines that stay, or that change: where they are on each side, the ends not included."""

    same: bool
    old: tuple[int, int]
    new: tuple[int, int]


def hunks(
    old: str | None, new: str | None, context: int = 3, *, words: bool = True
) -> tuple[Hunk, ...]:
    """Return the hunks between ``old`` and ``new``, with ``context`` unchanged lines around each.

    None stands for a missing text: all lines of the other one are added or removed. Only a line
    feed ends a line. Without ``words``, no words are marked, which is cheaper.
    """
    a, b = _lines(old), _lines(new)
    price = Budget()
    above = _Headings(b if b else a)
    found = []
    for group in _grouped(_stretches(a, b), context):
        rows: list[Row] = []
        for stretch in group:
            rows += _rows(a, b, stretch, price if words else None)
        (i1, j1), (i2, j2) = (
            (group[0].old[0], group[0].new[0]),
            (group[-1].old[1], group[-1].new[1]),
        )
        found.append(
            Hunk(
                i1 + (i1 < i2),
                i2 - i1,
                j1 + (j1 < j2),
                j2 - j1,
                tuple(rows),
                above(j1 if b else i1),
            )
        )
    return tuple(found)


def counts(old: str | None, new: str | None) -> tuple[int, int]:
    """Return how many lines are added and how many are removed."""
    changes = [stretch for stretch in _stretches(_lines(old), _lines(new)) if not stretch.same]
    added = sum(stretch.new[1] - stretch.new[0] for stretch in changes)
    return added, sum(stretch.old[1] - stretch.old[0] for stretch in changes)


def one_below_the_other(rows: Iterable[Row]) -> Iterator[tuple[Sign, Row, tuple[Span, ...]]]:
    """Yield rows in the order of a unified diff: of changed lines, the old ones first.

    Each has its sign, its row and its spans.
    """
    held: list[Row] = []
    for row in rows:
        if row.kind != "same":
            held.append(row)
            continue
        yield from _changes(held)
        held.clear()
        yield " ", row, row.new
    yield from _changes(held)


def _changes(rows: Sequence[Row]) -> Iterator[tuple[Sign, Row, tuple[Span, ...]]]:
    yield from (("-", row, row.old) for row in rows if row.old_number is not None)
    yield from (("+", row, row.new) for row in rows if row.new_number is not None)


def _lines(text: str | None) -> list[str]:
    return [] if text is None else text.split("\n")


def _stretches(a: Sequence[str], b: Sequence[str]) -> Iterator[_Stretch]:
    """Yield both texts from start to end as alternating unchanged and changed stretches."""
    i = j = 0
    for match in matching_blocks(a, b, Budget()):
        if i < match.a or j < match.b:
            yield _Stretch(False, (i, match.a), (j, match.b))
        i, j = match.a + match.size, match.b + match.size
        yield _Stretch(True, (match.a, i), (match.b, j))
    if i < len(a) or j < len(b):
        yield _Stretch(False, (i, len(a)), (j, len(b)))


def _grouped(stretches: Iterable[_Stretch], context: int) -> Iterator[list[_Stretch]]:
    """Yield changes that are near each other, with at most ``context`` lines around them."""
    group: list[_Stretch] = []
    for stretch in stretches:
        size = stretch.old[1] - stretch.old[0]
        if not stretch.same:
            group.append(stretch)
        elif not any(not one.same for one in group):  # no change so far
            group = [_last(stretch, context)] if context else []
        elif size > 2 * context:
            yield [*group, _first(stretch, context)] if context else group
            group = [_last(stretch, context)] if context else []
        else:
            group.append(stretch)
    if any(not one.same for one in group):
        if group[-1].same:
            group[-1] = _first(group[-1], context)
        yield group


def _first(stretch: _Stretch, most: int) -> _Stretch:
    (i1, i2), (j1, j2) = stretch.old, stretch.new
    return _Stretch(True, (i1, min(i2, i1 + most)), (j1, min(j2, j1 + most)))


def _last(stretch: _Stretch, most: int) -> _Stretch:
    (i1, i2), (j1, j2) = stretch.old, stretch.new
    return _Stretch(True, (max(i1, i2 - most), i2), (max(j1, j2 - most), j2))


def _rows(
    a: Sequence[str], b: Sequence[str], stretch: _Stretch, price: Budget | None
) -> Iterator[Row]:
    (i, i2), (j, j2) = stretch.old, stretch.new
    if stretch.same:
        for n, line in enumerate(a[i:i2]):
            yield Row(i + n + 1, j + n + 1, "same", unmarked(line), unmarked(line))
        return
    for x, y in _alike(a[i:i2], b[j:j2], price) if price else ():
        x, y = x + stretch.old[0], y + stretch.new[0]
        spans = word_diff(a[x], b[y], price) if price else None
        if spans is None:
            continue
        yield from _one_sided(a, b, (i, x), (j, y))
        yield Row(x + 1, y + 1, "changed", *spans)
        i, j = x + 1, y + 1
    yield from _one_sided(a, b, (i, i2), (j, j2))


def _one_sided(
    a: Sequence[str], b: Sequence[str], old: tuple[int, int], new: tuple[int, int]
) -> Iterator[Row]:
    for n in range(*old):
        yield Row(n + 1, None, "removed", unmarked(a[n]), ())
    for n in range(*new):
        yield Row(None, n + 1, "added", (), unmarked(b[n]))


def _alike(old: Sequence[str], new: Sequence[str], price: Budget) -> list[tuple[int, int]]:
    """Return pairs of similar lines, in order, with the greatest total similarity."""
    together = [(n, n) for n in range(min(len(old), len(new)))]
    if len(old) * len(new) > _ALIGNED:
        return [(x, y) for x, y in together if line_similarity(old[x], new[y], price) >= ALIKE]
    likely = {
        (x, y): share
        for x in range(len(old))
        for y in range(len(new))
        if (share := line_similarity(old[x], new[y], price)) >= ALIKE
    }
    # The greatest similarity of the lines from x and from y on.
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for x in reversed(range(len(old))):
        for y in reversed(range(len(new))):
            pair = likely[x, y] + best[x + 1][y + 1] if (x, y) in likely else 0.0
            best[x][y] = max(pair, best[x + 1][y], best[x][y + 1])
    pairs = []
    x = y = 0
    while x < len(old) and y < len(new):
        if (x, y) in likely and best[x][y] == likely[x, y] + best[x + 1][y + 1]:
            pairs.append((x, y))
            x, y = x + 1, y + 1
        elif best[x][y] == best[x + 1][y]:
            x += 1
        else:
            y += 1
    return pairs


class _Headings:
    """The nearest heading above a line; asked for lines in rising order, it reads once."""

    def __init__(self, lines: Sequence[str]) -> None:
        self._lines = lines
        self._read = 0
        self._fence = ""
        self._heading = ""

    def __call__(self, line: int) -> str:
        """Return the text of the last heading before a line (from 0); "" if there is none."""
        for text in self._lines[self._read : line]:
            if fence := _FENCE.match(text):
                if not self._fence:
                    self._fence = fence[1]
                elif self._fence == fence[1]:
                    self._fence = ""
            elif not self._fence and (heading := _HEADING.fullmatch(text)):
                text = heading[1].rstrip(_BLANKS).rstrip("#")
                self._heading = text.rstrip(_BLANKS)
        self._read = max(self._read, line)
        return self._heading
