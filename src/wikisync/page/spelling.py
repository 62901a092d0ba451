"""How values are written into a header: as Wiki.js does, or as the file at hand does.

A new line is spelt as Wiki.js's own storage spells it, unquoted, unless YAML would then read
another text. A changed line keeps the spelling that it has: its quotes, its kind of list, its
comment behind the value. Whatever is written here reads back as the value (``values``).
"""

from __future__ import annotations

import re
from typing import Final

from wikisync.page.dates import parse_instant
from wikisync.page.entries import Entry, first_line_end, lines_of, split_entries
from wikisync.page.model import clean_tags
from wikisync.page.values import (
    BLOCK,
    COMMENT,
    FLAGS,
    ITEM,
    QUOTED,
    tags_of,
    text_of,
    without_comment,
)
from wikisync.page.yamlish import is_plain_scalar, quote

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
