"""Every page's difference as a person reads it: headers, fields, content with marked words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.planning.model import Action
from wikisync.report.columns import side_by_side
from wikisync.report.difference import content_hunks, on_both_sides
from wikisync.report.emphasis import Span
from wikisync.report.header import COLOUR, field_lines, header, pieces, side_names
from wikisync.report.hunks import one_below_the_other
from wikisync.report.paint import StyledLine, StyledText, joined
from wikisync.report.words import escape_control

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wikisync.report.hunks import Hunk
    from wikisync.workflow.diff import PageDiff


def pages(pairs: Iterable[PageDiff], columns: int, *, beside: bool = False) -> Iterator[StyledLine]:
    """All pairs, each with a blank line after it; ``beside``: what changes in two columns.

    Nothing is left out, however long. A page that only moves is one line.
    """
    for pair in pairs:
        yield from header(pair, columns)
        if not _moves(pair):
            yield from _page(pair, columns, beside=beside)
        yield ()


def _page(pair: PageDiff, columns: int, *, beside: bool) -> Iterator[StyledLine]:
    sides = on_both_sides(pair)
    conflict = not isinstance(pair.item, Action)
    for side in sides:
        old, new = side_names(side)
        if len(sides) > 1:
            yield (StyledText(f"{old}:", "bold"),)
        if conflict:
            yield (
                StyledText(f"- {old}", COLOUR["-"]),
                StyledText(", "),
                StyledText(f"+ {new}", COLOUR["+"]),
            )
        fields = tuple(field_lines(side, columns))
        yield from fields
        found = content_hunks(side)
        if fields and found and not (side.old and side.new):
            yield ()
        if beside and side.old and side.new:
            yield from side_by_side(found, (old, new), columns)
        else:
            yield from _below(found, whole=not (side.old and side.new))


def _below(found: Iterable[Hunk], *, whole: bool) -> Iterator[StyledLine]:
    """Hunks as in a unified diff; of a page that comes or goes, its lines alone."""
    for hunk in found:
        if not whole:
            heading = (
                (StyledText(f" {escape_control(hunk.heading)}", "dim"),) if hunk.heading else ()
            )
            yield (StyledText(hunk.header, "cyan"), *heading)
        for sign, _, spans in one_below_the_other(hunk.rows):
            yield joined(pieces((Span(sign, changed=False), *spans), COLOUR[sign]))


def _moves(pair: PageDiff) -> bool:
    return isinstance(pair.item, Action) and pair.item.verb == "move"
