"""Format one line for each page that differs, with the number of lines changed and a bar. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wikisync.planning.model import Merge
from wikisync.report.diff import styled_text
from wikisync.report.diff.page_diff import counts, field_changes, on_both_sides
from wikisync.report.diff.page_view import COLOURS, doing, name, side_names
from wikisync.report.diff.styled_text import (
    StyledLine,
    StyledText,
    cells,
    cut,
    filled,
    joined,
    line_width,
    trimmed,
)
from wikisync.report.text import escape_control, item_verb, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wikisync.request import PageDiff

_BAR: Final = 40
_NOTE: Final = 24
"""Cells that are kept for what stands behind the bars."""


@dataclass(frozen=True, slots=True)
class _Figures:
    name: str
    added: int
    removed: int
    note: str
    colour: str


def diffstat(pairs: Iterable[PageDiff], columns: int, *, whole_names: bool) -> Iterator[StyledLine]:
    """Yield a line for each pair, then the total. ``whole_names``: long names are not cut."""
    pairs = tuple(pairs)
    figures = [_figures(side) for pair in pairs for side in on_both_sides(pair)]
    if not figures:
        return
    digits = max(len(f"{one.added + one.removed:,}") for one in figures)
    room = max(16, columns - digits - 14 - _NOTE)
    names = [one.name if whole_names else cut(one.name, room) for one in figures]
    longest = max(map(cells, names))
    bars = _bars(figures, max(10, min(_BAR, columns - longest - digits - 6 - _NOTE)))
    widest = max(map(line_width, bars))
    for title, one, bar in zip(names, figures, bars, strict=True):
        figure = StyledText(f" │ {one.added + one.removed:>{digits},} ")
        start = (StyledText(" "), *filled((StyledText(title),), longest), figure)
        yield trimmed(
            (*start, *filled(bar, widest), StyledText(" "), StyledText(one.note, one.colour))
        )
    added, removed = (sum(one.added for one in figures), sum(one.removed for one in figures))
    pages = len({pair.item.key for pair in pairs})
    yield (
        StyledText(f" {plural(pages, 'page')}, {plural(added, 'line')} added, {removed:,} removed"),
    )


def _figures(pair: PageDiff) -> _Figures:
    item = pair.item
    fields = ", ".join(change.name for change in field_changes(pair))
    verb = item_verb(item)
    moved = verb == "move"
    added, removed = (0, 0) if moved else counts(pair)
    note = fields if verb == "update" else doing(item)
    if isinstance(item, Merge):
        note = f"merge {side_names(pair)[0]}"
    return _Figures(escape_control(name(item)), added, removed, note, COLOURS[verb])


def _bars(figures: list[_Figures], longest: int) -> list[StyledLine]:
    """Return a bar for each page, scaled so that none takes more than ``longest`` cells."""
    most = max(one.added + one.removed for one in figures)
    scale = min(1.0, longest / most) if most else 1.0
    return [
        joined(
            StyledText(sign * max(1, round(lines * scale)), colour)
            for sign, lines, colour in (
                ("+", one.added, styled_text.ADDED),
                ("-", one.removed, styled_text.REMOVED),
            )
            if lines  # at least one sign for each
        )
        for one in figures
    ]
