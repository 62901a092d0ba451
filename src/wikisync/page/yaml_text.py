"""YAML, as far as headers need it: texts in, texts out.

The only module that imports PyYAML and python-frontmatter, and only when a header holds something
that is not plain: of a folder of ordinary pages, most never come here. What either library would
write is never taken whole; headers are changed line by line (promise 8).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DEPTH: Final = 20
"""How deep a header may nest. Beyond, it is no YAML to us: PyYAML in C crashes at some depth."""

# A letter first, and nothing that YAML could take for syntax: no colon, hash, bracket, brace.
_SAFE_TEXT: Final = re.compile(r"[^\W\d_][\w ,.()/+'’&–—…?;!%$\"-]*")
_RESERVED_WORDS: Final = frozenset({"true", "false", "yes", "no", "on", "off", "null"})
# Where one of these comes first, YAML sees syntax ("-" and "?" only before a blank).
_INDICATORS: Final = frozenset("[]{},&*!|>'\"%@`# \t")
_CANONICAL_NUMBER: Final = re.compile(r"0|-?[1-9]\d{0,14}|-?(?:0|[1-9]\d{0,6})\.\d{0,6}[1-9]")
# Text for PyYAML, a number for the YAML that Wiki.js uses.
_NUMBER_ELSEWHERE: Final = re.compile(r"[-+]?[\d_]+(?:\.[\d_]*)?[eE][-+]?\d+|0o[0-7]+")
_ESCAPES: Final = {"\n": r"\n", "\r": r"\r", "\t": r"\t", "\\": r"\\", '"': r"\"", "\0": r"\0"}
# Controls, line breaks of any kind, and what is no character.
_UNPRINTABLE: Final = "\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff"
_NEEDS_ESCAPE: Final = re.compile(f"[{_UNPRINTABLE}]")
_ESCAPED: Final = re.compile(f'[{_UNPRINTABLE}\\\\"]')


def load_yaml(text: str) -> object:
    """The text as YAML, every scalar as its text (``007`` is ``"007"``).

    Gives str, list or dict; ``None`` where the text is no YAML, holds nothing, or nests too deep.
    """
    read, failures = _yaml_loader()
    try:
        return read(text)
    except failures:
        return None


def is_plain_scalar(text: str) -> bool:
    """Whether YAML takes the text, unquoted after a key, for itself: ``Foo`` yes, ``007`` no.

    Trailing blanks are not looked at: our reader keeps them, and Wiki.js writes them so. A number
    whose text is its only spelling (``42``) is itself, for whoever loads it and prints it.
    """
    bare = text.rstrip(" ")
    if not bare or (_SAFE_TEXT.fullmatch(bare) and bare.lower() not in _RESERVED_WORDS):
        return True
    # A tab too: YAML's readers disagree on one inside a plain text.
    if bare[0] in _INDICATORS or _NEEDS_ESCAPE.search(bare) or _NUMBER_ELSEWHERE.fullmatch(bare):
        return False
    tag = _scalar_type(bare)
    return tag == "str" or (
        tag in ("int", "float") and _CANONICAL_NUMBER.fullmatch(bare) is not None
    )


def quote(text: str, style: str = "", *, forbidden: str = "") -> str:
    """The text as a quoted scalar on one line.

    ``style`` is the quote that the file uses, ``'`` or ``"``; without, whichever reads better.
    It is kept unless only double quotes can hold the text. ``never`` is a sequence that must not
    appear, as ``-->`` in an HTML comment; its last character is escaped.
    """
    forced = _NEEDS_ESCAPE.search(text) or (forbidden and forbidden in text)
    if not forced and (style or _preferred_quote(text)) == "'":
        return "'" + text.replace("'", "''") + "'"
    escaped = _ESCAPED.sub(_escape, text)
    if forbidden:
        escaped = escaped.replace(forbidden, f"{forbidden[:-1]}\\x{ord(forbidden[-1]):02x}")
    return f'"{escaped}"'


def _preferred_quote(text: str) -> str:
    in_double = text.count('"') + text.count("\\")
    return "'" if in_double > text.count("'") else '"'


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    if char in _ESCAPES:
        return _ESCAPES[char]
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


@lru_cache(maxsize=4096)  # tags and titles come again and again
def _scalar_type(bare: str) -> str:
    """The type that YAML gives to a plain scalar: str, int, timestamp, …; "" if it is none."""
    import yaml

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        node = yaml.compose(f"k: {bare}", Loader=loader)
    except yaml.YAMLError:
        return ""
    if not isinstance(node, yaml.MappingNode) or len(node.value) != 1:
        return ""
    value = node.value[0][1]
    if not isinstance(value, yaml.ScalarNode) or value.style or value.value != bare:
        return ""
    return str(value.tag).rpartition(":")[2]


@cache
def _yaml_loader() -> tuple[Callable[[str], object], tuple[type[Exception], ...]]:
    """What loads YAML, and what it raises on text that is none."""
    import yaml
    from frontmatter.default_handlers import YAMLHandler

    # The base loader makes no numbers, dates or objects: each scalar stays the text it is.
    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    handler = YAMLHandler()

    def read(text: str) -> object:
        depth = 0
        for event in yaml.parse(text, Loader=loader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                return None
        loaded: object = handler.load(text, Loader=loader)
        return loaded

    return read, (yaml.YAMLError, RecursionError, ValueError)
