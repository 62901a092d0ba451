"""The stat cache: size, times, inode and digest of each file when it was last read.

A file is read again if it has no entry, or one that differs from its present values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wikisync.planning.model import Stamp
    from wikisync.state.database import Database

_ALL: Final = "SELECT file, size, mtime_ns, ctime_ns, inode, digest FROM file"
_TYPES: Final = (str, int, int, int, int, bytes)
_PUT: Final = "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?, ?, ?)"
_DROP: Final = "DELETE FROM file WHERE file = ?"


class StatCache:
    """The table of files. Every method can raise StateError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def load(self) -> dict[str, tuple[Stamp, bytes]]:
        """Return each file's stamp (size, mtime, ctime, inode; ns) and the digest of its bytes."""
        with self._db.translate_errors():
            rows = self._db.rows(_ALL)
            if any(tuple(map(type, row)) != _TYPES for row in rows):
                raise ValueError("a file's stamp has a value of the wrong type")
            return {
                file: ((size, mtime, ctime, inode), digest)
                for file, size, mtime, ctime, inode, digest in rows
            }

    def update(self, read: Mapping[str, tuple[Stamp, bytes]], gone: Iterable[str] = ()) -> None:
        """Store the files that were read, and remove those that are gone."""
        with self._db.transaction():
            self._db.write(_DROP, *((file,) for file in gone))
            self._db.write(
                _PUT, *((file, *stamp, digest) for file, (stamp, digest) in read.items())
            )
