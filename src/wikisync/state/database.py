"""The state's SQLite file: opening it, refusing a bad one, transactions.

One file, ``.wikisync/state.db``, beside ``wikisync.toml``. Every failure of SQLite leaves this
module as a StateError.
"""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from wikisync.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

VERSION: Final = 1

SCHEMA: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE base (
  locale TEXT NOT NULL, path TEXT NOT NULL, id INTEGER NOT NULL, file TEXT NOT NULL,
  content_type TEXT NOT NULL, here TEXT NOT NULL, there TEXT NOT NULL,
  created_at TEXT NOT NULL, updated_at TEXT NOT NULL, digest TEXT NOT NULL,
  page BLOB NOT NULL,
  PRIMARY KEY (locale, path)
);
CREATE TABLE run (
  id INTEGER PRIMARY KEY AUTOINCREMENT, command TEXT NOT NULL, started TEXT NOT NULL, ended TEXT,
  undoes INTEGER, plan TEXT, whole INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX run_open ON run (id) WHERE ended IS NULL;
CREATE TABLE intent (
  id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL REFERENCES run, verb TEXT NOT NULL,
  side TEXT NOT NULL, locale TEXT NOT NULL, path TEXT NOT NULL, file TEXT NOT NULL,
  page_id INTEGER, lease TEXT, wanted TEXT, after BLOB, follow INTEGER NOT NULL, before BLOB,
  old_locale TEXT, old_path TEXT, old_file TEXT NOT NULL, outcome TEXT, next TEXT
);
CREATE INDEX intent_open ON intent (id) WHERE outcome IS NULL;
CREATE INDEX intent_run ON intent (run, page_id);
CREATE INDEX intent_next ON intent (run, page_id) WHERE next IS NOT NULL;
CREATE TABLE kept (
  id INTEGER PRIMARY KEY, intent INTEGER NOT NULL REFERENCES intent, what TEXT NOT NULL,
  at TEXT NOT NULL, data BLOB NOT NULL
);
CREATE INDEX kept_intent ON kept (intent);
CREATE TABLE file (
  file TEXT PRIMARY KEY, size INTEGER NOT NULL, written INTEGER NOT NULL, entered INTEGER NOT NULL,
  inode INTEGER NOT NULL, digest BLOB NOT NULL
) WITHOUT ROWID;
"""


class Database:
    """An open state file, or one in memory that leaves no trace."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._depth = 0

    @classmethod
    def open(cls, folder: Path) -> Database:
        """Open ``folder/state.db``, or begin one. Raises StateError, and never overwrites."""
        path = folder / "state.db"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            ignore = folder / ".gitignore"
            if not ignore.exists() or not ignore.stat().st_size:  # a run was killed amid it
                ignore.write_text("*\n", encoding="utf-8")
            connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise StateError(str(path), "unwritable", str(error)) from error
        return cls(path, connection)._prepared()

    @classmethod
    def open_to_look(cls, folder: Path) -> Database:
        """Open what is there, even where nothing may be written. Raises StateError."""
        path = folder / "state.db"
        try:
            return cls.open(folder)
        except StateError as error:
            log = path.with_name("state.db-wal")
            if error.why != "unwritable" or (log.exists() and log.stat().st_size):
                raise
            # Nobody can change it either, and all of it is in the one file.
            uri = f"{path.resolve().as_uri()}?immutable=1"
            try:
                connection = sqlite3.connect(uri, uri=True, isolation_level=None)
            except sqlite3.Error:
                raise error from None
            return cls(path, connection)._prepared()

    @classmethod
    def in_memory(cls, folder: Path) -> Database:
        """A state that begins empty and leaves no trace."""
        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        return cls(folder / "state.db", connection)._prepared()

    def _prepared(self) -> Database:
        try:
            with self.reported():
                found = self._version()
                # A kept copy must be on disk before what it was copied from is overwritten.
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = FULL")
                if found < VERSION:
                    self._begin()
        except StateError:
            self._connection.close()
            raise
        return self

    def _version(self) -> int:
        """The version of what is there; 0 for nothing yet. What is not ours is not touched."""
        (found,) = self._connection.execute("PRAGMA user_version").fetchone()
        if found > VERSION:
            raise StateError(str(self.path), "newer", f"version {found}, known is {VERSION}")
        (tables,) = self._connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if tables and not found:
            raise StateError(str(self.path), "damaged", "it is no state of wikisync's")
        return int(found)

    def _begin(self) -> None:
        with self.transaction():
            for statement in SCHEMA.split(";\n"):
                self._connection.execute(statement)
            self._connection.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def rows(self, sql: str, values: Iterable[object] = ()) -> list[Any]:
        """Every row of a statement's answer."""
        with self.reported():
            return self._connection.execute(sql, tuple(values)).fetchall()

    def row(self, sql: str, values: Iterable[object] = ()) -> Any:
        """The first row of a statement's answer, or None."""
        with self.reported():
            return self._connection.execute(sql, tuple(values)).fetchone()

    def write(self, sql: str, *rows: Iterable[object]) -> None:
        """Run one statement for each row of values, in one transaction."""
        with self.transaction():
            self._connection.executemany(sql, [tuple(row) for row in rows])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing; a transaction within one is part of it (promise 2)."""
        with self.reported():
            if self._depth == 0:
                self._connection.execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
                if self._depth == 1:
                    self._connection.execute("COMMIT")
            except BaseException:
                # A full disk makes SQLite roll back by itself.
                if self._depth == 1 and self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._depth -= 1

    @contextmanager
    def reported(self) -> Iterator[None]:
        """Whatever goes wrong inside, in SQLite or in what it holds, is a StateError outside."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise StateError(str(self.path), "unwritable", str(error)) from error
        except (sqlite3.Error, ValueError, TypeError, KeyError, zlib.error) as error:
            raise StateError(str(self.path), "damaged", str(error)) from error
