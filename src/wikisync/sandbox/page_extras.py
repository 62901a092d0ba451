"""The versions of a page: what it held before each change, but for tags, style and script.

The tags of pages: giving, reading and finding them.

Finding a page by its name or its id; no one's rights are asked here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wikisync.sandbox.auth import USERS
from wikisync.sandbox.validation import (
    BLANKS,
    COLUMN,
    LOSE_TAGS,
    ApiError,
    check_column,
    clean_tags,
    named,
    tag_race,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wikisync.sandbox.auth import Principal
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


READ_VERSIONS: Final = ("read:history",)

VERSIONED: Final = (
    *("path", "locale", "title", "description", "content", "contentType", "editor"),
    *("isPrivate", "isPublished", "publishStartDate", "publishEndDate", "authorId"),
)


def snapshot(store: Store, page: Row, action: str) -> None:
    """Keep a page as a version, dated by the change that made it so (facts, *Reading*)."""
    copied = {name: page[name] for name in VERSIONED}
    dates = {"versionDate": page["updatedAt"], "createdAt": store.now()}
    store.insert("versions", {**copied, "pageId": page["id"], "action": action, **dates})


def version_list(store: Store, who: Principal, id: int, offset_page: int, offset_size: int) -> Row:  # noqa: A002
    """A stretch of a page's versions, newest first."""
    _check(store, who, id)
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


def version(store: Store, who: Principal, page_id: int, version_id: int) -> Row | None:
    """One version with its content; None where the page has no such version."""
    _check(store, who, page_id)
    found = store.row("select * from versions where id = ? and pageId = ?", version_id, page_id)
    if found is None:
        return None
    author = USERS[found["authorId"]]["name"]
    return {**found, "versionId": found["id"], "authorName": author, "tags": []}


def _check(store: Store, who: Principal, page_id: int) -> None:
    page = find_id(store, page_id)
    if page is None:
        # A deleted page's history cannot be reached (facts, *Reading*).
        raise ApiError("TypeError", "Cannot read properties of undefined (reading 'path')")
    if not who.may(READ_VERSIONS, page["path"], page["locale"]):
        raise named("PageHistoryForbidden")


def _entry(rows: list[Row], position: int, first: str) -> Row:
    """A version and what it was: ``first``, a move away from the path before it, or an edit."""
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


def associate(store: Store, page: Row, tags: Iterable[str | None], trouble: frozenset[str]) -> None:
    """Give a page these tags and no others."""
    meant = clean_tags(tags)
    marks = ", ".join("?" * len(meant))
    query = f"select id, tag from tags where tag in ({marks})"
    known = {row["tag"]: row["id"] for row in store.rows(query, *meant)}
    fresh = [tag for tag in meant if tag not in known]
    if LOSE_TAGS in trouble:
        raise tag_race()
    for tag in fresh:
        check_column(INSERT, tag, COLUMN)
    for tag in fresh:
        now = store.now()
        row = {"tag": tag, "title": tag, "createdAt": now, "updatedAt": now}
        known[tag] = store.insert("tags", row)
    wanted = {known[tag]: None for tag in meant}
    held = store.rows("select id, tagId from pageTags where pageId = ?", page["id"])
    kept = {row["tagId"] for row in held}
    # In which order Wiki.js gives a page's tags is nowhere promised; here as they were sent.
    for tag_id in wanted:
        if tag_id not in kept:
            store.insert("pageTags", {"pageId": page["id"], "tagId": tag_id})
    for row in held:
        if row["tagId"] not in wanted:
            store.run("delete from pageTags where id = ?", row["id"])


def of(store: Store, id: int) -> list[Row]:  # noqa: A002
    """A page's tags."""
    return store.rows(
        "select tags.* from pageTags join tags on tags.id = tagId where pageId = ? "
        "order by pageTags.id",
        id,
    )


def names(store: Store) -> set[str]:
    """Every tag that there is."""
    return {row["tag"] for row in store.rows("select tag from tags")}


def visible(store: Store, who: Principal) -> list[Row]:
    """The tags of all pages that may be seen, in order."""
    rows = store.rows(
        "select tags.*, path, locale from tags join pageTags on tags.id = tagId "
        "join pages on pages.id = pageId"
    )
    seen = {row["id"]: row for row in rows if who.may(READ_TAGS, row["path"], row["locale"])}
    return sorted(seen.values(), key=lambda row: str(row["tag"]))


def search(store: Store, who: Principal, query: str) -> list[str]:
    """Up to five tags that contain the query."""
    part = query.strip(BLANKS).lower()
    return [row["tag"] for row in visible(store, who) if part in row["tag"]][:5]
