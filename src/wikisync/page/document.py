"""Parse a page's file, change values in it, and write it. Bytes in, values out. Pure.

Files are as Wiki.js's storage writes them (wikijs.md, *Storage files*), or as people do; bytes that
need not change stay as they are (promise 8). ``header`` finds the header's lines, ``header_values``
reads them, ``header_writer`` writes them.

Two more things are done here: damaged files (no UTF-8, NUL, git's conflict markers) are refused,
and the first heading of a page's content is suggested as the title of a new page whose file has
none. A heading never changes the title of a page that is on the wiki (promise 6).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wikisync.errors import BadPage
from wikisync.page.fingerprint import normalize_content
from wikisync.page.header import MAX_HEADER, TOO_LONG, Entry, Header, first_line_end, split_header
from wikisync.page.header_values import (
    changed_values,
    page_values,
    read_boolean,
    read_date,
    read_editor,
    read_tags,
    read_text,
    values_to_write,
)
from wikisync.page.header_writer import new_header, update_header, with_blank_line
from wikisync.page.index_links import to_file, to_wiki
from wikisync.page.model import Page

if TYPE_CHECKING:
    from collections.abc import Collection

    from wikisync.page.header_writer import Value
    from wikisync.page.model import ContentType


_BOM: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class Document:
    """Hold a parsed file. ``data`` is its exact bytes.

    ``page`` has the values, with ``None`` for each field that the file does not name. Its content
    is that of the page on the wiki: in the index file of ``link_folder`` the links differ
    (``index_links``), and ``file_content`` is the file's. ``date`` and ``date_created`` are the
    values of these two keys, unparsed.
    """

    page: Page
    date: str | None
    date_created: str | None
    content_type: ContentType
    header: Header | None
    file_content: str
    bom: bool = False
    file: str = ""
    link_folder: str = ""

    @property
    def text(self) -> str:
        """The file's text, without a byte order mark."""
        return self.file_content if self.header is None else self.header.text + self.file_content

    @property
    def data(self) -> bytes:
        """The file's bytes."""
        return ((_BOM if self.bom else "") + self.text).encode()

    @property
    def suggested_title(self) -> str | None:
        """A title for a new page: the file's own, else the heading at the start of the content."""
        return self.page.title or first_heading(self.page.content, self.content_type)


def parse(
    data: bytes, content_type: ContentType, *, file: str = "", link_folder: str = ""
) -> Document:
    """Return the parsed file. ``file`` is its name, for errors.

    ``link_folder`` is the folder whose index file it is, and "" for other files
    (``Layout.link_folder``).

    Raises BadPage, with the line, if the file is not UTF-8, contains a NUL or git's conflict
    markers, has a header without an end, or a value that cannot be parsed (``published: maybe``).
    """
    text = decode_file(data, content_type, file)
    bom = text.startswith(_BOM)
    return _parse_text(text[1:] if bom else text, content_type, file, link_folder, bom=bom)


def _parse_text(
    text: str, content_type: ContentType, file: str, link_folder: str, *, bom: bool
) -> Document:
    header, file_content = split_header(text, content_type, file)
    content = to_wiki(file_content, content_type, link_folder)
    form = (file_content, bom, file, link_folder)
    if header is None:
        return Document(Page(content), None, None, content_type, None, *form)
    entries = header.entries_by_key()
    get = entries.get
    published = get("published") or get("isPublished")
    page = Page(
        content,
        title=_optional_text(get("title")),
        description=_optional_text(get("description")),
        published=read_boolean(published, file) if published else None,
        tags=read_tags(tags) if (tags := get("tags")) else None,
        editor=read_editor(editor) if (editor := get("editor")) else None,
        publish_start=read_date(start, file) if (start := get("publishStartDate")) else None,
        publish_end=read_date(end, file) if (end := get("publishEndDate")) else None,
        script_css=_optional_text(get("scriptCss")),
        script_js=_optional_text(get("scriptJs")),
        private=read_boolean(private, file) if (private := get("private")) else None,
    )
    date, created = _optional_text(get("date")), _optional_text(get("dateCreated"))
    return Document(page, date, created, content_type, header, *form)


