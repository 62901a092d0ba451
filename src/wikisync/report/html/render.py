"""A page's content as a reader would see it, as HTML that is safe to show (``sanitize``).

Markdown is rendered much as Wiki.js does; HTML is shown as HTML; AsciiDoc, which nothing here can
render, as text, and so is what would take too long. A thread cannot be stopped from outside, so the
Markdown parser looks at the clock itself, by a rule of ours that it asks at every step.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from wikisync.page.model import CONTENT_TYPES
from wikisync.report.html import wiki_marks
from wikisync.report.html.bounds import LIMITS
from wikisync.report.html.sanitize import image_in_words, sanitized
from wikisync.report.html.timer import Timer, TooSlow
from wikisync.report.words import escape_control

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.ruler import RuleOptionsType
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

    from wikisync.page.model import ContentType, Page

_MOST: Final = 5_000
"""Beginnings of images and footnotes in one page; the parser's time grows with their square."""

_OF_FILES: dict[str, ContentType] = {"html": "html", "adoc": "asciidoc"}


def kind_of(page: Page, file: str) -> ContentType:
    """The kind of a page's content: by its editor, else by its file's name."""
    by_name = _OF_FILES.get(file.rpartition(".")[2], "markdown")
    return CONTENT_TYPES.get(page.editor or "", by_name)


def rendered(content: str, kind: ContentType, address: str, timer: Timer | None = None) -> Markup:
    """Content as safe HTML. ``address`` is the page's own, for its links."""
    content = content.encode("utf-8", "replace").decode()  # half of a pair is no text
    timer = timer or Timer(LIMITS.preview_seconds, LIMITS.preview_seconds)
    try:
        with timer.running():
            html = _as_html(content, kind, timer)
            if html is not None:
                return Markup(sanitized(html, address))  # noqa: S704 (it is sanitized)
    except TooSlow:
        pass
    text = "\n".join(escape_control(line) for line in content.split("\n"))
    return Markup("<pre>{}</pre>").format(text)


def _as_html(content: str, kind: ContentType, timer: Timer) -> str | None:
    match kind:
        case "markdown" if content.count("![") + content.count("^[") <= _MOST:
            html: str = _parser().render(content, {"timer": timer})
            return html
        case "html":
            return content
    return None


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.deflist import deflist_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    parser = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    parser.use(footnote_plugin).use(deflist_plugin).use(wiki_marks.plugin)
    parser.add_render_rule("image", _image)
    # Before all others, and among those that may end a paragraph, a quotation or a list.
    ends: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    block, inline = parser.block.ruler, parser.inline.ruler
    block.before(block.get_all_rules()[0], "timer", _check_block, ends)
    inline.before(inline.get_all_rules()[0], "timer", _check_inline)
    return parser


def _check_block(state: StateBlock, _start: int, _end: int, _silent: bool) -> bool:
    state.env["timer"].check()
    return False


def _check_inline(state: StateInline, _silent: bool) -> bool:
    state.env["timer"].check()
    return False


def _image(
    _renderer: object, tokens: Sequence[Token], index: int, _options: object, _env: object
) -> str:
    token = tokens[index]
    return image_in_words(token.content, str(token.attrs.get("src", "")))
