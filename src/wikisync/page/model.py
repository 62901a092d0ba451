"""The values of a page, wherever they come from.

Nothing here reads or writes anything. How a page looks as a file is ``document``'s job, where that
file lies is ``paths``', and when two pages count as the same is ``fingerprint``'s.

Dates as files and wikis spell them, read as instants. Pure.

What the wiki will not take of a page, known before anything is sent (facts, *Writing*). Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple, TypeGuard

ContentType = Literal["markdown", "html", "asciidoc"]
"""The kinds of content that have a file form here."""

CONTENT_TYPES: Final[dict[str, ContentType]] = {
    "markdown": "markdown",
    "ckeditor": "html",
    "code": "html",
    "wysiwyg": "html",
    "asciidoc": "asciidoc",
}
"""Editor → the content type of the pages it makes (facts, *Writing*)."""

MAX_FILE_BYTES: Final = 64 * 1024 * 1024
"""A larger file is no page; the wiki takes 5 MB in a request by default."""

DEFAULT_EDITOR: Final[dict[ContentType, str]] = {
    "markdown": "markdown",
    "html": "ckeditor",
    "asciidoc": "asciidoc",
}
"""Content type → the editor of a new page whose file names none."""


FIELDS: Final = {
    "title": "title",
    "description": "description",
    "published": "published",
    "tags": "tags",
    "content": "content",
    "publishStartDate": "publish_start",
    "publishEndDate": "publish_end",
    "editor": "editor",
    "scriptCss": "script_css",
    "scriptJs": "script_js",
    "private": "private",
}
"""A field that can differ, by the name that users and JSON see → the attribute of ``Page``.

In the order in which reports show them.
"""

FIELD_NAMES: Final = tuple(FIELDS)


class Key(NamedTuple):
    """What tells one page from another: its locale (``en``) and its path (``guide/a``)."""

    locale: str
    path: str

    def __str__(self) -> str:
        return f"{self.locale}/{self.path}"


@dataclass(frozen=True, slots=True)
class Page:
    """A page's values, without its name.

    ``None`` means *not named here*: a file may leave a field out, and what it leaves out is
    carried, never wiped (promise 6). A page read whole from the wiki has every field.

    Times are as the wiki spells them (ISO 8601, UTC, milliseconds); ``""`` is *not set*.
    """

    content: str
    title: str | None = None
    description: str | None = None
    published: bool | None = None
    tags: tuple[str, ...] | None = None
    editor: str | None = None
    publish_start: str | None = None
    publish_end: str | None = None
    script_css: str | None = None
    script_js: str | None = None
    private: bool | None = None

    def with_defaults_from(self, other: Page) -> Page:
        """This page, with whatever it does not name taken from ``other``."""
        missing = {
            f.name: getattr(other, f.name) for f in fields(self) if getattr(self, f.name) is None
        }
        return replace(self, **missing) if missing else self


@dataclass(frozen=True, slots=True)
class Listed:
    """A page as the wiki's list shows it: everything cheap, no content.

    ``content_type`` is the wiki's own word, which may be one that has no file form here (``yml``).
    ``created_at`` and ``updated_at`` are kept byte for byte: the wiki compares them as strings.
    """

    id: int
    key: Key
    title: str
    description: str
    content_type: str
    published: bool
    private: bool
    created_at: str
    updated_at: str
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """A page read whole from the wiki. ``page`` names every field."""

    id: int
    key: Key
    content_type: str
    created_at: str
    updated_at: str
    page: Page


def has_file_form(content_type: str) -> TypeGuard[ContentType]:
    """Whether pages of this content type, in the wiki's own word, can be files here."""
    return content_type in DEFAULT_EDITOR


def clean_tags(tags: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Tags as the wiki will keep them: trimmed, lower-cased, each once, none empty; order kept."""
    return tuple(dict.fromkeys(t for t in (tag.strip().lower() for tag in tags) if t))


# ``fromisoformat`` takes any character between date and time.
_ISO_8601: Final = re.compile(r"[0-9W-]+(?:[Tt ][0-9:.,Zz+-]+)?")


def parse_instant(text: str) -> datetime | None:
    """The moment that an ISO 8601 date or time names, in UTC; ``None`` where it names none.

    A date alone is its midnight, and a time without a zone is UTC, as Wiki.js spells its own.
    """
    text = text.strip()
    if not _ISO_8601.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def same_instant(one: str, other: str) -> bool:
    """Whether two spellings mean the same moment, or are the same text."""
    if one == other:
        return True
    moment = parse_instant(one)
    return moment is not None and moment == parse_instant(other)


MAX_TEXT_LENGTH: Final = 255
"""Characters that a title and a description hold."""


def reason_unsendable(page: Page, content_type: ContentType) -> str | None:
    """Why the wiki would refuse the values of a file, in a clause; None where it would not.

    Characters are counted as the wiki's database counts them: one a code point.
    """
    if not page.content.strip():
        return "it has no content, and the wiki refuses an empty page (6004)"
    for field, text in (("title", page.title), ("description", page.description)):
        if text is not None and len(text) > MAX_TEXT_LENGTH:
            return f"its {field} has {len(text)} characters, and the wiki holds {MAX_TEXT_LENGTH}"
    if page.editor is not None and CONTENT_TYPES.get(page.editor) != content_type:
        return f"its editor line says `{page.editor}`, which makes no {content_type} pages"
    return None
