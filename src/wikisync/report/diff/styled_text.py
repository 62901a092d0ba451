"""Lines cut to the width of a column, by the cells that a terminal needs for them. Pure.

Lines break between words where they can. No sign is torn apart, and a wide one never sticks out.

Lines made of pieces with a style each, written to a console as it can show them.

A diff may have a hundred thousand lines, so they go to the console's file directly, in its colours.
Into a pipe a piece goes as it is. Whoever makes pieces of what pages say has it ``shown`` first.
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


_TAB: Final = 8


def wrapped(line: Iterable[StyledText], width: int) -> list[StyledLine]:
    """A line as one or more lines that take no more than ``width`` cells each, of at least 2.

    Tabs become blanks. A blank that a line breaks at is left out, unless it is marked. A line of
    more than ``emphasis.LONG`` characters breaks anywhere, which costs far less.
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
    """A line with blanks up to this many cells."""
    missing = width - sum(cells(piece.text) for piece in line)
    return (*line, StyledText(" " * missing)) if missing > 0 else line


def cut(text: str, width: int) -> str:
    """The end of a text, behind ``…``, where the whole takes more than ``width`` cells."""
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
    """A line in pieces that fit in a row and should stay together; a tab is alone."""
    for unit in ([piece] for piece in line) if anywhere else _units(_words(line)):
        tab = "\t" in unit[-1].text
        if not (anywhere or tab) and sum(cells(word.text) for word in unit) <= width:
            yield unit
        else:
            yield from ([part] for word in unit for part in _parts(word, width))


def _words(line: Iterable[StyledText]) -> Iterator[StyledText]:
    return (StyledText(word, style) for text, style in line for word in words(text))


def _units(line: Iterable[StyledText]) -> Iterator[list[StyledText]]:
    """What a line should not break within: words with the punctuation at them."""
    unit: list[StyledText] = []
    for word in line:
        if unit and _breaks(unit[-1].text, word.text):
            yield unit
            unit = []
        unit.append(word)
    if unit:
        yield unit


def _breaks(before: str, after: str) -> bool:
    """Whether a line may break between two words: at blanks, and beside signs of Han and the like.

    Not before what closes or ends something, nor after what opens it.
    """
    if before.isspace() or after.isspace():
        return True
    closes, opens = unicodedata.category(after[0]), unicodedata.category(before[-1])
    if closes in {"Pe", "Pf", "Po"} or opens in {"Ps", "Pi"}:
        return False
    return unspaced(before[0]) or unspaced(after[0])


def _parts(word: StyledText, width: int) -> Iterator[StyledText]:
    """A word in as few parts as fit; a tab is a part of its own."""
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
    """Words at a place in a row, and the cells that they take there; a tab, alone, as blanks."""
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
