"""Fit lines of styled text into columns, by the cells that a terminal needs, and write them. Pure.

Lines are broken between words if possible, never within a character. A diff may have a hundred
thousand lines, so they are written directly to the console's file, with escape codes if it is a
terminal. Escape texts from pages (``report.text.escape_control``) before they get here.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from wikisync.report.diff.word_diff import LONG, unspaced, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

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
    """Return how many cells a text takes; wide characters take two, combining ones none."""
    from rich.cells import cell_len

    return len(text) if text.isascii() and text.isprintable() else cell_len(text)


def line_width(line: Iterable[StyledText]) -> int:
    """Return how many cells a line takes."""
    return sum(cells(piece.text) for piece in line)


def joined(line: Iterable[StyledText]) -> StyledLine:
    """Return a line with neighbours of the same style joined."""
    pieces: list[StyledText] = []
    for text, style in line:
        if pieces and pieces[-1].style == style:
            pieces[-1] = StyledText(pieces[-1].text + text, style)
        else:
            pieces.append(StyledText(text, style))
    return tuple(pieces)


def trimmed(line: StyledLine) -> StyledLine:
    """Return a line without unmarked spaces at its end."""
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


_TAB: Final = 8


def wrapped(line: Iterable[StyledText], width: int) -> list[StyledLine]:
    """Return a line as lines of at most ``width`` cells, which is at least 2.

    Tabs become spaces. A space at a break is left out unless it is marked. A line of more than
    ``word_diff.LONG`` characters is broken anywhere, which is much cheaper.
    """
    line = tuple(line)
    long = sum(len(piece.text) for piece in line) > LONG
    if not long and all("\t" not in piece.text for piece in line) and line_width(line) <= width:
        return [line]
    rows: list[StyledLine] = []
    row: list[StyledText] = []
    used = 0
    for unit in _placeable(line, width, anywhere=long):
        placed, size = _spread(unit, used, width)
        if used + size > width and used:
            rows.append(joined(row))
            row, used = [], 0
            if all(part.text.isspace() and not part.style.endswith(MARKED) for part in placed):
                continue
            placed, size = _spread(unit, used, width)
        row += placed
        used += size
    return [*rows, joined(row)]


def filled(line: StyledLine, width: int) -> StyledLine:
    """Return a line padded with spaces to this many cells."""
    missing = width - sum(cells(piece.text) for piece in line)
    return (*line, StyledText(" " * missing)) if missing > 0 else line


def cut(text: str, width: int) -> str:
    """Return a text, or ``…`` and its end if it takes more than ``width`` cells."""
    if cells(text) <= width:
        return text
    kept, used = len(text), 1
    for start, _, size in reversed(_signs(text)):
        used += size
        if used > width:
            break
        kept = start
    return f"…{text[kept:]}"


def _placeable(
    line: Iterable[StyledText], width: int, *, anywhere: bool
) -> Iterator[list[StyledText]]:
    """Yield a line in pieces that fit in a row and should stay together; a tab is alone."""
    for unit in ([piece] for piece in line) if anywhere else _units(_words(line)):
        tab = "\t" in unit[-1].text
        if not (anywhere or tab) and sum(cells(word.text) for word in unit) <= width:
            yield unit
        else:
            yield from ([part] for word in unit for part in _parts(word, width))


def _words(line: Iterable[StyledText]) -> Iterator[StyledText]:
    return (StyledText(word, style) for text, style in line for word in words(text))


def _units(line: Iterable[StyledText]) -> Iterator[list[StyledText]]:
    """Yield pieces within which a line should not be broken: words with their punctuation."""
    unit: list[StyledText] = []
    for word in line:
        if unit and _breaks(unit[-1].text, word.text):
            yield unit
            unit = []
        unit.append(word)
    if unit:
        yield unit


def _breaks(before: str, after: str) -> bool:
    """Return whether a line may be broken between two words: at spaces, and beside Han characters.

    Not before closing punctuation, nor after opening punctuation.
    """
    if before.isspace() or after.isspace():
        return True
    closes, opens = unicodedata.category(after[0]), unicodedata.category(before[-1])
    if closes in {"Pe", "Pf", "Po"} or opens in {"Ps", "Pi"}:
        return False
    return unspaced(before[0]) or unspaced(after[0])


def _parts(word: StyledText, width: int) -> Iterator[StyledText]:
    """Yield a word in as few parts as fit; a tab is a part of its own."""
    text, start, used = word.text, 0, 0
    if text.isascii() and text.isprintable():
        yield from (StyledText(text[n : n + width], word.style) for n in range(0, len(text), width))
        return
    for place, _, size in _signs(text):
        tab = text[place] == "\t"
        if place > start and (tab or text[start] == "\t" or used + size > width):
            yield StyledText(text[start:place], word.style)
            start, used = place, 0
        used += size
    yield StyledText(text[start:], word.style)


def _spread(unit: list[StyledText], used: int, width: int) -> tuple[list[StyledText], int]:
    """Return words as placed in a row, and the cells that they take; a tab becomes spaces."""
    if unit[0].text == "\t":
        wide = min(_TAB - used % _TAB, width)
        return [StyledText(" " * wide, unit[0].style)], wide
    return unit, sum(cells(word.text) for word in unit)


def _signs(text: str) -> list[tuple[int, int, int]]:
    """Start, end and cells of every sign of a text."""
    from rich.cells import split_graphemes

    if text.isascii():
        return [(n, n + 1, int(text[n].isprintable())) for n in range(len(text))]
    return list(split_graphemes(text)[0])
