"""What is read of pages: the list, single pages, tags, links, and what an editor asks.

Reading checks the page rules page by page: the list leaves out what may not be seen, a single page
is refused (facts, *Reading*). What comes back are plain dicts with the API's names.

The tree of folders and pages, worked out anew each time it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wikisync.sandbox import page_extras, rendering
from wikisync.sandbox.auth import USERS
from wikisync.sandbox.page_extras import find, find_id
from wikisync.sandbox.validation import BLANKS, named

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wikisync.sandbox.auth import Principal
    from wikisync.sandbox.store import Row, Store


READ: Final = ("read:pages",)
SOURCE: Final = ("manage:pages", "delete:pages")
EDIT: Final = ("write:pages", "manage:pages")

LISTED: Final = (
    "id, path, locale, title, description, contentType, isPublished, isPrivate, privateNS, "
    "createdAt, updatedAt"
)
ORDERS: Final = {"CREATED": "createdAt", "PATH": "path", "TITLE": "title", "UPDATED": "updatedAt"}


def listed(store: Store, who: Principal, wish: dict[str, Any]) -> list[Row]:
    """All pages that may be seen, with their tags.

    ``limit`` counts a page once for each of its tags, and ``tags`` hides all other tags of a page:
    both are as the real one does it (facts, *Reading*).
    """
    with store.lock:
        statement, values = _list_query(wish)
        pages = store.rows(statement, *values)
        tagged = store.rows(
            "select pageId, tag from pageTags join tags on tags.id = tagId order by pageTags.id"
        )
    by_page: dict[int, list[str]] = {}
    only = [tag.strip(BLANKS).lower() for tag in wish.get("tags") or ()]
    for row in tagged:
        if not only or row["tag"] in only:
            by_page.setdefault(row["pageId"], []).append(row["tag"])
    for page in pages:
        page["tags"] = by_page.get(page["id"], [])
    if only:
        pages = [page for page in pages if page["tags"]]
    if wish.get("limit"):
        pages = _cut(pages, wish["limit"])
    asked = wish.get("tags") or ()
    return [
        page
        for page in pages
        if who.may(READ, page["path"], page["locale"]) and all(tag in page["tags"] for tag in asked)
    ]


def _list_query(wish: dict[str, Any]) -> tuple[str, list[object]]:
    """The statement and its values."""
    people = [(name, wish.get(name) or 0) for name in ("creatorId", "authorId")]
    asked = [(name, value) for name, value in people if value > 0]
    where = ["1"]
    values: list[object] = [value for _, value in asked]
    if asked:
        where.append("(" + " or ".join(f"{name} = ?" for name, _ in asked) + ")")
    if wish.get("locale"):
        where.append("locale = ?")
        values.append(wish["locale"])
    direction = "desc" if wish.get("orderByDirection") == "DESC" else "asc"
    column = ORDERS.get(wish.get("orderBy") or "ID")
    # Pages that tie come in no certain order; in the recordings the latest came first.
    order = f"{column} {direction}, id desc" if column else f"id {direction}"
    clause = " and ".join(where)
    return f"select {LISTED} from pages where {clause} order by {order}", values


def _cut(pages: list[Row], limit: int) -> list[Row]:
    """The pages of the first ``limit`` rows, where each tag of a page makes a row."""
    kept = []
    for page in pages:
        if limit <= 0:
            break
        kept.append({**page, "tags": page["tags"][:limit]})
        limit -= max(1, len(page["tags"]))
    return kept


def single(store: Store, who: Principal, id: int) -> Row:  # noqa: A002
    """A whole page, for one who may manage or delete it."""
    return _seen(who, find_id(store, id), SOURCE)


def single_by_path(store: Store, who: Principal, locale: str, path: str) -> Row:
    """A whole page, by its name."""
    return _seen(who, find(store, locale, path), SOURCE)


def conflict_latest(store: Store, who: Principal, id: int) -> Row:  # noqa: A002
    """What a page holds now, for one who may write it."""
    page = _seen(who, find_id(store, id), EDIT)
    return {**page, "tags": [tag["tag"] for tag in page_extras.of(store, id)]}


def changed_since(store: Store, who: Principal, id: int, date: object) -> bool:  # noqa: A002
    """Whether ``updatedAt`` is later; the two are compared as texts."""
    page = find_id(store, id)
    if page is None:
        raise named("PageNotFound")
    if not who.may(EDIT, page["path"], page["locale"]):
        raise named("PageUpdateForbidden")
    return str(page["updatedAt"]) > str(date)


def written(page: Row) -> Row:
    """A page as create and update give it back: without locale, editor, style and script.

    The real one forgets to fill these in, so asking for the first two makes the page null.
    """
    left_out = ("locale", "editor", "scriptCss", "scriptJs")
    return {name: value for name, value in _named(page).items() if name not in left_out}


def linked(store: Store, who: Principal, locale: str) -> list[Row]:
    """The pages of a locale with what they link to."""
    rows = store.rows(
        "select pages.id, pages.path, title, pageLinks.path as link, "
        "pageLinks.locale as linkLocale from pages left join pageLinks on pages.id = pageId "
        "where pages.locale = ? order by pages.id, pageLinks.id",
        locale,
    )
    found: dict[int, Row] = {}
    for row in rows:
        link = row["link"]
        visible = who.may(READ, row["path"], locale) and (
            link is None or who.may(READ, link, row["linkLocale"])
        )
        if visible:
            page = {"id": row["id"], "title": row["title"], "path": f"{locale}/{row['path']}"}
            entry = found.setdefault(row["id"], {**page, "links": []})
            entry["links"] += [f"{row['linkLocale']}/{link}"] if link is not None else []
    return list(found.values())


def _seen(who: Principal, page: Row | None, permissions: Sequence[str]) -> Row:
    if page is None:
        raise named("PageNotFound")
    if not who.may(permissions, page["path"], page["locale"]):
        raise named("PageViewForbidden")
    return _named(page)


def _named(page: Row) -> Row:
    """A page with the names of its author and creator; HTML is made only if asked for."""
    row = dict(page)
    for role in ("author", "creator"):
        row |= {f"{role}{key.title()}": value for key, value in USERS[row[f"{role}Id"]].items()}
    row["render"] = lambda _info: rendering.as_html(page["content"], page["contentType"])
    row["toc"] = "[]"
    return row


READ_TREE: Final = ("read:pages",)


def tree_level(store: Store, who: Principal, wish: dict[str, Any]) -> list[Row]:
    """The folders and pages right below a folder, folders first."""
    items = _items(store)
    parent, ancestors = wish.get("parent") or 0, []
    if wish.get("path") and not wish.get("parent"):
        here = [i for i in items if i["path"] == wish["path"] and i["locale"] == wish["locale"]]
        if not here:
            return []
        parent, ancestors = here[0]["parent"], here[0]["ancestors"]
    above = ancestors if wish.get("includeAncestors") else []
    kinds = {"FOLDERS": ("isFolder",), "PAGES": ("pageId",)}.get(wish["mode"], ("id",))
    found = [
        item
        for item in items
        if item["locale"] == wish["locale"]
        and all(item[kind] for kind in kinds)
        and (item["parent"] == max(parent, 0) or item["id"] in above)
        and who.may(READ_TREE, item["path"], item["locale"])
    ]
    return sorted(found, key=lambda item: (not item["isFolder"], item["title"]))


def _items(store: Store) -> list[Row]:
    """The tree, numbered anew as each rebuild of the real one numbers it."""
    items: dict[tuple[str, str], Row] = {}
    for page in store.rows(
        "select id, path, locale, title, isPrivate from pages order by locale, path"
    ):
        parts = page["path"].split("/")
        ancestors: list[int] = []
        for depth in range(1, len(parts) + 1):
            key = page["locale"], "/".join(parts[:depth])
            is_folder = depth < len(parts)
            if key not in items:
                items[key] = {
                    "id": len(items) + 1,
                    "path": key[1],
                    "locale": key[0],
                    "depth": depth,
                    "title": parts[depth - 1] if is_folder else page["title"],
                    "isPrivate": not is_folder and page["isPrivate"],
                    "isFolder": is_folder,
                    "privateNS": None,
                    "parent": ancestors[-1] if ancestors else 0,
                    "pageId": None if is_folder else page["id"],
                    "ancestors": list(ancestors),
                }
            items[key]["isFolder"] |= is_folder
            ancestors.append(items[key]["id"])
    return list(items.values())
