"""Replace the names of emojis in Markdown (``:tada:``), and emoticons (``:-)``), as Wiki.js does.

The names are GitHub's. Nothing is replaced in code, nor in the text of a bare address.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from markdown_it import MarkdownIt
    from markdown_it.rules_core import StateCore
    from markdown_it.token import Token

CLASS: Final = "emoji"
"""The class of the element around an emoji. The wiki has a picture there, which is no text."""

_EMOTICONS: Final = {
    "angry": ">:( >:-(",
    "blush": ':") :-")',
    "broken_heart": r"</3 <\3",
    "confused": ":/ :-/",
    "cry": ":'( :'-( :,( :,-(",
    "frowning": ":( :-(",
    "heart": "<3",
    "imp": "]:( ]:-(",
    "innocent": "o:) O:) o:-) O:-) 0:) 0:-)",
    "joy": ":') :'-) :,) :,-) :'D :'-D :,D :,-D",
    "kissing": ":* :-*",
    "laughing": "x-) X-)",
    "neutral_face": ":| :-|",
    "open_mouth": ":o :-o :O :-O",
    "rage": ":@ :-@",
    "smile": ":D :-D",
    "smiley": ":) :-)",
    "smiling_imp": "]:) ]:-)",
    "sob": ":,'( :,'-( ;( ;-(",
    "stuck_out_tongue": ":P :-P",
    "sunglasses": "8-) B-)",
    "sweat": ",:( ,:-(",
    "sweat_smile": ",:) ,:-)",
    "unamused": ":s :-S :z :-Z :$ :-$",
    "wink": ";) ;-)",
}
_NAME_OF: Final = {sign: name for name, signs in _EMOTICONS.items() for sign in signs.split()}
_SIGN: Final = re.compile("|".join(map(re.escape, sorted(_NAME_OF, reverse=True))))
_ANY: Final = re.compile(rf":(?P<name>[a-z0-9_+-]{{1,80}}):|{_SIGN.pattern}")


def emoji_plugin(markdown: MarkdownIt) -> None:
    """Add the rule to a parser: for whole texts, in which escaped signs count as others do."""
    markdown.core.ruler.after("text_join", "emoji", _replace)
    markdown.add_render_rule("emoji", _render)


def without_emojis(text: str) -> str:
    """Return a text without the names and emoticons that are shown as emojis."""
    kept, begun = [], 0
    for start, end, _ in _found(text):
        kept.append(text[begun:start])
        begun = end
    return "".join([*kept, text[begun:]])


def _replace(state: StateCore) -> None:
    for block in state.tokens:
        if block.type != "inline" or not block.children:
            continue
        state.env["check"]()
        in_address = 0
        parts: list[Token] = []
        for child in block.children:
            if child.info == "auto":
                in_address += child.nesting
            is_text = child.type == "text" and not in_address
            parts += _parts(child) if is_text else [child]
        block.children = parts


def _parts(token: Token) -> Iterator[Token]:
    """Yield a text, or the texts and emojis in it."""
    make, begun = type(token), 0
    for start, end, emoji in _found(token.content):
        if begun < start:
            yield make("text", "", 0, content=token.content[begun:start])
        yield make("emoji", "", 0, content=emoji)
        begun = end
    if begun < len(token.content):
        token.content = token.content[begun:]
        yield token


def _render(
    _renderer: object, tokens: Sequence[Token], index: int, _options: object, _env: object
) -> str:
    return f'<span class="{CLASS}">{tokens[index].content}</span>'


def _found(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the start, the end and the emoji of each name and emoticon in a text."""
    at = 0
    while found := _ANY.search(text, at):
        start, name = found.start(), found["name"]
        if name is not None and name in _names():
            yield start, (at := found.end()), _names()[name]
            continue
        sign = _SIGN.match(text, start)
        at = sign.end() if sign is not None else start + 1
        if sign is not None and _stands_alone(text, start, at):
            yield start, at, _names()[_NAME_OF[sign[0]]]


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Return whether no letter, digit or symbol is right before or after a part of a text."""
    around = (text[start - 1 : start] if start else "", text[end : end + 1])
    return all(
        not sign or unicodedata.category(sign)[0] in "ZP" or unicodedata.category(sign) == "Cc"
        for sign in around
    )


@lru_cache(maxsize=1)
def _names() -> Mapping[str, str]:
    """Return each emoji by its name without the colons. Loaded when a text first needs it."""
    from pymdownx import gemoji_db

    emojis = {
        name: _characters(known.get("unicode_alt", known["unicode"]))
        for name, known in gemoji_db.emoji.items()
        if "unicode" in known
    }
    aliases = {alias: emojis[name] for alias, name in gemoji_db.aliases.items() if name in emojis}
    return {name.strip(":"): emoji for name, emoji in (emojis | aliases).items()}


def _characters(numbers: str) -> str:
    return "".join(chr(int(number, 16)) for number in numbers.split("-"))
