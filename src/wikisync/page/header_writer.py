"""How values are written into a header: as Wiki.js does, or as the file at hand does.

A new line is spelt as Wiki.js's own storage spells it, unquoted, unless YAML would then read
another text. A changed line keeps the spelling that it has: its quotes, its kind of list, its
comment behind the value. Whatever is written here reads back as the value (``values``).

Headers made and changed: a few keys in, a header out whose other lines are as they were.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from wikisync.page.header import (
    FENCES,
    KNOWN,
    Entry,
    Header,
    first_line_end,
    lines_of,
    split,
    split_entries,
)
from wikisync.page.header_values import (
    BLOCK,
    COMMENT,
    FLAGS,
    ITEM,
    QUOTED,
    tags_of,
    text_of,
    without_comment,
)
from wikisync.page.model import clean_tags, parse_instant
from wikisync.page.yaml_text import is_plain_scalar, quote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.page.model import ContentType


Value = str | bool | tuple[str, ...]
"""What a key can be given: a text, a yes or no, or tags."""

HTML_END: Final = "-->"
"""What must not stand in an HTML page's header, lest the comment around it end there."""

_DATES: Final = frozenset({"date", "dateCreated", "publishStartDate", "publishEndDate"})
_COMMENTED: Final = frozenset({"publishStartDate", "publishEndDate"})
"""Texts in which ``#`` can only begin a comment."""

_FLOW: Final = re.compile(r"(?P<before>[ \t]*)\[.*\](?P<after>[ \t]*|[ \t]+#.*)")
_PLAIN_ITEM: Final = re.compile(r"\w(?:[\w ./+-]*[\w./+-])?")
_PAIRS: Final = {"1": "0", "true": "false", "yes": "no", "on": "off"}


def format_value(key: str, value: Value, *, never: str = "") -> str:
    """A new line's value, after ``key: ``. ``never`` as in ``yamlish.quote``."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return _text(value, never, date=key in _DATES)
        case _:
            return _tags(value, never)


def reformat_entry(entry: Entry, value: Value, *, never: str = "") -> str:
    """The entry's lines with another value, spelt as they are."""
    match value:
        case bool():
            new = _flag_like(entry, value)
        case str():
            new = _text_like(entry, value, never)
        case _:
            new = _tags_like(entry, value, never)
    if new is None or not _reads_back_as(new, value):
        new = _line(entry, format_value(entry.key, value, never=never))
    return new


def _reads_back_as(lines: str, value: Value) -> bool:
    """Whether the lines, read again, are one entry of this value."""
    entries = split_entries(lines)
    if len(entries) != 1 or not entries[0].key:
        return False
    match value:
        case tuple():
            return set(clean_tags(tags_of(entries[0]))) == set(clean_tags(value))
        case str() if entries[0].key in _COMMENTED:
            return without_comment(text_of(entries[0])) == value
        case str():
            return text_of(entries[0]) == value
    return True


def _line(entry: Entry, spelt: str) -> str:
    """The entry as one line that says ``spelt``."""
    blank = "" if entry.prefix[-1] in " \t" else " "
    return f"{entry.prefix}{blank}{spelt}{first_line_end(entry.text)}"


def _text(text: str, never: str, *, date: bool = False) -> str:
    held = not never or never not in text
    if held and (is_plain_scalar(text) or (date and parse_instant(text) is not None)):
        return text
    return quote(text, never=never)


def _text_like(entry: Entry, text: str, never: str) -> str | None:
    if entry.continuation:
        return _block(entry, text, never) if BLOCK.fullmatch(entry.raw) else None
    match = QUOTED.fullmatch(entry.raw)
    if match is None:
        comment = COMMENT.search(entry.raw) if entry.key in _COMMENTED else None
        return _line(entry, _text(text, never, date=True) + _tail(comment)) if comment else None
    quoted = quote(text, match["scalar"][0], never=never)
    return _line(entry, f"{match['before']}{quoted}{match['after']}")


def _tail(comment: re.Match[str]) -> str:
    """A comment with the blanks in front of it."""
    before = comment.string[: comment.start()]
    return before[len(before.rstrip(" \t")) :] + comment[0]


