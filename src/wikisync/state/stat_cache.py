"""The files as they were last read: what the file system says of them, and their digests.

It only saves reading: a file that is not in it, or not as it is in it, is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wikisync.planning.model import Stamp
    from wikisync.state.database import Database

_ALL: Final = "SELECT file, size, written, entered, inode, digest FROM file"
_TYPES: Final = (str, int, int, int, int, bytes)
_PUT: Final = "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?)"
_DROP: Final = "DELETE FROM file WHERE file = ?"


class StatCache:
    """The table of files. Every method raises StateError where the state cannot be used."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def load(self) -> dict[str, tuple[Stamp, bytes]]:
        """Every file's stamp and the digest of the bytes that it then had."""
        with self._db.translate_errors():
            rows = self._db.rows(_ALL)
            if any(tuple(map(type, row)) != _TYPES for row in rows):
                raise ValueError("a file's stamp has a value of the wrong type")
            return {
                file: ((size, written, entered, inode), digest)
                for file, size, written, entered, inode, digest in rows
            }

    def update(self, read: Mapping[str, tuple[Stamp, bytes]], gone: Iterable[str] = ()) -> None:
        """Note files that were read, and forget those that are gone."""
        with self._db.transaction():
            self._db.write(_DROP, *((file,) for file in gone))
            self._db.write(
                _PUT, *((file, *stamp, digest) for file, (stamp, digest) in read.items())
            )
