"""Format the heading of a page's difference: its name, title, action and changed fields. Pure.

Also formats hunks in two columns, fitted to a width.
"""

from __future__ import annotations

from itertools import groupby, zip_longest
from typing import TYPE_CHECKING, Final

from wikisync.page.line_matching import Budget
from wikisync.planning.model import Action, Merge, original_file
from wikisync.report.diff import styled_text
from wikisync.report.diff.hunks import hunks, one_below_the_other
from wikisync.report.diff.page_diff import field_changes
from wikisync.report.diff.styled_text import (
    StyledLine,
    StyledText,
    cut,
    filled,
    joined,
    line_width,
    trimmed,
    wrapped,
)
from wikisync.report.diff.word_diff import Span, unmarked, word_diff
from wikisync.report.text import (
    conflict_label,
    escape_control,
    item_verb,
    overwriting,
    planned_label,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wikisync.planning.model import Conflict
    from wikisync.report.diff.hunks import Hunk, Row, Sign
    from wikisync.report.diff.page_diff import FieldChange
    from wikisync.request import PageDiff


COLOURS: Final = {
    "create": "green",
    "update": "yellow",
    "move": "cyan",
    "merge": "magenta",
    "delete": "red",
    "conflict": "red",
}
COLOUR: Final = {"-": styled_text.REMOVED, "+": styled_text.ADDED, " ": ""}
_RULE: Final = "─"


def header(pair: PageDiff, columns: int) -> Iterator[StyledLine]:
    """Yield the page's name and title, with the action at the right, in one line or more."""
    shown, colour = escape_control(name(pair.item)), COLOURS[item_verb(pair.item)]
    yield from heading(shown, escape_control(title(pair)), doing(pair.item), colour, columns)


def heading(
    shown_name: str, title: str, right: str, colour: str, columns: int
) -> Iterator[StyledLine]:
    """Yield a name and a title, and at the right what is done: in one line, or on a line below."""
    left: StyledLine = (StyledText(shown_name, "bold"),)
    if title:
        left += (StyledText(f"  {title}"),)
    room = columns - line_width(left) - len(right) - 2
    if room < 1:
        yield from map(trimmed, wrapped(left, columns))
        left, room = (), columns - len(right) - 1
    rule = StyledText(f"{' ' if left else ''}{_RULE * max(room, 1)} ", "dim")
    yield (*left, rule, StyledText(right, colour))


def name(item: Action | Conflict) -> str:
    """Return a page's file; of a page that moves, both names."""
    old = original_file(item)
    return f"{old} → {item.file}" if old else item.file


def title(pair: PageDiff) -> str:
    """Return the title that the page has, or will have."""
    return next((page.title for page in (pair.new, pair.old) if page and page.title), "")


def doing(item: Action | Conflict) -> str:
    """Return what is to be done to a page and where, in a few words."""
    if not isinstance(item, Action):
        return conflict_label(item)
    return ", ".join(filter(None, (planned_label(item), overwriting(item))))


def side_names(pair: PageDiff) -> tuple[str, str]:
    """Return labels of the old and the new side of a pair."""
    item = pair.item
    sides = ("on the wiki", "in the folder")
    if not isinstance(item, Action):
        return sides
    old, new = reversed(sides) if item.side == "folder" else sides
    return old, "merged" if isinstance(item, Merge) and not item.writes_markers else new


def field_lines(pair: PageDiff, columns: int) -> Iterator[StyledLine]:
    """Yield a line for each changed field; a value that is long or has several lines as a diff."""
    for change in field_changes(pair):
        label = StyledText(f"{change.name}: ", "bold")
        if change.name == "tags":
            added = [
                StyledText(f"+{escape_control(tag)} ", styled_text.ADDED) for tag in change.added
            ]
            removed = [
                StyledText(f"-{escape_control(tag)} ", styled_text.REMOVED)
                for tag in change.removed
            ]
            yield trimmed((label, *added, *removed))
        elif pair.old is None or pair.new is None:
            sign = "+" if pair.old is None else "-"
            yield from _value(label, sign, change.new or change.old)
        elif _fits(change, columns):
            old, new = _marked(change)
            arrow = StyledText(" → ", "dim")
            yield (label, *_side(old, styled_text.REMOVED), arrow, *_side(new, styled_text.ADDED))
        else:
            yield (StyledText(f"{change.name}:", "bold"),)
            for hunk in hunks(change.old or None, change.new or None):
                for sign, _, spans in one_below_the_other(hunk.rows):
                    yield joined(pieces((Span(sign, changed=False), *spans), COLOUR[sign]))


def pieces(spans: Iterable[Span], colour: str) -> StyledLine:
    """Return spans in a colour; a change that would be invisible is shown escaped."""
    return tuple(
        StyledText(
            _visible(span), f"{colour}{styled_text.MARKED}".strip() if span.changed else colour
        )
        for span in spans
    )


def _visible(span: Span) -> str:
    text = escape_control(span.text)
    if span.changed and "\t" not in text and not styled_text.cells(text):
        return ascii(text)[1:-1]
    return text


def _value(label: StyledText, sign: str, value: str) -> Iterator[StyledLine]:
    first, *more = value.rstrip("\n").split("\n")
    if not more:
        yield (label, StyledText(escape_control(first), COLOUR[sign]))
        return
    yield (StyledText(label.text.rstrip(), "bold"),)
    yield from (
        (StyledText(f"{sign}{escape_control(line)}", COLOUR[sign]),) for line in (first, *more)
    )


def _fits(change: FieldChange, columns: int) -> bool:
    both = change.old + change.new
    return (
        "\n" not in both
        and styled_text.cells(escape_control(both)) + len(change.name) + 5 <= 2 * columns
    )


def _marked(change: FieldChange) -> tuple[tuple[Span, ...], tuple[Span, ...]]:
    return word_diff(change.old, change.new, Budget()) or (
        unmarked(change.old),
        unmarked(change.new),
    )


def _side(spans: tuple[Span, ...], colour: str) -> StyledLine:
    return pieces(spans, colour) if spans else (StyledText("(empty)", "dim"),)


_BETWEEN: Final = StyledText(" │ ", "dim")
_LEAST: Final = 8
"""Cells that a column of text has at least, however narrow the terminal is."""


def side_by_side(
    hunks: Sequence[Hunk], names: tuple[str, str], columns: int
) -> Iterator[StyledLine]:
    """Yield the rows of hunks in two columns, under the names of the two sides.

    Lines that are too long are wrapped. The signs ``+`` and ``-`` show what was added and removed
    without colours.
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
    """Yield the rows of both columns, removed lines beside added ones."""
    for one_sided, group in groupby(rows, lambda row: row.kind in {"removed", "added"}):
        if one_sided:
            sides = tuple(group)
            gone = (row for row in sides if row.kind == "removed")
            come = (row for row in sides if row.kind == "added")
            yield from zip_longest(gone, come)
        else:
            yield from ((row, row) for row in group)


def _column(row: Row | None, sign: Sign, digits: int, room: int) -> list[StyledLine]:
    """Return a line in the old (``-``) or new column, with number and sign in the first row."""
    if row is None:
        return []
    number, spans = (row.old_number, row.old) if sign == "-" else (row.new_number, row.new)
    shown_sign: Sign = " " if row.kind == "same" else sign
    colour = COLOUR[shown_sign]
    first = (StyledText(f"{number:>{digits}} ", "dim"), StyledText(shown_sign, colour))
    after = (StyledText(" " * (digits + 2)),)
    rows = wrapped(pieces(spans, colour), room)
    return [(*(after if n else first), *line) for n, line in enumerate(rows)]
