"""What Wiki.js's Markdown has beside CommonMark, as a plugin: as far as a preview needs it.

Classes in braces below a block (``{.is-info}``) colour a quotation and are not text; sizes of
images (``![x](/x.png =250x)``) are no part of their address.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

KINDS: Final = frozenset({"is-info", "is-success", "is-warning", "is-danger"})
"""The classes of quotations that Wiki.js has a look for."""

_CLASSES: Final = re.compile(r"(?:\A|\n)\{((?:[.#][\w-]+ *)+)\}[ \t]*\Z")
_SIZE: Final = re.compile(r"(!\[[^\]\n]*\]\([^()\s]+)[ \t]+=\d*%?x\d*%?\)")
_TASK: Final = re.compile(r"\A\[([ xX])\][ \t]+")
_BOX: Final = {" ": "☐", "x": "☑", "X": "☑"}


def plugin(markdown: MarkdownIt) -> None:
    """Add these marks to a parser."""
    markdown.core.ruler.after("block", "wiki_marks", _apply)


def _apply(state: StateCore) -> None:
    open_blocks: list[Token] = []
    for token in state.tokens:
        if token.nesting == 1:
            open_blocks.append(token)
        elif token.nesting == -1 and open_blocks:
            open_blocks.pop()
        elif token.type == "inline":
            token.content = _plain(token.content, open_blocks)


def _plain(text: str, around: list[Token]) -> str:
    """The text of a block without marks that say only how it looks."""
    if found := _CLASSES.search(text):
        text = text[: found.start()]
        kinds = KINDS.intersection(found[1].replace(".", " ").split())
        quote = next((token for token in reversed(around) if token.tag == "blockquote"), None)
        if kinds and quote is not None:
            quote.attrSet("class", min(kinds))
    if any(token.tag == "li" for token in around[-2:]):
        text = _TASK.sub(lambda box: f"{_BOX[box[1]]} ", text)
    return _SIZE.sub(r"\1)", text)
