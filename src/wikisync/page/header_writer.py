"""Write values into a header: its new lines in Wiki.js's order, its changed lines in their place.

Lines of other keys stay byte for byte. ``entry_writer`` writes the lines.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from wikisync.page.entry_writer import format_value, reformat_entry, reformat_publication
from wikisync.page.header import (
    FENCES,
    HEADER_KEYS,
    Entry,
    Header,
    split_entries,
    split_header,
)
from wikisync.page.header_values import read_text
from wikisync.page.publication import publication_entries

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.page.entry_writer import Value
    from wikisync.page.model import ContentType


HTML_COMMENT_END: Final = "-->"
"""Text that a header of an HTML page may not contain: it ends the comment around it."""

PLACEHOLDER_LINE: Final = "editor: undefined"
"""A line without a value, for a header that only keeps content from being parsed as one."""

_RANK: Final = {key: rank for rank, key in enumerate(HEADER_KEYS)}
_LEGACY: Final = {"title": "TITLE", "description": "SUBTITLE"}


def new_header(
    values: Mapping[str, Value], content_type: ContentType, *, line_end: str = "\n"
) -> Header:
    """Return a header with a line for each value, in order, and the empty line after it."""
    opening, closing = FENCES[content_type]
    entries = split_entries(_lines_of(values, content_type, line_end))
    return Header("yaml", opening + line_end, entries, closing + line_end, line_end)


def new_header_text(values: Mapping[str, Value], content_type: ContentType) -> str:
    """Return the text of the header that ``new_header`` returns, without parsing it."""
    opening, closing = FENCES[content_type]
    lines = _lines_of(values, content_type, "\n")
    return f"{opening}\n{lines}{closing}\n\n"


def _lines_of(values: Mapping[str, Value], content_type: ContentType, line_end: str) -> str:
    forbidden = _forbidden_characters(content_type)
    lines = [
        f"{key}: {format_value(key, value, forbidden=forbidden)}" for key, value in values.items()
    ]
    return "".join(f"{line}{line_end}" for line in lines or [PLACEHOLDER_LINE])


def update_header(
    header: Header | None, values: Mapping[str, Value], content_type: ContentType, line_end: str
) -> Header:
    """Return the header with other values for some keys. Without a header, return a new one."""
    if header is None:
        return new_header(values, content_type, line_end=line_end)
    if header.kind == "legacy":
        return _update_legacy(header, values, line_end)
    entries = list(header.entries)
    forbidden = _forbidden_characters(content_type)
    for key, value in values.items():
        if key == "published" and _set_published(entries, published=value is True):
            continue
        old = replace(header, entries=tuple(entries)).entries_by_key().get(key)
        if old is not None:
            _replace_entry(entries, old, reformat_entry(old, value, forbidden=forbidden))
        else:
            line = f"{key}: {format_value(key, value, forbidden=forbidden)}{line_end}"
            place = _insertion_index(entries, key)
            entries[place:place] = split_entries(line)
    return replace(header, entries=tuple(entries))


def _set_published(entries: list[Entry], *, published: bool) -> bool:
    """Change each entry that says whether the page is published; return whether there is one.

    A ``status`` that contradicts the other keys is not changed.
    """
    said = publication_entries(entries, "")
    strong = [(entry, flag) for entry, flag in said if entry.name != "status"]
    for entry, flag in said:
        if flag is not published and (not strong or flag is strong[0][1]):
            _replace_entry(entries, entry, reformat_publication(entry, published=published))
    return bool(said)


def _replace_entry(entries: list[Entry], old: Entry, lines: str) -> None:
    place = next(i for i, entry in enumerate(entries) if entry is old)
    entries[place : place + 1] = split_entries(lines)


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
    known = [(_RANK[entry.name], i) for i, entry in enumerate(entries) if entry.name in _RANK]
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
