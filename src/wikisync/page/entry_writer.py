"""Write the value of one key: a new line as Wiki.js does, a changed line in its own format.

A new line is unquoted as in Wiki.js's storage files, unless YAML would then parse another value. A
changed line keeps its quotes, its kind of list and the comment after its value. ``header_values``
reads back every value written here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from wikisync.errors import BadPage
from wikisync.page.header import Entry, first_line_end, lines_of, split_entries
from wikisync.page.header_values import (
    BLOCK_SCALAR,
    COMMENT,
    LIST_ITEM,
    QUOTED_VALUE,
    read_tags,
    read_text,
    without_comment,
)
from wikisync.page.model import clean_tags, parse_instant
from wikisync.page.publication import DRAFT_KEYS, STATUS_PAIRS
from wikisync.page.yaml_text import is_plain_scalar, load_texts, quote

if TYPE_CHECKING:
    from collections.abc import Mapping


Value = str | bool | tuple[str, ...]
"""The value of a key: text, a boolean, or tags."""

_DATES: Final = frozenset({"date", "dateCreated", "publishStartDate", "publishEndDate"})
_COMMENTED_DATES: Final = frozenset({"publishStartDate", "publishEndDate"})
"""Keys whose values cannot contain ``#``, so that it begins a comment."""

_FLOW_LIST: Final = re.compile(r"(?P<before>[ \t]*)\[.*\](?P<after>[ \t]*|[ \t]+#.*)")
_PLAIN_ITEM: Final = re.compile(r"\w(?:[\w ./+-]*[\w./+-])?")
_BOOLEAN_PAIRS: Final = (("1", "0"), ("true", "false"), ("yes", "no"), ("on", "off"))


