"""Find pages by key or id, and keep their versions and tags.

A version holds a page as it was before a change, without tags, style and script. Permissions are
checked for versions and tags, not for finding pages.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wikisync.sandbox.auth import USERS
from wikisync.sandbox.validation import (
    COLUMN_WIDTH,
    LOSE_TAGS,
    WHITE_SPACE,
    ApiError,
    check_column,
    clean_tags,
    named_error,
    tag_duplicate,
    tag_race,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wikisync.sandbox.auth import Principal
    from wikisync.sandbox.store import Row, Store


def find_by_path(store: Store, locale: str | None, path: str) -> Row | None:
    """Return the page at a path, or None; with MariaDB also one whose path differs in case."""
    collated = f"path = ? collate {store.database.collation}"
    return store.row(f"select * from pages where locale = ? and {collated}", locale, path)


def find_by_id(store: Store, id: int) -> Row | None:  # noqa: A002
    """Return the page of an id, or None."""
    return store.row("select * from pages where id = ?", id)


def require_page(store: Store, id: int) -> Row:  # noqa: A002
    """Return the page of an id. Raises ApiError if there is none."""
    page = find_by_id(store, id)
    if page is None:
        raise named_error("PageNotFound")
    return page


READ_VERSIONS: Final = ("read:history",)

VERSIONED: Final = (
    *("path", "locale", "title", "description", "content", "contentType", "editor"),
    *("isPrivate", "isPublished", "publishStartDate", "publishEndDate", "authorId"),
)


def save_version(store: Store, page: Row, action: str) -> None:
    """Save a page as a version, dated with its ``updatedAt`` (wikijs.md, *Dates and versions*)."""
    copied = {name: page[name] for name in VERSIONED}
    dates = {"versionDate": page["updatedAt"], "createdAt": store.now()}
    store.insert("versions", {**copied, "pageId": page["id"], "action": action, **dates})


def version_list(
    store: Store,
    principal: Principal,
    id: int,  # noqa: A002
    offset_page: int,
    offset_size: int,
) -> Row:
    """Return part of a page's versions, newest first."""
    _check(store, principal, id)
    rows = store.rows(
        "select id, path, authorId, versionDate from versions where pageId = ? "
        "order by versionDate desc, id desc",
        id,
    )
    start, end = offset_page * offset_size, (offset_page + 1) * offset_size
    shown = range(start, min(end, len(rows)))
    # Where a stretch ends with the oldest version, and is full, that one counts as a move from
    # nowhere: the real one looks for a version before it, and calls it the first only if not full.
    first = "initial" if len(rows) < end else "move"
    return {"total": len(rows), "trail": [_entry(rows, position, first) for position in shown]}


def version(store: Store, principal: Principal, page_id: int, version_id: int) -> Row | None:
    """Return one version with its content; None if the page has no such version."""
    _check(store, principal, page_id)
    found = store.row("select * from versions where id = ? and pageId = ?", version_id, page_id)
    if found is None:
        return None
    author = USERS[found["authorId"]]["name"]
    return {**found, "versionId": found["id"], "authorName": author, "tags": []}


def _check(store: Store, principal: Principal, page_id: int) -> None:
    page = find_by_id(store, page_id)
    if page is None:
        # A deleted page's history cannot be read (wikijs.md, *Dates and versions*).
        raise ApiError("TypeError", "Cannot read properties of undefined (reading 'path')")
    if not principal.may(READ_VERSIONS, page["path"], page["locale"]):
        raise named_error("PageHistoryForbidden")


def _entry(rows: list[Row], position: int, first: str) -> Row:
    """Return a version with its kind: ``first``, a move from the older path, or an edit."""
    row = rows[position]
    older = rows[position + 1] if position + 1 < len(rows) else None
    moved = first == "move" if older is None else older["path"] != row["path"]
    return {
        "versionId": row["id"],
        "versionDate": row["versionDate"],
        "authorId": row["authorId"],
        "authorName": USERS[row["authorId"]]["name"],
        "actionType": "move" if moved else "edit" if older else "initial",
        "valueBefore": (older["path"] if older else "") if moved else None,
        "valueAfter": row["path"] if moved else None,
    }


READ_TAGS: Final = ("read:pages",)

INSERT: Final = 'insert into "tags" ("tag", "title") values (…) returning "id"'


def set_tags(store: Store, page: Row, tags: Iterable[str | None], races: frozenset[str]) -> None:
    """Replace a page's tags."""
    meant = clean_tags(tags)
    marks = ", ".join("?" * len(meant))
    collation = store.database.collation
    query = f"select id, tag from tags where tag collate {collation} in ({marks})"
    known = {row["tag"]: row["id"] for row in store.rows(query, *meant)}
    fresh = [tag for tag in meant if tag not in known]
    if LOSE_TAGS in races:
        raise tag_race()
    for tag in fresh:
        check_column(store.database, INSERT, tag, COLUMN_WIDTH)
    for tag in fresh:
        # Wiki.js compares the tags that the database found with those sent, by their characters.
        if store.row(f"select id from tags where tag = ? collate {collation}", tag):
            raise tag_duplicate(tag)
        now = store.now()
        row = {"tag": tag, "title": tag, "createdAt": now, "updatedAt": now}
        known[tag] = store.insert("tags", row)
    wanted = {known[tag]: None for tag in meant}
    held = store.rows("select id, tagId from pageTags where pageId = ?", page["id"])
    kept = {row["tagId"] for row in held}
    # Wiki.js documents no order of a page's tags; here they keep the order in which they were sent.
    for tag_id in wanted:
        if tag_id not in kept:
            store.insert("pageTags", {"pageId": page["id"], "tagId": tag_id})
    for row in held:
        if row["tagId"] not in wanted:
            store.run("delete from pageTags where id = ?", row["id"])


def tags_of(store: Store, id: int) -> list[Row]:  # noqa: A002
    """Return a page's tags."""
    return store.rows(
        "select tags.* from pageTags join tags on tags.id = tagId where pageId = ? "
        "order by pageTags.id",
        id,
    )


def tag_names(store: Store) -> set[str]:
    """Return all tags."""
    return {row["tag"] for row in store.rows("select tag from tags")}


def visible_tags(store: Store, principal: Principal) -> list[Row]:
    """Return the tags of all pages that the principal may read, sorted."""
    rows = store.rows(
        "select tags.*, path, locale from tags join pageTags on tags.id = tagId "
        "join pages on pages.id = pageId"
    )
    seen = {row["id"]: row for row in rows if principal.may(READ_TAGS, row["path"], row["locale"])}
    return sorted(seen.values(), key=lambda row: str(row["tag"]))


def search_tags(store: Store, principal: Principal, query: str) -> list[str]:
    """Return up to five tags that contain the query."""
    part = query.strip(WHITE_SPACE).lower()
    return [row["tag"] for row in visible_tags(store, principal) if part in row["tag"]][:5]
