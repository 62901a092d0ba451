"""Find the anchors of a page: the names that ``#…`` in a link may have. Pure.

Wiki.js gives each heading an anchor of its text, and a number to a second one of the same text
(wikijs.md, *Links between pages*). Any element may have one of its own, by ``id`` or ``name``.
"""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any, Final

from wikisync.rendering.emoji import without_emojis
from wikisync.rendering.slugs import Anchors, slug

if TYPE_CHECKING:
    from wikisync.page.model import ContentType

_ATTRIBUTES: Final = re.compile(r"[ \t]*\{([^{}]*)\}[ \t]*\Z")
_OWN_ID: Final = re.compile(r"\{[^{}\n]*#([^\s{}.#]+)[^{}\n]*\}")
_FOOTNOTES: Final = re.compile(r"fn(?:ref)?\d+(?::\d+)?")


def anchors_of(content: str, content_type: ContentType) -> frozenset[str] | None:
    """Return the anchors of a page; None for AsciiDoc, where they are not known."""
    if content_type == "asciidoc":
        return None
    parser = _Parser()
    html = content if content_type == "html" else str(_markdown().render(content))
    parser.feed(html)
    parser.close()
    own = set(_OWN_ID.findall(content)) if content_type == "markdown" else set()
    return frozenset({*parser.ids, *own, *_numbered(parser.headings)})


def has_anchor(fragment: str, anchors: frozenset[str]) -> bool:
    """Return whether a fragment is the top of the page, a footnote, or an anchor."""
    return (
        fragment in {"", "top"}
        or fragment in anchors
        or _FOOTNOTES.fullmatch(fragment) is not None
        or fragment.startswith(":~:")
    )


def _numbered(headings: list[str]) -> list[str]:
    """Return the anchors of headings in order, each once."""
    anchors = Anchors()
    return [anchors.add(slug(without_emojis(_ATTRIBUTES.sub("", text)))) for text in headings]


class _Parser(HTMLParser):
    """Collect the ids and names of elements, and the texts of headings that have no id."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: set[str] = set()
        self.headings: list[str] = []
        self._open = ""
        self._text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {value for name, value in attrs if name in {"id", "name"} and value}
        self.ids |= named
        if re.fullmatch(r"h[1-6]", tag):
            self._open = "" if dict(attrs).get("id") else tag
            self._text = []

    def handle_endtag(self, tag: str) -> None:
        if self._open == tag:
            self.headings.append("".join(self._text))
            self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self._text.append(data)


@cache
def _markdown() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("js-default", {"html": True})
