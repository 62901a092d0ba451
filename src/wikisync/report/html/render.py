"""A page's content as a reader would see it, as HTML that is safe to show (``sanitize``).

Markdown is rendered much as Wiki.js does; HTML is shown as HTML; AsciiDoc, which nothing here can
render, as text, and so is Markdown that would take minutes.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from wikisync.page.model import CONTENT_TYPES
from wikisync.report.html import wiki_marks
from wikisync.report.html.sanitize import image_in_words, sanitized
from wikisync.report.words import shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

    from wikisync.page.model import ContentType, Page

_MOST: Final = 5_000
"""Beginnings of images and footnotes in one page; the parser's time grows with their square."""

_OF_FILES: dict[str, ContentType] = {"html": "html", "adoc": "asciidoc"}


def kind_of(page: Page, file: str) -> ContentType:
    """The kind of a page's content: by its editor, else by its file's name."""
    by_name = _OF_FILES.get(file.rpartition(".")[2], "markdown")
    return CONTENT_TYPES.get(page.editor or "", by_name)


def rendered(content: str, kind: ContentType, address: str) -> Markup:
    """Content as safe HTML. ``address`` is the page's own, for its links."""
    content = content.encode("utf-8", "replace").decode()  # half of a pair is no text
    match kind:
        case "markdown" if content.count("![") + content.count("^[") <= _MOST:
            html = _parser().render(content)
        case "html":
            html = content
        case _:
            text = "\n".join(shown(line) for line in content.split("\n"))
            return Markup("<pre>{}</pre>").format(text)
    return Markup(sanitized(html, address))  # noqa: S704 (that is what the sanitizer is for)


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    parser.use(footnote_plugin).use(deflist_plugin).use(wiki_marks.plugin)
    parser.add_render_rule("image", _image)
    return parser


def _image(
    _renderer: object, tokens: Sequence[Token], index: int, _options: object, _env: object
) -> str:
    token = tokens[index]
    return image_in_words(token.content, str(token.attrs.get("src", "")))
