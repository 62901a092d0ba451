"""Define the values of a page, its key, and the limits that Wiki.js sets to them. Pure.

``document`` parses and writes files, ``paths`` maps keys to file names, and ``fingerprint`` decides
whether two pages are equal. Dates are parsed here (``parse_instant``), and values that the wiki
would refuse are found before anything is sent (``reason_unsendable``; wikijs.md, *Fields*).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Iterable

ContentType = Literal["markdown", "html", "asciidoc"]
"""The content types whose pages can be files."""

CONTENT_TYPES: Final[dict[str, ContentType]] = {
    "markdown": "markdown",
    "ckeditor": "html",
    "code": "html",
    "wysiwyg": "html",
    "asciidoc": "asciidoc",
}
"""Editor → the content type of its pages (wikijs.md, *Fields*)."""

MAX_FILE_BYTES: Final = 64 * 1024 * 1024
"""Larger files are not read as pages. Wiki.js accepts requests of 5 MB by default."""

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
    """Identify a page by its locale (``en``) and its path (``guide/a``)."""

    locale: str
    path: str

    def __str__(self) -> str:
        return f"{self.locale}/{self.path}"


@dataclass(frozen=True, slots=True)
class Page:
    """Hold a page's fields, without its key.

    A field is ``None`` where the file leaves it out. Such a field is taken from the wiki's page and
    never cleared (promise 6). A page read from the wiki has every field.

    Dates are strings as Wiki.js writes them (ISO 8601, UTC, milliseconds); ``""`` means not set.
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
        """Return this page with each field that is ``None`` taken from ``other``."""
        missing = {
            f.name: getattr(other, f.name) for f in fields(self) if getattr(self, f.name) is None
        }
        return replace(self, **missing) if missing else self


@dataclass(frozen=True, slots=True)
class Listed:
    """Hold a page as the wiki's list returns it: without content, editor, publish dates, styles.

    ``content_type`` is the wiki's value, which may have no file form (``yml``). ``created_at`` and
    ``updated_at`` are kept byte for byte, because the wiki compares them as strings.
    ``spelling`` is the path as the wiki has it, where that is not in NFC as the key's is.
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
    spelling: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """Hold a page read completely from the wiki: every field of ``page`` is set.

    ``spelling`` is as that of ``Listed``.
    """

    id: int
    key: Key
    content_type: str
    created_at: str
    updated_at: str
    page: Page
    spelling: str = ""


def has_file_form(content_type: str) -> TypeGuard[ContentType]:
    """Return whether pages of this content type, as the wiki names it, can be files."""
    return content_type in DEFAULT_EDITOR


def clean_tags(tags: tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Return tags as the wiki stores them: trimmed, in lower case, no empty ones or duplicates."""
    return tuple(dict.fromkeys(t for t in (tag.strip().lower() for tag in tags) if t))


# ``fromisoformat`` accepts any character between date and time.
_ISO_8601: Final = re.compile(r"[0-9W-]+(?:[Tt ][0-9:.,Zz+-]+)?")


def parse_instant(text: str) -> datetime | None:
    """Return the instant of an ISO 8601 date or time, in UTC; ``None`` if it cannot be parsed.

    A date alone means its midnight. A time without a zone is taken as UTC.
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
    """Return whether two dates are the same instant, or the same text."""
    if one == other:
        return True
    moment = parse_instant(one)
    return moment is not None and moment == parse_instant(other)


MAX_TEXT_LENGTH: Final = 255
"""The most characters of a title or a description."""


def keeps_long_texts(pages: Iterable[Listed]) -> bool:
    """Return whether the wiki's pages show that its database keeps texts of any length."""
    return any(max(len(p.title), len(p.description)) > MAX_TEXT_LENGTH for p in pages)


class Unsendable(NamedTuple):
    """Why a wiki would refuse a page, as a clause.

    ``field`` is set for a text that is longer than most wikis accept (wikijs.md, *Other
    databases*).
    """

    field: str | None
    reason: str


def reason_unsendable(page: Page) -> Unsendable | None:
    """Return why the wiki would refuse a file's values; ``None`` if it would not.

    Characters are counted as code points, as the wiki's database counts them.
    """
    if not page.content.strip():
        return Unsendable(None, "it is empty, and the wiki does not accept empty pages")
    for field, text in (("title", page.title), ("description", page.description)):
        if text is not None and len(text) > MAX_TEXT_LENGTH:
            return Unsendable(field, _too_long(field, text))
    return None


_SHOWN_BEFORE_CUT: Final = 40
"""The most characters shown of what fits into the limit."""


def _too_long(field: str, text: str) -> str:
    fitting = " ".join(text[:MAX_TEXT_LENGTH].split())[-_SHOWN_BEFORE_CUT:]
    word = fitting.find(" ") + 1
    return (
        f"its {field} has {len(text)} characters, and the limit is {MAX_TEXT_LENGTH}: what is after"
        f" “… {fitting[word:]}” is too much"
    )
