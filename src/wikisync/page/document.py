"""Parse a page's file, change values in it, and write it. Bytes in, values out. Pure.

Files are as Wiki.js's storage writes them (wikijs.md, *Storage files*), or as people do; bytes that
need not change stay as they are (promise 8). ``header`` finds the header's lines, ``header_values``
reads them, ``header_writer`` writes them.

Two more things are done here: damaged files (no UTF-8, NUL, git's conflict markers in the header)
are refused, and the first heading of a page's content is suggested as the title of a new page whose
file has none. A heading never changes the title of a page that is on the wiki (promise 6).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from wikisync.errors import BadPage
from wikisync.page.conflict_blocks import CONFLICT_MESSAGE, ConflictBlock, conflict_blocks
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
from wikisync.page.header_writer import new_header, new_header_text, update_header, with_blank_line
from wikisync.page.headings import first_heading
from wikisync.page.index_links import to_file, to_wiki
from wikisync.page.model import CONTENT_TYPES, Page
from wikisync.page.publication import read_published
from wikisync.page.unread_header import reject_unread_header

if TYPE_CHECKING:
    from collections.abc import Collection

    from wikisync.page.entry_writer import Value
    from wikisync.page.model import ContentType


_BOM: Final = "\ufeff"


HeaderDoubt = Literal[
    "editor",  # the editor is not one for files of this type
    "status",  # the status says otherwise than `published`, or its like
]
"""Why a value of a header was not taken."""


@dataclass(frozen=True, slots=True)
class Document:
    """Hold a parsed file. ``data`` is its exact bytes.

    ``page`` has the values, with ``None`` for each field that the file does not name. Its content
    is that of the page on the wiki: in the index file of ``link_folder`` the links differ
    (``index_links``), and ``file_content`` is the file's. ``date`` and ``date_created`` are the
    values of these two keys, unparsed. ``has_markers``: the content has conflict markers.
    ``doubts`` are values of the header that were not taken.
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
    has_markers: bool = False
    doubts: frozenset[HeaderDoubt] = frozenset()

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
        """A title for a new page: the file's own, else the content's first heading."""
        return self.page.title or first_heading(self.page.content, self.content_type)

    def line_of(self, position: int) -> int:
        """Return the line in the file, from 1, of a position in ``file_content``."""
        return _line_at(self.text, position + len(self.text) - len(self.file_content))

    def line_of_key(self, key: str) -> int | None:
        """Return the line in the file, from 1, of a key in the header; None without it."""
        entry = self.header.entries_by_key().get(key) if self.header is not None else None
        return None if entry is None else entry.line


def parse(
    data: bytes, content_type: ContentType, *, file: str = "", link_folder: str = ""
) -> Document:
    """Return the parsed file. ``file`` is its name, for errors.

    ``link_folder`` is the folder whose index file it is, and "" for other files
    (``Layout.link_folder``).

    Raises BadPage, with the line, if the file is not UTF-8, contains a NUL or, in its header, git's
    conflict markers, has a header without an end, or a value that cannot be parsed (``published:
    maybe``).
    """
    text = decode_file(data, file)
    bom = text.startswith(_BOM)
    return _parse_text(text[1:] if bom else text, content_type, file, link_folder, bom=bom)


def _parse_text(
    text: str, content_type: ContentType, file: str, link_folder: str, *, bom: bool
) -> Document:
    blocks = conflict_blocks(text, content_type)
    try:
        document = _parse_values(text, content_type, file, link_folder, bom=bom)
    except BadPage:
        if blocks:
            raise _conflict(text, blocks[0], file) from None
        raise
    if not blocks:
        return document
    if blocks[0].start < len(text) - len(document.file_content):
        raise _conflict(text, blocks[0], file)
    return replace(document, has_markers=True)


def _conflict(text: str, block: ConflictBlock, file: str) -> BadPage:
    return BadPage(file, _line_at(text, block.start), CONFLICT_MESSAGE)


def _parse_values(
    text: str, content_type: ContentType, file: str, link_folder: str, *, bom: bool
) -> Document:
    header, file_content = split_header(text, content_type, file)
    if header is None:
        reject_unread_header(text, content_type, file)
    content = to_wiki(file_content, content_type, link_folder)
    form = (file_content, bom, file, link_folder)
    if header is None:
        return Document(Page(content), None, None, content_type, None, *form)
    entries = header.entries_by_key()
    get = entries.get
    published, contradicted = read_published(header.entries, file)
    editor = read_editor(entry) if (entry := get("editor")) else None
    unfit = editor is not None and CONTENT_TYPES.get(editor) != content_type
    doubts: tuple[tuple[HeaderDoubt, bool], ...] = (("editor", unfit), ("status", contradicted))
    page = Page(
        content,
        title=_optional_text(get("title")),
        description=_optional_text(get("description")),
        published=published,
        tags=read_tags(tags, file) if (tags := get("tags")) else None,
        editor=None if unfit else editor,
        publish_start=read_date(start, file) if (start := get("publishStartDate")) else None,
        publish_end=read_date(end, file) if (end := get("publishEndDate")) else None,
        script_css=_optional_text(get("scriptCss")),
        script_js=_optional_text(get("scriptJs")),
        private=read_boolean(private, file) if (private := get("private")) else None,
    )
    date, created = _optional_text(get("date")), _optional_text(get("dateCreated"))
    found = frozenset(doubt for doubt, is_found in doubts if is_found)
    return Document(page, date, created, content_type, header, *form, doubts=found)


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
        reject_nul(page.content, "")
    content = to_file(page.content, content_type, link_folder)
    if content_type == "asciidoc":
        return content.encode()
    values = values_to_write(page_values(page, date, date_created), extra_keys)
    header = new_header_text(values, content_type)
    if len(header) > MAX_HEADER:
        raise BadPage("", 1, TOO_LONG)
    return (header + content).encode()


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
    reject_nul(content, doc.file)
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


def decode_file(data: bytes, file: str) -> str:
    """Return the file's text. Raises BadPage if it is not UTF-8, or contains a NUL."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadPage(file, line, "not saved as UTF-8") from None
    reject_nul(text, file)
    return text


def reject_nul(text: str, file: str) -> None:
    """Raise BadPage if the text has a NUL."""
    nul = text.find("\0")
    if nul >= 0:
        raise BadPage(file, _line_at(text, nul), "contains a NUL character")


def _line_at(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
