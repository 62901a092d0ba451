"""The tables of assets: their bases, the wiki's folders, and what need not be read again.

Every method can raise StateError.
"""

from __future__ import annotations

import json
from dataclasses import astuple
from typing import TYPE_CHECKING, Any, Final

from wikisync.planning.asset_model import AssetBase
from wikisync.state.packing import BLOB, NUMBER, TEXT, check_row

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wikisync.planning.model import Stamp
    from wikisync.state.database import Database

_COLUMNS: Final = "path, file, id, size, local, remote, created_at, updated_at"
_BASE_TYPES: Final = (TEXT, TEXT, NUMBER, NUMBER, TEXT, TEXT, TEXT, TEXT)
_PUT: Final = f"INSERT OR REPLACE INTO asset_base ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
_STAMP_TYPES: Final = (TEXT, NUMBER, NUMBER, NUMBER, NUMBER, TEXT)


class AssetBases:
    """The table of bases: every asset as both sides last agreed on it."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def load(self) -> dict[str, AssetBase]:
        """Return the base of every asset, by its path."""
        with self._db.translate_errors():
            rows = self._db.rows(f"SELECT {_COLUMNS} FROM asset_base ORDER BY path")
            return {base.path: base for base in map(asset_base, rows)}

    def get(self, path: str) -> AssetBase | None:
        """Return the base of one asset, or None."""
        with self._db.translate_errors():
            row = self._db.row(f"SELECT {_COLUMNS} FROM asset_base WHERE path = ?", (path,))
            return None if row is None else asset_base(row)

    def put(self, *bases: AssetBase) -> None:
        """Store bases, replacing older ones of their paths."""
        self._db.write(_PUT, *map(asset_row, bases))

    def rename(self, bases: Iterable[tuple[str, AssetBase]]) -> None:
        """Store new bases of assets that were renamed on both sides, given with their old paths."""
        renamed = list(bases)
        with self._db.transaction():
            self.drop(old for old, _base in renamed)
            self.put(*(base for _old, base in renamed))

    def update_times(self, bases: Iterable[AssetBase]) -> None:
        """Store the ids and times of assets whose bytes did not change."""
        self._db.write(
            "UPDATE asset_base SET id = ?, created_at = ?, updated_at = ? WHERE path = ?",
            *((base.id, base.created_at, base.updated_at, base.path) for base in bases),
        )

    def drop(self, paths: Iterable[str]) -> None:
        """Delete the bases of assets that are gone from both sides."""
        self._db.write("DELETE FROM asset_base WHERE path = ?", *((path,) for path in paths))


class AssetFolders:
    """The ids of the wiki's folders, which one request then lists."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def load(self) -> frozenset[int]:
        """Return the ids of the folders that were there when the wiki was last listed."""
        with self._db.translate_errors():
            rows = self._db.rows("SELECT id FROM asset_folder")
            return frozenset(int(number) for (number,) in rows)

    def store(self, ids: Iterable[int]) -> None:
        """Replace the ids."""
        with self._db.transaction():
            self._db.write("DELETE FROM asset_folder", ())
            self._db.write("INSERT INTO asset_folder VALUES (?)", *((number,) for number in ids))

    def add(self, number: int) -> None:
        """Store the id of a new folder."""
        self._db.write("INSERT OR IGNORE INTO asset_folder VALUES (?)", (number,))


class AssetStatCache:
    """The stamp and the SHA-256 of each asset file when it was last read; see ``stat_cache``."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def load(self) -> dict[str, tuple[Stamp, str]]:
        """Return each file's stamp (size, mtime, ctime, inode; ns) and SHA-256."""
        with self._db.translate_errors():
            rows = self._db.rows(
                "SELECT file, size, mtime_ns, ctime_ns, inode, sha256 FROM asset_file"
            )
            for row in rows:
                check_row(row, _STAMP_TYPES)
            return {
                file: ((size, mtime, ctime, inode), sha256)
                for file, size, mtime, ctime, inode, sha256 in rows
            }

    def update(self, read: Mapping[str, tuple[Stamp, str]], gone: Iterable[str] = ()) -> None:
        """Store the files that were read, and remove those that are gone."""
        with self._db.transaction():
            self._db.write("DELETE FROM asset_file WHERE file = ?", *((file,) for file in gone))
            self._db.write(
                "INSERT OR REPLACE INTO asset_file VALUES (?, ?, ?, ?, ?, ?)",
                *((file, *stamp, sha256) for file, (stamp, sha256) in read.items()),
            )


class PageLinks:
    """The targets of the links of a page, by the digest of its text: it is parsed only once."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def load(self) -> dict[bytes, tuple[str, ...]]:
        """Return the targets by digest, as they stand in the page."""
        with self._db.translate_errors():
            rows = self._db.rows("SELECT digest, targets FROM page_links")
            found = {}
            for row in rows:
                check_row(row, (BLOB, TEXT))
                found[row[0]] = _targets(row[1])
            return found

    def update(self, read: Mapping[bytes, Sequence[str]], gone: Iterable[bytes] = ()) -> None:
        """Store the targets of pages that were parsed, and remove those that are gone."""
        with self._db.transaction():
            self._db.write(
                "DELETE FROM page_links WHERE digest = ?", *((digest,) for digest in gone)
            )
            self._db.write(
                "INSERT OR REPLACE INTO page_links VALUES (?, ?)",
                *((digest, json.dumps(list(targets))) for digest, targets in read.items()),
            )


def asset_row(base: AssetBase) -> tuple[Any, ...]:
    """Return a base as the values of a row."""
    return astuple(base)


def asset_base(row: Sequence[Any]) -> AssetBase:
    """Return the base of a row. Raises ValueError for values that are none."""
    check_row(row, _BASE_TYPES)
    base = AssetBase(*row)
    if "\0" in f"{base.path}{base.file}":
        raise ValueError("an asset's name holds a NUL")
    if base.size < 0:
        raise ValueError("an asset has a negative size")
    return base


def _targets(text: str) -> tuple[str, ...]:
    targets = json.loads(text)
    if type(targets) is not list:
        raise ValueError("the targets of a page are no list")
    check_row(targets, [TEXT] * len(targets))
    return tuple(targets)
