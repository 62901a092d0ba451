"""Read the values of header entries, and list the values that a header is to have.

The rest of a key's line is its value, with any spaces at its end, because Wiki.js writes titles and
descriptions without quotes, whatever they contain. Only these are parsed as YAML: a value that is
quoted from its first to its last character, a value of several lines, and tags. Only tags may have
a comment after them, since a title may contain ``#``.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from wikisync.errors import BadPage
from wikisync.page.header import lines_of
from wikisync.page.model import clean_tags, parse_instant, same_instant
from wikisync.page.yaml_text import YamlNested, YamlText, load_texts, load_yaml

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from wikisync.page.entry_writer import Value
    from wikisync.page.header import Entry
    from wikisync.page.model import Page


QUOTED_VALUE: Final = re.compile(
    r"(?P<before>[ \t]*)"
    r"(?P<scalar>\"(?:[^\"\\]|\\.)*\"|'(?:[^']|'')*')"
    r"(?P<after>[ \t]*|[ \t]+\#.*)"
)
"""A value in quotes, with the comment that may follow it."""

BLOCK_SCALAR: Final = re.compile(r"[ \t]*[|>][-+1-9]*[ \t]*(?:#.*)?")
"""The first line of a block scalar."""

COMMENT: Final = re.compile(r"(?:\A|(?<=[ \t]))#.*\Z")
LIST_ITEM: Final = re.compile(r"(?P<dash>[ \t]*-[ \t]+)(?P<item>[^\r\n]*)(?P<eol>\r\n|\n|\r)")
"""A line of a block list."""

_PLAIN_TAGS: Final = re.compile(r"[ \t]*|[ \t]*\w[\w ,.()/+'’&–—;!$-]*")
"""Tags that need no YAML parser: no character in them is syntax."""

_BROKEN_LIST: Final = re.compile(r"\A\[[^\]]*\Z|\A[^\[]*\]\Z")
"""A part of a list in brackets that was split at its commas."""

_NO_TAGS: Final = "each tag must be a text: this is a mapping or a list"
_BROKEN_LIST_MESSAGE: Final = (
    "the list of tags is not valid YAML: close its brackets, and put a tag with special characters"
    " into quotes"
)

NO_EDITOR: Final = frozenset({"", "undefined"})
"""Values that Wiki.js writes in place of an editor's name when it has none."""

BOOLEAN_WORDS: Final = {
    "true": True,
    "false": False,
    "1": True,
    "0": False,
    "yes": True,
    "no": False,
    "on": True,
    "off": False,
}
"""The accepted boolean values, in lower case."""


def read_text(entry: Entry) -> str:
    """Return the entry's value as text; ``""`` if nothing follows the key."""
    if not entry.continuation:
        if entry.raw.lstrip(" \t")[:1] in ('"', "'") and QUOTED_VALUE.fullmatch(entry.raw):
            loaded = _load_entry(entry)
            if isinstance(loaded, str):
                return loaded
        return entry.raw
    loaded = _load_entry(entry)
    return loaded if isinstance(loaded, str) else _join_lines(entry)


def read_tags(entry: Entry, file: str = "") -> tuple[str, ...]:
    """Return the entry's value as tags: the items of a YAML list, or a text split at its commas.

    YAML's null is no tag. A value that is not valid YAML is split at its commas too. Raises
    BadPage, with the line, if the value or an item is a mapping or a list.
    """
    if not entry.continuation and _PLAIN_TAGS.fullmatch(entry.raw):
        return _split_tags(entry.raw) if entry.raw.strip().lower() != "null" else ()
    match load_texts(entry.text):
        case None:
            return _read_tags_leniently(entry, file)
        case YamlText() as value:
            return () if value.is_null else _split_tags(value.text)
        case YamlNested(line):
            raise BadPage(file, entry.line + line, _NO_TAGS)
        case items:
            return tuple(_tags_of_items(items, entry, file))


def _tags_of_items(items: list[YamlText | YamlNested], entry: Entry, file: str) -> Iterator[str]:
    for item in items:
        if isinstance(item, YamlNested):
            raise BadPage(file, entry.line + item.line, _NO_TAGS)
        if item.text.strip() and not item.is_null:
            yield item.text


def _read_tags_leniently(entry: Entry, file: str) -> tuple[str, ...]:
    """Return the tags of a value that is not valid YAML. Raises BadPage for a broken list."""
    tags = _read_list_items(entry) if entry.continuation else ()
    tags = tags or _split_tags(read_text(entry))
    if any(_BROKEN_LIST.search(tag) for tag in tags):
        raise BadPage(file, entry.line, _BROKEN_LIST_MESSAGE)
    return tags


def _split_tags(text: str) -> tuple[str, ...]:
    return tuple(tag for part in text.split(",") if (tag := part.strip()))


