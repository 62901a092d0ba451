"""Render the content of a page as HTML that is safe to show within a report.

Markdown is rendered as Wiki.js does (``rendering.markdown``). HTML is shown as HTML; AsciiDoc is
shown as text, and so is content that takes too long to render. The Markdown parser checks the time
at every step, since a thread cannot be stopped from outside.

nh3 (ammonia), which parses as browsers do, keeps only listed elements and attributes: text,
structure and links, no style, id or class of the page's own. Images are not loaded: those that the
report has are within it, and of others the text is shown.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape, unescape
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urljoin, urlsplit

import nh3
from markupsafe import Markup

from wikisync.page.model import CONTENT_TYPES
from wikisync.rendering.deadline import Timer, TooSlow
from wikisync.rendering.markdown import markdown_to_html
from wikisync.rendering.nesting import nests_too_deep
from wikisync.rendering.sanitize import DROPPED, TAGS, bounded_span, with_bounded_formatting
from wikisync.report.html.limits import LIMITS
from wikisync.report.text import escape_control

if TYPE_CHECKING:
    from collections.abc import Mapping

    from nh3 import Cleaner

    from wikisync.page.model import ContentType, Page
    from wikisync.report.html.images import ShownImages


_OF_FILES: dict[str, ContentType] = {"html": "html", "adoc": "asciidoc"}


def kind_of(page: Page, file: str) -> ContentType:
    """Return the content type of a page, by its editor or its file's name."""
    by_name = _OF_FILES.get(file.rpartition(".")[2], "markdown")
    return CONTENT_TYPES.get(page.editor or "", by_name)


def rendered(
    content: str,
    kind: ContentType,
    address: str,
    timer: Timer | None = None,
    images: ShownImages | None = None,
) -> Markup:
    """Return content as safe HTML. ``address`` is the page's URL, for its links.

    Of ``images``, those are shown that the page refers to.
    """
    content = content.encode("utf-8", "replace").decode()  # lone surrogates
    timer = timer or Timer(LIMITS.preview_seconds, LIMITS.preview_seconds)
    try:
        with timer.running():
            html = _as_html(content, kind, timer)
            if html is not None and not nests_too_deep(html, timer.check):
                return Markup(sanitized(html, address, images))  # noqa: S704 (it is sanitized)
    except TooSlow:
        pass
    text = "\n".join(escape_control(line) for line in content.split("\n"))
    return Markup("<pre>{}</pre>").format(text)


def _as_html(content: str, kind: ContentType, timer: Timer) -> str | None:
    match kind:
        case "markdown":
            html = markdown_to_html(content, timer.check)
            return None if html is None else _TASK.sub(_box, html)
        case "html":
            return content
    return None


_TASK: Final = re.compile(r'<input class="task-list-item-checkbox"([^<>]*)>')
KINDS: Final = frozenset({"is-info", "is-success", "is-warning", "is-danger"})
"""The classes of quotations that Wiki.js has a look for."""


def _box(found: re.Match[str]) -> str:
    return "☑" if "checked=" in found[1] else "☐"


_SCHEMES: Final = frozenset({"http", "https", "mailto"})
_ATTRIBUTES: Final = {
    "*": {"dir", "lang", "title"},
    "a": {"href"},
    "ol": {"start", "reversed"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
    "details": {"open"},
}
_IMAGE: Final = re.compile(r"<img\b([^<>]*)>")
_ATTRIBUTE: Final = re.compile(r"\b(alt|src|width|height)=\"([^\"]*)\"")
_IMAGE_ATTRIBUTES: Final = {"alt", "src", "width", "height"}
_NAME: Final = 120
_DIGITS: Final = 4
"""Digits of the width and height of an image that a page may ask for."""


def sanitized(html: str, address: str, images: ShownImages | None = None) -> str:
    """Return HTML without active content. ``address`` is the page's URL, for its links."""
    clean = _cleaner(address, images=True).clean(with_bounded_formatting(html))
    if "<img" not in clean:
        return clean
    shown: dict[str, str] = {}

    def replaced(found: re.Match[str]) -> str:
        values = {name: unescape(value) for name, value in _ATTRIBUTE.findall(found[1])}
        source = images and images.address(values.get("src", ""))
        if not source:
            return image_in_words(values.get("alt", ""), values.get("src", ""))
        shown[name := f"image-{len(shown)}"] = source
        return _image(name, values)

    # What stands for images is sanitized like everything else.
    words = _IMAGE.sub(replaced, clean)
    return (_with_images(address, shown) if shown else _cleaner(address, images=False)).clean(words)


def _image(name: str, values: dict[str, str]) -> str:
    """Return an image whose address is yet to be put in. To be sanitized."""
    sizes = (
        f' {key}="{size}"'
        for key in ("width", "height")
        if (size := values.get(key, "")).isdecimal() and len(size) <= _DIGITS
    )
    alt = escape(escape_control(values.get("alt", "")[:_NAME]))
    return f'<img src="{name}" alt="{alt}"{"".join(sizes)}>'


def image_in_words(alt: str, source: str) -> str:
    """Return HTML in place of an image: its text, or its file's name. To be sanitized."""
    if source.startswith("data:"):
        source = "an image within the page"
    name = alt.strip() or unquote(source.partition("?")[0].rpartition("/")[2]) or "image"
    title = escape(escape_control(source[:_NAME]))
    return f'<span class="image" title="{title}">{escape(escape_control(name[:_NAME]))}</span>'


def _with_images(address: str, shown: Mapping[str, str]) -> Cleaner:
    """Return a cleaner that leaves these images alone, and puts in their addresses."""
    return _new_cleaner(address, images=True, shown=shown)


@lru_cache(maxsize=4)
def _cleaner(address: str, *, images: bool) -> Cleaner:
    return _new_cleaner(address, images=images)


def _new_cleaner(address: str, *, images: bool, shown: Mapping[str, str] | None = None) -> Cleaner:
    def allowed(tag: str, attribute: str, value: str) -> str | None:  # noqa: ARG001
        if attribute == "src" and shown is not None:
            return shown.get(value)
        if attribute == "href":
            return _link(value, address)
        if attribute in {"colspan", "rowspan"}:
            return bounded_span(value)
        return escape_control(value) if attribute == "title" else value

    return nh3.Cleaner(
        tags=TAGS | {"img"} if images else set(TAGS),
        clean_content_tags=DROPPED | {"audio", "video"},
        attributes={**_ATTRIBUTES, "img": _IMAGE_ATTRIBUTES} if images else _ATTRIBUTES,
        attribute_filter=allowed,
        strip_comments=True,
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
        # Images within the page are named as such; none is loaded.
        url_schemes={*_SCHEMES, "data"} if images else set(_SCHEMES),
        allowed_classes={"span": {"image"}, "blockquote": set(KINDS)},
    )


def _link(target: str, address: str) -> str | None:
    """Return the absolute URL of a link; None for a link within the page."""
    target = target.strip()
    if not target or target.startswith("#"):
        return None
    try:
        whole = urljoin(address, target)
        return whole if urlsplit(whole).scheme in _SCHEMES else None
    except ValueError:
        return None
