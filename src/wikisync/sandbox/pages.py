"""What is done to pages, with every awkward habit of the real one.

Each operation takes the steps of Wiki.js in its order, because where it stops decides what was
written although it failed (facts, *Writing*). Arguments are as the API names them; an argument that
is left out is absent from ``sent``, which is not the same as null. ``trouble`` names races to lose
on the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wikisync.sandbox import page_extras, rendering
from wikisync.sandbox.page_extras import find, find_id, get
from wikisync.sandbox.rendering import minified
from wikisync.sandbox.validation import (
    CONTENT_TYPES,
    NO_TROUBLE,
    TREE_RACE,
    ApiError,
    check_column,
    check_columns,
    check_strings,
    clean_path,
    foreign_key,
    named,
    page_hash,
    plain,
    require_content,
    tree_race,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.sandbox.auth import Principal
    from wikisync.sandbox.store import Row, Store

Sent = dict[str, Any]

INSERT: Final = 'insert into "pages" (…) values (…) returning "id"'
UPDATE: Final = 'update "pages" set … where "id" = …'
SELECT: Final = 'select … from "pages" where "localeCode" = … and "path" = …'


def create(store: Store, who: Principal, sent: Sent, trouble: frozenset[str] = NO_TROUBLE) -> Row:
    """Add a page; the page as stored."""
    path, locale = clean_path(sent["path"]), sent["locale"]
    if not who.may(["write:pages"], path, locale):
        raise named("PageDeleteForbidden")
    for value in (path, locale):
        check_column(SELECT, value, None)
    if find(store, locale, path):
        raise named("PageDuplicateCreate")
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
        **_extras(who, sent, path, locale, {"scriptCss": "", "scriptJs": ""}),
        "authorId": who.id,
        "creatorId": who.id,
        "createdAt": now,
        "updatedAt": now,
    }
    _check(store, INSERT, row)
    page = get(store, store.insert("pages", row))
    if sent["tags"]:
        page_extras.associate(store, page, sent["tags"], trouble)
    _render(store, page)
    rebuild_tree(store, trouble)
    rendering.touch(store, locale, path)
    return get(store, page["id"])


def update(
    store: Store,
    who: Principal,
    sent: Sent,
    trouble: frozenset[str] = NO_TROUBLE,
    action: str = "updated",
) -> Row:
    """Replace a page: all but title and description is wiped where it is left out.

    Another path or locale moves the page, after all else is written. The page that comes back is
    the one before the move, with the time after it.
    """
    before = find_id(store, sent["id"])
    if before is None:
        raise plain("Invalid Page Id")
    if not who.may(["write:pages"], before["path"], before["locale"]):
        raise named("PageUpdateForbidden")
    content = require_content(sent.get("content"))
    page_extras.snapshot(store, before, action)
    kept: Row = {name: sent[name] for name in ("title", "description") if name in sent}
    row: Row = {
        **kept,
        "authorId": who.id,
        "content": content,
        "isPublished": sent.get("isPublished") is True,
        "publishStartDate": sent.get("publishStartDate") or "",
        "publishEndDate": sent.get("publishEndDate") or "",
        **_extras(who, sent, str(sent.get("path", "undefined")), sent.get("locale"), before),
    }
    _check(store, UPDATE, row)
    store.change("pages", before["id"], {**row, "updatedAt": store.now()})
    page = get(store, before["id"])
    if sent.get("tags") is None:
        missing = "null" if "tags" in sent else "undefined"
        raise ApiError("TypeError", f"Cannot read properties of {missing} (reading 'map')")
    page_extras.associate(store, page, sent["tags"], trouble)
    _render(store, page)
    if _moves(sent, page):
        _move_on(store, who, sent, trouble)
    return {**page, "updatedAt": get(store, page["id"])["updatedAt"]}


def move(store: Store, who: Principal, sent: Sent, trouble: frozenset[str] = NO_TROUBLE) -> None:
    """Give a page another path or locale; a title that is the path's last part goes along."""
    page = find_id(store, sent["id"])
    if page is None:
        raise named("PageNotFound")
    path, locale = clean_path(sent["destinationPath"]), sent["destinationLocale"]
    leaves = who.may(["manage:pages"], page["path"], page["locale"])
    if not leaves or not who.may(["write:pages"], path, locale):
        raise named("PageMoveForbidden")
    for value in (path, locale):
        check_column(SELECT, value, None)
    if find(store, locale, path):
        raise named("PagePathCollision")
    page_extras.snapshot(store, page, "moved")
    leaf = page["path"].rpartition("/")[2]
    row = {
        "path": path,
        "locale": locale,
        "title": path.rpartition("/")[2] if page["title"] == leaf else page["title"],
        "hash": page_hash(locale, path, private=False),
    }
    _check(store, UPDATE, row)
    store.change("pages", page["id"], {**row, "updatedAt": store.now()})
    rebuild_tree(store, trouble)
    rendering.touch(store, locale, path)