def _optional_text(entry: Entry | None) -> str | None:
    return None if entry is None else read_text(entry)


def compose(
    page: Page,
    *,
    date: str | None,
    date_created: str | None,
    content_type: ContentType,
    extra_keys: Collection[str] = (),
    check: bool = True,
    link_folder: str = "",
) -> bytes:
    """Return a new file's bytes, as Wiki.js's storage would write it.

    Values that would not load back are quoted. Fields that are ``None`` get no line, publish dates
    only where they are set, and ``scriptCss``, ``scriptJs`` and ``private`` only if ``extra_keys``
    has them. The links are those of the index file of ``link_folder``. AsciiDoc files have the
    content alone. Raises BadPage if the file could not be parsed again, as with a NUL; not with
    ``check=False``.
    """
    if check:
        reject_damage(page.content, content_type, "")
    content = to_file(page.content, content_type, link_folder)
    if content_type == "asciidoc":
        return content.encode()
    values = values_to_write(page_values(page, date, date_created), extra_keys)
    header = new_header(values, content_type)
    if len(header.text) > MAX_HEADER:
        raise BadPage("", 1, TOO_LONG)
    return (header.text + content).encode()


def update(
    doc: Document,
    page: Page | None = None,
    *,
    fields: Collection[str] | None = None,
    date: str | None = None,
    date_created: str | None = None,
) -> Document:
    """Return the document with other values; ``data`` has the new bytes.

    A field that is ``None`` in ``page``, or has the same meaning as the file's, is not changed. Any
    other changes only its own lines, in the file's format, or adds a line in Wiki.js's order (none
    for a value that is not set: no publish date, no style, not private). The dates are changed only
    if the file has them. With ``fields`` (keys of ``model.FIELDS``) all other fields of ``page``
    are ignored. In content, LF becomes CRLF in a file that has only CRLF. AsciiDoc files take
    content alone. Raises BadPage if the result could not be parsed.
    """
    changes: dict[str, Value] = {}
    if doc.content_type != "asciidoc":
        current = page_values(doc.page, doc.date, doc.date_created)
        requested = page_values(page or Page(""), date, date_created)
        changes = changed_values(current, requested, fields)
    content = None
    if page is not None and (fields is None or "content" in fields):
        content = _new_content(doc, page.content)
    if not changes and content is None:
        return doc
    line_end = _line_end(doc)
    header = doc.header
    if changes:
        header = update_header(header, changes, doc.content_type, line_end)
    return _assemble(doc, header, doc.file_content if content is None else content, line_end)


def _new_content(doc: Document, content: str) -> str | None:
    """Return the wiki's content with the file's line ends and links; ``None`` if it is the same."""
    if normalize_content(content) == normalize_content(doc.page.content):
        return None
    if "\r" not in content and _all_crlf(doc.text):
        content = content.replace("\n", "\r\n")
    return to_file(content, doc.content_type, doc.link_folder)


def _all_crlf(text: str) -> bool:
    count = text.count("\r\n")
    return count > 0 and count == text.count("\n") == text.count("\r")


def _line_end(doc: Document) -> str:
    """Return the line end for new header lines."""
    if doc.header is not None:
        return first_line_end(doc.header.text)
    return "\r\n" if _all_crlf(doc.text) else "\n"


def _assemble(doc: Document, header: Header | None, content: str, line_end: str) -> Document:
    """Return the document of these parts, written so that parsing its bytes gives them again."""
    reject_damage(content, doc.content_type, doc.file)
    bom = doc.bom
    if header is None and not bom and content.startswith(_BOM):
        bom, content = True, content[1:]
    try:
        new = _parse_text(
            _join(header, content), doc.content_type, doc.file, doc.link_folder, bom=bom
        )
    except BadPage:
        new = None
    if new is None or new.file_content != content:
        # Some of the content was parsed as a header: separate the two.
        separated = (
            with_blank_line(header, line_end)
            if header
            else new_header({}, doc.content_type, line_end=line_end)
        )
        new = _parse_text(
            _join(separated, content), doc.content_type, doc.file, doc.link_folder, bom=bom
        )
    return new


