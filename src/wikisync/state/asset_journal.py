"""The journal of assets: rows of the table of intents, in the runs that pages have too.

A run, its retention and whether it was interrupted are the same for both kinds (``journal``).
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self, get_args

from wikisync.planning.asset_model import AssetVerb
from wikisync.state.assets import asset_base, asset_row
from wikisync.state.intents import Entry, Intents, check_entry
from wikisync.state.packing import BLOB, NULL, NUMBER, TEXT, Unpacker, check_row

if TYPE_CHECKING:
    from wikisync.planning.asset_model import AssetBase
    from wikisync.planning.model import Side

_TYPES: Final = (
    *(NUMBER, NUMBER, TEXT, TEXT, TEXT, TEXT, NUMBER | NULL, TEXT | NULL, TEXT | NULL),
    *(BLOB | NULL, BLOB | NULL, TEXT | NULL, TEXT, TEXT | NULL),
)
_INTENT: Final = (
    "INSERT INTO intent (run, kind, verb, side, locale, path, file, page_id, expected, wanted,"
    " after, follows_file, before, from_path, from_file)"
    " VALUES (?, 'asset', ?, ?, '', ?, ?, ?, ?, ?, ?, 0, ?, ?, ?) RETURNING id"
)
_INTENTS: Final = (
    "SELECT id, run, verb, side, path, file, page_id, expected, wanted, after, before, from_path,"
    " from_file, outcome FROM intent WHERE kind = 'asset'"
)


@dataclass(frozen=True, slots=True)
class AssetStamp:
    """A version of an asset on the wiki: its id and time, and the SHA-256 of its bytes.

    ``id`` is 0 and ``updated_at`` empty before an upload has them; ``sha256`` is empty where the
    bytes were not read.
    """

    id: int
    updated_at: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.id}|{self.updated_at}|{self.sha256}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the stamp that ``str`` turned into text. Raises ValueError."""
        number, updated_at, sha256 = text.split("|")
        return cls(int(number), updated_at, sha256)


@dataclass(frozen=True, slots=True)
class AssetIntent:
    """A write of an asset that is about to be made, with all that the next run needs to recover it.

    ``expected`` and ``wanted`` are the content before and after: of a file its SHA-256, of an asset
    on the wiki an AssetStamp as text, None for no file or asset. ``before`` is the base before the
    write, ``after`` the base after it (None: none).
    """

    run: int
    verb: AssetVerb
    side: Side
    path: str
    file: str
    asset_id: int | None
    expected: str | None
    wanted: str | None
    after: AssetBase | None = None
    before: AssetBase | None = None
    from_path: str = ""
    from_file: str = ""


AssetEntry = Entry[AssetIntent]


class AssetJournal(Intents[AssetIntent]):
    """The intents of assets. Every method can raise StateError."""

    SELECT = _INTENTS

    def begin(self, intent: AssetIntent) -> int:
        """Store an intent before its write. Return its number."""
        values = (
            intent.run,
            intent.verb,
            intent.side,
            intent.path,
            intent.file,
            intent.asset_id,
            intent.expected,
            intent.wanted,
            _pack(intent.after),
            _pack(intent.before),
            intent.from_path or None,
            intent.from_file,
        )
        with self._db.transaction():
            return int(self._db.row(_INTENT, values)[0])

    def entry(self, row: tuple[Any, ...], unpack: Unpacker) -> AssetEntry:
        """Return the entry of a row. Raises ValueError or TypeError for values that are none."""
        return _entry(row, unpack)


def _pack(base: AssetBase | None) -> bytes | None:
    return None if base is None else zlib.compress(json.dumps(asset_row(base)).encode(), 1)


def _unpack(unpack: Unpacker, data: bytes | None) -> AssetBase | None:
    return None if data is None else asset_base(json.loads(unpack(data)))


def _entry(row: tuple[Any, ...], unpack: Unpacker) -> AssetEntry:
    check_row(row, _TYPES)
    number, run, verb, side, path, file, asset_id, expected, wanted, after, before = row[:11]
    from_path, from_file, outcome = row[11:]
    names = f"{path}{file}{from_path}{from_file}"
    check_entry(names, verb, get_args(AssetVerb), side, outcome)
    if side == "wiki":
        for stamp in (expected, wanted):
            if stamp is not None:
                AssetStamp.parse(stamp)
    intent = AssetIntent(
        run,
        verb,
        side,
        path,
        file,
        asset_id,
        expected,
        wanted,
        _unpack(unpack, after),
        _unpack(unpack, before),
        from_path or "",
        from_file,
    )
    return Entry(number, intent, outcome)
