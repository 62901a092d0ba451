"""Find the links and images of a page's content, with their exact positions. Pure.

A ``Link`` is what a page refers to: its target as it is spelt in the content, and where that text
is. ``find_links`` covers Markdown (``markdown_links``), HTML (``html_links``) and AsciiDoc
(``asciidoc_links``). Code, comments and preformatted text contain no links.

Positions must be right, because targets are replaced in place: where a content cannot be read with
certainty, ``FoundLinks.doubt`` says why, and there are no links.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wikisync.page.model import ContentType

LinkKind = Literal["link", "image", "xref"]
"""A link to follow, or something that is shown in the page: an image, a video. An ``xref`` is a
cross-reference of AsciiDoc to another page's file, which becomes a link to the same name with
``.html`` in place of ``.adoc``."""

_LINE_END: Final = re.compile(r"\r\n?|\n")
_ESCAPE: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_NO_PATH: Final = frozenset("/\\#?{<>\"':")
"""First characters of targets that are absolute, have no path, or cannot be read as a path."""


@dataclass(frozen=True, slots=True)
class Span:
    """The position of a target in a content: ``content[start:end]``."""

    kind: LinkKind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Link:
    """A link or image of a content.

    ``target`` is ``content[start:end]``: the address as it is spelt, without quotes, brackets or
    title. ``address`` is the same with entities and Markdown's backslash escapes resolved, still
    percent-encoded. ``line`` and ``column`` count from 1, within the content.
    """

    kind: LinkKind
    target: str
    address: str
    start: int
    end: int
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class FoundLinks:
    """The links of a content, ordered by position.

    ``doubt`` is empty, or says as a clause why the links could not be found with certainty; then
    ``links`` is empty.
    """

    links: tuple[Link, ...] = ()
    doubt: str = ""


class UncertainLinks(Exception):
    """Raised by a finder that cannot tell with certainty where the links are. Has the reason."""


def find_links(content: str, content_type: ContentType) -> FoundLinks:
    """Return the links and images of a content, in a page's own format."""
    if not _may_have_links(content, content_type):
        return FoundLinks()
    try:
        spans = list(_finder(content_type)(content))
    except UncertainLinks as problem:
        return FoundLinks(doubt=str(problem))
    return FoundLinks(tuple(_links(content, content_type, spans)))


def is_relative(target: str) -> bool:
    """Return whether a target has a path that is relative to the page: no scheme, no ``/``."""
    if not target or target[0] in _NO_PATH or target[0].isspace():
        return False
    return _SCHEME.match(address_of(target, "markdown")) is None


def _may_have_links(content: str, content_type: ContentType) -> bool:
    """Return whether the content has what every link has, before a parser is loaded."""
    if content_type == "asciidoc":
        return ":" in content or "<<" in content
    tag = "<" in content
    return tag if content_type == "html" else tag or "](" in content or "]:" in content


def _finder(content_type: ContentType) -> Callable[[str], Iterable[Span]]:
    if content_type == "markdown":
        from wikisync.page.markdown_links import markdown_spans

        return markdown_spans
    if content_type == "html":
        from wikisync.page.html_links import html_spans

        return html_spans
    from wikisync.page.asciidoc_links import asciidoc_spans

    return asciidoc_spans


def _links(content: str, content_type: ContentType, spans: Iterable[Span]) -> Iterable[Link]:
    starts = line_starts(content)
    for span in sorted(spans, key=lambda span: span.start):
        target = content[span.start : span.end]
        line = bisect_right(starts, span.start)
        yield Link(
            span.kind,
            target,
            address_of(target, content_type),
            span.start,
            span.end,
            line,
            span.start - starts[line - 1] + 1,
        )


def line_starts(content: str) -> list[int]:
    """Return the position at which each line begins. Lines end in LF, CRLF or CR."""
    return [0, *(match.end() for match in _LINE_END.finditer(content))]


def address_of(target: str, content_type: ContentType) -> str:
    """Return a target with its entities and Markdown's backslash escapes resolved."""
    if content_type == "markdown":
        target = _ESCAPE.sub(r"\1", target)
    return unescape(target) if "&" in target else target
