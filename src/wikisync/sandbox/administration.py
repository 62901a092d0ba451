"""Manage groups with their permissions and page rules, and the locales of the wiki.

Locales: which are installed, which is the default, and whether addresses contain them.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from wikisync.sandbox.auth import ADMINISTRATOR, GUEST, MANAGE_SYSTEM
from wikisync.sandbox.validation import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wikisync.sandbox.store import Row, Store


PUBLIC_PERMISSIONS: Final = ["read:pages", "read:assets", "read:comments"]
DEFAULT_PERMISSIONS: Final = [*PUBLIC_PERMISSIONS, "write:comments"]
"""Permissions of a new group."""


def rules_for_all_pages(permissions: Sequence[str], name: str = "default") -> list[Row]:
    """Return the page rules that grant these permissions on all pages."""
    shared = {"id": name, "deny": False, "match": "START", "path": "", "locales": []}
    return [{**shared, "roles": list(permissions)}]


def create_default_groups(store: Store) -> None:
    """Create the two groups that every wiki has."""
    create_group(store, "Administrators", [MANAGE_SYSTEM], [], system=True)
    create_group(
        store,
        "Guests",
        PUBLIC_PERMISSIONS,
        rules_for_all_pages(PUBLIC_PERMISSIONS, "guest"),
        system=True,
    )


def create_group(
    store: Store,
    name: str,
    permissions: Sequence[str] = DEFAULT_PERMISSIONS,
    rules: list[Row] | None = None,
    *,
    system: bool = False,
) -> Row:
    """Create a group and return it. Without ``rules`` its permissions apply to all pages."""
    now = store.now()
    row = {
        "name": name,
        "permissions": json.dumps(list(permissions)),
        "pageRules": json.dumps(rules_for_all_pages(permissions) if rules is None else rules),
        "isSystem": system,
        "redirectOnLogin": "/",
        "createdAt": now,
        "updatedAt": now,
    }
    return _parse_rows([{**row, "id": store.insert("groups", row)}])[0]


def update_group(store: Store, sent: dict[str, Any]) -> None:
    """Replace a group's name, permissions and rules."""
    row = {
        "name": sent["name"],
        "redirectOnLogin": sent["redirectOnLogin"] or "/",
        "permissions": json.dumps(sent["permissions"]),
        "pageRules": json.dumps(sent["pageRules"]),
        "updatedAt": store.now(),
    }
    store.update("groups", sent["id"], row)


def delete_group(store: Store, id: int) -> None:  # noqa: A002
    """Delete a group; its keys lose all permissions."""
    store.run("delete from groups where id = ?", id)


def list_groups(store: Store) -> list[Row]:
    """Return all groups, each with the number of its users."""
    rows = _parse_rows(store.rows("select * from groups order by id"))
    return [{**row, "userCount": int(row["id"] in (ADMINISTRATOR, GUEST))} for row in rows]


def get_group(store: Store, id: int) -> Row | None:  # noqa: A002
    """Return a group, or None."""
    return next(iter(_parse_rows(store.rows("select * from groups where id = ?", id))), None)


def _parse_rows(rows: Iterable[Row]) -> list[Row]:
    return [
        {
            **row,
            "permissions": json.loads(row["permissions"]),
            "pageRules": json.loads(row["pageRules"]),
        }
        for row in rows
    ]


LANGUAGE_NAMES: Final = {
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
RIGHT_TO_LEFT: Final = ("ar", "fa", "he", "ur")


def install_locales(store: Store, codes: Iterable[str]) -> None:
    """Install locales; those already installed are not changed."""
    for code in codes:
        store.run("insert or ignore into locales values (?, ?)", code, store.now())


def list_locales(store: Store) -> list[Row]:
    """Return the installed locales, in the order of their installation."""
    return [_locale_row(row) for row in store.rows("select * from locales order by installedAt")]


def locale_codes(store: Store) -> list[str]:
    """Return the codes of the installed locales."""
    return [row["code"] for row in store.rows("select code from locales order by installedAt")]


def configure_locales(store: Store, sent: dict[str, Any]) -> None:
    """Set the default locale and whether addresses contain the locale."""
    namespaces = dict.fromkeys([*sent["namespaces"], sent["locale"]])
    language = {
        "code": sent["locale"],
        "autoUpdate": sent["autoUpdate"],
        "namespacing": sent["namespacing"],
        "namespaces": list(namespaces),
    }
    # As in Wiki.js, the setting is saved before the locale is found not to be installed.
    store.set_settings({"lang": language})
    if sent["locale"] not in locale_codes(store):
        raise ApiError("TypeError", "Cannot read properties of undefined (reading 'isRTL')")


def locale_config(store: Store) -> Row:
    """Return the settings as the API shows them."""
    language: Row = store.setting("lang")
    return {**language, "locale": language["code"]}


def _locale_row(row: Row) -> Row:
    name, native = LANGUAGE_NAMES.get(row["code"], (row["code"], row["code"]))
    return {
        "code": row["code"],
        "name": name,
        "nativeName": native,
        "availability": 100,
        "isInstalled": True,
        "isRTL": row["code"] in RIGHT_TO_LEFT,
        "createdAt": row["installedAt"],
        "updatedAt": row["installedAt"],
        "installDate": row["installedAt"],
    }
