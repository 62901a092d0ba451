"""The state's SQLite file: opening it, refusing a bad one, transactions.

One file, ``.wikisync/state.db``, beside ``wikisync.toml``. Every failure of SQLite leaves this
module as a StateError.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from contextlib import closing, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from wikisync.errors import StateError
from wikisync.state import location
from wikisync.state.packing import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

VERSION: Final = 2

# The errors of SQLite that are about the system, not about what the file holds.
_SYSTEM: Final = tuple(
    f"SQLITE_{name}"
    for name in (
        *("BUSY", "CANTOPEN", "FULL", "IOERR", "LOCKED", "NOLFS", "NOMEM", "PERM", "PROTOCOL"),
        "READONLY",
    )
)
# What Python raises where a value is not what it should be.
_VALUE_ERRORS: Final = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError),
    zlib.error,
)
_MANY: Final = 1000
_STEPS: Final = 100_000
_STEPS_AT_LEAST: Final = 2_000_000
_STEPS_A_BYTE: Final = 2
"""Of SQLite's virtual machine: a tenth of one for each byte is what the longest statement takes."""

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
  undoes INTEGER, plan TEXT, whole INTEGER NOT NULL DEFAULT 0, aged_from TEXT
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
CREATE TABLE backup (
  id INTEGER PRIMARY KEY AUTOINCREMENT, intent INTEGER NOT NULL REFERENCES intent,
  what TEXT NOT NULL, at TEXT NOT NULL, data BLOB NOT NULL
);
CREATE INDEX backup_intent ON backup (intent);
CREATE TABLE file (
  file TEXT PRIMARY KEY, size INTEGER NOT NULL, written INTEGER NOT NULL, entered INTEGER NOT NULL,
  inode INTEGER NOT NULL, digest BLOB NOT NULL
) WITHOUT ROWID;
"""


def _create(connection: sqlite3.Connection) -> None:
    for statement in SCHEMA.split(";\n"):
        connection.execute(statement)


def _schema_of(connection: sqlite3.Connection) -> tuple[Any, ...]:
    """Everything that a database has by a name: tables, indexes, views and triggers."""
    # One more than there may be is enough to tell, however many there are.
    rows = connection.execute(
        f"SELECT type, name, tbl_name, sql FROM sqlite_master LIMIT {_MANY}"
    ).fetchall()
    return tuple(sorted(rows, key=str))


@cache
def _schema() -> tuple[Any, ...]:
    """What the database of a state has: all of it, and nothing else."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        _create(connection)
        return _schema_of(connection)


class Database:
    """An open state file, or one in memory that leaves no trace."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._depth = 0
        self._steps = 0
        self._exhausted = False

    @classmethod
    def open(cls, folder: Path) -> Database:
        """Open ``folder/state.db``, or begin one. Raises StateError, and never overwrites."""
        location.prepare(folder)
        location.refuse_tracked(folder)
        location.create_database(folder)
        return cls._connected(folder)

    @classmethod
    def open_readonly(cls, folder: Path) -> Database:
        """Open what is there, even where nothing may be written. Raises StateError."""
        try:
            return cls.open(folder)
        except StateError as error:
            log = folder / f"{location.DATABASE}-wal"
            if error.why != "unwritable" or (log.exists() and log.stat().st_size):
                raise
            # Nobody can change it either, and all of it is in the one file.
            try:
                location.refuse_tracked(folder)
                return cls._connected(folder, immutable=True)
            except StateError as worse:
                raise (error if worse.why == "unwritable" else worse) from None

    @classmethod
    def in_memory(cls, folder: Path) -> Database:
        """A state that begins empty and leaves no trace."""
        connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        return cls(folder / location.DATABASE, connection)._initialized()

    @classmethod
    def _connected(cls, folder: Path, *, immutable: bool = False) -> Database:
        path = location.check(folder)
        name = f"{path.absolute().as_uri()}?immutable=1" if immutable else str(path)
        try:
            connection = sqlite3.connect(
                name, uri=immutable, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise StateError(str(path), "unwritable", str(error)) from error
        return cls(path, connection)._initialized()

    def _initialized(self) -> Database:
        try:
            with self.translate_errors():
                self._limit_resources()
                found = self._version()
                # A backup must be on disk before what it was made of is overwritten.
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = FULL")
                if not found:
                    self._initialize()
        except BaseException:
            self._connection.close()
            raise
        return self

    def _limit_resources(self) -> None:
        """Bound what a planted file can make SQLite do, before anything of it is read."""
        self._connection.execute("PRAGMA trusted_schema = OFF")
        self._connection.execute("PRAGMA cell_size_check = ON")
        self._connection.execute("PRAGMA mmap_size = 0")
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_BYTES)
        self._connection.set_progress_handler(self._exceeds_limit, _STEPS)

    def _exceeds_limit(self) -> bool:
        """Whether a statement takes more steps than its file can ask for: its pages go in circles.

        SQLite asks each ``_STEPS``; True ends the statement.
        """
        self._steps += _STEPS
        if self._steps > _STEPS_AT_LEAST:
            size = sum(
                os.path.getsize(file)  # noqa: PTH202
                for file in (self.path, f"{self.path}-wal")
                if os.path.exists(file)  # noqa: PTH110
            )
            self._exhausted = self._steps > _STEPS_AT_LEAST + _STEPS_A_BYTE * size
        return self._exhausted

    def _version(self) -> int:
        """The version of what is there; 0 for nothing yet. What is not ours is not touched."""
        (found,) = self._connection.execute("PRAGMA user_version").fetchone()
        if found > VERSION:
            raise StateError(str(self.path), "newer", f"version {found}, known is {VERSION}")
        if 0 < found < VERSION:
            raise StateError(str(self.path), "older", f"version {found}, known is {VERSION}")
        wanted = _schema() if found else ()
        if _schema_of(self._connection) != wanted:
            raise StateError(str(self.path), "damaged", "it is no state of wikisync's")
        return int(found)

    def _initialize(self) -> None:
        with self.transaction():
            _create(self._connection)
            self._connection.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def rows(self, sql: str, values: Iterable[object] = ()) -> list[Any]:
        """Every row of a statement's answer."""
        with self.translate_errors():
            self._steps = 0
            return self._connection.execute(sql, tuple(values)).fetchall()

    def row(self, sql: str, values: Iterable[object] = ()) -> Any:
        """The first row of a statement's answer, or None."""
        with self.translate_errors():
            self._steps = 0
            return self._connection.execute(sql, tuple(values)).fetchone()

    def write(self, sql: str, *rows: Iterable[object]) -> None:
        """Run one statement for each row of values, in one transaction."""
        with self.transaction():
            self._steps = 0
            self._connection.executemany(sql, [tuple(row) for row in rows])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or nothing; a transaction within one is part of it (promise 2)."""
        with self.translate_errors():
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
    def translate_errors(self) -> Iterator[None]:
        """Whatever goes wrong inside, in SQLite or in what it holds, is a StateError outside."""
        try:
            yield
        except sqlite3.Error as error:
            if self._exhausted:
                raise StateError(str(self.path), "damaged", "it has no end") from error
            # Text that is no UTF-8 is an OperationalError too, but one without a code.
            system = getattr(error, "sqlite_errorname", "").startswith(_SYSTEM)
            why = "unwritable" if system else "damaged"
            raise StateError(str(self.path), why, str(error)) from error
        except _VALUE_ERRORS as error:
            raise StateError(str(self.path), "damaged", str(error)) from error
