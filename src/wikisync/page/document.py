"""A page's file: taken apart, changed where asked, put together anew. Bytes in, values out. Pure.

A file is as Wiki.js's storage writes it (facts, *What Wiki.js writes to disk*), or as people do:
every byte that need not change stays (promise 8). Where the lines are is ``header``'s business,
what they say ``values``', how they are written ``spelling``'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wikisync.errors import BadPage
from wikisync.page.changes import changed_values, values_of, values_to_write
from wikisync.page.damage import decode_file, reject_damage
from wikisync.page.entries import Entry, first_line_end
from wikisync.page.fingerprint import plain_content
from wikisync.page.header import MAX_HEADER, TOO_LONG, Header, split
from wikisync.page.hint import first_heading
from wikisync.page.model import Page
from wikisync.page.rewrite import new_header, update_header, with_blank_line
from wikisync.page.values import date_of, editor_of, flag_of, tags_of, text_of

if TYPE_CHECKING:
    from collections.abc import Collection

    from wikisync.page.model import ContentType
    from wikisync.page.spelling import Value

_BOM: Final = "\ufeff"


@dataclass(frozen=True, slots=True)
class Document:
    """A file taken apart. ``data`` gives its exact bytes back.

    ``page`` has the values; what the file does not name is ``None``. ``date`` and ``date_created``
    are the lines of that name, as spelt.
    """

    page: Page
    date: str | None
    date_created: str | None
    content_type: ContentType
    header: Header | None
    bom: bool = False
    file: str = ""

    @property
    def text(self) -> str:
        """The file's text, without a byte order mark."""
        return self.page.content if self.header is None else self.header.text + self.page.content

    @property
    def data(self) -> bytes:
        """The file's bytes."""
        return ((_BOM if self.bom else "") + self.text).encode()

    @property
    def suggested_title(self) -> str | None:
        """A title for a new page: the one named, else the heading that the content opens with."""
        return self.page.title or first_heading(self.page.content, self.content_type)


def parse(data: bytes, content_type: ContentType, *, file: str = "") -> Document:
    """The file's values. ``file`` is its name, for errors.

    Raises BadPage, with the line, where the file is no page: no UTF-8, a NUL, Git's conflict marks,
    a header that does not end, or a value that cannot be (``published: maybe``).
    """
    text = decode_file(data, content_type, file)
    bom = text.startswith(_BOM)
    return _parse_text(text[1:] if bom else text, content_type, file, bom=bom)


def _parse_text(text: str, content_type: ContentType, file: str, *, bom: bool) -> Document:
    header, content = split(text, content_type, file)
    if header is None:
        return Document(Page(content), None, None, content_type, None, bom, file)
    named = header.named()
    get = named.get
    flag = get("published") or get("isPublished")
    page = Page(
        content,
        title=_text(get("title")),
        description=_text(get("description")),
        published=flag_of(flag, file) if flag else None,
        tags=tags_of(tags) if (tags := get("tags")) else None,
        editor=editor_of(editor) if (editor := get("editor")) else None,
        publish_start=date_of(start, file) if (start := get("publishStartDate")) else None,
        publish_end=date_of(end, file) if (end := get("publishEndDate")) else None,
        script_css=_text(get("scriptCss")),
        script_js=_text(get("scriptJs")),
        private=flag_of(private, file) if (private := get("private")) else None,
    )
    date, created = _text(get("date")), _text(get("dateCreated"))
    return Document(page, date, created, content_type, header, bom, file)


def _text(entry: Entry | None) -> str | None:
    return None if entry is None else text_of(entry)


def compose(
    page: Page,
    *,
    date: str | None,
    date_created: str | None,
    content_type: ContentType,
    naming: Collection[str] = (),
    check: bool = True,
) -> bytes:
    """A new file, byte for byte as Wiki.js's storage writes it, unless values would not load back.

    Those are quoted. Fields that are ``None`` get no line, publish dates only where they are set,
    and ``scriptCss``, ``scriptJs`` and ``private`` only if ``naming`` has them. AsciiDoc files hold
    the content alone. Raises BadPage where no page could be read back, as from a NUL; without
    ``check`` such a file is made too.
    """
    if check:
        reject_damage(page.content, content_type, "")
    if content_type == "asciidoc":
        return page.content.encode()
    values = values_to_write(values_of(page, date, date_created), naming)
    header = new_header(values, content_type)
    if len(header.text) > MAX_HEADER:
        raise BadPage("", 1, TOO_LONG)
    return (header.text + page.content).encode()


def update(
    doc: Document,
    page: Page | None = None,
    *,
    fields: Collection[str] | None = None,
    date: str | None = None,
    date_created: str | None = None,
) -> Document:
    """The document with other values; ``.data`` has the new bytes.

    ``None`` in ``page`` leaves a field as it is; so does a value that means the same. Another value
    changes its own lines alone, in the file's spelling, or adds a line in Wiki.js's order (none for
    what is not set: no publish date, no style, not private). The dates are changed where the file
    has them. With ``fields`` (names of ``fingerprint.FIELDS``) nothing else of ``page`` is looked
    at. Content comes as the wiki has it; LF becomes CRLF in a file that has nothing else.
    AsciiDoc files take content alone. Raises BadPage where the result would be no page.
    """
    wanted: dict[str, Value] = {}
    if doc.content_type != "asciidoc":
        said = values_of(doc.page, doc.date, doc.date_created)
        asked = values_of(page or Page(""), date, date_created)
        wanted = changed_values(said, asked, fields)
    content = None
    if page is not None and (fields is None or "content" in fields):
        content = _new_content(doc, page.content)
    if not wanted and content is None:
        return doc
    line_end = _line_end(doc)
    header = doc.header
    if wanted:
        header = update_header(header, wanted, doc.content_type, line_end)
    return _assemble(doc, header, doc.page.content if content is None else content, line_end)


def render(doc: Document) -> bytes:
    """The file's bytes: ``doc.data``, as a function."""
    return doc.data


def _new_content(doc: Document, content: str) -> str | None:
    """The wiki's content with the file's line ends; None where it means what the file has."""
    if plain_content(content) == plain_content(doc.page.content):
        return None
    if "\r" not in content and _all_crlf(doc.text):
        return content.replace("\n", "\r\n")
    return content


def _all_crlf(text: str) -> bool:
    count = text.count("\r\n")
    return count > 0 and count == text.count("\n") == text.count("\r")


def _line_end(doc: Document) -> str:
    """The line end for new header lines."""
    if doc.header is not None:
        return first_line_end(doc.header.text)
    return "\r\n" if _all_crlf(doc.text) else "\n"


def _assemble(doc: Document, header: Header | None, content: str, line_end: str) -> Document:
    """The document of these parts, spelt so that parsing its bytes gives them again."""
    reject_damage(content, doc.content_type, doc.file)
    bom = doc.bom
    if header is None and not bom and content.startswith(_BOM):
        bom, content = True, content[1:]
    try:
        new = _parse_text(_joined(header, content), doc.content_type, doc.file, bom=bom)
    except BadPage:
        new = None
    if new is None or new.page.content != content:
        # Some of the content was taken for the header's: keep the two apart.
        apart = (
            with_blank_line(header, line_end)
            if header
            else new_header({}, doc.content_type, line_end=line_end)
        )
        new = _parse_text(_joined(apart, content), doc.content_type, doc.file, bom=bom)
    return new


def _joined(header: Header | None, content: str) -> str:
    return content if header is None else header.text + content
