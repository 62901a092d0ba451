"""The table of bases: every page as both sides last agreed on it, with its content."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass, fields
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from wikisync.page.fingerprint import Fingerprint
from wikisync.page.model import Key, Page
from wikisync.planning.model import Base
from wikisync.state.packing import Unpacker, page_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wikisync.planning.model import Remote
    from wikisync.state.database import Database

_COLUMNS: Final = (
    "locale, path, id, file, content_type, local, remote, created_at, updated_at, digest"
)
_TYPES: Final = (str, str, int, str, str, str, str, str, str, str)
_ALL: Final = f"SELECT {_COLUMNS} FROM base"
_KEYS: Final = "SELECT locale, path FROM base"
_STATES: Final = "SELECT locale, path, content_type, local, remote FROM base ORDER BY locale, path"
_ONE: Final = f"SELECT {_COLUMNS}, page FROM base WHERE locale = ? AND path = ?"
_PUT: Final = (
    f"INSERT OR REPLACE INTO base ({_COLUMNS}, page) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_RENEW: Final = (
    "UPDATE base SET id = ?, remote = ?, created_at = ?, updated_at = ?"
    " WHERE locale = ? AND path = ?"
)
_NAMES: Final = tuple(field.name for field in fields(Page))
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False)
_DROP: Final = "DELETE FROM base WHERE locale = ? AND path = ?"


@dataclass(frozen=True, slots=True)
class StoredBase:
    """A base with the content of its page."""

    base: Base
    page: Page

    def pack(self) -> bytes:
        """Return this as bytes, for the journal: a line with the base, then the packed page."""
        return json.dumps(_row(self.base)).encode() + b"\n" + pack_page(self.page)

    @classmethod
    def unpack(cls, data: bytes) -> StoredBase:
        """Return what ``pack`` packed. Raises ValueError, TypeError or zlib.error."""
        return cls.unpack_with(Unpacker(), data)

    @classmethod
    def unpack_with(cls, unpack: Unpacker, data: bytes) -> StoredBase:
        """Unpack one of several values that share the limits of an Unpacker."""
        if type(data) is not bytes:
            raise ValueError("a base in the journal is no bytes")
        row, _, page = data.partition(b"\n")
        return cls(_base(json.loads(row)), page_of(json.loads(unpack(page))))


class Bases:
    """The table of bases. Every method can raise StateError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def load(self) -> dict[Key, Base]:
        """Return the base of every page, without its content."""
        with self._db.translate_errors():
            return {base.key: base for base in map(_base, self._db.rows(_ALL))}

    def keys(self) -> list[Key]:
        """Return the key of every page that has a base."""
        with self._db.translate_errors():
            return [Key(str(row[0]), str(row[1])) for row in self._db.rows(_KEYS)]

    def digest(self) -> bytes:
        """Return a digest of all bases, which is another one after any of them changed."""
        with self._db.translate_errors():
            digest = blake2b(digest_size=16)
            for row in self._db.rows(_STATES):
                digest.update("\0".join(row).encode("utf-8", "surrogatepass") + b"\1")
            return digest.digest()

    def get(self, key: Key) -> StoredBase | None:
        """Return the base of a page with its content, or None."""
        with self._db.translate_errors():
            row = self._db.row(_ONE, _named(key))
            return None if row is None else StoredBase(_base(row[:-1]), unpack_page(row[-1]))

    def put(self, stored: StoredBase) -> None:
        """Store the base of a page, replacing an older one."""
        self._db.write(_PUT, (*_row(stored.base), pack_page(stored.page)))

    def rename(self, pages: Iterable[tuple[Key, Base]]) -> None:
        """Store new bases of pages that were moved on both sides; ``pages`` has their old keys."""
        with self._db.transaction():
            known = [(key, base, self.get(key)) for key, base in pages]
            self.drop(key for key, _base, _found in known)
            for _key, base, found in known:
                if found is not None:
                    self.put(StoredBase(base, found.page))

    def update_times(self, pages: Iterable[Remote]) -> None:
        """Store the ids, times and fingerprints of pages whose files need no change."""
        self._db.write(_RENEW, *map(_renewed, pages))

    def mark_stale(self, keys: Iterable[Key]) -> None:
        """Clear the times of these pages, so that the next run reads them."""
        self._db.write(
            "UPDATE base SET updated_at = '' WHERE locale = ? AND path = ?", *map(_named, keys)
        )

    def drop(self, keys: Iterable[Key]) -> None:
        """Delete the bases of pages that are gone from both sides."""
        self._db.write(_DROP, *map(_named, keys))


@lru_cache(maxsize=64)  # a new file's page is packed for the journal, and then for its base
def pack_page(page: Page) -> bytes:
    """Return a page as compressed bytes."""
    return zlib.compress(_ENCODER.encode(_values(page)).encode(), 6)


def unpack_page(data: bytes) -> Page:
    """Return the page that ``pack_page`` packed. Raises ValueError, TypeError or zlib.error."""
    return page_of(json.loads(Unpacker()(data)))


def _values(page: Page) -> dict[str, Any]:
    # Texts, flags and one tuple of texts: nothing that ``asdict`` would have to copy.
    return {name: getattr(page, name) for name in _NAMES}


def _named(key: Key) -> tuple[str, str]:
    return key.locale, key.path


def _renewed(remote: Remote) -> tuple[object, ...]:
    listed = remote.listed
    times = listed.created_at, listed.updated_at
    return (listed.id, str(remote.fingerprint), *times, *_named(listed.key))


def _row(base: Base) -> tuple[object, ...]:
    return (
        base.key.locale,
        base.key.path,
        base.id,
        base.file,
        base.content_type,
        str(base.local),
        str(base.remote),
        base.created_at,
        base.updated_at,
        base.digest.hex(),
    )


def _base(row: Sequence[Any]) -> Base:
    if tuple(map(type, row)) != _TYPES:
        raise ValueError("a page's base has a value of the wrong type")
    locale, path, page_id, file, kind, local, remote, created, updated, digest = row
    if "\0" in file:
        raise ValueError("a file's name holds a NUL")
    local_print = Fingerprint.parse(local)
    return Base(
        Key(locale, path),
        page_id,
        file,
        kind,
        local_print,
        # Mostly the same text: then both share one object.
        local_print if remote == local else Fingerprint.parse(remote),
        created,
        updated,
        bytes.fromhex(digest),
    )
