"""Create, update, move, delete, restore, convert and render pages as Wiki.js does.

Each operation takes Wiki.js's steps in the same order, because the step at which it fails decides
what was already written (wikijs.md, *Results*). Arguments have the API's names; one that the client
left out is absent from ``sent``, which differs from null. ``races`` are the races that the
operation loses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wikisync.sandbox import page_extras, rendering
from wikisync.sandbox.page_extras import find_by_id, find_by_path, require_page
from wikisync.sandbox.rendering import minify_css
from wikisync.sandbox.validation import (
    CONTENT_TYPES,
    NO_RACES,
    TREE_RACE,
    ApiError,
    check_column,
    check_columns,
    check_strings,
    clean_path,
    foreign_key,
    named_error,
    page_hash,
    require_content,
    tree_race,
    unnamed_error,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.sandbox.auth import Principal
    from wikisync.sandbox.store import Row, Store

Sent = dict[str, Any]

INSERT: Final = 'insert into "pages" (…) values (…) returning "id"'
UPDATE: Final = 'update "pages" set … where "id" = …'
SELECT: Final = 'select … from "pages" where "localeCode" = … and "path" = …'


def create(store: Store, principal: Principal, sent: Sent, races: frozenset[str] = NO_RACES) -> Row:
    """Create a page and return it as stored."""
    path, locale = clean_path(sent["path"]), sent["locale"]
    if not principal.may(["write:pages"], path, locale):
        raise named_error("PageDeleteForbidden")
    for value in (path, locale):
        check_column(store.database, SELECT, value, None)
    if find_by_path(store, locale, path):
        raise named_error("PageDuplicateCreate")
    now = store.now()
    row = {
        "path": path,
        "locale": locale,
        "hash": page_hash(locale, path, private=sent["isPrivate"]),
        "title": sent["title"],
        "description": sent["description"],
        "content": require_content(sent["content"]),
        "contentType": CONTENT_TYPES.get(sent["editor"], "text"),
        "editor": sent["editor"],
        "isPrivate": sent["isPrivate"],
        "isPublished": sent["isPublished"],
        "publishStartDate": sent.get("publishStartDate") or "",
        "publishEndDate": sent.get("publishEndDate") or "",
        **_style_and_script(principal, sent, path, locale, {"scriptCss": "", "scriptJs": ""}),
        "authorId": principal.id,
        "creatorId": principal.id,
        "createdAt": now,
        "updatedAt": now,
    }
    _check(store, INSERT, row)
    page = require_page(store, store.insert("pages", row))
    if sent["tags"]:
        page_extras.set_tags(store, page, sent["tags"], races)
    _render(store, page)
    rebuild_tree(store, races)
    rendering.touch_linking_pages(store, locale, path)
    return require_page(store, page["id"])


def update(
    store: Store,
    principal: Principal,
    sent: Sent,
    races: frozenset[str] = NO_RACES,
    action: str = "updated",
) -> Row:
    """Replace a page: every field but title and description is cleared if it is left out.

    Another path or locale moves the page after everything else is written. Returns the page before
    the move, with the time after it.
    """
    before = find_by_id(store, sent["id"])
    if before is None:
        raise unnamed_error("Invalid Page Id")
    if not principal.may(["write:pages"], before["path"], before["locale"]):
        raise named_error("PageUpdateForbidden")
    content = require_content(sent.get("content"))
    page_extras.save_version(store, before, action)
    kept: Row = {name: sent[name] for name in ("title", "description") if name in sent}
    row: Row = {
        **kept,
        "authorId": principal.id,
        "content": content,
        "isPublished": sent.get("isPublished") is True,
        "publishStartDate": sent.get("publishStartDate") or "",
        "publishEndDate": sent.get("publishEndDate") or "",
        **_style_and_script(
            principal, sent, str(sent.get("path", "undefined")), sent.get("locale"), before
        ),
    }
    _check(store, UPDATE, row)
    store.update("pages", before["id"], {**row, "updatedAt": store.now()})
    page = require_page(store, before["id"])
    if sent.get("tags") is None:
        missing = "null" if "tags" in sent else "undefined"
        raise ApiError("TypeError", f"Cannot read properties of {missing} (reading 'map')")
    page_extras.set_tags(store, page, sent["tags"], races)
    _render(store, page)
    if _is_move(sent, page):
        _move_after_update(store, principal, sent, races)
    return {**page, "updatedAt": require_page(store, page["id"])["updatedAt"]}


def move(store: Store, principal: Principal, sent: Sent, races: frozenset[str] = NO_RACES) -> None:
    """Change a page's path or locale, and its title if that is the last part of the path."""
    page = find_by_id(store, sent["id"])
    if page is None:
        raise named_error("PageNotFound")
    path, locale = clean_path(sent["destinationPath"]), sent["destinationLocale"]
    leaves = principal.may(["manage:pages"], page["path"], page["locale"])
    if not leaves or not principal.may(["write:pages"], path, locale):
        raise named_error("PageMoveForbidden")
    for value in (path, locale):
        check_column(store.database, SELECT, value, None)
    if find_by_path(store, locale, path):
        raise named_error("PagePathCollision")
    page_extras.save_version(store, page, "moved")
    leaf = page["path"].rpartition("/")[2]
    row = {
        "path": path,
        "locale": locale,
        "title": path.rpartition("/")[2] if page["title"] == leaf else page["title"],
        "hash": page_hash(locale, path, private=False),
    }
    _check(store, UPDATE, row)
    store.update("pages", page["id"], {**row, "updatedAt": store.now()})
    rebuild_tree(store, races)
    rendering.touch_linking_pages(store, locale, path)


