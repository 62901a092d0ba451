"""Lines cut to the width of a column, by the cells that a terminal needs for them. Pure.

Lines break between words where they can. No sign is torn apart, and a wide one never sticks out.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

from wikisync.report.emphasis import LONG, unspaced, words
from wikisync.report.paint import MARKED, StyledLine, StyledText, cells, joined
from wikisync.report.paint import line_width as measure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_TAB: Final = 8


def wrapped(line: Iterable[StyledText], width: int) -> list[StyledLine]:
    """A line as one or more lines that take no more than ``width`` cells each, of at least 2.

    Tabs become blanks. A blank that a line breaks at is left out, unless it is marked. A line of
    more than ``emphasis.LONG`` characters breaks anywhere, which costs far less.
    """
    line = tuple(line)
    long = sum(len(piece.text) for piece in line) > LONG
    if not long and all("\t" not in piece.text for piece in line) and measure(line) <= width:
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
