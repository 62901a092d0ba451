"""Remove from a page's HTML all that can act, load or reach outside the page.

nh3 (ammonia) parses as browsers do, and keeps only listed elements, attributes and properties of
styles. What is left is text, structure, links, and the addresses of images and media, which
``page_html`` replaces.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import nh3

if TYPE_CHECKING:
    from nh3 import Cleaner

TAGS: Final = frozenset(
    (
        *("a", "abbr", "b", "bdi", "bdo", "blockquote", "br", "caption", "cite", "code", "col"),
        *("colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "figcaption"),
        *("figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "kbd", "li", "mark"),
        *("ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strike"),
        *("strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th", "thead"),
        *("time", "tr", "tt", "u", "ul", "var", "wbr"),
    )
)
"""Elements of text and structure that may stay."""

DROPPED: Final = frozenset(
    (
        *("script", "style", "template", "noscript", "iframe", "frame", "frameset", "object"),
        *("embed", "applet", "svg", "math", "select", "textarea", "title", "head", "canvas"),
    )
)
"""Elements whose content is removed too. Of all others the text stays."""

_MORE_TAGS: Final = frozenset(
    (
        *("article", "aside", "audio", "big", "center", "font", "footer", "header", "img"),
        *("input", "section", "source", "video"),
    )
)
_ATTRIBUTES: Final = {
    "*": {"align", "class", "dir", "id", "lang", "style", "title"},
    "a": {"href", "name", "target"},
    "audio": {"controls", "loop", "src"},
    "details": {"open"},
    "font": {"color"},
    "img": {"alt", "height", "src", "width"},
    "input": {"checked", "type"},
    "ol": {"reversed", "start", "type"},
    "source": {"src", "type"},
    "td": {"colspan", "rowspan", "width"},
    "th": {"colspan", "rowspan", "scope", "width"},
    "video": {"controls", "height", "loop", "src", "width"},
}
_STYLES: Final = frozenset(
    (
        *("background-color", "border", "border-bottom", "border-radius", "color", "float"),
        *("font-size", "font-style", "font-weight", "padding", "text-align"),
        *("text-decoration", "vertical-align", "width"),
    )
)
_SPAN: Final = 100
"""Columns or rows that a cell may span: a table of a million columns would stop a browser."""

# Browsers, and ammonia, open each of these anew in every paragraph until it is closed; of equal
# ones no more than three. The time for that grows with their number times that of the paragraphs.
_FORMATTING: Final = re.compile(
    r"<(b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/])[^>]*+(?:>|\Z)", re.IGNORECASE
)
_FORMATTED: Final = 30
"""Elements of that kind whose attributes are kept."""


def with_bounded_formatting(html: str) -> str:
    """Return HTML that takes no time out of proportion to clean."""
    if sum(1 for _ in _FORMATTING.finditer(html)) > _FORMATTED:
        return _FORMATTING.sub(r"<\1>", html)
    return html


def bounded_span(value: str) -> str | None:
    """Return the value of ``colspan`` or ``rowspan``; None for one that is too large."""
    return value if value.isascii() and value.isdigit() and int(value) <= _SPAN else None


def sanitize(html: str) -> str:
    """Return HTML in which nothing can run. It may still name addresses of images and links."""
    return _cleaner().clean(with_bounded_formatting(html))


@lru_cache(maxsize=1)
def _cleaner() -> Cleaner:
    return nh3.Cleaner(
        tags=set(TAGS | _MORE_TAGS),
        clean_content_tags=set(DROPPED),
        attributes=_ATTRIBUTES,
        attribute_filter=_allowed,
        strip_comments=True,
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel", "data", "ftp"},
        filter_style_properties=set(_STYLES),
    )


def _allowed(_tag: str, attribute: str, value: str) -> str | None:
    if attribute in {"colspan", "rowspan"}:
        return bounded_span(value)
    if attribute == "href" and value.strip()[:5].lower() == "data:":
        return None
    return value