def read_boolean(entry: Entry, file: str) -> bool:
    """Return the entry's value as a boolean. Raises BadPage if it is none."""
    flag = BOOLEAN_WORDS.get(without_comment(read_text(entry)).lower())
    if flag is None:
        why = f"`{entry.key}` must be true or false, not `{entry.raw}`"
        raise BadPage(file, entry.line, why)
    return flag


def read_date(entry: Entry, file: str) -> str:
    """Return the entry's value, a date, unchanged; ``""`` means not set.

    Raises BadPage if it is no date.
    """
    text = without_comment(read_text(entry))
    if text and parse_instant(text) is None:
        raise BadPage(
            file, entry.line, f"`{entry.key}` must be a date like 2030-12-31, not `{entry.raw}`"
        )
    return text


def read_editor(entry: Entry) -> str | None:
    """Return the entry's value as an editor's name; ``None`` for no name or ``undefined``."""
    text = read_text(entry).strip()
    return None if text in NO_EDITOR else text


def without_comment(text: str) -> str:
    """Return the text without its comment and surrounding white space.

    Only for values that cannot contain ``#``.
    """
    return COMMENT.sub("", text).strip()


def _load_entry(entry: Entry) -> object:
    """Return the entry's value as YAML parses it; ``None`` if it is not valid YAML."""
    mapping = load_yaml(entry.text)
    if not isinstance(mapping, dict) or len(mapping) != 1:
        return None
    return mapping.get(entry.key)


def _join_lines(entry: Entry) -> str:
    """Return the lines of a value that is not valid YAML, joined by spaces."""
    lines = lines_of(entry.text.removeprefix(entry.prefix))
    return " ".join(part for line in lines if (part := line.strip(" \t\r\n")))


def _read_list_items(entry: Entry) -> tuple[str, ...]:
    """Return the items of a block list that YAML does not parse as strings."""
    lines = lines_of(entry.text)[1:]
    items = [match["item"].strip() for line in lines if (match := LIST_ITEM.fullmatch(line))]
    return tuple(item for item in items if item) if len(items) == len(lines) else ()


_TIMESTAMPS: Final = frozenset({"date", "dateCreated"})
_PUBLISH_DATES: Final = frozenset({"publishStartDate", "publishEndDate"})
_EXTRA_KEYS: Final = frozenset({"scriptCss", "scriptJs", "private"})
"""Keys that Wiki.js's storage never writes, and that a user may add."""


def page_values(page: Page, date: str | None, date_created: str | None) -> dict[str, Value]:
    """Return key → value, in Wiki.js's order, for each field that is not None."""
    values: dict[str, Value | None] = {
        "title": page.title,
        "description": page.description,
        "published": page.published,
        "date": date,
        "tags": None if page.tags is None else tuple(tag for tag in page.tags if tag.strip()),
        "editor": None if page.editor in NO_EDITOR else page.editor,
        "dateCreated": date_created,
        "publishStartDate": _readable_date(page.publish_start),
        "publishEndDate": _readable_date(page.publish_end),
        "scriptCss": page.script_css,
        "scriptJs": page.script_js,
        "private": page.private,
    }
    return {key: value for key, value in values.items() if value is not None}


def values_to_write(values: Mapping[str, Value], extra_keys: Collection[str]) -> dict[str, Value]:
    """Return the values that a new file has lines for.

    Publish dates that are not set are left out, and extra keys that are not in ``extra_keys``.
    """
    return {
        key: value
        for key, value in values.items()
        if (key not in _PUBLISH_DATES or value) and (key not in _EXTRA_KEYS or key in extra_keys)
    }


def changed_values(
    current: Mapping[str, Value], requested: Mapping[str, Value], fields: Collection[str] | None
) -> dict[str, Value]:
    """Return the requested values that differ in meaning from the current ones.

    With ``fields``, only these keys and the two timestamps.
    """
    return {
        key: value
        for key, value in requested.items()
        if (fields is None or key in fields or key in _TIMESTAMPS)
        and (
            not _same_value(key, current[key], value) if key in current else _needs_line(key, value)
        )
    }


def _readable_date(text: str | None) -> str | None:
    """Return a publish date, or ``None`` if it cannot be parsed: Wiki.js accepts any text."""
    return None if text is None or (text and parse_instant(text) is None) else text


def _same_value(key: str, one: Value, other: Value) -> bool:
    match one, other:
        case tuple(), tuple():
            return set(clean_tags(one)) == set(clean_tags(other))
        case str(), str() if key in _TIMESTAMPS or key in _PUBLISH_DATES:
            return same_instant(one, other)
    return one == other


def _needs_line(key: str, value: Value) -> bool:
    """Return whether a value is written although the file does not name its key."""
    if key in _TIMESTAMPS:
        return False
    return bool(value) or (key not in _PUBLISH_DATES and key not in _EXTRA_KEYS)
