"""Run a sandbox wiki, with its key, its faults, and edits as a person makes them.

``Sandbox`` serves in a thread. ``serve`` is what ``wikisync sandbox`` runs in the foreground.
``fill_pages`` adds many pages quickly, for measurements.
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
from wikisync.sandbox.asset_editing import AssetEditor
from wikisync.sandbox.auth import administrator
from wikisync.sandbox.database import DATABASES, DEFAULT
from wikisync.sandbox.faults import Faults
from wikisync.sandbox.http_server import Server
from wikisync.sandbox.page_extras import find_by_path, require_page
from wikisync.sandbox.store import Store
from wikisync.sandbox.validation import named_error, page_hash

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from wikisync.sandbox.app import SeenRequest, Traffic
    from wikisync.sandbox.races import Races
    from wikisync.sandbox.store import Row


KEY_LIFETIME: Final = "100y"
BOOLEAN_FIELDS: Final = ("isPublished", "isPrivate")
EDITABLE_FIELDS: Final = (
    *("title", "description", "content", "isPublished", "isPrivate", "editor"),
    *("publishStartDate", "publishEndDate", "scriptCss", "scriptJs", "path", "locale"),
)


class Sandbox:
    """Run a wiki. With ``data`` None pages are kept in memory, else in that folder.

    The first of ``locales`` is the default. ``port`` 0 takes any free port. ``collation`` is the
    name of the database that the wiki answers like, one of ``DATABASES``. ``assets`` changes images
    and files.
    """

    def __init__(
        self,
        locales: Sequence[str] = ("en", "fr"),
        data: str | Path | None = None,
        port: int = 0,
        collation: str = DEFAULT,
    ) -> None:
        self.faults = Faults()
        self.store = Store(Path(data) if data is not None else None, DATABASES[collation])
        self.assets = AssetEditor(self.store)
        try:
            self.token = _prepare_store(self.store, locales)
            self._wiki = WikiApp(self.store, self.faults)
            self._serving = Server(self._wiki.app, port)
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
        lifetime: str = "1y",
    ) -> str:
        """Create a key of a new group and return its token. ``lifetime`` is as in the API: ``1y``.

        Without page rules, its permissions apply to all pages.
        """
        group = administration.create_group(self.store, "test", list(permissions), page_rules)
        return auth.create_key(self.store, "test", "-1d" if expired else lifetime, group["id"])

    def pages(self) -> list[Row]:
        """Return all pages as dicts with the API's names; ``tags`` are strings."""
        with self.store.lock:
            rows = self.store.rows("select * from pages order by id")
            return [self._page_data(row) for row in rows]

    def page(self, path: str, locale: str = "en") -> Row | None:
        """Return one of ``pages()``, or None; its path is ``path`` to the character."""
        with self.store.lock:
            row = find_by_path(self.store, locale, path)
            return None if row is None or row["path"] != path else self._page_data(row)

    def create(self, path: str, locale: str = "en", **fields: Any) -> Row:
        """Create a page as a person does in a browser. ``fields`` are any of the API's."""
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
            principal = administrator(self.store)
            page = pages.create(self.store, principal, {**sent, "path": path, "locale": locale})
            return self._page_data(page)

    def fill(self, paths: Iterable[str], content: str, tags: Sequence[str] = ()) -> None:
        """Create many equal pages of the default locale, quickly."""
        fill_pages(self.store, paths, content, tags)

    @property
    def tree_is_complete(self) -> bool:
        """Whether the last rebuild of the page tree met no other."""
        return not self.store.tree_lacks

    @property
    def traffic(self) -> Traffic:
        """The traffic so far."""
        return self._wiki.traffic

    def edit(self, path: str, locale: str = "en", **fields: Any) -> Row:
        """Change these fields of a page, as a person does in a browser; all others stay."""
        with self.store.lock:
            page = self._require_page(path, locale)
            kept = {name: page[name] for name in EDITABLE_FIELDS}
            sent = {**kept, "tags": page["tags"], **fields, "id": page["id"]}
            pages.update(self.store, administrator(self.store), sent)
            return self._page_data(require_page(self.store, page["id"]))

    def move(self, path: str, to: str, locale: str = "en", to_locale: str | None = None) -> Row:
        """Change a page's path or locale, as a person does in a browser."""
        with self.store.lock:
            page = self._require_page(path, locale)
            sent = {
                "id": page["id"],
                "destinationPath": to,
                "destinationLocale": to_locale or locale,
            }
            pages.move(self.store, administrator(self.store), sent)
            return self._page_data(require_page(self.store, page["id"]))

    def delete(self, path: str, locale: str = "en") -> None:
        """Delete a page, as a person does in a browser."""
        with self.store.lock:
            page = self._require_page(path, locale)
            pages.delete(self.store, administrator(self.store), page["id"])

    def render(self, path: str, locale: str = "en") -> None:
        """Render a page again: only its ``updatedAt`` changes."""
        with self.store.lock:
            pages.render(self.store, self._require_page(path, locale)["id"])

    def dump(self) -> bytes:
        """Return the whole database, as an administrator's backup has it."""
        return self.store.dump()

    def restore(self, dump: bytes) -> None:
        """Restore the wiki from a backup, with ids and times."""
        self.store.load(dump)

    def switch_api(self, *, on: bool) -> None:
        """Enable or disable the API for all keys."""
        self.store.set_settings({"api": on})

    def revoke(self, token: str) -> None:
        """Revoke a key."""
        row = self.store.row("select id from apiKeys where key = ?", token)
        auth.revoke_key(self.store, row["id"] if row else 0)

    def limit_public(self, permissions: Sequence[str] = ()) -> None:
        """Limit the public to these permissions."""
        rules = administration.rules_for_all_pages(permissions)
        sent = {"id": 2, "name": "Guests", "redirectOnLogin": "/", "permissions": list(permissions)}
        administration.update_group(self.store, {**sent, "pageRules": rules})

    def _require_page(self, path: str, locale: str) -> Row:
        page = self.page(path, locale)
        if page is None:
            raise named_error("PageNotFound")
        return page

    def _page_data(self, row: Row) -> Row:
        held = [tag["tag"] for tag in page_extras.tags_of(self.store, row["id"])]
        return {**row, **{name: bool(row[name]) for name in BOOLEAN_FIELDS}, "tags": held}


