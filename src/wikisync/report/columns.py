"""Two texts beside each other: numbers, lines and what changed in them, fitted to a width. Pure."""

from __future__ import annotations

from itertools import groupby, zip_longest
from typing import TYPE_CHECKING, Final

from wikisync.report.header import COLOUR, pieces
from wikisync.report.paint import StyledLine, StyledText, trimmed
from wikisync.report.words import escape_control
from wikisync.report.wrap import cut, filled, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wikisync.report.hunks import Hunk, Row, Sign

_BETWEEN: Final = StyledText(" │ ", "dim")
_LEAST: Final = 8
"""Cells that a column of text has at least, however narrow the terminal is."""


def side_by_side(
    hunks: Sequence[Hunk], names: tuple[str, str], columns: int
) -> Iterator[StyledLine]:
    """The rows of hunks in two columns, under the names of the two sides.

    Lines that are too long go on in the next row. A sign before the text says what came (``+``) and
    what went (``-``), for those who see no colours.
    """
    if not hunks:
        return
    last = hunks[-1]
    digits = len(str(max(last.old_start + last.old_count, last.new_start + last.new_count)))
    room = max(_LEAST, (columns - len(_BETWEEN.text)) // 2 - digits - 2)
    whole = digits + 2 + room
    left, right = (cut(name, whole) for name in names)
    yield (*filled((StyledText(left, "dim"),), whole), _BETWEEN, StyledText(right, "dim"))
    for hunk in hunks:
        heading = (StyledText(f" {escape_control(hunk.heading)}", "dim"),) if hunk.heading else ()
        yield (StyledText(hunk.header, "cyan"), *heading)
        for left_row, right_row in _beside(hunk.rows):
            old = _column(left_row, "-", digits, room)
            new = _column(right_row, "+", digits, room)
            for n in range(max(len(old), len(new))):
                here = old[n] if n < len(old) else ()
                there = new[n] if n < len(new) else ()
                yield trimmed((*filled(here, whole), _BETWEEN, *there))


def _beside(rows: Iterable[Row]) -> Iterator[tuple[Row | None, Row | None]]:
    """The rows of both columns: what went beside what came, in the order of either."""
    for one_sided, group in groupby(rows, lambda row: row.kind in {"removed", "added"}):
        if one_sided:
            sides = tuple(group)
            gone = (row for row in sides if row.kind == "removed")
            come = (row for row in sides if row.kind == "added")
            yield from zip_longest(gone, come)
        else:
            yield from ((row, row) for row in group)


def _column(row: Row | None, sign: Sign, digits: int, room: int) -> list[StyledLine]:
    """A line in the old (``-``) or the new column: number and sign before its first row."""
    if row is None:
        return []
    number, spans = (row.old_number, row.old) if sign == "-" else (row.new_number, row.new)
    shown_sign: Sign = " " if row.kind == "same" else sign
    colour = COLOUR[shown_sign]
    first = (StyledText(f"{number:>{digits}} ", "dim"), StyledText(shown_sign, colour))
    after = (StyledText(" " * (digits + 2)),)
    rows = wrapped(pieces(spans, colour), room)
    return [(*(after if n else first), *line) for n, line in enumerate(rows)]
