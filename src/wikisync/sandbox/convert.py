"""Content of one kind made into another, and a page's HTML.

The real one converts better; here it is enough that content and editor change as they should.
"""

from __future__ import annotations

import re
from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING

from wikisync.sandbox.problems import plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.token import Token

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
