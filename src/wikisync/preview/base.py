"""Compare a page with another version of it; read the one that both sides last agreed on."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wikisync.errors import StateError
from wikisync.page.fingerprint import normalize_content
from wikisync.page.model import has_file_form
from wikisync.state import State

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.page.model import ContentType, Key, Page


@dataclass(frozen=True, slots=True)
class Version:
    """Another version of a page: as both sides last agreed on it, or as the wiki has it."""

    page: Page
    content_type: ContentType


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field of a page that differs, in words, with both values as text."""

    name: str
    old: str
    new: str


NOTHING: Final = "(none)"


def last_synced(state: Path, key: Key) -> Version | None:
    """Return the base of a page; None if there is none, or the state cannot be read."""
    try:
        with closing(State.open(state, create=False)) as opened:
            stored = opened.bases.get(key)
    except StateError:
        return None
    if stored is None or not has_file_form(stored.base.content_type):
        return None
    return Version(stored.page, stored.base.content_type)


def field_changes(old: Page, new: Page) -> list[FieldChange]:
    """Return what differs beside the content. What a file leaves out is no change."""
    pairs = (
        ("Title", old.title, new.title),
        ("Description", old.description, new.description),
        ("Tags", _tags(old), _tags(new) if new.tags is not None else None),
        ("Published", _yes(old.published), _yes(new.published)),
    )
    return [
        FieldChange(name, before or NOTHING, after or NOTHING)
        for name, before, after in pairs
        if after is not None and (before or "") != after
    ]


def differs(old: Page, new: Page) -> bool:
    """Return whether a page differs from another version, in what the preview compares."""
    same = normalize_content(old.content) == normalize_content(new.content)
    return not same or bool(field_changes(old, new))


def _tags(page: Page) -> str:
    return ", ".join(sorted(page.tags or ()))


def _yes(value: bool | None) -> str | None:
    return None if value is None else "yes" if value else "no"
