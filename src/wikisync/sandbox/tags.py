"""The tags of pages: giving, reading and finding them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wikisync.sandbox.problems import LOSE_TAGS, tag_race
from wikisync.sandbox.text import BLANKS, COLUMN, check_column, clean_tags

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wikisync.sandbox.access import Principal
    from wikisync.sandbox.store import Row, Store

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
