"""A header's lines, grouped by the key that they belong to."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

KNOWN: Final[tuple[str, ...]] = (
    "title",
    "description",
    "published",
    "isPublished",
    "date",
    "tags",
    "editor",
    "dateCreated",
    "publishStartDate",
    "publishEndDate",
    "scriptCss",
    "scriptJs",
    "private",
)
"""The keys that mean something here, in the order in which a header has them."""

EOL: Final = r"(?:\r\n|\n|\r)"
"""A line's end, as a pattern: a lone CR is one too."""

_LINES: Final = re.compile(rf"[^\r\n]*{EOL}")
_LINE_END: Final = re.compile(EOL)
KEY_LINE: Final = re.compile(
    rf"(?P<head>(?P<quote>[\"']?)(?P<key>[\w.-]+(?:\ [\w.-]+)*)(?P=quote)[ \t]*:)"
    rf"(?:(?P<blank>[ \t])(?P<raw>[^\r\n]*))?(?P<eol>{EOL})",
    re.VERBOSE,
)


class Entry(NamedTuple):
    """A key with all its lines; or, where ``key`` is empty, lines that are none's: comments, say.

    ``text`` is the lines byte for byte, ``head`` the first one's part up to the colon and the one
    blank behind it, ``raw`` the rest of that line, ``more`` whether other lines follow.
    """

    key: str
    text: str
    prefix: str = ""
    raw: str = ""
    continuation: bool = False
    line: int = 0


def lines_of(text: str) -> list[str]:
    """The lines of a header's text with their ends: LF, CRLF, or a lone CR."""
    return _LINES.findall(text)


def first_line_end(text: str) -> str:
    """The text's first line end; LF if it has none."""
    match = _LINE_END.search(text)
    return match[0] if match else "\n"


def split_entries(body: str, first_line: int = 2) -> tuple[Entry, ...]:
    """The lines of a header as entries. Every line ends with a line end."""
    entries: list[Entry] = []
    tail: list[str] = []  # lines that go on with the last entry
    waiting: list[str] = []  # comments and empty lines: the next line decides whose they are
    for number, line in enumerate(lines_of(body), first_line):
        match = KEY_LINE.fullmatch(line)
        if match is None:
            if line[0] in "#\r\n" or not line.strip(" \t\r\n"):
                waiting.append(line)
                continue
            if entries and _continues(line, entries[-1], tail):
                tail += (*waiting, line)
                waiting.clear()
                continue
        _finish(entries, tail, waiting, number)
        if match is None:
            entries.append(Entry("", line, line=number))
        else:
            head = match["head"] + (match["blank"] or "")
            entries.append(Entry(match["key"], line, head, match["raw"] or "", line=number))
    _finish(entries, tail, waiting, first_line + body.count("\n"))
    return tuple(entries)


def _finish(entries: list[Entry], tail: list[str], waiting: list[str], number: int) -> None:
    """Give the last entry its other lines, and what waited before line ``number`` its own."""
    if tail:
        last = entries[-1]
        entries[-1] = last._replace(text="".join([last.text, *tail]), continuation=True)
        tail.clear()
    if waiting:
        entries.append(Entry("", "".join(waiting), line=number - len(waiting)))
        waiting.clear()


def _continues(line: str, last: Entry, tail: list[str]) -> bool:
    """Whether a line that is neither key, comment nor empty goes on with the entry before it."""
    if line[0] in " \t]}":
        return True
    # A list below its key need not be indented.
    return line[0] == "-" and line[1:2] in " \t\r\n" and (bool(tail) or not last.raw.strip())
