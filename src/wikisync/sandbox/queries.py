"""Answer the queries about pages: list, single pages, links, conflicts, and the page tree.

Page rules are checked for each page: the list leaves out pages that the principal may not read, and
a single page is refused (wikijs.md, *Reading*). Results are dicts with the API's names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wikisync.sandbox import page_extras, rendering
from wikisync.sandbox.auth import USERS
from wikisync.sandbox.page_extras import find_by_id, find_by_path
from wikisync.sandbox.validation import WHITE_SPACE, named_error

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


def list_pages(store: Store, principal: Principal, wish: dict[str, Any]) -> list[Row]:
    """Return all pages that the principal may read, with their tags.

    ``limit`` counts a page once for each of its tags, and ``tags`` hides a page's other tags, as in
    Wiki.js (wikijs.md, *Reading*).
    """
    with store.lock:
        statement, values = _list_query(wish, store.database.collation)
        pages = store.rows(statement, *values)
        tagged = store.rows(
            "select pageId, tag from pageTags join tags on tags.id = tagId order by pageTags.id"
        )
    by_page: dict[int, list[str]] = {}
    only = [tag.strip(WHITE_SPACE).lower() for tag in wish.get("tags") or ()]
    for row in tagged:
        if not only or row["tag"] in only:
            by_page.setdefault(row["pageId"], []).append(row["tag"])
    for page in pages:
        page["tags"] = by_page.get(page["id"], [])
    if only:
        pages = [page for page in pages if page["tags"]]
    if wish.get("limit"):
        pages = _limit_rows(pages, wish["limit"])
    asked = wish.get("tags") or ()
    return [
        page
        for page in pages
        if principal.may(READ, page["path"], page["locale"])
        and all(tag in page["tags"] for tag in asked)
    ]


def _list_query(arguments: dict[str, Any], collation: str) -> tuple[str, list[object]]:
    """Return the SQL statement and its values."""
    people = [(name, arguments.get(name) or 0) for name in ("creatorId", "authorId")]
    asked = [(name, value) for name, value in people if value > 0]
    where = ["1"]
    values: list[object] = [value for _, value in asked]
    if asked:
        where.append("(" + " or ".join(f"{name} = ?" for name, _ in asked) + ")")
    if arguments.get("locale"):
        where.append("locale = ?")
        values.append(arguments["locale"])
    direction = "desc" if arguments.get("orderByDirection") == "DESC" else "asc"
    column = ORDERS.get(arguments.get("orderBy") or "ID")
    # Wiki.js defines no order among equals; in the recordings the newest came first.
    order = f"{column} collate {collation} {direction}, id desc" if column else f"id {direction}"
    clause = " and ".join(where)
    return f"select {LISTED} from pages where {clause} order by {order}", values


def _limit_rows(pages: list[Row], limit: int) -> list[Row]:
    """Return the pages of the first ``limit`` rows, where each tag of a page is a row."""
    kept = []
    for page in pages:
        if limit <= 0:
            break
        kept.append({**page, "tags": page["tags"][:limit]})
        limit -= max(1, len(page["tags"]))
    return kept


def single(store: Store, principal: Principal, id: int) -> Row:  # noqa: A002
    """Return a whole page. Needs permission to manage or delete it."""
    return _check_visible(principal, find_by_id(store, id), SOURCE)


def single_by_path(store: Store, principal: Principal, locale: str, path: str) -> Row:
    """Return a whole page by its key."""
    return _check_visible(principal, find_by_path(store, locale, path), SOURCE)


def conflict_latest(store: Store, principal: Principal, id: int) -> Row:  # noqa: A002
    """Return a page's current values. Needs permission to write it."""
    page = _check_visible(principal, find_by_id(store, id), EDIT)
    return {**page, "tags": [tag["tag"] for tag in page_extras.tags_of(store, id)]}


def changed_since(store: Store, principal: Principal, id: int, date: object) -> bool:  # noqa: A002
    """Return whether ``updatedAt`` is later; both are compared as strings."""
    page = find_by_id(store, id)
    if page is None:
        raise named_error("PageNotFound")
    if not principal.may(EDIT, page["path"], page["locale"]):
        raise named_error("PageUpdateForbidden")
    return str(page["updatedAt"]) > str(date)


def write_result(page: Row) -> Row:
    """Return a page as create and update do: without locale, editor, style and script.

    Wiki.js does not set these, so that requesting one of the first two makes the page null.
    """
    left_out = ("locale", "editor", "scriptCss", "scriptJs")
    return {name: value for name, value in _with_author_names(page).items() if name not in left_out}


def list_links(store: Store, principal: Principal, locale: str) -> list[Row]:
    """Return the pages of a locale with the pages that they link to."""
    rows = store.rows(
        "select pages.id, pages.path, title, pageLinks.path as link, "
        "pageLinks.locale as linkLocale from pages left join pageLinks on pages.id = pageId "
        "where pages.locale = ? order by pages.id, pageLinks.id",
        locale,
    )
    found: dict[int, Row] = {}
    for row in rows:
        link = row["link"]
        visible = principal.may(READ, row["path"], locale) and (
            link is None or principal.may(READ, link, row["linkLocale"])
        )
        if visible:
            page = {"id": row["id"], "title": row["title"], "path": f"{locale}/{row['path']}"}
            entry = found.setdefault(row["id"], {**page, "links": []})
            entry["links"] += [f"{row['linkLocale']}/{link}"] if link is not None else []
    return list(found.values())


def _check_visible(principal: Principal, page: Row | None, permissions: Sequence[str]) -> Row:
    if page is None:
        raise named_error("PageNotFound")
    if not principal.may(permissions, page["path"], page["locale"]):
        raise named_error("PageViewForbidden")
    return _with_author_names(page)


def _with_author_names(page: Row) -> Row:
    """Return a page with the names of its author and creator; HTML is rendered on request."""
    row = dict(page)
    for role in ("author", "creator"):
        row |= {f"{role}{key.title()}": value for key, value in USERS[row[f"{role}Id"]].items()}
    row["render"] = lambda _info: rendering.to_html(page["content"], page["contentType"])
    row["toc"] = "[]"
    return row


READ_TREE: Final = ("read:pages",)


def tree_level(store: Store, principal: Principal, arguments: dict[str, Any]) -> list[Row]:
    """Return the folders and pages directly below a folder, folders first."""
    items = _items(store)
    parent, ancestors = arguments.get("parent") or 0, []
    if arguments.get("path") and not arguments.get("parent"):
        here = [
            i
            for i in items
            if i["path"] == arguments["path"] and i["locale"] == arguments["locale"]
        ]
        if not here:
            return []
        parent, ancestors = here[0]["parent"], here[0]["ancestors"]
    above = ancestors if arguments.get("includeAncestors") else []
    kinds = {"FOLDERS": ("isFolder",), "PAGES": ("pageId",)}.get(arguments["mode"], ("id",))
    found = [
        item
        for item in items
        if item["locale"] == arguments["locale"]
        and all(item[kind] for kind in kinds)
        and (item["parent"] == max(parent, 0) or item["id"] in above)
        and principal.may(READ_TREE, item["path"], item["locale"])
    ]
    return sorted(found, key=lambda item: (not item["isFolder"], item["title"]))


def _items(store: Store) -> list[Row]:
    """Return the tree, numbered as each rebuild in Wiki.js numbers it."""
    items: dict[tuple[str, str], Row] = {}
    for page in store.rows(
        "select id, path, locale, title, isPrivate from pages "
        f"order by locale, path collate {store.database.collation}"
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
