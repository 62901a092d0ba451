"""Parse attributes in braces: ``{.is-info}``, ``{#anchor}``, ``[text](/a){target=_blank}``.

They belong to the inline element before them; at the end of a block, or alone on its last line, to
the block, and to the outermost one that ends there. So ``{.is-info}`` below a quotation is the
quotation's, and ``{.links-list}`` below the last item is the list's. Only ``id``, ``class`` and
``target`` are taken; Wiki.js leaves out the others with their braces, and so is done here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

_AT_START: Final = re.compile(r"\{([^{}]+)\}(?!\})")
_AT_END: Final = re.compile(r"\{([^{}]+)\}\Z")
_ONLY: Final = re.compile(r"\{([^{}]+)\}\s*\Z")
_PART: Final = re.compile(r"([.#]?)([^\s.#=\"']+)(?:=(?:\"([^\"]*)\"|'([^']*)'|(\S*)))?")
_ALLOWED: Final = frozenset({"id", "class", "target"})


def attributes_plugin(markdown: MarkdownIt) -> None:
    """Add the rule to a parser."""
    markdown.core.ruler.after("inline", "wiki_attributes", _apply)


def _apply(state: StateCore) -> None:
    tokens = state.tokens
    removed: set[int] = set()
    opened: list[Token] = []
    openings: dict[int, Token] = {}
    """The opening token of each closing one, by the position of the latter."""
    for index, token in enumerate(tokens):
        if token.nesting == 1:
            opened.append(token)
        elif token.nesting == -1 and opened:
            openings[index] = opened.pop()
    for index, token in enumerate(tokens):
        if token.type == "fence":
            _apply_to_fence(token)
        elif token.type == "inline" and token.children:
            _apply_inside(token.children)
            if found := _of_block_before(tokens, index, openings):
                target, text = found
                _set(target, text)
                removed.update((index - 1, index, index + 1))
            else:
                _apply_to_block(tokens, index, openings)
    if removed:
        state.tokens = [each for number, each in enumerate(tokens) if number not in removed]


def _apply_to_fence(token: Token) -> None:
    if found := _ONLY.search(token.info):
        token.info = token.info[: found.start()]
        _set(token, found[1])


def _apply_inside(children: list[Token]) -> None:
    """Set the attributes of elements within a paragraph, and cut them out of the text."""
    opened: list[Token] = []
    before: Token | None = None
    for child in children:
        if child.type == "text" and before is not None and (at := _AT_START.match(child.content)):
            _set(before, at[1])
            child.content = child.content[at.end() :]
        before = None
        if child.nesting == 1:
            opened.append(child)
        elif child.nesting == -1 and opened:
            before = opened.pop()
        elif child.type in {"image", "code_inline"}:
            before = child


def _of_block_before(
    tokens: Sequence[Token], index: int, openings: dict[int, Token]
) -> tuple[Token, str] | None:
    """Return the list or table that a paragraph of attributes alone belongs to, and their text."""
    found = _ONLY.match(tokens[index].content)
    if found is None or index < 2 or tokens[index - 1].type != "paragraph_open":
        return None
    before = tokens[index - 2]
    if before.tag in {"table", "ul", "ol"} and before.nesting == -1:
        return openings[index - 2], found[1]
    return None


def _apply_to_block(tokens: Sequence[Token], index: int, openings: dict[int, Token]) -> None:
    """Set the attributes at the end of a block's text."""
    children = tokens[index].children or []
    last = children[-1]
    found = _AT_END.search(last.content) if last.type == "text" else None
    if found is None:
        return
    alone = found.start() == 0 and len(children) > 1 and children[-2].type == "softbreak"
    opening = _owner(tokens, index, openings, alone=alone)
    if opening is None:
        return
    _set(opening, found[1])
    if alone:
        del children[-2:]
    else:
        text = last.content[: found.start()]
        last.content = text.removesuffix(" ")


def _owner(
    tokens: Sequence[Token], index: int, openings: dict[int, Token], *, alone: bool
) -> Token | None:
    """Return the opening token of the block that attributes at the end of a text belong to."""
    if index >= 2 and tokens[index - 2].type == "list_item_open":
        return _list_around(tokens, index) if alone else tokens[index - 2]
    end = index + 1
    while end + 1 < len(tokens) and tokens[end + 1].nesting == -1:
        end += 1
    return openings.get(end)


def _list_around(tokens: Sequence[Token], index: int) -> Token | None:
    """Return the opening token of the list that an item's text is in."""
    depth = 0
    for token in reversed(tokens[:index]):
        if token.tag in {"ul", "ol"}:
            depth += token.nesting
            if depth == 1:
                return token
    return None


def _set(token: Token, text: str) -> None:
    for mark, name, *values in _PART.findall(text):
        value = next((each for each in values if each), "")
        if mark == ".":
            token.attrJoin("class", name)
        elif mark == "#":
            token.attrSet("id", name)
        elif name == "class":
            token.attrJoin("class", value)
        elif name in _ALLOWED:
            token.attrSet(name, value)
