"""Lines made of pieces with a style each, written to a console as it can show them.

A diff may have a hundred thousand lines, so they go to the console's file directly, in its colours.
Into a pipe a piece goes as it is. Whoever makes pieces of what pages say has it ``shown`` first.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from rich.console import Console

REMOVED, ADDED, MARKED = "red", "green", " reverse"
"""The colours of lines, and what is put behind one for words that changed."""


class StyledText(NamedTuple):
    """Text without line ends, and its style in rich's words; "" is plain."""

    text: str
    style: str = ""


StyledLine = tuple[StyledText, ...]


def print_lines(console: Console, lines: Iterable[StyledLine]) -> None:
    """Write lines as they are: the terminal folds those that are too long for it."""
    paint = _painter(console)
    for line in lines:
        console.file.write("".join([paint(*piece) for piece in line]) + "\n")
    console.file.flush()


def cells(text: str) -> int:
    """How many cells of a terminal a text takes; wide characters take two, accents none."""
    from rich.cells import cell_len

    return len(text) if text.isascii() and text.isprintable() else cell_len(text)


def line_width(line: Iterable[StyledText]) -> int:
    """How many cells a line takes."""
    return sum(cells(piece.text) for piece in line)


def joined(line: Iterable[StyledText]) -> StyledLine:
    """A line with neighbours of the same style as one piece."""
    pieces: list[StyledText] = []
    for text, style in line:
        if pieces and pieces[-1].style == style:
            pieces[-1] = StyledText(pieces[-1].text + text, style)
        else:
            pieces.append(StyledText(text, style))
    return tuple(pieces)


def trimmed(line: StyledLine) -> StyledLine:
    """A line without blanks at its end, unless they are marked."""
    while line and not line[-1].style.endswith(MARKED):
        text, style = line[-1]
        if kept := text.rstrip():
            return (*line[:-1], StyledText(kept, style))
        line = line[:-1]
    return line


def _painter(console: Console) -> Callable[[str, str], str]:
    from rich.console import COLOR_SYSTEMS
    from rich.style import Style

    system = COLOR_SYSTEMS.get(console.color_system or "")
    plain = system is None or not console.is_terminal or console.legacy_windows

    @lru_cache
    def style(name: str) -> Style:
        found = Style.parse(name)
        return found.without_color if console.no_color else found

    def paint(text: str, name: str) -> str:
        return text if plain or not name else style(name).render(text, color_system=system)

    return paint