def _block(entry: Entry, text: str, never: str) -> str | None:
    """The text as a block scalar: ``|``, or the file's ``>`` for what is one line."""
    eol = first_line_end(entry.text)
    indent = re.match(r"[^\r\n]*(?:\r\n|\n|\r)+([ \t]+)", entry.text)
    keep = "" if text.endswith("\n") else "-"
    style = entry.raw.strip()[0] if "\n" not in text else "|"
    lines = text.removesuffix("\n").split("\n")
    margin = indent[1] if indent else "  "
    body = "".join(f"{margin if line else ''}{line}{eol}" for line in lines)
    block = _line(entry, f"{style}{keep}") + body
    return None if never and never in text else block


def _flag_like(entry: Entry, flag: bool) -> str | None:
    """The other word of the pair that the file uses, in its case and quotes."""
    if entry.continuation:
        return None
    comment = COMMENT.search(entry.raw)
    said = entry.raw[: comment.start()] if comment else entry.raw
    word = said.strip().strip("\"'")
    pair = next((p for p in _PAIRS.items() if word.lower() in p), None)
    if pair is None or word.lower() not in FLAGS:
        return None
    new = pair[0] if flag else pair[1]
    new = new.upper() if word.isupper() else new.title() if word.istitle() else new
    return _line(entry, said.replace(word, new) + (comment[0] if comment else ""))


def _tags(tags: tuple[str, ...], never: str) -> str:
    """Tags as Wiki.js joins them; quoted, or a list, where they would be read as others."""
    joined = _joined(tags, ", ", "", never)
    return _flow(tags, never) if joined is None else joined


def _joined(tags: tuple[str, ...], comma: str, style: str, never: str) -> str | None:
    """Tags as one text, or None if a tag cannot be cut out of it again."""
    if not all(tag and tag == tag.strip() and "," not in tag for tag in tags):
        return None
    joined = comma.join(tags)
    return quote(joined, style, never=never) if style else _text(joined, never)


def _flow(tags: tuple[str, ...], never: str) -> str:
    return f"[{', '.join(_item(tag, never) for tag in tags)}]"


def _item(tag: str, never: str) -> str:
    return tag if _PLAIN_ITEM.fullmatch(tag) and is_plain_scalar(tag) else quote(tag, never=never)


def _tags_like(entry: Entry, tags: tuple[str, ...], never: str) -> str | None:
    if not entry.continuation:
        return _tags_on_a_line(entry, tags, never)
    if tags and any(ITEM.fullmatch(line) for line in lines_of(entry.text)):
        return _block_list(entry, tags, never)
    return _line(entry, _flow(tags, never)) if entry.raw.lstrip(" \t").startswith("[") else None


def _tags_on_a_line(entry: Entry, tags: tuple[str, ...], never: str) -> str | None:
    comma = "," if "," in entry.raw and ", " not in entry.raw else ", "
    if match := QUOTED.fullmatch(entry.raw):
        joined = _joined(tags, comma, match["scalar"][0], never)
    elif match := _FLOW.fullmatch(entry.raw):
        joined = _flow(tags, never)
    else:
        joined = _joined(tags, comma, "", never)
        return None if joined is None else _line(entry, joined)
    if joined is None:
        joined = _flow(tags, never)
    return _line(entry, f"{match['before']}{joined}{match['after']}")


def _block_list(entry: Entry, tags: tuple[str, ...], never: str) -> str | None:
    """A list below its key: lines of tags that stay are kept, comments too; new ones go last."""
    first, *lines = lines_of(entry.text)
    wanted = {tag.strip().lower(): tag for tag in tags}
    kept: list[str] = []
    dash, eol = "- ", first_line_end(entry.text)
    for line in lines:
        match = ITEM.fullmatch(line)
        if match is None:
            if line.strip()[:1] not in ("", "#"):
                return None  # an item over several lines
            kept.append(line)
            continue
        dash = match["dash"]
        item = tags_of(Entry("tags", f"tags:\n{line}", "tags:", continuation=True))
        if item and wanted.pop(item[0].strip().lower(), None) is not None:
            kept.append(line)
    new = [f"{dash}{_item(tag, never)}{eol}" for tag in wanted.values()]
    return "".join([first, *kept, *new])


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
