"""A sandbox in a test's hands: a wiki on loopback, its key, its faults, a person who edits it."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from wikisync.sandbox import bulk, groups, keys, locales, pages, tags
from wikisync.sandbox.access import administrator
from wikisync.sandbox.faults import Faults
from wikisync.sandbox.finding import find, get
from wikisync.sandbox.http import WikiApp
from wikisync.sandbox.problems import named
from wikisync.sandbox.store import Store
from wikisync.sandbox.wire import Serving

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Iterable, Sequence

    from wikisync.sandbox.http import SeenRequest, Traffic
    from wikisync.sandbox.races import Races
    from wikisync.sandbox.store import Row

FOREVER: Final = "100y"
FLAGS: Final = ("isPublished", "isPrivate")
CARRIED: Final = (
    *("title", "description", "content", "isPublished", "isPrivate", "editor"),
    *("publishStartDate", "publishEndDate", "scriptCss", "scriptJs", "path", "locale"),
)


class Sandbox:
    """A running wiki. ``data`` None keeps its pages in memory, else in that folder.

    The first of ``locales`` is the default language. ``port`` 0 takes any that is free.
    """

    def __init__(
        self,
        locales: Sequence[str] = ("en", "fr"),
        data: str | Path | None = None,
        port: int = 0,
    ) -> None:
        self.faults = Faults()
        self.store = Store(Path(data) if data is not None else None)
        try:
            self.token = _prepared(self.store, locales)
            self._wiki = WikiApp(self.store, self.faults)
            self._serving = Serving(self._wiki.app, port)
        except BaseException:
            self.store.close()
            raise
        self.url = self._serving.url
        self.requests: deque[SeenRequest] = self._wiki.seen
        self.races: Races = self._wiki.races

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop serving."""
        self._serving.stop()
        self.store.close()

    def key(
        self,
        permissions: Iterable[str],
        page_rules: list[dict[str, Any]] | None = None,
        *,
        expired: bool = False,
    ) -> str:
        """A new key of a new group; without rules its permissions hold on all pages."""
        group = groups.add(self.store, "test", list(permissions), page_rules)
        return keys.create(self.store, "test", "-1d" if expired else "1d", group["id"])

    def pages(self) -> list[Row]:
        """All pages, whole, as plain dicts with the API's names; ``tags`` are texts."""
        with self.store.lock:
            rows = self.store.rows("select * from pages order by id")
            return [self._shown(row) for row in rows]

    def page(self, path: str, locale: str = "en") -> Row | None:
        """One of ``pages()``, or None."""
        with self.store.lock:
            row = find(self.store, locale, path)
            return None if row is None else self._shown(row)

    def create(self, path: str, locale: str = "en", **fields: Any) -> Row:
        """What a person does in the browser: a new page. Any of the API's fields may be given."""
        sent = {
            "title": path.rpartition("/")[2],
            "description": "",
            "content": f"# {path}\n",
            "editor": "markdown",
            "isPublished": True,
            "isPrivate": False,
            "tags": [],
            **fields,
        }
        with self.store.lock:
            who = administrator(self.store)
            page = pages.create(self.store, who, {**sent, "path": path, "locale": locale})
            return self._shown(page)

    def fill(self, paths: Iterable[str], content: str, tags: Sequence[str] = ()) -> None:
        """Many new pages of the default language, all alike, quickly."""
        bulk.fill(self.store, paths, content, tags)

    @property
    def tree_is_whole(self) -> bool:
        """Whether the last rebuild of the tree of pages met no other."""
        return not self.store.tree_lacks

    @property
    def traffic(self) -> Traffic:
        """What came in and went out so far."""
        return self._wiki.traffic

    def edit(self, path: str, locale: str = "en", **fields: Any) -> Row:
        """What a person does in the browser: change these fields, keep all others."""
        with self.store.lock:
            page = self._there(path, locale)
            kept = {name: page[name] for name in CARRIED}
            sent = {**kept, "tags": page["tags"], **fields, "id": page["id"]}
            pages.update(self.store, administrator(self.store), sent)
            return self._shown(get(self.store, page["id"]))

    def move(self, path: str, to: str, locale: str = "en", to_locale: str | None = None) -> Row:
        """What a person does in the browser: give a page another path or locale."""
        with self.store.lock:
            page = self._there(path, locale)
            sent = {
                "id": page["id"],
                "destinationPath": to,
                "destinationLocale": to_locale or locale,
            }
            pages.move(self.store, administrator(self.store), sent)
            return self._shown(get(self.store, page["id"]))

    def delete(self, path: str, locale: str = "en") -> None:
        """What a person does in the browser: delete a page."""
        with self.store.lock:
            page = self._there(path, locale)
            pages.delete(self.store, administrator(self.store), page["id"])

    def render(self, path: str, locale: str = "en") -> None:
        """Render a page again: nothing but its ``updatedAt`` changes."""
        with self.store.lock:
            pages.render(self.store, self._there(path, locale)["id"])

    def dump(self) -> bytes:
        """What an administrator's backup holds: the whole database."""
        return self.store.dump()

    def restore(self, dump: bytes) -> None:
        """Restore the wiki from a backup: it is again what it was, ids and times included."""
        self.store.load(dump)

    def switch_api(self, *, on: bool) -> None:
        """Switch the API on or off for all keys."""
        self.store.settle({"api": on})

    def revoke(self, token: str) -> None:
        """Revoke a key."""
        row = self.store.row("select id from apiKeys where key = ?", token)
        keys.revoke(self.store, row["id"] if row else 0)

    def limit_public(self, permissions: Sequence[str] = ()) -> None:
        """Leave the public no more than these permissions."""
        rules = groups.everywhere(permissions)
        sent = {"id": 2, "name": "Guests", "redirectOnLogin": "/", "permissions": list(permissions)}
        groups.change(self.store, {**sent, "pageRules": rules})

    def _there(self, path: str, locale: str) -> Row:
        page = self.page(path, locale)
        if page is None:
            raise named("PageNotFound")
        return page

    def _shown(self, row: Row) -> Row:
        held = [tag["tag"] for tag in tags.of(self.store, row["id"])]
        return {**row, **{name: bool(row[name]) for name in FLAGS}, "tags": held}


def _prepared(store: Store, codes: Sequence[str]) -> str:
    """The administrator's token; a new store gets its groups, languages, secret and key first."""
    with store.lock:
        locales.install(store, codes)
        token = store.setting("token")
        if token is None:
            language = {"code": codes[0], "autoUpdate": True, "namespacing": False}
            settings = {
                "secret": secrets.token_hex(32),
                "api": True,
                "since": store.now(),
                "lang": {**language, "namespaces": []},
            }
            store.settle(settings)
            groups.create_first(store)
            token = keys.create(store, "sandbox", FOREVER, 1)
            store.settle({"token": token})
        return str(token)
