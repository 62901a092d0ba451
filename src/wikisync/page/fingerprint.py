"""Compute a digest for each field of a page, and compare pages by these.

Comparing two fingerprints gives the names of the changed fields without either page. Values are
normalized before hashing, so that these do not count as a change: line ends, white space at the end
of the content, the order, case and surrounding white space of tags, and the format of a publish
date (files.md, *What counts as a change*).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from wikisync.page.model import FIELD_NAMES, clean_tags, parse_instant

if TYPE_CHECKING:
    from wikisync.page.model import Listed, Page

OPT_IN_FIELDS: Final = frozenset({"editor", "scriptCss", "scriptJs", "private"})
"""Fields compared only where the file names them (files.md, *What counts as a change*)."""

_DIGEST_BYTES = 16
_MAX_CACHED_LENGTH = 64
_BLANK_LINES = re.compile(r"\A(?:\ufeff|[^\S\n]*\n)+")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Hold one digest for each of ``FIELD_NAMES``; ``None`` for a field not named."""

    digests: tuple[bytes | None, ...]

    def changed_fields(self, other: Fingerprint) -> tuple[str, ...]:
        """Return the fields that both pages name and that differ."""
        if self.digests == other.digests:
            return ()
        pairs = zip(FIELD_NAMES, self.digests, other.digests, strict=True)
        return tuple(name for name, a, b in pairs if a is not None and b is not None and a != b)

    def has_field(self, field: str) -> bool:
        """Return whether the page names this field."""
        return self.digests[FIELD_NAMES.index(field)] is not None

    def restricted_to(self, *fields: str) -> Fingerprint:
        """Return this fingerprint without the digests of all other fields."""
        pairs = zip(FIELD_NAMES, self.digests, strict=True)
        return Fingerprint(tuple(digest if name in fields else None for name, digest in pairs))

    def with_defaults_from(self, other: Fingerprint) -> Fingerprint:
        """Return this fingerprint with each missing digest taken from ``other``."""
        return Fingerprint(
            tuple(
                a if a is not None else b for a, b in zip(self.digests, other.digests, strict=True)
            )
        )

    def with_fields_from(self, fields: tuple[str, ...], other: Fingerprint) -> Fingerprint:
        """Return this fingerprint with the digests of ``fields`` taken from ``other``."""
        trios = zip(FIELD_NAMES, self.digests, other.digests, strict=True)
        return Fingerprint(tuple(b if name in fields else a for name, a, b in trios))

    def __str__(self) -> str:
        return ".".join("-" if d is None else d.hex() for d in self.digests)

    @classmethod
    def parse(cls, text: str) -> Fingerprint:
        """Return the fingerprint that ``str`` wrote. Raises ValueError for any other text."""
        parts = text.split(".")
        if len(parts) != len(FIELD_NAMES):
            raise ValueError(f"a fingerprint has {len(FIELD_NAMES)} parts, this has {len(parts)}")
        return cls(tuple(map(_parse_digest, parts)))


@lru_cache(maxsize=4096)  # most pages have most digests in common: this saves time and memory
def _parse_digest(text: str) -> bytes | None:
    return None if text == "-" else bytes.fromhex(text)


@lru_cache(maxsize=4)  # a page that is read is compared with the plan, with its file and its base
def fingerprint(page: Page) -> Fingerprint:
    """Return the fingerprint of a page."""
    tags = None if page.tags is None else _digest_of_tags(page.tags)
    return Fingerprint(
        (
            _digest(page.title),
            _cached_digest(page.description),
            _cached_digest(page.published),
            tags,
            _digest_of_content(page.content),
            _cached_digest(normalize_date(page.publish_start)),
            _cached_digest(normalize_date(page.publish_end)),
            _cached_digest(page.editor),
            _cached_digest(page.script_css),
            _cached_digest(page.script_js),
            _cached_digest(page.private),
        )
    )


def shows_fields_of(page: Page, named: Fingerprint) -> bool:
    """Return whether a page has a value for each field that a fingerprint names.

    A key that may only read gets no publish dates, styles and scripts (wikijs.md, *Reading with a
    key that may only read*).
    """
    shown = fingerprint(page).digests
    if None not in shown:
        return True
    return all(
        digest is None or value is not None
        for digest, value in zip(named.digests, shown, strict=True)
    )


def listed_fingerprint(listed: Listed) -> Fingerprint:
    """Return the fingerprint of a page in the wiki's list.

    Fields that the list does not show have no digest.
    """
    title = _digest(listed.title)
    description = _cached_digest(listed.description)
    published, private = _cached_digest(listed.published), _cached_digest(listed.private)
    tags = _digest_of_tags(listed.tags)
    none = None
    return Fingerprint(
        (title, description, published, tags, none, none, none, none, none, none, private)
    )


def is_listed_otherwise(listed: Listed, known: Fingerprint) -> bool:
    """Return whether the wiki's list shows a page with other values than its fingerprint has."""
    shown = listed_fingerprint(listed)
    before, after = shown.digests, known.digests
    if before[:4] == after[:4] and before[-1] == after[-1]:  # what the list has of nearly each page
        return False
    return bool(shown.changed_fields(known))


@lru_cache(maxsize=4096)
def _digest_of_tags(tags: tuple[str, ...]) -> bytes | None:
    return _digest(_normalize_tags(tags))


@lru_cache(maxsize=4)  # a page, its file and the page as read back have one content
def _digest_of_content(content: str) -> bytes | None:
    return _digest(normalize_content(content))


def _normalize_tags(tags: tuple[str, ...]) -> str:
    # Joined by NUL, which no tag can contain, so that different sets of tags never give one text.
    return "\0".join(sorted(clean_tags(tags)))


def normalize_content(content: str) -> str:
    """Return the content without the differences that do not count as a change.

    These are: CR in line ends, a byte order mark and empty lines at the start, white space at the
    end.
    """
    text = content.replace("\r\n", "\n").replace("\r", "\n")
    return _BLANK_LINES.sub("", text).rstrip()


def normalize_date(date: str | None) -> str | None:
    """Return a publish date as an ISO 8601 instant in UTC; ``""`` means not set."""
    if not date:
        return date
    moment = parse_instant(date)
    return date.strip() if moment is None else moment.isoformat()


def _digest(value: str | bool | None) -> bytes | None:
    if value is None:
        return None
    text = value if isinstance(value, str) else str(value).lower()
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()


@lru_cache(maxsize=1024)
def _digest_once(value: str | bool | None) -> bytes | None:
    return _digest(value)


def _cached_digest(value: str | bool | None) -> bytes | None:
    """Return the digest of a value. Short values, which many pages share, are cached."""
    return (
        _digest(value)
        if isinstance(value, str) and len(value) > _MAX_CACHED_LENGTH
        else _digest_once(value)
    )
