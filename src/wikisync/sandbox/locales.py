"""The wiki's languages: which are installed, which is the default, and whether paths name them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from wikisync.sandbox.problems import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wikisync.sandbox.store import Row, Store

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
