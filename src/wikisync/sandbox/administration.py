"""Groups: what their members may do, and on which pages.

The wiki's languages: which are installed, which is the default, and whether paths name them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from wikisync.sandbox.auth import ADMINISTRATOR, ALL_POWERFUL, GUEST
from wikisync.sandbox.validation import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wikisync.sandbox.store import Row, Store


PUBLIC: Final = ["read:pages", "read:assets", "read:comments"]
DEFAULT: Final = [*PUBLIC, "write:comments"]
"""What the public may, and what a new group may until it is told otherwise."""


def everywhere(permissions: Sequence[str], name: str = "default") -> list[Row]:
    """The page rules that grant these permissions on all pages."""
    shared = {"id": name, "deny": False, "match": "START", "path": "", "locales": []}
    return [{**shared, "roles": list(permissions)}]


def create_first(store: Store) -> None:
    """The two groups that every wiki has."""
    add(store, "Administrators", [ALL_POWERFUL], [], system=True)
    add(store, "Guests", PUBLIC, everywhere(PUBLIC, "guest"), system=True)


def add(
    store: Store,
    name: str,
    permissions: Sequence[str] = DEFAULT,
    rules: list[Row] | None = None,
    *,
    system: bool = False,
) -> Row:
    """A new group; without ``rules`` its permissions hold on all pages."""
    now = store.now()
    row = {
        "name": name,
        "permissions": json.dumps(list(permissions)),
        "pageRules": json.dumps(everywhere(permissions) if rules is None else rules),
        "isSystem": system,
        "redirectOnLogin": "/",
        "createdAt": now,
        "updatedAt": now,
    }
    return _read([{**row, "id": store.insert("groups", row)}])[0]


def change(store: Store, sent: dict[str, Any]) -> None:
    """Replace a group's name, permissions and rules."""
    row = {
        "name": sent["name"],
        "redirectOnLogin": sent["redirectOnLogin"] or "/",
        "permissions": json.dumps(sent["permissions"]),
        "pageRules": json.dumps(sent["pageRules"]),
        "updatedAt": store.now(),
    }
    store.change("groups", sent["id"], row)


def remove(store: Store, id: int) -> None:  # noqa: A002
    """Take a group away; its keys keep no rights."""
    store.run("delete from groups where id = ?", id)


def list_groups(store: Store) -> list[Row]:
    """All groups, each with the number of its users."""
    rows = _read(store.rows("select * from groups order by id"))
    return [{**row, "userCount": int(row["id"] in (ADMINISTRATOR, GUEST))} for row in rows]


def single(store: Store, id: int) -> Row | None:  # noqa: A002
    """One group, or None."""
    return next(iter(_read(store.rows("select * from groups where id = ?", id))), None)


def _read(rows: Iterable[Row]) -> list[Row]:
    return [
        {
            **row,
            "permissions": json.loads(row["permissions"]),
            "pageRules": json.loads(row["pageRules"]),
        }
        for row in rows
    ]


NAMES: Final = {
    "ar": ("Arabic", "العربية"),
    "de": ("German", "Deutsch"),
    "en": ("English", "English"),
    "es": ("Spanish", "Español"),
    "fr": ("French", "Français"),
    "it": ("Italian", "Italiano"),
    "ja": ("Japanese", "日本語"),
    "pt": ("Portuguese", "Português"),
    "ru": ("Russian", "Русский"),
    "zh": ("Chinese", "中文"),
}
FROM_THE_RIGHT: Final = ("ar", "fa", "he", "ur")


def install(store: Store, codes: Iterable[str]) -> None:
    """Add languages; those that are there stay as they are."""
    for code in codes:
        store.run("insert or ignore into locales values (?, ?)", code, store.now())


def list_locales(store: Store) -> list[Row]:
    """The installed languages, in the order of their installation."""
    return [_shown(row) for row in store.rows("select * from locales order by installedAt")]


def codes(store: Store) -> list[str]:
    """The installed languages' codes."""
    return [row["code"] for row in store.rows("select code from locales order by installedAt")]


def configure(store: Store, sent: dict[str, Any]) -> None:
    """Set the default language and whether paths name the language."""
    namespaces = dict.fromkeys([*sent["namespaces"], sent["locale"]])
    language = {
        "code": sent["locale"],
        "autoUpdate": sent["autoUpdate"],
        "namespacing": sent["namespacing"],
        "namespaces": list(namespaces),
    }
    # As in the real one, the setting is made before the language turns out not to be there.
    store.settle({"lang": language})
    if sent["locale"] not in codes(store):
        raise ApiError("TypeError", "Cannot read properties of undefined (reading 'isRTL')")


def config(store: Store) -> Row:
    """The settings as the API shows them."""
    language: Row = store.setting("lang")
    return {**language, "locale": language["code"]}


def _shown(row: Row) -> Row:
    name, native = NAMES.get(row["code"], (row["code"], row["code"]))
    return {
        "code": row["code"],
        "name": name,
        "nativeName": native,
        "availability": 100,
        "isInstalled": True,
        "isRTL": row["code"] in FROM_THE_RIGHT,
        "createdAt": row["installedAt"],
        "updatedAt": row["installedAt"],
        "installDate": row["installedAt"],
    }
