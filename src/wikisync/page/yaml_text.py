"""Load YAML with every scalar as text, and quote texts for it.

The only module that imports PyYAML and python-frontmatter, and only when a value is not plain text:
for most folders neither is loaded. Headers are changed line by line, and never dumped by a library
(promise 8).
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DEPTH: Final = 20
"""The deepest nesting that is loaded: PyYAML's C parser crashes at some depth."""

# A letter first, and no character that is syntax in YAML: no colon, hash, bracket, brace.
_SAFE_TEXT: Final = re.compile(r"[^\W\d_][\w ,.()/+'’&–—…?;!%$\"-]*")
_RESERVED_WORDS: Final = frozenset({"true", "false", "yes", "no", "on", "off", "null"})
# Characters that are syntax at the start of a value ("-" and "?" only before a space).
_INDICATORS: Final = frozenset("[]{},&*!|>'\"%@`# \t")
_CANONICAL_NUMBER: Final = re.compile(r"0|-?[1-9]\d{0,14}|-?(?:0|[1-9]\d{0,6})\.\d{0,6}[1-9]")
# Text in PyYAML, a number in the YAML library of Wiki.js.
_NUMBER_ELSEWHERE: Final = re.compile(r"[-+]?[\d_]+(?:\.[\d_]*)?[eE][-+]?\d+|0o[0-7]+")
_NULLS: Final = frozenset({"", "~", "null", "Null", "NULL"})
_ESCAPES: Final = {"\n": r"\n", "\r": r"\r", "\t": r"\t", "\\": r"\\", '"': r"\"", "\0": r"\0"}
# Control characters, line breaks of any kind, and code points that are no characters.
_UNPRINTABLE: Final = "\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff"
_NEEDS_ESCAPE: Final = re.compile(f"[{_UNPRINTABLE}]")
_ESCAPED: Final = re.compile(f'[{_UNPRINTABLE}\\\\"]')


def load_yaml(text: str) -> object:
    """Load the text as YAML, with every scalar as text (``007`` is ``"007"``).

    Returns str, list or dict; ``None`` if the text is no valid YAML, empty, or nested deeper than
    ``MAX_DEPTH``.
    """
    read, failures = _yaml_loader()
    try:
        return read(text)
    except failures:
        return None


class YamlText(NamedTuple):
    """Hold a scalar of a YAML document. ``line`` is from 0, ``plain`` is without quotes."""

    text: str
    plain: bool
    line: int

    @property
    def is_null(self) -> bool:
        """Return whether YAML's core schema reads the scalar as null."""
        return self.plain and self.text in _NULLS


class YamlNested(NamedTuple):
    """Stand for a mapping, or a list within a list, of a YAML document. ``line`` is from 0."""

    line: int


def load_texts(entry: str) -> YamlText | YamlNested | list[YamlText | YamlNested] | None:
    """Return the value of a YAML mapping that has one key: a scalar, or a list with its items.

    Returns None if the text is not such a mapping, or not valid YAML (see ``load_yaml``).
    """
    if load_yaml(entry) is None:
        return None
    import yaml

    node = yaml.compose(entry, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    if not isinstance(node, yaml.MappingNode) or len(node.value) != 1:
        return None
    value = node.value[0][1]
    if isinstance(value, yaml.SequenceNode):
        return [_text_or_nested(item) for item in value.value]
    return _text_or_nested(value)


def _text_or_nested(node: Any) -> YamlText | YamlNested:
    line: int = node.start_mark.line
    if isinstance(node.value, str):
        return YamlText(node.value, not node.style, line)
    return YamlNested(line)


def is_plain_scalar(text: str) -> bool:
    """Return whether YAML loads the unquoted text as this same text: ``Foo`` yes, ``007`` no.

    Spaces at the end are ignored: Wiki.js writes them unquoted and wikisync keeps them. A number
    with only one notation (``42``) counts as plain: printed, it gives the same text.
    """
    bare = text.rstrip(" ")
    if not bare or (_SAFE_TEXT.fullmatch(bare) and bare.lower() not in _RESERVED_WORDS):
        return True
    # A tab too: YAML libraries disagree on one inside a plain scalar.
    if bare[0] in _INDICATORS or _NEEDS_ESCAPE.search(bare) or _NUMBER_ELSEWHERE.fullmatch(bare):
        return False
    tag = _scalar_type(bare)
    return tag == "str" or (
        tag in ("int", "float") and _CANONICAL_NUMBER.fullmatch(bare) is not None
    )


def quote(text: str, style: str = "", *, forbidden: str = "") -> str:
    """Return the text as a quoted scalar on one line.

    ``style`` is the quote to use, ``'`` or ``"``; by default the one that needs fewer escapes.
    Double quotes are used in any case where single ones cannot hold the text. ``forbidden`` is a
    sequence that may not appear, as ``-->`` in an HTML comment; its last character is escaped.
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


@lru_cache(maxsize=4096)  # many pages have the same tags
def _scalar_type(bare: str) -> str:
    """Return YAML's type of a plain scalar: str, int, timestamp, …; "" if it is none."""
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
    """Return the function that loads YAML, and the exceptions that it raises on invalid text."""
    import yaml
    from frontmatter.default_handlers import YAMLHandler

    # The base loader makes no numbers, dates or objects: each scalar stays text.
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
