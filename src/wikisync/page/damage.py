"""What makes a file no page, whatever its header says: bytes that are no text, half a merge."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Final

from wikisync.errors import BadPage

if TYPE_CHECKING:
    from wikisync.page.model import ContentType

OUR_MARK: Final = "<<<<<<< here"
"""What stands above this folder's version where wikisync shows both."""

_MARK: Final = re.compile(r"^(<{7}|={7}|>{7})(?= |\r?$)", re.MULTILINE)
_FENCE: Final[dict[ContentType, re.Pattern[str]]] = {
    "markdown": re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$", re.MULTILINE),
    "asciidoc": re.compile(r"^(-{4,}|\.{4,})([ \t\r]*)$", re.MULTILINE),
}


def decode_file(data: bytes, content_type: ContentType, file: str) -> str:
    """The file's text. Raises BadPage for what is no UTF-8, holds a NUL or Git's conflict marks."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadPage(file, line, "it is no text in UTF-8") from None
    reject_damage(text, content_type, file)
    return text


def reject_damage(text: str, content_type: ContentType, file: str) -> None:
    """Raise BadPage if the text holds a NUL or a block of Git's conflict marks."""
    nul = text.find("\0")
    if nul >= 0:
        raise BadPage(file, _line_at(text, nul), "it holds a NUL character")
    conflict = (
        _find_conflict_block(text, content_type)
        if "<<<<<<< " in text and ">>>>>>> " in text
        else None
    )
    if conflict is not None:
        raise BadPage(file, _line_at(text, conflict), _TWO_VERSIONS)


def _line_at(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _find_conflict_block(text: str, content_type: ContentType) -> int | None:
    """Where a conflict block begins: its three marks in order, each at the start of a line.

    A block shown whole in a code fence is an example: pages about Git have them. Marks that
    wikisync wrote are none, wherever they are: it marks code as well.
    """
    wanted, start = "<", 0
    spans = _fenced_spans(text, content_type)
    for mark in _MARK.finditer(text):
        ours = text.startswith(OUR_MARK, mark.start())
        if mark[1][0] == "<" and (ours or not _is_in_span(mark.start(), spans)):
            wanted, start = "=", mark.start()
        elif mark[1][0] == wanted == "=":
            wanted = ">"
        elif mark[1][0] == wanted == ">":
            return start
    return None


def _is_in_span(position: int, spans: list[tuple[int, int]]) -> bool:
    after = bisect_right(spans, (position, position))
    return after > 0 and position < spans[after - 1][1]


def _fenced_spans(text: str, content_type: ContentType) -> list[tuple[int, int]]:
    """Where code stands between fences, in order."""
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


_TWO_VERSIONS = "it holds Git's conflict marks: choose one version"
