"""Finding a page by its name or its id; no one's rights are asked here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.sandbox.problems import named

if TYPE_CHECKING:
    from wikisync.sandbox.store import Row, Store


def find(store: Store, locale: str | None, path: str) -> Row | None:
    """The page at a path, or None."""
    return store.row("select * from pages where locale = ? and path = ?", locale, path)


def find_id(store: Store, id: int) -> Row | None:  # noqa: A002
    """The page of an id, or None."""
    return store.row("select * from pages where id = ?", id)


def get(store: Store, id: int) -> Row:  # noqa: A002
    """The page of an id that is known to be there."""
    page = find_id(store, id)
    if page is None:
        raise named("PageNotFound")
    return page