def delete(store: Store, principal: Principal, id: int, races: frozenset[str] = NO_RACES) -> None:  # noqa: A002
    """Delete a page with its tags and links; its versions stay but cannot be read."""
    page = find_by_id(store, id)
    if page is None:
        raise named_error("PageNotFound")
    # Wiki.js passes no locale here, so that rules limited to locales never allow this.
    if not principal.may(["delete:pages"], page["path"], None):
        raise named_error("PageDeleteForbidden")
    page_extras.save_version(store, page, "deleted")
    store.run("delete from pages where id = ?", id)
    rebuild_tree(store, races)
    rendering.touch_linking_pages(store, page["locale"], page["path"])


def restore(store: Store, principal: Principal, page_id: int, version_id: int) -> None:
    """Restore a version, path included; tags, style and script are cleared."""
    page = find_by_id(store, page_id)
    if page is None:
        raise named_error("PageNotFound")
    if not principal.may(["write:pages"], page["path"], page["locale"]):
        raise named_error("PageRestoreForbidden")
    version = store.row("select * from versions where id = ? and pageId = ?", version_id, page_id)
    if version is None:
        raise named_error("PageNotFound")
    sent = {**version, "id": page_id, "isPublished": bool(version["isPublished"]), "tags": []}
    update(store, principal, sent, action="restored")


def convert_to(store: Store, principal: Principal, id: int, editor: str) -> None:  # noqa: A002
    """Change a page's editor, and convert its content to that editor's content type."""
    page = find_by_id(store, id)
    if page is None:
        raise unnamed_error("Invalid Page Id")
    if page["editor"] == editor:
        raise unnamed_error("Page is already using this editor. Nothing to convert.")
    if not principal.may(["write:pages"], page["path"], page["locale"]):
        raise named_error("PageUpdateForbidden")
    content_type = CONTENT_TYPES.get(editor, "text")
    row = {"contentType": content_type, "editor": editor}
    if page["contentType"] != content_type:
        row["content"] = rendering.convert_content(
            page["content"], page["contentType"], content_type
        )
        page_extras.save_version(store, page, "updated")
    _check(store, UPDATE, row)
    store.update("pages", id, {**row, "updatedAt": store.now()})


def render(store: Store, id: int) -> None:  # noqa: A002
    """Render a page again, which changes its ``updatedAt``."""
    page = find_by_id(store, id)
    if page is None:
        raise named_error("PageNotFound")
    _render(store, page)


def _style_and_script(
    principal: Principal, sent: Sent, path: str, locale: str | None, before: Mapping[str, str]
) -> dict[str, str]:
    """Return style and script: as sent, if the principal may write them, else as they were."""
    css, script = before["scriptCss"], before["scriptJs"]
    if principal.may(["write:styles"], path, locale):
        css = minify_css(sent.get("scriptCss") or "")
    if principal.may(["write:scripts"], path, locale):
        script = sent.get("scriptJs") or ""
    return {"scriptCss": css, "scriptJs": script}


def _check(store: Store, statement: str, row: Row) -> None:
    """Raise ApiError for values that the database refuses before it writes a page."""
    texts = ("title", "description", "publishStartDate", "publishEndDate")
    check_strings({name: row[name] for name in texts if name in row})
    check_columns(store.database, statement, row)
    if not store.database.checks_references:
        return
    if "editor" in row and row["editor"] not in CONTENT_TYPES:
        raise foreign_key(statement, "pages_editorkey_foreign")
    if "locale" in row and not store.row("select 1 from locales where code = ?", row["locale"]):
        raise foreign_key(statement, "pages_localecode_foreign")


def _render(store: Store, page: Row) -> None:
    rendering.record_links(store, page)
    store.update("pages", page["id"], {"updatedAt": store.now()})


def rebuild_tree(store: Store, races: frozenset[str]) -> None:
    """Rebuild the page tree; a lost race leaves it without pages created meanwhile.

    ``queries.tree_level`` computes the tree when it is read; the store notes which pages Wiki.js's
    would lack.
    """
    if TREE_RACE in races:
        store.tree_lacks = {row["id"] for row in store.rows("select id from pages")}
        raise tree_race()
    store.tree_lacks = set()


def _is_move(sent: Sent, page: Row) -> bool:
    other_locale = sent.get("locale") and sent["locale"] != page["locale"]
    return bool(other_locale or (sent.get("path") and sent["path"] != page["path"]))


def _move_after_update(
    store: Store, principal: Principal, sent: Sent, races: frozenset[str]
) -> None:
    """Move the page at the end of an update, which needs both path and locale."""
    path, locale = sent.get("path"), sent.get("locale")
    if not principal.may(["write:pages"], path or "undefined", locale):
        raise named_error("PageMoveForbidden")
    if path is None:
        raise ApiError("TypeError", "Cannot read properties of undefined (reading 'includes')")
    if locale is None:
        raise unnamed_error(
            "Undefined binding(s) detected when compiling SELECT. "
            "Undefined column(s): [localeCode] query: " + SELECT
        )
    sent_on = {"id": sent["id"], "destinationPath": path, "destinationLocale": locale}
    move(store, principal, sent_on, races)
