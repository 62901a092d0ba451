"""Split a page's file into header lines and content, so that joining them gives its text back.

This module finds where a header and its entries begin and end; ``header_values`` reads the values
of entries.

The header of a Markdown page stands between two lines ``---`` (the second may be YAML's ``...``),
that of an HTML page between ``<!--`` and ``-->``. Older versions of Wiki.js wrote ``<!-- TITLE: x
-->`` and ``<!-- SUBTITLE: x -->`` at the top of Markdown pages instead. One empty line after a
header belongs to it. A file without a valid header is all content.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from wikisync.errors import BadPage
from wikisync.page.yaml_text import load_yaml

if TYPE_CHECKING:
    from wikisync.page.model import ContentType


HEADER_KEYS: Final[tuple[str, ...]] = (
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
"""The keys that wikisync reads, in the order in which a header has them."""

PUBLICATION_KEYS: Final = frozenset(
    {
        "published",
        "isPublished",
        "is_published",
        "publish",
        "draft",
        "isDraft",
        "is_draft",
        "status",
    }
)
"""The keys that can say whether a page is published (``publication``)."""

_NAMES: Final = {key.lower(): key for key in (*HEADER_KEYS, *PUBLICATION_KEYS)}

EOL: Final = r"(?:\r\n|\n|\r)"
"""Pattern of a line's end: LF, CRLF or a lone CR."""

_LINES: Final = re.compile(rf"[^\r\n]*{EOL}")
_LINE_END: Final = re.compile(EOL)
KEY_LINE: Final = re.compile(
    rf"(?P<head>(?P<quote>[\"']?)(?P<key>[\w.-]+(?:\ [\w.-]+)*)(?P=quote)[ \t]*:)"
    rf"(?:(?P<blank>[ \t])(?P<raw>[^\r\n]*))?(?P<eol>{EOL})",
    re.VERBOSE,
)


class Entry(NamedTuple):
    """Hold a header key with all its lines; or, without a key, comments and other lines.

    ``text`` is all lines byte for byte. ``prefix`` is the part of the first line up to the colon
    and the space after it, ``raw`` the rest of that line. ``continuation`` says whether more lines
    follow. ``line`` is the line's number in the file.
    """

    key: str
    text: str
    prefix: str = ""
    raw: str = ""
    continuation: bool = False
    line: int = 0

    @property
    def name(self) -> str:
        """The key as wikisync writes it: ``Tags`` is ``tags``. Other keys are as in the file."""
        return _name_of(self.key)


@lru_cache(maxsize=256)  # each file has the same few, and is asked for each of them several times
def _name_of(key: str) -> str:
    return _NAMES.get(key.lower(), key)


def lines_of(text: str) -> list[str]:
    """Return the lines of a header's text, each with its line end (LF, CRLF or a lone CR)."""
    return _LINES.findall(text)


def first_line_end(text: str) -> str:
    """Return the text's first line end; LF if it has none."""
    match = _LINE_END.search(text)
    return match[0] if match else "\n"


def split_entries(body: str, first_line: int = 2) -> tuple[Entry, ...]:
    """Return the lines of a header as entries. Every line must have a line end."""
    entries: list[Entry] = []
    continuation_lines: list[str] = []  # further lines of the last entry
    pending: list[str] = []  # comments and empty lines: the next line decides which entry has them
    for number, line in enumerate(lines_of(body), first_line):
        match = KEY_LINE.fullmatch(line)
        if match is None:
            if line[0] in "#\r\n" or not line.strip(" \t\r\n"):
                pending.append(line)
                continue
            if entries and _continues_entry(line, entries[-1], continuation_lines):
                continuation_lines += (*pending, line)
                pending.clear()
                continue
        if continuation_lines or pending:
            _finish_entry(entries, continuation_lines, pending, number)
        if match is None:
            entries.append(Entry("", line, line=number))
        else:
            head, key, blank, raw = match.group("head", "key", "blank", "raw")
            entries.append(Entry(key, line, head + (blank or ""), raw or "", line=number))
    _finish_entry(entries, continuation_lines, pending, first_line + body.count("\n"))
    return tuple(entries)


def _finish_entry(entries: list[Entry], tail: list[str], waiting: list[str], number: int) -> None:
    """Complete the last entry, and add the pending lines as an entry without a key.

    ``number`` is the number of the line after the pending ones.
    """
    if tail:
        last = entries[-1]
        entries[-1] = last._replace(text="".join([last.text, *tail]), continuation=True)
        tail.clear()
    if waiting:
        entries.append(Entry("", "".join(waiting), line=number - len(waiting)))
        waiting.clear()


