"""Store the sandbox's data in one SQLite database, in a file or in memory.

Each statement is committed at once, as in Wiki.js, which uses no transactions: what was written
before an operation failed stays written (wikijs.md, *Results*). Each operation on pages holds
``lock``, so that requests interleave between operations and not within them.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from wikisync import private_files
from wikisync.errors import FolderError
from wikisync.sandbox import asset_store
from wikisync.sandbox.database import DATABASES, DEFAULT, compare_general_ci

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from wikisync.sandbox.database import Database

Row = dict[str, Any]

FILE: Final = "wiki.sqlite"

TABLES: Final = """
create table if not exists settings (key text primary key, value text not null);
create table if not exists locales (code text primary key, installedAt text not null);
create table if not exists groups (
  id integer primary key autoincrement, name text not null, permissions text not null,
  pageRules text not null, isSystem integer not null, redirectOnLogin text not null,
  createdAt text not null, updatedAt text not null);
create table if not exists apiKeys (
  id integer primary key autoincrement, name text not null, key text not null,
  expiration text not null, isRevoked integer not null,
  createdAt text not null, updatedAt text not null);
create table if not exists pages (
  id integer primary key autoincrement, path text not null, locale text not null,
  hash text not null,
  title text not null, description text not null, content text not null, contentType text not null,
  editor text not null, isPrivate integer not null, isPublished integer not null, privateNS text,
  publishStartDate text not null, publishEndDate text not null,
  scriptCss text not null, scriptJs text not null,
  authorId integer not null, creatorId integer not null,
  createdAt text not null, updatedAt text not null);
create index if not exists pageKeys on pages (locale, path);
create table if not exists tags (
  id integer primary key autoincrement, tag text not null unique, title text not null,
  createdAt text not null, updatedAt text not null);
create table if not exists pageTags (
  id integer primary key autoincrement,
  pageId integer not null references pages on delete cascade,
  tagId integer not null references tags on delete cascade);
create index if not exists pageTagPages on pageTags (pageId);
create table if not exists pageLinks (
  id integer primary key autoincrement,
  pageId integer not null references pages on delete cascade,
  locale text not null, path text not null);
create index if not exists pageLinkTargets on pageLinks (path, locale);
create index if not exists pageLinkPages on pageLinks (pageId);
create table if not exists versions (
  id integer primary key autoincrement, pageId integer not null, action text not null,
  path text not null, locale text not null, title text not null, description text not null,
  content text not null, contentType text not null, editor text not null,
  isPrivate integer not null, isPublished integer not null,
  publishStartDate text not null, publishEndDate text not null,
  authorId integer not null, versionDate text not null, createdAt text not null);
create index if not exists versionPages on versions (pageId, versionDate);
"""

MILLISECOND: Final = timedelta(milliseconds=1)


def iso(moment: datetime) -> str:
    """Return a time as Wiki.js writes it: UTC, milliseconds, ``Z``."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


