"""Parse abbreviations in Markdown: ``*[HTML]: Hyper Text Markup Language`` explains each HTML."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

_DEFINITION: Final = re.compile(r"\*\[((?:[^\[\]\\]|\\.)+)\]:(.+)")
_MOST: Final = 500
"""Abbreviations of one page; each text is searched for all of them."""

_KEY: Final = "abbreviations"


def abbreviations_plugin(markdown: MarkdownIt) -> None:
    """Add the rules to a parser."""
    ends = {"alt": ["paragraph", "reference"]}
    markdown.block.ruler.before("reference", "abbreviation", _definition, ends)  # type: ignore[arg-type]
    markdown.core.ruler.after("linkify", "abbreviations", _explain)


def _definition(state: StateBlock, line: int, _end: int, silent: bool) -> bool:
    text = state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
    found = _DEFINITION.match(text) if text.startswith("*[") else None
    if found is None or not found[2].strip():
        return False
    known: dict[str, str] = state.env.setdefault(_KEY, {})
    if not silent:
        if len(known) < _MOST:
            known.setdefault(re.sub(r"\\(.)", r"\1", found[1]), found[2].strip())
        state.line = line + 1
    return True


def _explain(state: StateCore) -> None:
    known: Mapping[str, str] = state.env.get(_KEY, {})
    if not known:
        return
    longest = sorted(known, key=len, reverse=True)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)")
    for token in state.tokens:
        if token.type == "inline" and token.children:
            token.children = [
                part for child in token.children for part in _parts(child, pattern, known)
            ]


def _parts(child: Token, pattern: re.Pattern[str], known: Mapping[str, str]) -> list[Token]:
    """Return a token, or the tokens of its text with each abbreviation in an element."""
    if child.type != "text":
        return [child]
    make = type(child)
    parts: list[Token] = []
    begun = 0
    for found in pattern.finditer(child.content):
        if begun < found.start():
            parts.append(make("text", "", 0, content=child.content[begun : found.start()]))
        parts.append(make("abbr_open", "abbr", 1, attrs={"title": known[found[0]]}))
        parts.append(make("text", "", 0, content=found[0]))
        parts.append(make("abbr_close", "abbr", -1))
        begun = found.end()
    rest = child.content[begun:]
    return [*parts, make("text", "", 0, content=rest)] if rest or not parts else parts
