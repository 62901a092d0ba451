"""Render and convert content, minify CSS, and find the pages that a page links to.

Wiki.js finds links when it renders a page. It needs them because creating, moving or deleting a
page changes ``updatedAt`` of the pages that link to it (wikijs.md, *Dates and versions*). It
minifies the CSS that it stores (wikijs.md, *Fields*). The conversion of content is simpler here
than in Wiki.js.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urljoin, urlsplit

from wikisync.sandbox.validation import unnamed_error

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

    from wikisync.sandbox.store import Row, Store


_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def convert_content(text: str, source: str, target: str) -> str:
    """Return ``text`` converted to another content type. Raises ApiError for other pairs."""
    match source, target:
        case "markdown", "html":
            return to_html(text, source)
        case "html", "markdown":
            return text  # HTML is Markdown too
        case _:
            raise unnamed_error("Unsupported source / destination content types combination.")


def to_html(text: str, content_type: str) -> str:
    """Return content as safe HTML. HTML inside Markdown, and other content types, are escaped."""
    if content_type == "markdown":
        html: str = _renderer().render(text)
        return html
    return f"<pre>{escape(text)}</pre>\n"


@lru_cache(maxsize=1)
def _renderer() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin

    renderer = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(footnote_plugin)
    renderer.add_render_rule("html_block", _escape_html)
    renderer.add_render_rule("html_inline", _escape_html)
    return renderer


def _escape_html(
    _renderer: object, tokens: Sequence[Token], index: int, _options: object, _env: object
) -> str:
    """Return HTML inside Markdown escaped, without comments, which readers are not to see."""
    return escape(_COMMENT.sub("", tokens[index].content))


TOKEN: Final = re.compile(
    r"""(?P<comment>/\*.*?(?:\*/|\Z))|(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
    r"""|(?P<last>\s*;[\s;]*(?=\}))|(?P<mark>\s*[{};,>]\s*|:\s+)|(?P<space>\s+)""",
    re.DOTALL,
)


COLOUR: Final = re.compile(r"#([0-9a-fA-F])\1([0-9a-fA-F])\2([0-9a-fA-F])\3\b")
NOTHING: Final = re.compile(r"(?<=[\s:])0(?:px|em|rem|pt)\b")


def minify_css(css: str) -> str:
    """Return equivalent, shorter CSS: no comments or needless spaces, ``#fff``, ``0`` for ``0px``.

    Strings are not changed.
    """
    return COLOUR.sub(r"#\1\2\3", NOTHING.sub("0", TOKEN.sub(_shorten, css).strip()))


def _shorten(found: re.Match[str]) -> str:
    match found.lastgroup:
        case "comment" | "last":
            return ""
        case "string":
            return found.group()
        case "mark":
            return found.group().strip()
        case _:
            return " "


CODE: Final = re.compile(r"^(```|~~~).*?^\1[ \t]*$|`[^`\n]+`", re.DOTALL | re.MULTILINE)
MARKDOWN_LINK: Final = re.compile(
    r"(?<!!)\[[^\]\n]*\]\(\s*<?([^)\s>]+)|^\[[^\]\n]+\]:\s*(\S+)", re.M
)
HTML_LINK: Final = re.compile(r"""<a\s[^>]*?href\s*=\s*["']([^"']+)""", re.IGNORECASE)
NO_PAGE: Final = re.compile(r"#|mailto:|tel:|.*://|.*\.|/[a-z](/|$)", re.IGNORECASE)
LOCALE: Final = re.compile(r"[A-Z]{2}(-[A-Z]{2})?\Z", re.IGNORECASE)
UNSAFE: Final = re.compile(r'[\x00-\x1f\x80-\x9f\\"|<>:*?]')


def link_targets(page: Row, default_locale: str, *, namespacing: bool) -> list[tuple[str, str]]:
    """Return (locale, path) of each page that ``page`` links to, without duplicates, in order."""
    found: dict[tuple[str, str], None] = {}
    for href in _hrefs(page["content"], page["contentType"]):
        if href and not NO_PAGE.match(href):
            found[link_target(href, page, default_locale, namespacing=namespacing)] = None
    return list(found)


def record_links(store: Store, page: Row) -> None:
    """Replace the stored links of a page."""
    known = {
        (row["locale"], row["path"])
        for row in store.rows("select locale, path from pageLinks where pageId = ?", page["id"])
    }
    language = store.setting("lang")
    meant = link_targets(page, language["code"], namespacing=language["namespacing"])
    for locale, path in known.difference(meant):
        store.run(
            "delete from pageLinks where pageId = ? and locale = ? and path = ?",
            page["id"],
            locale,
            path,
        )
    for locale, path in meant:
        if (locale, path) not in known:
            store.insert("pageLinks", {"pageId": page["id"], "locale": locale, "path": path})


def touch_linking_pages(store: Store, locale: str, path: str) -> None:
    """Update ``updatedAt`` of each page that links there; content stays."""
    for row in store.rows(
        "select distinct pageId from pageLinks where path = ? and locale = ?", path, locale
    ):
        store.update("pages", row["pageId"], {"updatedAt": store.now()})


def _hrefs(content: str, content_type: str) -> list[str]:
    if content_type == "markdown":
        text = CODE.sub("", content)
        inline = [first or second for first, second in MARKDOWN_LINK.findall(text)]
        return inline + HTML_LINK.findall(text)
    return HTML_LINK.findall(content) if content_type == "html" else []


def link_target(href: str, page: Row, default_locale: str, *, namespacing: bool) -> tuple[str, str]:
    """Return the (locale, path) that a link without a dot or a scheme leads to."""
    base = "" if page["path"] == "home" else f"/{page['path']}"
    if not href.startswith("/"):
        href = f"{base}/{href}"
        href = f"/{page['locale']}{href}" if namespacing else href
    elif namespacing and href[3:4] != "/":
        href = f"/{page['locale']}{href}"
    path = unquote(urlsplit(urljoin("http://x", href)).path).strip().removeprefix("/")
    parts = [part for part in UNSAFE.sub("", path).split("/") if part.strip()] or ["home"]
    locale = default_locale
    if len(parts[0]) == 1:
        parts = parts[1:]
    if parts and LOCALE.match(parts[0]):
        locale, parts = parts[0], parts[1:]
    return locale, "/".join(parts)