def format_value(key: str, value: Value, *, forbidden: str = "") -> str:
    """Return the value of a new line, to follow ``key: ``. ``forbidden``: see ``quote``."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _format_text(value, forbidden, date=key in _DATES)
        case _:
            return _format_tags(value, forbidden)


def reformat_entry(entry: Entry, value: Value, *, forbidden: str = "") -> str:
    """Return the entry's lines with another value, in the entry's format if that can hold it."""
    match value:
        case bool():
            new = _reformat_boolean(entry, value)
        case str():
            new = _reformat_text(entry, value, forbidden)
        case _:
            new = _reformat_tags(entry, value, forbidden)
    if new is None or not _reads_back_as(new, value):
        new = _entry_line(entry, format_value(entry.name, value, forbidden=forbidden))
    return new


def _reads_back_as(lines: str, value: Value) -> bool:
    """Return whether the lines parse as one entry with this value."""
    entries = split_entries(lines)
    if len(entries) != 1 or not entries[0].key:
        return False
    match value:
        case tuple():
            return _has_tags(entries[0], value)
        case str() if entries[0].name in _COMMENTED_DATES:
            return without_comment(read_text(entries[0])) == value
        case str():
            return read_text(entries[0]) == value
    return True


def _has_tags(entry: Entry, tags: tuple[str, ...]) -> bool:
    try:
        return set(clean_tags(read_tags(entry))) == set(clean_tags(tags))
    except BadPage:
        return False


def _entry_line(entry: Entry, value: str) -> str:
    """Return the entry as one line with this value."""
    blank = "" if entry.prefix[-1] in " \t" else " "
    return f"{entry.prefix}{blank}{value}{first_line_end(entry.text)}"


def _format_text(text: str, forbidden: str, *, date: bool = False) -> str:
    allowed = not forbidden or forbidden not in text
    if allowed and ((date and parse_instant(text) is not None) or is_plain_scalar(text)):
        return text
    return quote(text, forbidden=forbidden)


def _reformat_text(entry: Entry, text: str, forbidden: str) -> str | None:
    if entry.continuation:
        return (
            _format_block_scalar(entry, text, forbidden)
            if BLOCK_SCALAR.fullmatch(entry.raw)
            else None
        )
    match = QUOTED_VALUE.fullmatch(entry.raw)
    if match is None:
        comment = COMMENT.search(entry.raw) if entry.name in _COMMENTED_DATES else None
        return (
            _entry_line(
                entry, _format_text(text, forbidden, date=True) + _comment_with_spaces(comment)
            )
            if comment
            else None
        )
    quoted = quote(text, match["scalar"][0], forbidden=forbidden)
    return _entry_line(entry, f"{match['before']}{quoted}{match['after']}")


def _comment_with_spaces(comment: re.Match[str]) -> str:
    """Return a comment with the spaces before it."""
    before = comment.string[: comment.start()]
    return before[len(before.rstrip(" \t")) :] + comment[0]


def _format_block_scalar(entry: Entry, text: str, forbidden: str) -> str | None:
    """Return the entry with the text as a block scalar; ``None`` if the text is forbidden.

    A text of one line keeps the entry's style (``|`` or ``>``), any other gets ``|``.
    """
    eol = first_line_end(entry.text)
    indent = re.match(r"[^\r\n]*(?:\r\n|\n|\r)+([ \t]+)", entry.text)
    chomping = "" if text.endswith("\n") else "-"
    style = entry.raw.strip()[0] if "\n" not in text else "|"
    lines = text.removesuffix("\n").split("\n")
    margin = indent[1] if indent else "  "
    body = "".join(f"{margin if line else ''}{line}{eol}" for line in lines)
    block = _entry_line(entry, f"{style}{chomping}") + body
    return None if forbidden and forbidden in text else block


def _reformat_boolean(entry: Entry, flag: bool) -> str | None:
    """Return the entry with the other word of its pair, in the same case and quotes."""
    return _replace_word(
        entry,
        {word: pair[not flag] for pair in _BOOLEAN_PAIRS for word in pair},
    )


def _replace_word(entry: Entry, words: Mapping[str, str]) -> str | None:
    """Return the entry with its word replaced; ``None`` if it is not in ``words``."""
    if entry.continuation:
        return None
    comment = COMMENT.search(entry.raw)
    value = entry.raw[: comment.start()] if comment else entry.raw
    word = value.strip().strip("\"'")
    new = words.get(word.lower())
    if new is None:
        return None
    new = new.upper() if word.isupper() else new.title() if word.istitle() else new
    return _entry_line(entry, value.replace(word, new) + (comment[0] if comment else ""))


def reformat_publication(entry: Entry, *, published: bool) -> str:
    """Return an entry that says whether the page is published, with another value."""
    if entry.name == "status":
        pairs = STATUS_PAIRS.items()
        words = dict(pairs) if published else {new: old for old, new in reversed(pairs)}
        words |= {} if published else {"live": "draft"}
        new = _replace_word(entry, words)
        return new or _entry_line(entry, "published" if published else "draft")
    return reformat_entry(entry, published is not (entry.name in DRAFT_KEYS))


def _format_tags(tags: tuple[str, ...], forbidden: str) -> str:
    """Return tags joined by commas, as Wiki.js does, or as a list if they would not read back."""
    joined = _join_tags(tags, ", ", "", forbidden)
    return _format_flow_list(tags, forbidden) if joined is None else joined


def _join_tags(tags: tuple[str, ...], comma: str, style: str, forbidden: str) -> str | None:
    """Return tags as one text; ``None`` if splitting it at its commas would give other tags."""
    if not all(tag and tag == tag.strip() and "," not in tag for tag in tags):
        return None
    joined = comma.join(tags)
    return quote(joined, style, forbidden=forbidden) if style else _format_text(joined, forbidden)


def _format_flow_list(tags: tuple[str, ...], forbidden: str) -> str:
    return f"[{', '.join(_format_list_item(tag, forbidden) for tag in tags)}]"


def _format_list_item(tag: str, forbidden: str) -> str:
    return (
        tag
        if _PLAIN_ITEM.fullmatch(tag) and is_plain_scalar(tag)
        else quote(tag, forbidden=forbidden)
    )


def _reformat_tags(entry: Entry, tags: tuple[str, ...], forbidden: str) -> str | None:
    if not entry.continuation:
        return _reformat_inline_tags(entry, tags, forbidden)
    if tags and any(LIST_ITEM.fullmatch(line) for line in lines_of(entry.text)):
        return _reformat_block_list(entry, tags, forbidden)
    return (
        _entry_line(entry, _format_flow_list(tags, forbidden))
        if entry.raw.lstrip(" \t").startswith("[")
        else None
    )


def _reformat_inline_tags(entry: Entry, tags: tuple[str, ...], forbidden: str) -> str | None:
    comma = "," if "," in entry.raw and ", " not in entry.raw else ", "
    if match := QUOTED_VALUE.fullmatch(entry.raw):
        joined = _join_tags(tags, comma, match["scalar"][0], forbidden)
    elif match := _FLOW_LIST.fullmatch(entry.raw):
        joined = _format_flow_list(tags, forbidden)
    else:
        joined = _join_tags(tags, comma, "", forbidden)
        comment = COMMENT.search(entry.raw) if load_texts(entry.text) is not None else None
        after = _comment_with_spaces(comment) if comment else ""
        return None if joined is None else _entry_line(entry, joined + after)
    if joined is None:
        joined = _format_flow_list(tags, forbidden)
    return _entry_line(entry, f"{match['before']}{joined}{match['after']}")


def _reformat_block_list(entry: Entry, tags: tuple[str, ...], forbidden: str) -> str | None:
    """Return the list with kept tags and comments unchanged, and new tags last.

    ``None`` if an item has several lines.
    """
    first, *lines = lines_of(entry.text)
    wanted = {tag.strip().lower(): tag for tag in tags}
    kept: list[str] = []
    dash, eol = "- ", first_line_end(entry.text)
    for line in lines:
        match = LIST_ITEM.fullmatch(line)
        if match is None:
            if line.strip()[:1] not in ("", "#"):
                return None  # an item over several lines
            kept.append(line)
            continue
        dash = match["dash"]
        item = read_tags(Entry("tags", f"tags:\n{line}", "tags:", continuation=True))
        if item and wanted.pop(item[0].strip().lower(), None) is not None:
            kept.append(line)
    new = [f"{dash}{_format_list_item(tag, forbidden)}{eol}" for tag in wanted.values()]
    return "".join([first, *kept, *new])
