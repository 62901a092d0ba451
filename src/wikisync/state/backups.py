"""The table of backups: the content that a run replaced or deleted (promise 1), by number.

A number is never used twice, so that a message that names one stays true.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, get_args

from wikisync.page.model import Key
from wikisync.planning.model import Side, Verb
from wikisync.state.packing import NULL, NUMBER, TEXT, Unpacker, check_row

if TYPE_CHECKING:
    from wikisync.state.database import Database

BackupKind = Literal["before", "overtaken"]

_TYPES: Final = (
    *(NUMBER, TEXT, TEXT, NUMBER, NUMBER, TEXT, TEXT, TEXT, TEXT, TEXT, TEXT),
    *(NUMBER | NULL, TEXT | NULL, TEXT | NULL, TEXT, TEXT | NULL),
)
_COLUMNS: Final = (
    "SELECT backup.id, backup.at, backup.kind, intent.id, intent.run, run.command, intent.verb,"
    " intent.side, intent.locale, intent.path, intent.file, intent.page_id, intent.from_locale,"
    " intent.from_path, intent.from_file, intent.outcome"
    " FROM backup JOIN intent ON intent.id = backup.intent JOIN run ON run.id = intent.run"
    " WHERE intent.kind = 'page'"
)


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup without its bytes.

    ``at`` is ISO time. ``kind`` is "before" for the content before the write ``intent``, and
    "overtaken" for an edit that another author made between the last read of a page and the write.
    ``key`` and ``file`` are the page's names before the write, ``new_key`` and ``new_file`` those
    after it (different for a move). ``outcome`` is the intent's.
    """

    number: int
    at: str
    kind: BackupKind
    intent: int
    run: int
    command: str
    verb: Verb
    side: Side
    key: Key
    file: str
    page_id: int | None
    new_key: Key
    new_file: str
    outcome: str | None

    is_asset: ClassVar[bool] = False


class Backups:
    """The table of backups. Every method can raise StateError."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def add(self, intent: int, at: str, data: bytes, kind: BackupKind = "before") -> int:
        """Store the content that an intent is about to replace. Return the backup's number.

        ``data`` is a file's bytes, or a packed page (``bases.pack_page``).
        """
        with self._db.transaction():
            row = self._db.row(
                "INSERT INTO backup (intent, kind, at, data) VALUES (?, ?, ?, ?) RETURNING id",
                (intent, kind, at, zlib.compress(data, 6)),
            )
            return int(row[0])

    def all(self) -> list[Backup]:
        """Return every backup, the newest first."""
        return self._found("ORDER BY backup.id DESC")

    def of_run(self, run: int) -> list[Backup]:
        """Return the backups that a run made, the oldest first."""
        return self._found("AND intent.run = ? ORDER BY backup.id", run)

    def get(self, number: int) -> Backup | None:
        """Return the backup of a number, or None."""
        return next(iter(self._found("AND backup.id = ?", number)), None)

    def data(self, intent: int, kind: BackupKind = "before") -> bytes | None:
        """Return the bytes of an intent's backup; None if there is none."""
        with self._db.translate_errors():
            row = self._db.row(
                "SELECT data FROM backup WHERE intent = ? AND kind = ? ORDER BY id", (intent, kind)
            )
            return None if row is None else Unpacker()(row[0])

    def _found(self, condition: str, *values: object) -> list[Backup]:
        with self._db.translate_errors():
            return [_backup(row) for row in self._db.rows(f"{_COLUMNS} {condition}", values)]


def _backup(row: tuple[Any, ...]) -> Backup:
    check_row(row, _TYPES)
    number, at, kind, intent, run, command, verb, side, locale, path, file, page_id = row[:12]
    from_locale, from_path, from_file, outcome = row[12:]
    if verb not in get_args(Verb) or side not in get_args(Side) or kind not in get_args(BackupKind):
        raise ValueError(f"backup {number} has an unknown verb, side or kind")
    new_key = Key(locale, path)
    key = new_key if from_path is None else Key(from_locale, from_path)
    return Backup(
        number,
        at,
        kind,
        intent,
        run,
        command,
        verb,
        side,
        key,
        from_file or file,
        page_id,
        new_key,
        file,
        outcome,
    )
