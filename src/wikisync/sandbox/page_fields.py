"""The fields below ``pages``: from the API's words to the operations on pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wikisync.sandbox import history, pages, reading, tags, tree
from wikisync.sandbox.answers import mutation, query
from wikisync.sandbox.problems import plain

if TYPE_CHECKING:
    from wikisync.sandbox.answers import Info, Request, Resolver
    from wikisync.sandbox.store import Row


def _create(request: Request, sent: Row, trouble: frozenset[str]) -> Row:
    page = pages.create(request.store, request.who, sent, trouble)
    return {"page": reading.written(page)}


def _update(request: Request, sent: Row, trouble: frozenset[str]) -> Row:
    page = pages.update(request.store, request.who, sent, trouble)
    return {"page": reading.written(page)}


def _rename_tag(request: Request, sent: Row, _: frozenset[str]) -> None:
    tag = {"tag": sent["tag"].strip().lower(), "title": sent["title"].strip()}
    if not request.store.change("tags", sent["id"], tag):
        raise plain("This tag does not exist.")


def _delete_tag(request: Request, sent: Row, _: frozenset[str]) -> None:
    if not request.store.run("delete from tags where id = ?", sent["id"]):
        raise plain("This tag does not exist.")


def _page_tags(page: Row, info: Info) -> list[Row]:
    request: Request = info.context
    return tags.of(request.store, page["id"])


PAGE_RESOLVERS: Final[dict[str, dict[str, Resolver]]] = {
    "PageQuery": {
        "list": query(lambda r, a: reading.listed(r.store, r.who, a)),
        "single": query(lambda r, a: reading.single(r.store, r.who, a["id"])),
        "singleByPath": query(
            lambda r, a: reading.single_by_path(r.store, r.who, a["locale"], a["path"])
        ),
        "tags": query(lambda r, _: tags.visible(r.store, r.who)),
        "searchTags": query(lambda r, a: tags.search(r.store, r.who, a["query"])),
        "tree": query(lambda r, a: tree.tree_level(r.store, r.who, a)),
        "links": query(lambda r, a: reading.linked(r.store, r.who, a["locale"])),
        "checkConflicts": query(
            lambda r, a: reading.changed_since(r.store, r.who, a["id"], a["checkoutDate"])
        ),
        "conflictLatest": query(lambda r, a: reading.conflict_latest(r.store, r.who, a["id"])),
        "history": query(
            lambda r, a: history.version_list(
                r.store, r.who, a["id"], a.get("offsetPage") or 0, a.get("offsetSize") or 100
            )
        ),
        "version": query(lambda r, a: history.version(r.store, r.who, a["pageId"], a["versionId"])),
    },
    "PageMutation": {
        "create": mutation("Page created successfully.")(_create),
        "update": mutation("Page has been updated.")(_update),
        "move": mutation("Page has been moved.")(lambda r, a, t: pages.move(r.store, r.who, a, t)),
        "delete": mutation("Page has been deleted.")(
            lambda r, a, t: pages.delete(r.store, r.who, a["id"], t)
        ),
        "convert": mutation("Page has been converted.")(
            lambda r, a, _: pages.convert_to(r.store, r.who, a["id"], a["editor"])
        ),
        "restore": mutation("Page version restored successfully.")(
            lambda r, a, _: pages.restore(r.store, r.who, a["pageId"], a["versionId"])
        ),
        "render": mutation("Page rendered successfully.")(
            lambda r, a, _: pages.render(r.store, a["id"])
        ),
        "rebuildTree": mutation("Page tree rebuilt successfully.")(
            lambda r, _, t: pages.rebuild_tree(r.store, t)
        ),
        "flushCache": mutation("Pages Cache has been flushed successfully.")(lambda *_: None),
        "updateTag": mutation("Tag has been updated successfully.")(_rename_tag),
        "deleteTag": mutation("Tag has been deleted.")(_delete_tag),
    },
    "Page": {"tags": _page_tags},
}
