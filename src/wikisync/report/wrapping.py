"""Print lines for people: wrapped at words, under their column, with commands in one piece.

In a pipe, a line is written whole.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from wikisync.report.diff.styled_text import (
    StyledLine,
    StyledText,
    cells,
    line_width,
    print_lines,
    trimmed,
    wrapped,
)
from wikisync.report.text import escape_control, ways

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

_PROSE: Final = 100
"""The most cells of a line of prose, however wide the terminal is."""
_LEAST: Final = 20
"""The least cells for a column of text; where there are fewer, it begins on the next line."""
_JOINER: Final = "\ufdd0"
"""Stands for a space at which a line is not broken (a noncharacter, so in no text)."""

_JOINED: Final = re.compile(rf"\S*{_JOINER}\S*")

_NAMES: Final = (
    "init|status|diff|push|pull|sync|plan|show|apply|review|log|undo|restore|check|preview|doctor"
    "|watch|sandbox|demo"
)
"""The commands; any other word behind the program's name is prose."""
_VALUED: Final = "prefer|allow|max-delete|port|jobs|config|html|folder|root"
_ARGUMENT: Final = (
    rf"(?: (?:--(?:{_VALUED}) [\w./-]*\w|-[\w-]+|'[^']*'|[A-Z]{{3,}}\b|\d+\b"
    r"|https?://[^\s,;()']*[^\s,;:()'.]"
    r"|[^\s,;:()']*[./][^\s,;:()']*[^\s,;:()'.]))"
)
_COMMAND: Final = re.compile(
    rf"\bwikisync (?:{_NAMES})\b(?: (?:push|pull|sync)\b)?{_ARGUMENT}*"
    rf"|\bexport [A-Z_]+=…?|--(?:{_VALUED}) [\w-]*\w|--[a-z][\w-]+"
)

_LABEL: Final = re.compile(r"(?:(?<=\. )|^)[A-Z][^.:]{,20}: (?=wikisync )")
_COUNT: Final = re.compile(r"(?:(?<=[:,] )|^)\d[\d,]* [a-z][a-z ]{,27}(?=, \d|[.]?$)")


def print_hanging(
    console: Console, lead: StyledLine, text: str, style: str = "", *, hint: str = ""
) -> None:
    """Print a text after ``lead``, and a hint below it; at a terminal both under their column.

    There, each way that a hint names has a row of its own. Control characters in both are escaped.
    """
    text, hint = escape_control(text), escape_control(hint)
    if not console.is_terminal:
        console.file.write("".join(piece.text for piece in lead) + f"{text}\n")
        if hint:
            console.file.write(f"      {hint}\n")
        return
    columns = prose_columns(console)
    print_lines(console, hanging(lead, _styled(text, style), columns))
    indent = (StyledText(" " * _indent(lead, columns)),)
    for way in ways(hint) if hint else ():
        print_lines(console, hanging(indent, _styled(way), columns))


def print_line(console: Console, text: str, style: str = "") -> None:
    """Print a line; at a terminal it is wrapped, and its later rows are indented as the first."""
    body = text.lstrip(" ")
    if not console.is_terminal:  # rich would replace tabs by spaces, and a patch needs them
        console.file.write(f"{text}\n")
        return
    lead = (StyledText(" " * (len(text) - len(body))),)
    print_lines(console, hanging(lead, _styled(body, style), prose_columns(console)))


def wrapped_rows(console: Console, text: str, *, reserve: int) -> list[str]:
    """Return the rows of a text that leave ``reserve`` cells free; the whole text in a pipe."""
    columns = prose_columns(console)
    if not columns:
        return [text]
    rows = hanging((), (StyledText(text),), columns - reserve)
    return ["".join(piece.text for piece in row) for row in rows]


def prose_columns(console: Console) -> int:
    """Return how many cells a line of prose may take there; 0 if lines are not to be wrapped."""
    return min(console.width, _PROSE) if console.is_terminal else 0


def hanging(lead: StyledLine, text: StyledLine, columns: int) -> Iterator[StyledLine]:
    """Yield ``lead`` and the text, in rows of at most ``columns`` cells under where it begins."""
    indent = _indent(lead, columns)
    room = max(_LEAST, columns - indent)
    text = tuple(StyledText(_fitting(part, room), style) for part, style in text)
    rows = [_spaced(row) for row in wrapped(text, room)]
    first, rest = lead, rows
    if indent == line_width(lead):
        first, rest = (*lead, *rows[0]), rows[1:]
    yield trimmed(first)
    for row in rest:
        yield trimmed((StyledText(" " * indent), *row))


def _fitting(text: str, room: int) -> str:
    """Return a text with spaces for the joiners of what is too long for a row."""
    return _JOINED.sub(
        lambda found: found[0] if cells(found[0]) <= room else found[0].replace(_JOINER, " "), text
    )


def _indent(lead: StyledLine, columns: int) -> int:
    """Return the column where a text begins: behind ``lead``, or on the next line."""
    width = line_width(lead)
    return width if columns - width >= _LEAST else 6


def _styled(text: str, style: str = "") -> StyledLine:
    """Return a text with its commands in bold, and with joiners for the spaces in them.

    A short sentence that ends in a command is not broken either, such as ``Publish: …``, nor a
    count in a row of counts, such as ``2 in sync``.
    """
    for unbroken in (_LABEL, _COUNT):
        text = unbroken.sub(lambda found: found[0].replace(" ", _JOINER), text)
    found: list[StyledText] = []
    place = 0
    for command in _COMMAND.finditer(text):
        found += [StyledText(text[place : command.start()], style)]
        joined = command[0].replace(" ", _JOINER)
        found += [StyledText(joined, f"{style} bold".strip())]
        place = command.end()
    return tuple(piece for piece in (*found, StyledText(text[place:], style)) if piece.text)


def _spaced(row: StyledLine) -> StyledLine:
    return tuple(StyledText(text.replace(_JOINER, " "), style) for text, style in row)
