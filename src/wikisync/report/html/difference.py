"""A page's difference as the report shows it: hunks whose lines have a bounded size. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Final, Literal

from wikisync.report.emphasis import Span
from wikisync.report.html.bounds import OVERHEAD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wikisync.report.hunks import Hunk, Row

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
    """Hunks as far as ``most`` characters go, with no line longer than about ``line``."""
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
    """A line that is too long, with the middles of its pieces left out and counted.

    What is marked stays in view with what is around it; where there is more of that than ``most``,
    the rest of the line is left out.
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
