"""Write values into a header: new lines as Wiki.js does, changed lines in their own format.

A new line is unquoted as in Wiki.js's storage files, unless YAML would then parse another value. A
changed line keeps its quotes, its kind of list and the comment after its value. Lines of other keys
stay byte for byte. ``header_values`` reads back every value written here.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from wikisync.page.header import (
    FENCES,
    HEADER_KEYS,
    Entry,
    Header,
    first_line_end,
    lines_of,
    split_entries,
    split_header,
)
from wikisync.page.header_values import (
    BLOCK_SCALAR,
    BOOLEAN_WORDS,
    COMMENT,
    LIST_ITEM,
    QUOTED_VALUE,
    read_tags,
    read_text,
    without_comment,
)
from wikisync.page.model import clean_tags, parse_instant
from wikisync.page.yaml_text import is_plain_scalar, quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.page.model import ContentType


Value = str | bool | tuple[str, ...]
"""The value of a key: text, a boolean, or tags."""

HTML_COMMENT_END: Final = "-->"
"""Text that a header of an HTML page may not contain: it ends the comment around it."""

_DATES: Final = frozenset({"date", "dateCreated", "publishStartDate", "publishEndDate"})
_COMMENTED_DATES: Final = frozenset({"publishStartDate", "publishEndDate"})
"""Keys whose values cannot contain ``#``, so that it begins a comment."""

_FLOW_LIST: Final = re.compile(r"(?P<before>[ \t]*)\[.*\](?P<after>[ \t]*|[ \t]+#.*)")
_PLAIN_ITEM: Final = re.compile(r"\w(?:[\w ./+-]*[\w./+-])?")
_BOOLEAN_PAIRS: Final = {"1": "0", "true": "false", "yes": "no", "on": "off"}


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
        new = _entry_line(entry, format_value(entry.key, value, forbidden=forbidden))
    return new


def _reads_back_as(lines: str, value: Value) -> bool:
    """Return whether the lines parse as one entry with this value."""
    entries = split_entries(lines)
    if len(entries) != 1 or not entries[0].key:
        return False
    match value:
        case tuple():
            return set(clean_tags(read_tags(entries[0]))) == set(clean_tags(value))
        case str() if entries[0].key in _COMMENTED_DATES:
            return without_comment(read_text(entries[0])) == value
        case str():
            return read_text(entries[0]) == value
    return True


def _entry_line(entry: Entry, value: str) -> str:
    """Return the entry as one line with this value."""
    blank = "" if entry.prefix[-1] in " \t" else " "
    return f"{entry.prefix}{blank}{value}{first_line_end(entry.text)}"


def _format_text(text: str, forbidden: str, *, date: bool = False) -> str:
    allowed = not forbidden or forbidden not in text
    if allowed and (is_plain_scalar(text) or (date and parse_instant(text) is not None)):
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
        comment = COMMENT.search(entry.raw) if entry.key in _COMMENTED_DATES else None
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
    if entry.continuation:
        return None
    comment = COMMENT.search(entry.raw)
    value = entry.raw[: comment.start()] if comment else entry.raw
    word = value.strip().strip("\"'")
    pair = next((p for p in _BOOLEAN_PAIRS.items() if word.lower() in p), None)
    if pair is None or word.lower() not in BOOLEAN_WORDS:
        return None
    new = pair[0] if flag else pair[1]
    new = new.upper() if word.isupper() else new.title() if word.istitle() else new
    return _entry_line(entry, value.replace(word, new) + (comment[0] if comment else ""))


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
        return None if joined is None else _entry_line(entry, joined)
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


PLACEHOLDER_LINE: Final = "editor: undefined"
"""A line without a value, for a header that only keeps content from being parsed as one."""

_RANK: Final = {key: rank for rank, key in enumerate(HEADER_KEYS)}
_LEGACY: Final = {"title": "TITLE", "description": "SUBTITLE"}


def new_header(
    values: Mapping[str, Value], content_type: ContentType, *, line_end: str = "\n"
) -> Header:
    """Return a header with a line for each value, in order, and the empty line after it."""
    opening, closing = FENCES[content_type]
    forbidden = _forbidden_characters(content_type)
    lines = [
        f"{key}: {format_value(key, value, forbidden=forbidden)}" for key, value in values.items()
    ]
    body = "".join(f"{line}{line_end}" for line in lines or [PLACEHOLDER_LINE])
    entries = split_entries(body)
    return Header("yaml", opening + line_end, entries, closing + line_end, line_end)


def update_header(
    header: Header | None, values: Mapping[str, Value], content_type: ContentType, line_end: str
) -> Header:
    """Return the header with other values for some keys. Without a header, return a new one."""
    if header is None:
        return new_header(values, content_type, line_end=line_end)
    if header.kind == "legacy":
        return _update_legacy(header, values, line_end)
    entries = list(header.entries)
    by_key = header.entries_by_key()
    forbidden = _forbidden_characters(content_type)
    for key, value in values.items():
        # A file that has isPublished keeps that key.
        alias = "isPublished" if key == "published" and key not in by_key else key
        old = by_key.get(alias)
        if old is not None:
            place = next(i for i, entry in enumerate(entries) if entry is old)
            entries[place : place + 1] = split_entries(
                reformat_entry(old, value, forbidden=forbidden)
            )
        else:
            line = f"{key}: {format_value(key, value, forbidden=forbidden)}{line_end}"
            place = _insertion_index(entries, key)
            entries[place:place] = split_entries(line)
    return replace(header, entries=tuple(entries))


def with_blank_line(header: Header, line_end: str) -> Header:
    """Return the header with a line end after its last line, and an empty line."""
    unended = not header.text.endswith(("\n", "\r"))
    closing = header.closing + line_end if unended else header.closing
    return replace(header, closing=closing, gap=header.gap or line_end)


def _forbidden_characters(content_type: ContentType) -> str:
    return HTML_COMMENT_END if content_type == "html" else ""


def _insertion_index(entries: list[Entry], key: str) -> int:
    """Return where a new key goes: after its predecessor in Wiki.js's order.

    Without one, before the next known key, else at the end.
    """
    rank = _RANK[key]
    known = [(_RANK[entry.key], i) for i, entry in enumerate(entries) if entry.key in _RANK]
    before = [place for place in known if place[0] < rank]
    if before:
        return max(before)[1] + 1
    return min(known)[1] if known else len(entries)


def _update_legacy(header: Header, values: Mapping[str, Value], line_end: str) -> Header:
    """Return the older header, or a YAML one if the older format cannot hold the values."""
    wanted: dict[str, Value] = {
        key: read_text(entry) for key, entry in header.entries_by_key().items()
    }
    wanted |= values
    text = "".join(
        _legacy_line(header.entries_by_key().get(key), word, wanted[key], line_end)
        for key, word in _LEGACY.items()
        if key in wanted
    )
    read, rest = split_header(text, "markdown")
    if read is not None and not rest and wanted == {e.key: e.raw for e in read.entries}:
        return replace(read, closing=header.closing, gap=header.gap)
    ordered = {key: wanted[key] for key in HEADER_KEYS if key in wanted}
    return new_header(ordered, "markdown", line_end=line_end)


def _legacy_line(old: Entry | None, word: str, value: Value, line_end: str) -> str:
    if old is None:
        return f"<!-- {word}: {value} -->{line_end}"
    if old.raw == value:
        return old.text
    start, end = old.text.index(":") + 1, old.text.index("-->")
    edge = " " if old.text[start] == " " else ""
    return f"{old.text[:start]}{edge}{value}{edge}{old.text[end:]}"
