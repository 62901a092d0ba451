"""HTML from pages made harmless: text, structure and links stay; whatever acts, loads, draws over
other things or asks for input goes.

A list of what may stay, applied by nh3 (ammonia), which parses as browsers do. No style, no id and
no class but ours stays, so that a page can neither leave its box nor look like the report around
it. Images are never loaded: their text stands where they were.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape, unescape
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urljoin, urlsplit

import nh3

from wikisync.report.html.wiki_marks import KINDS
from wikisync.report.words import escape_control

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
"""The elements that may stay. Of others the text stays, and of ``DROPPED`` not even that."""

DROPPED: Final = frozenset(
    (
        *("script", "style", "template", "noscript", "iframe", "frame", "frameset", "object"),
        *("embed", "applet", "svg", "math", "select", "textarea", "title", "head", "audio"),
        *("video", "canvas"),
    )
)
_SCHEMES: Final = frozenset({"http", "https", "mailto"})
_ATTRIBUTES: Final = {
    "*": {"dir", "lang", "title"},
    "a": {"href"},
    "ol": {"start", "reversed"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "details": {"open"},
}
_SPAN: Final = 100
"""Columns or rows that a cell may span: a table of a million columns would stop a browser."""

# Browsers, and ammonia, open each of these anew in every paragraph until it is closed; of equal
# ones no more than three. The time for that grows with their number times that of the paragraphs.
_FORMATTING: Final = re.compile(
    r"<(b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/])[^>]*+(?:>|\Z)", re.IGNORECASE
)
_FORMATTED: Final = 30
"""Elements of that kind whose attributes are kept."""

_IMAGE: Final = re.compile(r"<img\b([^<>]*)>")
_ATTRIBUTE: Final = re.compile(r"\b(alt|src)=\"([^\"]*)\"")
_NAME: Final = 120


def sanitized(html: str, address: str) -> str:
    """The HTML of a page without anything that acts. ``address`` is the page's own, for links."""
    if sum(1 for _ in _FORMATTING.finditer(html)) > _FORMATTED:
        html = _FORMATTING.sub(r"<\1>", html)
    clean = _cleaner(address, images=True).clean(html)
    if "<img" in clean:  # what stands for images is sanitized like everything else
        clean = _cleaner(address, images=False).clean(_IMAGE.sub(_in_words, clean))
    return clean


def image_in_words(alt: str, source: str) -> str:
    """What stands for an image: its text, else its file's name. HTML, to be sanitized."""
    if source.startswith("data:"):
        source = "an image within the page"
    name = alt.strip() or unquote(source.partition("?")[0].rpartition("/")[2]) or "image"
    title = escape(escape_control(source[:_NAME]))
    return f'<span class="image" title="{title}">{escape(escape_control(name[:_NAME]))}</span>'


def _in_words(found: re.Match[str]) -> str:
    values = {name: unescape(value) for name, value in _ATTRIBUTE.findall(found[1])}
    return image_in_words(values.get("alt", ""), values.get("src", ""))


@lru_cache(maxsize=4)
def _cleaner(address: str, *, images: bool) -> Cleaner:
    def allowed(tag: str, attribute: str, value: str) -> str | None:  # noqa: ARG001
        if attribute == "href":
            return _link(value, address)
        if attribute in {"colspan", "rowspan"}:
            return value if value.isascii() and value.isdigit() and int(value) <= _SPAN else None
        return escape_control(value) if attribute == "title" else value

    return nh3.Cleaner(
        tags=TAGS | {"img"} if images else set(TAGS),
        clean_content_tags=set(DROPPED),
        attributes={**_ATTRIBUTES, "img": {"alt", "src"}} if images else _ATTRIBUTES,
        attribute_filter=allowed,
        strip_comments=True,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        url_schemes=set(_SCHEMES),
        allowed_classes={"span": {"image"}, "blockquote": set(KINDS)},
    )


def _link(target: str, address: str) -> str | None:
    """A link's whole address, on the wiki where it names none; None for one within the page."""
    target = target.strip()
    if not target or target.startswith("#"):
        return None
    try:
        whole = urljoin(address, target)
        return whole if urlsplit(whole).scheme in _SCHEMES else None
    except ValueError:
        return None
