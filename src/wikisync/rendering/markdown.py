"""Parse Markdown with the rules that Wiki.js 2.5 has switched on by default.

HTML within the text, bare addresses as links, line breaks as they are, tables, footnotes, task
lists, subscripts and superscripts, sizes of images, attributes in braces, TeX between dollar signs,
which is left as it is, abbreviations, and names of emojis.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.ruler import RuleOptionsType
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

MOST: Final = 5_000
"""Beginnings of images and footnotes in one page; the parser's time grows with their square."""

LONGEST_TEXT: Final = 16_000
"""Characters of a paragraph in which bare addresses are looked for: the time grows with their
square."""


def markdown_to_html(content: str, check: Callable[[], None]) -> str | None:
    """Return Markdown as HTML, which is not safe yet. None if it would take too long.

    ``check`` is called at each step of the parser, and may raise an exception to stop it.
    """
    if content.count("![") + content.count("^[") > MOST:
        return None
    html: str = _parser().render(content, {"check": check})
    return html


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.footnote import footnote_plugin
    from mdit_py_plugins.subscript import sub_plugin
    from mdit_py_plugins.superscript import superscript_plugin
    from mdit_py_plugins.tasklists import tasklists_plugin

    from wikisync.rendering.abbreviations import abbreviations_plugin
    from wikisync.rendering.attributes import attributes_plugin
    from wikisync.rendering.emoji import emoji_plugin
    from wikisync.rendering.image_size import image_size_plugin
    from wikisync.rendering.tables import tables_plugin

    parser = MarkdownIt("js-default", {"html": True, "breaks": True, "linkify": True})
    parser.inline.ruler.disable("linkify")  # the wiki's parser has the rule for whole texts alone
    parser.core.ruler.at("linkify", _link_addresses)
    parser.use(dollarmath_plugin, allow_labels=False, allow_space=False, allow_digits=False)
    parser.use(footnote_plugin).use(tasklists_plugin).use(sub_plugin).use(superscript_plugin)
    parser.use(tables_plugin).use(image_size_plugin).use(attributes_plugin)
    parser.use(abbreviations_plugin).use(emoji_plugin)
    parser.add_render_rule("fence", _fence)
    for name in ("math_inline", "math_inline_double", "math_block"):
        parser.add_render_rule(name, _math)
    # Before all other rules, and among those that may end a paragraph, a quotation or a list.
    ends: RuleOptionsType = {"alt": ["paragraph", "reference", "blockquote", "list"]}
    block, inline = parser.block.ruler, parser.inline.ruler
    block.before(block.get_all_rules()[0], "check", _check_block, ends)
    inline.before(inline.get_all_rules()[0], "check", _check_inline)
    return parser


def _link_addresses(state: StateCore) -> None:
    from markdown_it.rules_core import linkify

    blocks = state.tokens
    for block in blocks:
        if block.type == "inline" and len(block.content) <= LONGEST_TEXT:
            state.env["check"]()
            state.tokens = [block]
            linkify(state)
    state.tokens = blocks


def _check_block(state: StateBlock, _start: int, _end: int, _silent: bool) -> bool:
    state.env["check"]()
    return False


def _check_inline(state: StateInline, _silent: bool) -> bool:
    state.env["check"]()
    return False


def _fence(
    _renderer: object, tokens: Sequence[Token], index: int, _options: object, _env: object
) -> str:
    """Return a block of code. Its language is the first word after the fence."""
    token = tokens[index]
    words = token.info.split()
    classes = " ".join([f"language-{words[0]}"] if words else [])
    own = str(token.attrs.get("class", ""))
    return (
        f'<pre class="{escape(own)}"><code class="{escape(classes)}">'
        f"{escape(token.content, quote=False)}</code></pre>\n"
    )


def _math(
    _renderer: object, tokens: Sequence[Token], index: int, _options: object, _env: object
) -> str:
    token = tokens[index]
    content = escape(token.content.strip(), quote=False)
    if token.type == "math_block":
        return f'<pre class="math">{content}</pre>\n'
    return f'<span class="math">{content}</span>'
