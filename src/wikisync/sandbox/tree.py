"""The tree of folders and pages, worked out anew each time it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from wikisync.sandbox.access import Principal
    from wikisync.sandbox.store import Row, Store

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