def _join(header: Header | None, content: str) -> str:
    return content if header is None else header.text + content


_LEADING_LINES: Final[dict[ContentType, str]] = {
    "markdown": r"(?:[^\S\n]*\n)*",
    "asciidoc": r"(?:(?:[^\S\n]*|//[^\n]*|:[^\n]*)\n)*",
}
_HEADING: Final[dict[ContentType, re.Pattern[str]]] = {
    "markdown": re.compile(rf"\A{_LEADING_LINES['markdown']} {{0,3}}#[ \t]+([^\r\n]+)"),
    "asciidoc": re.compile(rf"\A{_LEADING_LINES['asciidoc']}=[ \t]+([^\r\n]+)"),
}
_CLOSING_HASHES: Final = re.compile(r"(?<=[ \t])#+\Z")


def first_heading(content: str, content_type: ContentType) -> str | None:
    """Return the heading at the start of the content; ``None`` if it does not start with one."""
    pattern = _HEADING.get(content_type)
    match = pattern.match(content) if pattern else None
    if match is None:
        return None
    title = match[1].strip()
    if content_type == "markdown":
        title = _CLOSING_HASHES.sub("", title).strip()
    return title or None


LOCAL_MARK: Final = "<<<<<<< here"
"""The line above the folder's version in files to which wikisync added conflict markers."""

_CONFLICT_MARK: Final = re.compile(r"^(<{7}|={7}|>{7})(?= |\r?$)", re.MULTILINE)
_FENCE: Final[dict[ContentType, re.Pattern[str]]] = {
    "markdown": re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$", re.MULTILINE),
    "asciidoc": re.compile(r"^(-{4,}|\.{4,})([ \t\r]*)$", re.MULTILINE),
}


def decode_file(data: bytes, content_type: ContentType, file: str) -> str:
    """Return the file's text.

    Raises BadPage if it is not UTF-8, or contains a NUL or git's conflict markers.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadPage(file, line, "not saved as UTF-8") from None
    reject_damage(text, content_type, file)
    return text


def reject_damage(text: str, content_type: ContentType, file: str) -> None:
    """Raise BadPage if the text has a NUL or a block of git's conflict markers."""
    nul = text.find("\0")
    if nul >= 0:
        raise BadPage(file, _line_at(text, nul), "contains a NUL character")
    conflict = (
        _find_conflict_block(text, content_type)
        if "<<<<<<< " in text and ">>>>>>> " in text
        else None
    )
    if conflict is not None:
        raise BadPage(file, _line_at(text, conflict), _CONFLICT_MESSAGE)


def _line_at(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def _find_conflict_block(text: str, content_type: ContentType) -> int | None:
    """Return the start of the first conflict block; ``None`` if there is none.

    A block is three markers in order, each at the start of a line. One inside a code fence is an
    example, as in pages about git, and is ignored, unless wikisync wrote its markers.
    """
    wanted, start = "<", 0
    spans = _fenced_spans(text, content_type)
    for mark in _CONFLICT_MARK.finditer(text):
        ours = text.startswith(LOCAL_MARK, mark.start())
        if mark[1][0] == "<" and (ours or not _is_in_span(mark.start(), spans)):
            wanted, start = "=", mark.start()
        elif mark[1][0] == wanted == "=":
            wanted = ">"
        elif mark[1][0] == wanted == ">":
            return start
    return None


def _is_in_span(position: int, spans: list[tuple[int, int]]) -> bool:
    after = bisect_right(spans, (position, position))
    return after > 0 and position < spans[after - 1][1]


def _fenced_spans(text: str, content_type: ContentType) -> list[tuple[int, int]]:
    """Return (start, end) of each fenced code block, in order."""
    pattern = _FENCE.get(content_type)
    spans: list[tuple[int, int]] = []
    opened: re.Match[str] | None = None
    for fence in pattern.finditer(text) if pattern else ():
        if opened is None:
            opened = fence
        elif fence[1].startswith(opened[1]) and not fence[2].strip():
            spans.append((opened.start(), fence.end()))
            opened = None
    return spans


_CONFLICT_MESSAGE = "contains Git conflict markers: choose one version"
