"""What the wiki's answers are read into, beside ``page.model``'s pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wikisync.page.model import Key, Listed, Page


@dataclass(frozen=True, slots=True)
class WikiIndex:
    """What the first request tells: who asks, which locales there are, and every page.

    ``authenticated`` is False where the wiki takes the token for nobody's: ``pages`` are then what
    the public may see. ``user`` is the name that edits are signed with. ``locales`` are the
    installed ones, the default first. Pages that the key may not see are not in ``pages``: that one
    is missing does not mean that it is gone (facts, *Reading*).
    """

    authenticated: bool
    user: str | None
    default_locale: str
    namespacing: bool
    locales: tuple[str, ...]
    pages: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class WriteReceipt:
    """What the wiki says about a page that it has just written; no more than its word.

    Times are ISO 8601 as the wiki spells them, None where the answer left them out.
    """

    id: int
    created_at: str | None
    updated_at: str | None


@dataclass(frozen=True, slots=True)
class VersionEntry:
    """An entry of a page's history. ``date`` is the ``updatedAt`` that the page had back then.

    ``action`` is the wiki's word: initial, edit or move.
    """

    id: int
    date: str
    author: str
    action: str


@dataclass(frozen=True, slots=True)
class PageVersion:
    """A page as it was. ``page`` names no tags, no style and no script: versions hold none."""

    version_id: int
    page_id: int
    key: Key
    content_type: str
    date: str
    page: Page
