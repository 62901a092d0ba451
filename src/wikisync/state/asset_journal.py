"""The journal of assets: rows of the table of intents, in the runs that pages have too.

A run, its retention and whether it was interrupted are the same for both kinds (``journal``).
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self, get_args

from wikisync.planning.asset_model import AssetVerb
from wikisync.planning.model import Side
from wikisync.state.assets import asset_base, asset_row
from wikisync.state.journal import Outcome
from wikisync.state.packing import BLOB, NULL, NUMBER, TEXT, Unpacker, check_row

if TYPE_CHECKING:
    from wikisync.planning.asset_model import AssetBase
    from wikisync.state.database import Database

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
# As for pages, the base to store afterwards is of no use once the intent has ended.
_END: Final = (
    "UPDATE intent SET outcome = ?, page_id = coalesce(?, page_id), wanted = coalesce(?, wanted),"
    " after = NULL WHERE id = ?"
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


@dataclass(frozen=True, slots=True)
class AssetEntry:
    """An intent of an asset in the journal. ``outcome`` is None while it is open."""

    number: int
    intent: AssetIntent
    outcome: Outcome | None


class AssetJournal:
    """The intents of assets. Every method can raise StateError."""

    def __init__(self, db: Database) -> None:
        self._db = db

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

    def end(
        self,
        number: int,
        outcome: Outcome,
        *,
        asset_id: int | None = None,
        wanted: str | None = None,
    ) -> None:
        """End an intent, with the asset's id and its content after the write, if known."""
        self._db.write(_END, (outcome, asset_id, wanted, number))

    def open_entries(self) -> list[AssetEntry]:
        """Return the open intents, the oldest first."""
        return self._entries("AND outcome IS NULL ORDER BY id")

    def entries(self, run: int) -> list[AssetEntry]:
        """Return every intent of a run, in order."""
        return self._entries("AND run = ? ORDER BY id", run)

    def _entries(self, condition: str, *values: object) -> list[AssetEntry]:
        with self._db.translate_errors():
            rows = self._db.rows(f"{_INTENTS} {condition}", values)
            unpack = Unpacker(value for row in rows for value in row)
            return [_entry(row, unpack) for row in rows]


def _pack(base: AssetBase | None) -> bytes | None:
    return None if base is None else zlib.compress(json.dumps(asset_row(base)).encode(), 1)


def _unpack(unpack: Unpacker, data: bytes | None) -> AssetBase | None:
    return None if data is None else asset_base(json.loads(unpack(data)))


def _entry(row: tuple[Any, ...], unpack: Unpacker) -> AssetEntry:
    check_row(row, _TYPES)
    number, run, verb, side, path, file, asset_id, expected, wanted, after, before = row[:11]
    from_path, from_file, outcome = row[11:]
    if "\0" in f"{path}{file}{from_path}{from_file}":
        raise ValueError("a file's name holds a NUL")
    if verb not in get_args(AssetVerb) or side not in get_args(Side):
        raise ValueError("an entry of the journal has an unknown verb or side")
    if outcome not in (None, *get_args(Outcome)):
        raise ValueError("an entry of the journal has an unknown outcome")
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
    return AssetEntry(number, intent, outcome)
