"""The versions of a page: what it held before each change, but for tags, style and script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wikisync.sandbox.access import USERS
from wikisync.sandbox.finding import find_id
from wikisync.sandbox.problems import ApiError, named

if TYPE_CHECKING:
    from wikisync.sandbox.access import Principal
    from wikisync.sandbox.store import Row, Store

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
