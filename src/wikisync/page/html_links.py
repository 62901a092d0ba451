"""Find the links and images of HTML, with their exact positions. Pure.

Used for HTML pages, and for the tags in Markdown. What is in comments, scripts, styles, text areas
and ``<pre>`` is not searched.
"""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

from wikisync.page.links import LinkKind, Span, UncertainLinks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_TARGETS: Final[dict[tuple[str, str], LinkKind]] = {
    ("a", "href"): "link",
    ("img", "src"): "image",
    ("video", "src"): "image",
    ("video", "poster"): "image",
    ("audio", "src"): "image",
    ("source", "src"): "image",
}
_ATTRIBUTE: Final = re.compile(
    r"""([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'=<>`]+)))?"""
)
_OPEN: Final = re.compile(r"<[A-Za-z/!?]")
_TAG_NAME: Final = re.compile(r"<([A-Za-z][^\s/>]*)")
_MOST_OPEN: Final = 100
"""Tags that may begin before one ends. With thousands the parser would take minutes."""
_UNSEARCHED: Final = frozenset({"pre", "script", "style", "textarea"})


def html_spans(content: str) -> list[Span]:
    """Return the targets of an HTML page. Raises UncertainLinks where the tags are unclear."""
    scanner = HtmlScanner()
    scanner.scan(content, 0)
    return scanner.spans


class HtmlScanner:
    """Collect the targets of several pieces of HTML, in order, as one document.

    ``inside`` is how many unsearched elements are open, such as ``<pre>``.
    """

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.inside = 0

    def scan(self, html: str, offset: int) -> None:
        """Collect the targets of a piece that begins at ``offset``. Raises UncertainLinks."""
        if any(len(_OPEN.findall(text)) > _MOST_OPEN for text in html.split(">")):
            raise UncertainLinks("tags in its HTML do not end")
        parser = _Parser(html)
        try:
            parser.feed(html)
            rest = parser.rawdata
            parser.close()
        except (AssertionError, ValueError):  # as for ``<![x``
            raise UncertainLinks("a declaration in its HTML is unclear") from None
        if rest.startswith("<!--"):
            raise UncertainLinks("a comment in its HTML does not end")
        for event, position, tag, attributes in parser.events:
            if event == "end":
                self.inside -= tag in _UNSEARCHED and self.inside > 0
                continue
            if not self.inside:
                start = offset + position
                self.spans += target_spans(
                    html[position : parser.ends[position]], start, attributes
                )
            self.inside += tag in _UNSEARCHED and event == "start"


def target_spans(
    tag: str, offset: int, attributes: Sequence[tuple[str, str | None]] | None = None
) -> Iterator[Span]:
    """Yield the targets of one start tag, whose text begins at ``offset``.

    ``attributes`` are those that a parser found, to compare with. Raises UncertainLinks if others
    are found here.
    """
    name = _TAG_NAME.match(tag)
    if name is None:
        raise UncertainLinks("a tag in its HTML is unclear")
    found: list[tuple[str, str | None]] = []
    spans: list[Span] = []
    for match in _ATTRIBUTE.finditer(tag, name.end()):
        key = match[1].lower()
        group = next((g for g in (2, 3, 4) if match[g] is not None), None)
        found.append((key, None if group is None else unescape(match[group])))
        kind = _TARGETS.get((name[1].lower(), key))
        if kind is not None and group is not None and match[group].strip():
            spans.append(Span(kind, offset + match.start(group), offset + match.end(group)))
    if spans and attributes is not None and found != list(attributes):
        raise UncertainLinks("the attributes of a tag in its HTML are unclear")
    yield from spans


class _Parser(HTMLParser):
    """Note the start and end tags of a text, each start tag with its position and attributes."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.events: list[tuple[str, int, str, list[tuple[str, str | None]] | None]] = []
        self.ends: dict[int, int] = {}
        self._starts = [0, *(m.end() for m in re.finditer("\n", html))]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note("start", tag, attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note("empty", tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self.events.append(("end", 0, tag, None))

    def _note(self, event: str, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line, column = self.getpos()
        position = self._starts[line - 1] + column
        self.ends[position] = position + len(self.get_starttag_text() or "")
        self.events.append((event, position, tag, attrs))
