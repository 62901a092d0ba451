"""Limit the size of a report, so that a browser can open it. Pure.

What is left out is always mentioned on the page.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Final, Literal

from wikisync.report.diff.word_diff import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wikisync.report.diff.hunks import Hunk, Row


@dataclass(frozen=True, slots=True)
class PageLimits:
    """Sizes in characters: of one page and of all pages together, differences and previews.

    ``line`` is the longest line that is shown whole; ``images`` is the size of all images, those in
    previews too. The seconds are the processor's.
    """

    difference: int = 300_000
    differences: int = 8_000_000
    preview: int = 60_000
    previews: int = 3_000_000
    line: int = 2_000
    images: int = 12_000_000
    preview_seconds: float = 2.0
    previews_seconds: float = 20.0
    differences_seconds: float = 60.0


LIMITS: Final = PageLimits()

OVERHEAD: Final = 200
"""What a line takes beside its text."""

MARKUP: Final = 4
"""How many times as long as its content a preview may be before it takes more of the room."""


class SizeBudget:
    """What is left of a budget."""

    def __init__(self, size: int) -> None:
        self.left = size

    def take(self, size: int) -> bool:
        """Take so much; False, and nothing is taken, where there is not so much."""
        if size > self.left:
            return False
        self.left -= size
        return True


_KEPT: Final = 120
"""Characters that are shown on each side of what is left out of a long line."""


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that follow each other and all stay, or all change."""

    kind: Literal["same", "change"]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A hunk, taken apart in blocks."""

    header: str
    heading: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What is shown of the changes in a text; ``left_out`` counts the rows that had no room."""

    parts: tuple[Part, ...] = ()
    left_out: int = 0
    size: int = 0


def difference(found: Sequence[Hunk], most: int, line: int) -> Difference:
    """Return hunks of at most ``most`` characters, with no line much longer than ``line``."""
    parts: list[Part] = []
    size, left_out = 0, 0
    for hunk in found:
        kept: list[Row] = []
        for row in hunk.rows:
            short = _clipped(row, line) if not left_out else row
            cost = _cost(short)
            if left_out or size + cost > most:
                left_out += 1
                continue
            size += cost
            kept.append(short)
        if kept:
            parts.append(Part(hunk.header, hunk.heading, tuple(_blocks(kept))))
    return Difference(tuple(parts), left_out, size)


def _blocks(rows: Iterable[Row]) -> Iterator[Block]:
    for same, group in groupby(rows, lambda row: row.kind == "same"):
        yield Block("same" if same else "change", tuple(group))


def _cost(row: Row) -> int:
    return OVERHEAD + sum(len(span.text) for side in (row.old, row.new) for span in side)


def _clipped(row: Row, most: int) -> Row:
    return replace(row, old=clipped(row.old, most), new=clipped(row.new, most))


def clipped(spans: tuple[Span, ...], most: int) -> tuple[Span, ...]:
    """Return a line shortened in the middle of its spans, with the number of characters left out.

    Marked words are kept with some context; if they exceed ``most``, the rest of the line is left
    out.
    """
    if sum(len(span.text) for span in spans) <= most:
        return spans
    done: list[Span] = []
    size = rest = 0
    for span in spans:
        short = _middle_out(span.text)
        if size + len(short) > most:
            rest += len(span.text)
            continue
        size += len(short)
        done.append(Span(short, span.changed))
    if rest:
        done.append(Span(_gap(rest), changed=False))
    return tuple(done)


def _middle_out(text: str) -> str:
    out = len(text) - 2 * _KEPT
    return text if out <= _KEPT else f"{text[:_KEPT]}{_gap(out)}{text[-_KEPT:]}"


def _gap(count: int) -> str:
    return f" ⋯ {count:,} characters ⋯ "
