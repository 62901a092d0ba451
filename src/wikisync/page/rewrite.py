"""Headers made and changed: a few keys in, a header out whose other lines are as they were."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from wikisync.page.entries import KNOWN, Entry, split_entries
from wikisync.page.header import FENCES, Header, split
from wikisync.page.spelling import HTML_END, Value, format_value, reformat_entry
from wikisync.page.values import text_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.page.model import ContentType

NEUTRAL: Final = "editor: undefined"
"""A line that names nothing, for a header whose only use is that content is taken for content."""

_RANK: Final = {key: rank for rank, key in enumerate(KNOWN)}
_LEGACY: Final = {"title": "TITLE", "description": "SUBTITLE"}


def new_header(
    values: Mapping[str, Value], content_type: ContentType, *, line_end: str = "\n"
) -> Header:
    """A header with a line for each value, in the order given, and the empty line behind it."""
    opening, closing = FENCES[content_type]
    never = _forbidden_characters(content_type)
    lines = [f"{key}: {format_value(key, value, never=never)}" for key, value in values.items()]
    body = "".join(f"{line}{line_end}" for line in lines or [NEUTRAL])
    entries = split_entries(body)
    return Header("yaml", opening + line_end, entries, closing + line_end, line_end)


def update_header(
    header: Header | None, values: Mapping[str, Value], content_type: ContentType, line_end: str
) -> Header:
    """The header with other values for some keys. Without a header, a new one with these alone."""
    if header is None:
        return new_header(values, content_type, line_end=line_end)
    if header.kind == "legacy":
        return _change_legacy(header, values, line_end)
    entries = list(header.entries)
    named = header.named()
    never = _forbidden_characters(content_type)
    for key, value in values.items():
        # A file that says isPublished goes on saying so.
        alias = "isPublished" if key == "published" and key not in named else key
        old = named.get(alias)
        if old is not None:
            place = next(i for i, entry in enumerate(entries) if entry is old)
            entries[place : place + 1] = split_entries(reformat_entry(old, value, never=never))
        else:
            line = f"{key}: {format_value(key, value, never=never)}{line_end}"
            place = _place(entries, key)
            entries[place:place] = split_entries(line)
    return replace(header, entries=tuple(entries))


def with_blank_line(header: Header, line_end: str) -> Header:
    """The header with an end to its last line and an empty line behind it."""
    unended = not header.text.endswith(("\n", "\r"))
    closing = header.closing + line_end if unended else header.closing
    return replace(header, closing=closing, gap=header.gap or line_end)


def _forbidden_characters(content_type: ContentType) -> str:
    return HTML_END if content_type == "html" else ""


def _place(entries: list[Entry], key: str) -> int:
    """Where a new key goes: behind the key that Wiki.js writes before it, or before the next."""
    rank = _RANK[key]
    known = [(_RANK[entry.key], i) for i, entry in enumerate(entries) if entry.key in _RANK]
    before = [place for place in known if place[0] < rank]
    if before:
        return max(before)[1] + 1
    return min(known)[1] if known else len(entries)


def _change_legacy(header: Header, values: Mapping[str, Value], line_end: str) -> Header:
    """The older header, or today's in its place where that one cannot hold the values."""
    wanted: dict[str, Value] = {key: text_of(entry) for key, entry in header.named().items()}
    wanted |= values
    text = "".join(
        _legacy_line(header.named().get(key), word, wanted[key], line_end)
        for key, word in _LEGACY.items()
        if key in wanted
    )
    read, rest = split(text, "markdown")
    if read is not None and not rest and wanted == {e.key: e.raw for e in read.entries}:
        return replace(read, closing=header.closing, gap=header.gap)
    ordered = {key: wanted[key] for key in KNOWN if key in wanted}
    return new_header(ordered, "markdown", line_end=line_end)


def _legacy_line(old: Entry | None, word: str, value: Value, line_end: str) -> str:
    if old is None:
        return f"<!-- {word}: {value} -->{line_end}"
    if old.raw == value:
        return old.text
    start, end = old.text.index(":") + 1, old.text.index("-->")
    edge = " " if old.text[start] == " " else ""
    return f"{old.text[:start]}{edge}{value}{edge}{old.text[end:]}"
