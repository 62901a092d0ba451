"""Find git's conflict markers in a text, and tell conflicts from pages about git. Pure.

A page may show such markers: within code, or, where the wiki or the base has them too, anywhere. So
a file is refused only for a complete block that neither has (``new_conflict``).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wikisync.page.model import ContentType

LOCAL_MARK: Final = "<<<<<<< here"
"""The line above the folder's version in files to which wikisync added conflict markers."""

CONFLICT_MESSAGE: Final = (
    "contains conflict markers (<<<<<<< and >>>>>>>): choose one version, and delete the markers"
)

_MARK: Final = re.compile(r"^(<{7}|={7}|>{7})(?= |\r?$)[^\r\n]*", re.MULTILINE)
_FENCE: Final[dict[ContentType, re.Pattern[str]]] = {
    "markdown": re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$", re.MULTILINE),
    "asciidoc": re.compile(r"^(-{4,}|\.{4,})([ \t\r]*)$", re.MULTILINE),
}
_LISTING: Final = re.compile(
    r"<(pre|code|listing|xmp|textarea)\b[^>]*>.*?</\1\s*>", re.DOTALL | re.IGNORECASE
)


class ConflictBlock(NamedTuple):
    """A block of conflict markers: where it starts, and the text of its outer markers."""

    start: int
    markers: tuple[str, str]


def conflict_blocks(text: str, content_type: ContentType) -> tuple[ConflictBlock, ...]:
    """Return the complete blocks of conflict markers in a text, in order.

    A block is three markers in order, each at the start of a line. One that starts within code is
    left out, unless wikisync wrote its markers.
    """
    if "<<<<<<< " not in text or ">>>>>>> " not in text:
        return ()
    return tuple(_blocks(text, _code_spans(text, content_type)))


def _blocks(text: str, code: list[tuple[int, int]]) -> Iterator[ConflictBlock]:
    wanted, opening = "<", None
    for mark in _MARK.finditer(text):
        sign = mark[1][0]
        ours = mark[0].startswith(LOCAL_MARK)
        if sign == "<" and (ours or not _is_in_span(mark.start(), code)):
            wanted, opening = "=", mark
        elif sign == wanted == "=":
            wanted = ">"
        elif sign == wanted == ">" and opening is not None:
            yield ConflictBlock(opening.start(), (opening[0].rstrip(), mark[0].rstrip()))
            wanted, opening = "<", None


def new_conflict(
    text: str, known: Iterable[str], content_type: ContentType
) -> ConflictBlock | None:
    """Return the first block that no ``known`` text has, or has as often; None if there is none.

    Blocks are told apart by their outer markers, so that a page about git can be edited.
    """
    counts = [
        Counter(block.markers for block in conflict_blocks(other, content_type)) for other in known
    ]
    seen: Counter[tuple[str, str]] = Counter()
    for block in conflict_blocks(text, content_type):
        seen[block.markers] += 1
        if all(seen[block.markers] > count[block.markers] for count in counts):
            return block
    return None


def _is_in_span(position: int, spans: list[tuple[int, int]]) -> bool:
    after = bisect_right(spans, (position, position))
    return after > 0 and position < spans[after - 1][1]


def _code_spans(text: str, content_type: ContentType) -> list[tuple[int, int]]:
    """Return (start, end) of each block of code: between fences, or in HTML elements for code."""
    fenced = _fenced_spans(text, content_type)
    listings = (
        listing.span()
        for listing in _LISTING.finditer(text)
        if content_type != "asciidoc" and not _is_in_span(listing.start(), fenced)
    )
    return sorted([*fenced, *listings])


def _fenced_spans(text: str, content_type: ContentType) -> list[tuple[int, int]]:
    pattern = _FENCE.get(content_type)
    spans: list[tuple[int, int]] = []
    opened: re.Match[str] | None = None
    for fence in pattern.finditer(text) if pattern else ():
        if opened is None:
            opened = fence
        elif fence[1].startswith(opened[1]) and not fence[2].strip():
            spans.append((opened.start(), fence.end()))
            opened = None
    return spans
