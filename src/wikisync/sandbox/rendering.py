"""Which pages a page links to.

Wiki.js finds them when it renders a page. It needs them because creating, moving or deleting a page
touches ``updatedAt`` of the pages that link to it, though nobody wrote those (facts, *Reading*).

Content of one kind made into another, and a page's HTML.

The real one converts better; here it is enough that content and editor change as they should.

Style sheets are stored smaller than they were sent (facts, *Writing*: CSS is minified).
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urljoin, urlsplit

from wikisync.sandbox.validation import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

    from wikisync.sandbox.store import Row, Store


_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def content(text: str, source: str, target: str) -> str:
    """``text`` as the content of another content type."""
    match source, target:
        case "markdown", "html":
            return as_html(text, source)
        case "html", "markdown":
            return text  # HTML is Markdown too
        case _:
            raise plain("Unsupported source / destination content types combination.")


def as_html(text: str, content_type: str) -> str:
    """Content as safe HTML: of Markdown all but HTML is rendered, all else is shown as it is."""
    if content_type == "markdown":
        html: str = _renderer().render(text)
        return html
    return f"<pre>{escape(text)}</pre>\n"


@lru_cache(maxsize=1)
def _renderer() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.footnote import footnote_plugin

    renderer = MarkdownIt("commonmark").enable(["table", "strikethrough"]).use(footnote_plugin)
    renderer.add_render_rule("html_block", _harmless)
    renderer.add_render_rule("html_inline", _harmless)
    return renderer


def _harmless(
    _renderer: object, tokens: Sequence[Token], index: int, _options: object, _env: object
) -> str:
    """HTML within Markdown: shown as it is written, but for comments, which nobody is to see."""
    return escape(_COMMENT.sub("", tokens[index].content))


TOKEN: Final = re.compile(
    r"""(?P<comment>/\*.*?(?:\*/|\Z))|(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')"""
    r"""|(?P<last>\s*;[\s;]*(?=\}))|(?P<mark>\s*[{};,>]\s*|:\s+)|(?P<space>\s+)""",
    re.DOTALL,
)


COLOUR: Final = re.compile(r"#([0-9a-fA-F])\1([0-9a-fA-F])\2([0-9a-fA-F])\3\b")
NOTHING: Final = re.compile(r"(?<=[\s:])0(?:px|em|rem|pt)\b")


def minified(css: str) -> str:
    """The same rules, spelt shorter: no comments or needless blanks, ``#fff``, ``0`` for ``0px``.

    Strings stay as they are.
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


def targets(page: Row, default_locale: str, *, namespacing: bool) -> list[tuple[str, str]]:
    """(locale, path) of each page that ``page`` links to, once each, in their order."""
    found: dict[tuple[str, str], None] = {}
    for href in _hrefs(page["content"], page["contentType"]):
        if href and not NO_PAGE.match(href):
            found[_target(href, page, default_locale, namespacing=namespacing)] = None
    return list(found)


def record(store: Store, page: Row) -> None:
    """Write down what a page links to, in place of what was known."""
    known = {
        (row["locale"], row["path"])
        for row in store.rows("select locale, path from pageLinks where pageId = ?", page["id"])
    }
    language = store.setting("lang")
    meant = targets(page, language["code"], namespacing=language["namespacing"])
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


def touch(store: Store, locale: str, path: str) -> None:
    """Move ``updatedAt`` of each page that links there; its content stays."""
    for row in store.rows(
        "select distinct pageId from pageLinks where path = ? and locale = ?", path, locale
    ):
        store.change("pages", row["pageId"], {"updatedAt": store.now()})


def _hrefs(content: str, content_type: str) -> list[str]:
    if content_type == "markdown":
        text = CODE.sub("", content)
        inline = [first or second for first, second in MARKDOWN_LINK.findall(text)]
        return inline + HTML_LINK.findall(text)
    return HTML_LINK.findall(content) if content_type == "html" else []


def _target(href: str, page: Row, default_locale: str, *, namespacing: bool) -> tuple[str, str]:
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
