"""Open the state's SQLite file ``.wikisync/state.db``, check it, and run statements in it.

Every error of SQLite is raised as a StateError.
"""

from __future__ import annotations

import os
import sqlite3
import zlib
from contextlib import AbstractContextManager, closing, contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, Final
from weakref import proxy

from wikisync.errors import StateError
from wikisync.state import location
from wikisync.state.packing import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from types import TracebackType

VERSION: Final = 4

# The errors of SQLite that are about the system, not about the file's content.
_SYSTEM: Final = tuple(
    f"SQLITE_{name}"
    for name in (
        *("BUSY", "CANTOPEN", "FULL", "IOERR", "LOCKED", "NOLFS", "NOMEM", "PERM", "PROTOCOL"),
        "READONLY",
    )
)
# The errors that Python raises for a value of the wrong type or shape.
_VALUE_ERRORS: Final = (
    *(ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError),
    zlib.error,
)
_MANY: Final = 1000
_STEPS: Final = 100_000
_STEPS_AT_LEAST: Final = 2_000_000
_STEPS_A_BYTE: Final = 2
"""Steps of SQLite's virtual machine; the longest statement takes about 0.1 per byte of the file."""

SCHEMA: Final = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE base (
  locale TEXT NOT NULL, path TEXT NOT NULL, id INTEGER NOT NULL, file TEXT NOT NULL,
  content_type TEXT NOT NULL, local TEXT NOT NULL, remote TEXT NOT NULL,
  created_at TEXT NOT NULL, updated_at TEXT NOT NULL, digest TEXT NOT NULL,
  page BLOB NOT NULL,
  PRIMARY KEY (locale, path)
);
CREATE TABLE run (
  id INTEGER PRIMARY KEY AUTOINCREMENT, command TEXT NOT NULL, started TEXT NOT NULL, ended TEXT,
  undoes INTEGER, plan TEXT, complete INTEGER NOT NULL DEFAULT 0, retained_since TEXT
);
CREATE INDEX run_open ON run (id) WHERE ended IS NULL;
CREATE TABLE intent (
  id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL REFERENCES run, kind TEXT NOT NULL,
  verb TEXT NOT NULL, side TEXT NOT NULL, locale TEXT NOT NULL, path TEXT NOT NULL,
  file TEXT NOT NULL, page_id INTEGER, expected TEXT, wanted TEXT, after BLOB,
  follows_file INTEGER NOT NULL, before BLOB,
  from_locale TEXT, from_path TEXT, from_file TEXT NOT NULL, outcome TEXT, rewrite TEXT
);
CREATE INDEX intent_open ON intent (id) WHERE outcome IS NULL;
CREATE INDEX intent_run ON intent (run, page_id);
CREATE INDEX intent_rewrite ON intent (run, page_id) WHERE rewrite IS NOT NULL;
CREATE TABLE backup (
  id INTEGER PRIMARY KEY AUTOINCREMENT, intent INTEGER NOT NULL REFERENCES intent,
  kind TEXT NOT NULL, at TEXT NOT NULL, data BLOB NOT NULL, sha256 TEXT, size INTEGER
);
CREATE INDEX backup_intent ON backup (intent);
CREATE INDEX backup_file ON backup (sha256, size) WHERE sha256 IS NOT NULL;
CREATE TABLE file (
  file TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  ctime_ns INTEGER NOT NULL,
  inode INTEGER NOT NULL, digest BLOB NOT NULL
) WITHOUT ROWID;
CREATE TABLE asset_base (
  path TEXT PRIMARY KEY, file TEXT NOT NULL, id INTEGER NOT NULL, size INTEGER NOT NULL,
  local TEXT NOT NULL, remote TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE asset_folder (id INTEGER PRIMARY KEY);
CREATE TABLE asset_file (
  file TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  ctime_ns INTEGER NOT NULL, inode INTEGER NOT NULL, sha256 TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE page_links (digest BLOB PRIMARY KEY, targets TEXT NOT NULL) WITHOUT ROWID;
"""


def _create(connection: sqlite3.Connection) -> None:
    for statement in SCHEMA.split(";\n"):
        connection.execute(statement)


def _schema_of(connection: sqlite3.Connection) -> tuple[Any, ...]:
    """Return the tables, indexes, views and triggers of a database."""
    # The limit bounds a planted schema: any difference is enough.
    rows = connection.execute(
        f"SELECT type, name, tbl_name, sql FROM sqlite_master LIMIT {_MANY}"
    ).fetchall()
    return tuple(sorted(rows, key=str))


@cache
def _schema() -> tuple[Any, ...]:
    """Return the schema of a state, to compare with ``_schema_of``."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        _create(connection)
        return _schema_of(connection)


class Database:
    """An open state file, or one in memory that leaves no trace."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._errors = _ErrorTranslation(proxy(self))  # no cycle, which would keep both
        self._in_transaction = False
        self._steps = 0
        self._exhausted = False

    @classmethod
    def open(cls, folder: Path) -> Database:
        """Open ``folder/state.db``, or create it. Never overwrites one. Raises StateError."""
        location.prepare(folder)
        location.refuse_tracked(folder)
        location.create_database(folder)
        return cls._connected(folder)

    @classmethod
    def open_readonly(cls, folder: Path) -> Database:
        """Open an existing database, also one on a read-only file system. Raises StateError."""
        try:
            return cls.open(folder)
        except StateError as error:
            log = folder / f"{location.DATABASE}-wal"
            if error.why != "unwritable" or (log.exists() and log.stat().st_size):
                raise
            # Nothing can change it, and with an empty log all of it is in the one file.
            try:
                location.refuse_tracked(folder)
                return cls._connected(folder, immutable=True)
            except StateError as worse:
                raise (error if worse.why == "unwritable" else worse) from None

    @classmethod
    def in_memory(cls, folder: Path) -> Database:
        """Open an empty database in memory."""
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
                version = self._version()
                # A backup must be on disk before what it was made of is overwritten.
                self._connection.execute("PRAGMA journal_mode = WAL")
                self._connection.execute("PRAGMA synchronous = FULL")
                if not version:
                    self._initialize()
        except BaseException:
            self._connection.close()
            raise
        return self

    def _limit_resources(self) -> None:
        """Limit what a planted file can make SQLite do, before anything is read from it."""
        self._connection.execute("PRAGMA trusted_schema = OFF")
        self._connection.execute("PRAGMA cell_size_check = ON")
        self._connection.execute("PRAGMA mmap_size = 0")
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_BYTES)
        self._connection.set_progress_handler(self._exceeds_limit, _STEPS)

    def _exceeds_limit(self) -> bool:
        """Return whether a statement takes more steps than the file's size explains.

        Then the pages of a planted file form a cycle. SQLite calls this every ``_STEPS`` steps;
        True ends the statement.
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
        """Return the version of the database; 0 if it is empty. Raises StateError if not ours."""
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION:
            raise StateError(str(self.path), "newer", f"version {version}, known is {VERSION}")
        if 0 < version < VERSION:
            raise StateError(str(self.path), "older", f"version {version}, known is {VERSION}")
        wanted = _schema() if version else ()
        if _schema_of(self._connection) != wanted:
            raise StateError(str(self.path), "damaged", "its tables are not those of wikisync")
        return int(version)

    def _initialize(self) -> None:
        with self.transaction():
            _create(self._connection)
            self._connection.execute(f"PRAGMA user_version = {VERSION}")

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def rows(self, sql: str, values: Iterable[object] = ()) -> list[Any]:
        """Run a statement and return all rows."""
        with self.translate_errors():
            self._steps = 0
            return self._connection.execute(sql, tuple(values)).fetchall()

    def row(self, sql: str, values: Iterable[object] = ()) -> Any:
        """Run a statement and return the first row, or None."""
        with self.translate_errors():
            self._steps = 0
            return self._connection.execute(sql, tuple(values)).fetchone()

    def write(self, sql: str, *rows: Iterable[object]) -> None:
        """Run one statement for each row of values, in one transaction."""
        with self.transaction():
            self._steps = 0
            self._connection.executemany(sql, [tuple(row) for row in rows])

    def transaction(self) -> AbstractContextManager[None]:
        """Commit what is written inside, or roll it back on an error (promise 2).

        A nested transaction is part of the outer one.
        """
        return self._errors if self._in_transaction else self._outer_transaction()

    @contextmanager
    def _outer_transaction(self) -> Iterator[None]:
        with self.translate_errors():
            self._connection.execute("BEGIN IMMEDIATE")
            self._in_transaction = True
            try:
                yield
                self._connection.execute("COMMIT")
            except BaseException:
                # A full disk makes SQLite roll back by itself.
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise
            finally:
                self._in_transaction = False

    def translate_errors(self) -> AbstractContextManager[None]:
        """Raise errors of SQLite and of unusable values as StateError."""
        return self._errors

    def error_of(self, error: BaseException | None) -> StateError | None:
        """Return the StateError for an error of SQLite or an unusable value; None for any other."""
        if isinstance(error, sqlite3.Error):
            if self._exhausted:
                return StateError(str(self.path), "damaged", "it is cut off")
            # Text that is no UTF-8 is an OperationalError too, but one without a code.
            system = getattr(error, "sqlite_errorname", "").startswith(_SYSTEM)
            return StateError(str(self.path), "unwritable" if system else "damaged", str(error))
        if isinstance(error, _VALUE_ERRORS):
            return StateError(str(self.path), "damaged", str(error))
        return None


class _ErrorTranslation(AbstractContextManager[None]):
    """Raises errors as StateError; entered with every statement, so it is one object that stays."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None and (translated := self._db.error_of(error)) is not None:
            raise translated from error
