"""A sandbox in a test's hands: a wiki on loopback, its key, its faults, a person who edits it.

Many pages at once, for those who measure: written down as if each had been created.

The sandbox in the foreground: what ``wikisync sandbox`` runs.
"""

from __future__ import annotations

import secrets
import signal
import socket
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from wikisync.sandbox import administration, auth, page_extras, pages
from wikisync.sandbox.app import WikiApp
from wikisync.sandbox.auth import administrator
from wikisync.sandbox.faults import Faults
from wikisync.sandbox.http_server import Serving
from wikisync.sandbox.page_extras import find, get
from wikisync.sandbox.store import Store
from wikisync.sandbox.validation import named, page_hash

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from wikisync.sandbox.app import SeenRequest, Traffic
    from wikisync.sandbox.faults import Races
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
        group = administration.add(self.store, "test", list(permissions), page_rules)
        return auth.create(self.store, "test", "-1d" if expired else "1d", group["id"])

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
        fill(self.store, paths, content, tags)

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
        auth.revoke(self.store, row["id"] if row else 0)

    def limit_public(self, permissions: Sequence[str] = ()) -> None:
        """Leave the public no more than these permissions."""
        rules = administration.everywhere(permissions)
        sent = {"id": 2, "name": "Guests", "redirectOnLogin": "/", "permissions": list(permissions)}
        administration.change(self.store, {**sent, "pageRules": rules})

    def _there(self, path: str, locale: str) -> Row:
        page = self.page(path, locale)
        if page is None:
            raise named("PageNotFound")
        return page

    def _shown(self, row: Row) -> Row:
        held = [tag["tag"] for tag in page_extras.of(self.store, row["id"])]
        return {**row, **{name: bool(row[name]) for name in FLAGS}, "tags": held}


def _prepared(store: Store, codes: Sequence[str]) -> str:
    """The administrator's token; a new store gets its groups, languages, secret and key first."""
    with store.lock:
        administration.install(store, codes)
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
            administration.create_first(store)
            token = auth.create(store, "sandbox", FOREVER, 1)
            store.settle({"token": token})
        return str(token)


def fill(store: Store, paths: Iterable[str], content: str, tags: Sequence[str]) -> None:
    """Add Markdown pages of the default language, each with its path above the content.

    None may be there yet. What costs a creation its time is left out: links are not looked for.
    """
    locale = store.setting("lang")["code"]
    with store.lock, store.together():
        now = store.now()
        for tag in tags:
            row = {"tag": tag, "title": tag, "createdAt": now, "updatedAt": now}
            store.insert("tags", row)
        known = [row["id"] for row in store.rows("select id from tags order by id")]
        for path in paths:
            at = store.now()
            page = {
                "path": path,
                "locale": locale,
                "hash": page_hash(locale, path, private=False),
                "title": path.rpartition("/")[2],
                "description": "",
                "content": f"# {path}\n\n{content}",
                "contentType": "markdown",
                "editor": "markdown",
                "isPrivate": False,
                "isPublished": True,
                "publishStartDate": "",
                "publishEndDate": "",
                "scriptCss": "",
                "scriptJs": "",
                "authorId": 1,
                "creatorId": 1,
                "createdAt": at,
                "updatedAt": at,
            }
            number = store.insert("pages", page)
            for tag_id in known:
                store.insert("pageTags", {"pageId": number, "tagId": tag_id})


ENDINGS: Final = (signal.SIGINT, signal.SIGTERM)


def serve(
    port: int,
    data: str | Path | None = None,
    locales: Sequence[str] = ("en",),
    on_ready: Callable[[str, str], object] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM comes. Only the main thread can.

    ``on_ready`` gets the address and the administrator's token once requests may come. Raises
    ``PortTaken`` where the port cannot be listened on, ``FolderError`` where ``data`` cannot be
    used.
    """
    with _told_to_end() as wait, Sandbox(locales, data, port) as box:
        if on_ready is not None:
            on_ready(box.url, box.token)
        wait()


@contextmanager
def _told_to_end() -> Iterator[Callable[[], object]]:
    """Gives a function that returns once a signal has come that ends a program.

    A signal writes to a socket that the function reads: waiting on a lock instead would miss one
    that comes just before the wait, and hang on one that comes while the lock is taken.
    """
    reader, writer = socket.socketpair()
    with reader, writer:
        writer.setblocking(False)
        before = {number: signal.signal(number, lambda *_: None) for number in ENDINGS}
        wakeup = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        try:
            yield lambda: reader.recv(1)
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)