def _prepare_store(store: Store, codes: Sequence[str]) -> str:
    """Return the administrator's token; create groups, locales, secret and key in a new store."""
    with store.lock:
        administration.install_locales(store, codes)
        token = store.setting("token")
        if token is None:
            language = {"code": codes[0], "autoUpdate": True, "namespacing": False}
            settings = {
                "secret": secrets.token_hex(32),
                "api": True,
                "since": store.now(),
                "lang": {**language, "namespaces": []},
            }
            store.set_settings(settings)
            administration.create_default_groups(store)
            token = auth.create_key(store, "sandbox", KEY_LIFETIME, 1)
            store.set_settings({"token": token})
        return str(token)


def fill_pages(store: Store, paths: Iterable[str], content: str, tags: Sequence[str]) -> None:
    """Add Markdown pages of the default locale, each with its path above the content.

    No page may exist at these paths. Links are not recorded, which would take most of the time.
    """
    locale = store.setting("lang")["code"]
    with store.lock, store.transaction():
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


STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


def serve(
    port: int,
    data: str | Path | None = None,
    locales: Sequence[str] = ("en",),
    on_ready: Callable[[str, str], object] | None = None,
    collation: str = DEFAULT,
) -> None:
    """Serve until SIGINT or SIGTERM. Only from the main thread.

    ``on_ready`` is called with the address and the administrator's token once requests are
    accepted. Raises PortTaken if the port cannot be listened on, FolderError if ``data`` cannot be
    used.
    """
    with _stop_signal() as wait, Sandbox(locales, data, port, collation) as box:
        if on_ready is not None:
            on_ready(box.url, box.token)
        wait()


@contextmanager
def _stop_signal() -> Iterator[Callable[[], object]]:
    """Yield a function that returns after a signal to stop.

    A signal writes to a socket that the function reads: waiting on a lock instead would miss one
    that comes just before the wait, and hang on one that comes while the lock is taken.
    """
    reader, writer = socket.socketpair()
    with reader, writer:
        writer.setblocking(False)
        before = {number: signal.signal(number, lambda *_: None) for number in STOP_SIGNALS}
        wakeup = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
        try:
            yield lambda: reader.recv(1)
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)
