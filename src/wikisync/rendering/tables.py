"""Parse tables as Wiki.js does, whose parser is older than the one used here.

A row needs a ``|``, so that text right below a table is no row of it. The header may have fewer
cells than the line of dashes. A ``|`` in code between backticks divides no cells.
"""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock

MOST_CELLS: Final = 65_000
"""Cells of one table; rows are filled up to the width of the header, which multiplies them."""

_DASHES: Final = re.compile(r"[|:-][|:\s-]*\Z")
_DASH: Final = re.compile(r"\s*(:?)-+(:?)\s*\Z")
_ALIGN: Final = {("", ""): "", (":", ""): "left", ("", ":"): "right", (":", ":"): "center"}


def tables_plugin(markdown: MarkdownIt) -> None:
    """Replace the rule for tables in a parser."""
    markdown.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})


def _table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    if start + 2 > end or not (_is_in_block(state, start) and _is_in_block(state, start + 1)):
        return False
    aligns = _alignments(_line(state, start + 1))
    header = _line(state, start)
    if aligns is None or "|" not in header:
        return False
    cells = split_cells(header)
    if len(cells) > len(aligns):
        return False
    if silent:
        return True
    opening = state.push("table_open", "table", 1)
    state.push("thead_open", "thead", 1)
    _push_row(state, start, "th", cells, aligns[: len(cells)])
    state.push("thead_close", "thead", -1)
    state.push("tbody_open", "tbody", 1)
    line, left = start + 2, MOST_CELLS
    while line < end and _is_in_block(state, line) and "|" in (text := _line(state, line)):
        left -= len(cells)
        if left < 0:
            break
        state.env["check"]()
        _push_row(state, line, "td", split_cells(text)[: len(cells)], aligns[: len(cells)])
        line += 1
    state.push("tbody_close", "tbody", -1)
    state.push("table_close", "table", -1)
    opening.map = [start, line]
    state.line = line
    return True


def _is_in_block(state: StateBlock, line: int) -> bool:
    """Return whether a line belongs to the block, and is not indented as code."""
    return 0 <= state.sCount[line] - state.blkIndent < 4


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]].strip()


def _alignments(text: str) -> list[str] | None:
    """Return the alignment of each column from the line of dashes; None if it is none."""
    if not _DASHES.match(text):
        return None
    columns = text.split("|")
    found: list[str] = []
    for number, column in enumerate(columns):
        if not column.strip():
            if number in {0, len(columns) - 1}:
                continue
            return None
        dash = _DASH.match(column)
        if dash is None:
            return None
        found.append(_ALIGN[dash[1], dash[2]])
    return found


def split_cells(text: str) -> list[str]:
    """Return the cells of a row. A backslash keeps a ``|``, and so do backticks around it."""
    text = text.removeprefix("|")
    if text.endswith("|"):
        text = text[:-1]
    found: list[str] = []
    begun = position = backslashes = 0
    closing = -1
    while position < len(text):
        sign = text[position]
        if sign == "`" and position > closing and backslashes % 2 == 0:
            closing = text.find("`", position + 1)
        elif sign == "|" and position > closing and backslashes % 2 == 0:
            found.append(text[begun:position])
            begun = position + 1
        backslashes = backslashes + 1 if sign == "\\" else 0
        position += 1
    return [*found, text[begun:]]


def _push_row(state: StateBlock, line: int, tag: str, cells: list[str], aligns: list[str]) -> None:
    state.push("tr_open", "tr", 1).map = [line, line + 1]
    for cell, align in zip_longest(cells, aligns, fillvalue=""):
        opening = state.push(f"{tag}_open", tag, 1)
        if align:
            opening.attrSet("style", f"text-align:{align}")
        inline = state.push("inline", "", 0)
        inline.content, inline.map, inline.children = cell.strip(), [line, line + 1], []
        state.push(f"{tag}_close", tag, -1)
    state.push("tr_close", "tr", -1)