class Store:
    """Hold the database with its clock. With ``folder`` None, everything is in memory.

    ``database`` is the one that the wiki pretends to have. The store does not act on it: what
    checks values and compares texts does.
    """

    def __init__(self, folder: Path | None, database: Database = DATABASES[DEFAULT]) -> None:
        self.database = database
        self.lock = threading.RLock()
        self.tree_lacks: set[int] = set()
        self._connection = _open(folder)
        self._connection.row_factory = _as_dict
        self._connection.executescript(TABLES + asset_store.TABLES)
        self._last = datetime.min.replace(tzinfo=UTC)
        latest = self.row(
            "select max(at) as at from (select max(updatedAt) as at from pages"
            " union select max(updatedAt) from assets)"
        )
        if latest and latest["at"]:
            self._last = datetime.fromisoformat(latest["at"])

    def close(self) -> None:
        """Close the connection; data in memory is lost."""
        with self.lock:
            self._connection.close()

    def dump(self) -> bytes:
        """Return the whole database."""
        with self.lock, closing(sqlite3.connect(":memory:")) as copy:
            self._connection.backup(copy)
            return copy.serialize()

    def load(self, dump: bytes) -> None:
        """Replace the whole database by the result of ``dump``."""
        with self.lock, closing(sqlite3.connect(":memory:")) as copy:
            copy.deserialize(dump)
            copy.backup(self._connection)

    def rows(self, statement: str, *values: object) -> list[Row]:
        """Return all rows of a query."""
        with self.lock:
            return self._connection.execute(statement, values).fetchall()

    def row(self, statement: str, *values: object) -> Row | None:
        """Return the first row, or None."""
        with self.lock:
            found: Row | None = self._connection.execute(statement, values).fetchone()
            return found

    def run(self, statement: str, *values: object) -> int:
        """Run a statement that writes; return the number of rows affected."""
        with self.lock:
            return self._connection.execute(statement, values).rowcount

    def insert(self, table: str, values: Row) -> int:
        """Insert a row and return its id."""
        names = ", ".join(values)
        marks = ", ".join("?" * len(values))
        with self.lock:
            cursor = self._connection.execute(
                f"insert into {table} ({names}) values ({marks})",
                tuple(values.values()),
            )
            return cursor.lastrowid or 0

    def update(self, table: str, id: int, values: Row) -> int:  # noqa: A002
        """Update columns of one row; return the number of rows affected."""
        names = ", ".join(f"{name} = ?" for name in values)
        return self.run(
            f"update {table} set {names} where id = ?",
            *values.values(),
            id,
        )

    def open_blob(
        self, table: str, column: str, row: int, *, readonly: bool = False
    ) -> sqlite3.Blob:
        """Open a value to be read or written in pieces; hold ``lock`` and close it."""
        return self._connection.blobopen(table, column, row, readonly=readonly)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run many writes as one transaction, which is faster. No operation of the API uses it."""
        with self.lock:
            self._connection.execute("begin")
            try:
                yield
            finally:
                self._connection.execute("commit")

    def setting(self, key: str) -> Any:
        """Return a setting's value, None if it was never set."""
        row = self.row("select value from settings where key = ?", key)
        return json.loads(row["value"]) if row else None

    def set_settings(self, values: Row) -> None:
        """Set settings."""
        with self.lock:
            for key, value in values.items():
                self.run(
                    "insert or replace into settings (key, value) values (?, ?)",
                    key,
                    json.dumps(value),
                )

    def now(self) -> str:
        """Return the time, later than any returned before: no two writes share one."""
        with self.lock:
            self._last = max(datetime.now(UTC), self._last + MILLISECOND)
            return iso(self._last)


def _open(folder: Path | None) -> sqlite3.Connection:
    if folder is None:
        connection = _connect(":memory:")
    else:
        try:
            _make_private(folder)
            connection = _connect(str(folder / FILE))
        except (OSError, sqlite3.Error) as error:
            raise FolderError(str(folder), "make", str(error)) from error
    return connection


def _make_private(folder: Path) -> None:
    """Create folder and database for their owner only: they hold the administrator's key.

    An existing folder with other files in it keeps its permissions. Raises OSError, also if one of
    the names is a symbolic link.
    """
    if not folder.exists():
        private_files.make_folder(folder)
    elif all(entry.name.startswith(FILE) for entry in folder.iterdir()):
        private_files.restrict_folder(folder)
    if private_files.check_file(folder / FILE) is None:
        os.close(private_files.open_file(folder / FILE, os.O_RDWR | os.O_CREAT | os.O_EXCL))
    for name in (FILE, *(f"{FILE}{end}" for end in ("-wal", "-shm", "-journal"))):
        private_files.restrict_file(folder / name)
    private_files.check_journal(folder / f"{FILE}-journal")


def _connect(name: str) -> sqlite3.Connection:
    connection = sqlite3.connect(name, check_same_thread=False, isolation_level=None)
    # Pages need to survive a killed sandbox, not a power failure.
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = off")
    connection.execute("pragma foreign_keys = on")
    connection.create_collation("general_ci", compare_general_ci)
    return connection


def _as_dict(cursor: sqlite3.Cursor, values: Iterable[object]) -> Row:
    return {column[0]: value for column, value in zip(cursor.description, values, strict=True)}