def _continues_entry(line: str, last: Entry, tail: list[str]) -> bool:
    """Return whether a line that is no key, comment or empty line continues the last entry."""
    if line[0] in " \t]}":
        return True
    # A list below its key need not be indented.
    return line[0] == "-" and line[1:2] in " \t\r\n" and (bool(tail) or not last.raw.strip())


_HEADER_KEY_SET: Final = frozenset(HEADER_KEYS)
_KNOWN_NAMES: Final = _HEADER_KEY_SET | PUBLICATION_KEYS
_EXACT_KEYS: Final = _HEADER_KEY_SET | {"draft", "publish"}
_NO_PROSE: Final = {"title", "tags"} | (PUBLICATION_KEYS - {"status"})
"""Names that text after a rule does not begin with, in any case of letters."""

MAX_HEADER: Final = 65_536
"""The most characters of a header; parsing time grows faster than the number of lines."""

FENCES: Final[dict[ContentType, tuple[str, str]]] = {
    "markdown": ("---", "---"),
    "html": ("<!--", "-->"),
}
"""Content type → the lines around a header. AsciiDoc pages have none."""

TOO_LONG: Final = f"the header that begins here is longer than {MAX_HEADER:,} characters"

_PARAGRAPH_END: Final = re.compile(rf"{EOL}[ \t]*{EOL}")
_EMPTY_LINE: Final = re.compile(EOL)
_OPENING_FENCE: Final = {
    "markdown": re.compile(rf"---[ \t]*({EOL})"),
    "html": re.compile(rf"<!--[ \t]*({EOL})"),
}
_CLOSING_FENCE: Final = {
    "markdown": re.compile(rf"{EOL}((?:---|\.\.\.)[ \t]*(?:{EOL}|\Z))"),
    "html": re.compile(rf"{EOL}(-->[ \t]*(?:{EOL}|\Z))"),
}
_KEY_WITHOUT_SPACE: Final = re.compile(rf"({'|'.join(HEADER_KEYS)}):[^ \t\r\n]")
_HEADER_KEY_LINE: Final = re.compile(rf"^(?:{'|'.join(HEADER_KEYS)})[ \t]*:", re.MULTILINE)
_LOOKS_LIKE_KEY: Final = re.compile(r"[a-z_][\w-]*:(?=[ \t\r\n])")
_TOML: Final = re.compile(
    rf"\+\+\+[ \t]*{EOL}(?:[ \t]*(?:\#[^\r\n]*)?{EOL})*"
    rf"[ \t]*(?:[\w.\"'-]+[ \t]*=|\[+[\w.\"' -]+\]+[ \t]*{EOL})"
)
_TOML_MESSAGE: Final = (
    "the header is TOML (between lines `+++`), and wikisync reads YAML alone: write it as"
    " `key: value` between lines `---`"
)
_LEGACY: Final = re.compile(
    rf"(?P<title><!-- TITLE: ?(?P<t>(?:(?!-->)[^\r\n])+?) ?-->[ \t]*(?:{EOL}|\Z))"
    rf"(?P<subtitle><!-- SUBTITLE: ?(?P<d>(?:(?!-->)[^\r\n])+?) ?-->[ \t]*(?:{EOL}|\Z))?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Header:
    """Hold everything before the content. Its text is its parts, joined."""

    kind: Literal["yaml", "legacy"]
    opening: str
    entries: tuple[Entry, ...]
    closing: str
    gap: str
    """The empty line between header and content, or nothing."""

    @property
    def text(self) -> str:
        """The header byte for byte, with the empty line after it."""
        lines = "".join([entry.text for entry in self.entries])
        return f"{self.opening}{lines}{self.closing}{self.gap}"

    def entries_by_key(self) -> dict[str, Entry]:
        """Return name → entry; of a key that is there twice the last, as in YAML.

        Of two keys that differ in case alone, the one spelt as wikisync writes it.
        """
        found: dict[str, Entry] = {}
        for entry in self.entries:
            name = entry.name
            exact_before = name in found and found[name].key == name
            if name and (entry.key == name or not exact_before):
                found[name] = entry
        return found


def split_header(text: str, content_type: ContentType, file: str = "") -> tuple[Header | None, str]:
    """Return the header, or ``None``, and the content.

    Raises BadPage if a header is TOML or has no end, or a known key has no space after its colon.
    """
    if content_type == "asciidoc":
        return None, text
    if _TOML.match(text):
        raise BadPage(file, 1, _TOML_MESSAGE)
    opening = _OPENING_FENCE[content_type].match(text)
    if opening is None:
        return _split_legacy(text) if content_type == "markdown" else (None, text)
    start = opening.end()
    # From the line end of the opening on, so that an empty header is seen as one.
    closing = _CLOSING_FENCE[content_type].search(text, opening.start(1))
    if closing is None or closing.start(1) == start:
        if closing is None:
            _reject_unclosed_header(text, start, content_type, file)
        return None, text
    if closing.start(1) - start > MAX_HEADER:
        _reject_long_header(text, start, file)
        return None, text
    entries = split_entries(text[start : closing.start(1)])
    if not _is_header(entries, content_type, file):
        return None, text
    gap = _EMPTY_LINE.match(text, closing.end())
    end = gap.end() if gap else closing.end()
    header = Header("yaml", opening[0], entries, closing[1], gap[0] if gap else "")
    return header, text[end:]


def _reject_long_header(text: str, start: int, file: str) -> None:
    """Raise BadPage if the first paragraph of a header that is too long has a known key."""
    end = _PARAGRAPH_END.search(text, start)
    if _HEADER_KEY_LINE.search(text, start, end.start() if end else len(text)):
        raise BadPage(file, 1, TOO_LONG)


def _is_header(entries: tuple[Entry, ...], content_type: ContentType, file: str) -> bool:
    """Return whether the lines between two fences are a header, not text between two rules."""
    first = entries[0]
    stray = next((e for e in reversed(entries) if not e.key and not _is_blank_or_comment(e)), None)
    missing_space = next(
        (e for e in entries if not e.key and _KEY_WITHOUT_SPACE.match(e.text)), None
    )
    if not first.key and first is not missing_space and not _is_blank_or_comment(first):
        return False
    known = any(entry.key in _EXACT_KEYS for entry in entries)
    if not known and missing_space is None:
        # No key is known: this is a header only if all of its lines are keys, and either one of
        # them is known in another case, or all of it is valid YAML.
        if content_type == "html" or stray is not None or not first.text.strip():
            return False
        if any(entry.name in _KNOWN_NAMES for entry in entries):
            return True
        return isinstance(load_yaml("".join([entry.text for entry in entries])), dict)
    if missing_space is not None:
        key = missing_space.text.partition(":")[0]
        raise BadPage(file, missing_space.line, f"add a space after `{key}:`")
    if stray is not None and _after_empty_line(entries, stray):
        if first.key in _HEADER_KEY_SET:
            raise BadPage(file, 1, _unclosed_message(content_type))
        return False
    return True


def _is_blank_or_comment(entry: Entry) -> bool:
    """Return whether all lines of an entry are comments or empty."""
    return all(line[0] in "#\r\n" or not line.strip() for line in lines_of(entry.text))


def _after_empty_line(entries: tuple[Entry, ...], stray: Entry) -> bool:
    before = [entry for entry in entries if entry.line < stray.line]
    return any(not line.strip() for entry in before for line in lines_of(entry.text))


def _reject_unclosed_header(text: str, start: int, content_type: ContentType, file: str) -> None:
    """Raise BadPage if the file begins with a header that has no end."""
    key = KEY_LINE.match(text, start)
    if (
        _LOOKS_LIKE_KEY.match(text, start) is None
        and _KEY_WITHOUT_SPACE.match(text, start) is None
        and (key is None or _NAMES.get(key["key"].lower()) not in _NO_PROSE)
    ):
        return
    if content_type == "html":
        if key is None or key["key"] not in _EXACT_KEYS:
            return
        # An ordinary comment may begin like a header, but ends within its paragraph.
        end = _PARAGRAPH_END.search(text, start)
        if "-->" in text[start : end.start() if end else None]:
            return
    raise BadPage(file, 1, _unclosed_message(content_type))


def _unclosed_message(content_type: ContentType) -> str:
    return f"the header that begins here must end with a line `{FENCES[content_type][1]}`"


def _split_legacy(text: str) -> tuple[Header | None, str]:
    match = _LEGACY.match(text)
    if match is None:
        return None, text
    entries = [Entry("title", match["title"], raw=match["t"], line=1)]
    if match["subtitle"] is not None:
        entries.append(Entry("description", match["subtitle"], raw=match["d"], line=2))
    gap = _EMPTY_LINE.match(text, match.end())
    end = gap.end() if gap else match.end()
    return Header("legacy", "", tuple(entries), "", gap[0] if gap else ""), text[end:]