def delete(store: Store, who: Principal, id: int, trouble: frozenset[str] = NO_TROUBLE) -> None:  # noqa: A002
    """Take a page away, with its tags and links; its versions stay, out of reach."""
    page = find_id(store, id)
    if page is None:
        raise named("PageNotFound")
    # Wiki.js forgets the page's locale here, so that rules limited to locales never allow it.
    if not who.may(["delete:pages"], page["path"], None):
        raise named("PageDeleteForbidden")
    page_extras.snapshot(store, page, "deleted")
    store.run("delete from pages where id = ?", id)
    rebuild_tree(store, trouble)
    rendering.touch(store, page["locale"], page["path"])


def restore(store: Store, who: Principal, page_id: int, version_id: int) -> None:
    """Make a page what it was, path included, but for its tags, style and script: those go."""
    page = find_id(store, page_id)
    if page is None:
        raise named("PageNotFound")
    if not who.may(["write:pages"], page["path"], page["locale"]):
        raise named("PageRestoreForbidden")
    version = store.row("select * from versions where id = ? and pageId = ?", version_id, page_id)
    if version is None:
        raise named("PageNotFound")
    sent = {**version, "id": page_id, "isPublished": bool(version["isPublished"]), "tags": []}
    update(store, who, sent, action="restored")


def convert_to(store: Store, who: Principal, id: int, editor: str) -> None:  # noqa: A002
    """Give a page another editor, and its content that editor's kind."""
    page = find_id(store, id)
    if page is None:
        raise plain("Invalid Page Id")
    if page["editor"] == editor:
        raise plain("Page is already using this editor. Nothing to convert.")
    if not who.may(["write:pages"], page["path"], page["locale"]):
        raise named("PageUpdateForbidden")
    content_type = CONTENT_TYPES.get(editor, "text")
    row = {"contentType": content_type, "editor": editor}
    if page["contentType"] != content_type:
        row["content"] = rendering.content(page["content"], page["contentType"], content_type)
        page_extras.snapshot(store, page, "updated")
    _check(store, UPDATE, row)
    store.change("pages", id, {**row, "updatedAt": store.now()})


def render(store: Store, id: int) -> None:  # noqa: A002
    """Render a page again, which moves its ``updatedAt``."""
    page = find_id(store, id)
    if page is None:
        raise named("PageNotFound")
    _render(store, page)


def _extras(
    who: Principal, sent: Sent, path: str, locale: str | None, before: Mapping[str, str]
) -> dict[str, str]:
    """Style and script: replaced, or wiped, by one who may; as they were for all others."""
    css, script = before["scriptCss"], before["scriptJs"]
    if who.may(["write:styles"], path, locale):
        css = minified(sent.get("scriptCss") or "")
    if who.may(["write:scripts"], path, locale):
        script = sent.get("scriptJs") or ""
    return {"scriptCss": css, "scriptJs": script}


def _check(store: Store, statement: str, row: Row) -> None:
    """What the database refuses before it writes a page."""
    texts = ("title", "description", "publishStartDate", "publishEndDate")
    check_strings({name: row[name] for name in texts if name in row})
    check_columns(statement, row)
    if "editor" in row and row["editor"] not in CONTENT_TYPES:
        raise foreign_key(statement, "pages_editorkey_foreign")
    if "locale" in row and not store.row("select 1 from locales where code = ?", row["locale"]):
        raise foreign_key(statement, "pages_localecode_foreign")


def _render(store: Store, page: Row) -> None:
    rendering.record(store, page)
    store.change("pages", page["id"], {"updatedAt": store.now()})


def rebuild_tree(store: Store, trouble: frozenset[str]) -> None:
    """The tree is worked out when asked for; here is noted what the real one would hold.

    Who loses the race for it leaves it without the pages that another one has made.
    """
    if TREE_RACE in trouble:
        store.tree_lacks = {row["id"] for row in store.rows("select id from pages")}
        raise tree_race()
    store.tree_lacks = set()


def _moves(sent: Sent, page: Row) -> bool:
    other_locale = sent.get("locale") and sent["locale"] != page["locale"]
    return bool(other_locale or (sent.get("path") and sent["path"] != page["path"]))


def _move_on(store: Store, who: Principal, sent: Sent, trouble: frozenset[str]) -> None:
    """The move at the end of an update, which wants both path and locale."""
    path, locale = sent.get("path"), sent.get("locale")
    if not who.may(["write:pages"], path or "undefined", locale):
        raise named("PageMoveForbidden")
    if path is None:
        raise ApiError("TypeError", "Cannot read properties of undefined (reading 'includes')")
    if locale is None:
        raise plain(
            "Undefined binding(s) detected when compiling SELECT. "
            "Undefined column(s): [localeCode] query: " + SELECT
        )
    sent_on = {"id": sent["id"], "destinationPath": path, "destinationLocale": locale}
    move(store, who, sent_on, trouble)
