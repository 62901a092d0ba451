"""The backups of assets: rows of the table of backups, and one file for each content.

The files are ``.wikisync/assets/<SHA-256>``. Each is written under a temporary name, synced and
renamed, before the row that refers to it is stored: so a row has its whole file at every moment. A
file that no row refers to is removed at the end of a run.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any, ClassVar, Final, Literal, cast, get_args

from wikisync import private_files
from wikisync.errors import BackupDamaged
from wikisync.folder.filesystem import sync_folder
from wikisync.planning.asset_model import AssetVerb
from wikisync.planning.model import Side
from wikisync.private_files import reason_of
from wikisync.state import location
from wikisync.state.packing import NULL, NUMBER, TEXT, check_row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wikisync.state.database import Database

PIECE: Final = 256 * 1024
"""The most bytes of a file in memory."""

_NAME: Final = re.compile("[0-9a-f]{64}")
_TEMPORARY: Final = "new-"
_TYPES: Final = (
    *(NUMBER, TEXT, NUMBER, NUMBER, TEXT, TEXT, TEXT, TEXT, TEXT, NUMBER | NULL),
    *(TEXT | NULL, TEXT, TEXT | NULL, TEXT, NUMBER),
)
_COLUMNS: Final = (
    "SELECT backup.id, backup.at, intent.id, intent.run, run.command, intent.verb, intent.side,"
    " intent.path, intent.file, intent.page_id, intent.from_path, intent.from_file, intent.outcome,"
    " backup.sha256, backup.size"
    " FROM backup JOIN intent ON intent.id = backup.intent JOIN run ON run.id = intent.run"
    " WHERE intent.kind = 'asset'"
)


@dataclass(frozen=True, slots=True)
class AssetBackup:
    """A backup of an asset without its bytes.

    ``at`` is ISO time. ``path`` and ``file`` are the asset's names before the write ``intent``,
    ``new_path`` and ``new_file`` those after it. ``outcome`` is the intent's; ``size`` in bytes.
    """

    number: int
    at: str
    intent: int
    run: int
    command: str
    verb: AssetVerb
    side: Side
    path: str
    file: str
    asset_id: int | None
    new_path: str
    new_file: str
    outcome: str | None
    sha256: str
    size: int

    kind: ClassVar[Literal["before"]] = "before"
    is_asset: ClassVar[bool] = True


class _Writer:
    """An open file whose errors, such as a full disk, are StateErrors."""

    def __init__(self, handle: IO[bytes], path: Path) -> None:
        self._handle = handle
        self._path = path

    def write(self, data: bytes) -> int:
        """Write bytes. Raises StateError."""
        with location.translate_os_errors(self._path):
            return self._handle.write(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place in the file. Raises StateError."""
        with location.translate_os_errors(self._path):
            return self._handle.seek(offset, whence)

    def truncate(self, size: int | None = None) -> int:
        """Cut the file off. Raises StateError."""
        with location.translate_os_errors(self._path):
            return self._handle.truncate(size)


class BackupFile:
    """A file that is being written, for one backup; write to ``file`` and then ``keep`` it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        flags = os.O_RDWR | os.O_CREAT | os.O_EXCL
        self._handle = os.fdopen(private_files.open_file(path, flags), "w+b")
        self.file = cast("IO[bytes]", _Writer(self._handle, path))

    def keep(self, sha256: str) -> None:
        """Give the file its name once it is on disk. Raises StateError."""
        with location.translate_os_errors(self._path):
            self._handle.flush()
            os.fsync(self._handle.fileno())
            self._handle.close()
            self._path.replace(self._path.with_name(sha256))
            sync_folder(self._path.parent)

    def discard(self) -> None:
        """Close the file, and remove it unless it was kept."""
        with suppress(OSError):
            self._handle.close()
        with suppress(OSError):
            self._path.unlink()


class AssetBackups:
    """The backups of assets. Every method can raise StateError. ``new_file`` is thread-safe."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._folder = db.path.parent / "assets"

    @contextmanager
    def new_file(self) -> Iterator[BackupFile]:
        """Yield a new file for the bytes of a backup; it is removed unless it is kept."""
        with location.translate_os_errors(self._folder):
            private_files.make_folder(self._folder)
            opened = BackupFile(self._folder / f"{_TEMPORARY}{secrets.token_hex(8)}")
        try:
            yield opened
        finally:
            opened.discard()

    def add(self, intent: int, at: str, sha256: str, size: int) -> int:
        """Store that an intent replaces this content, whose file is kept. Return the number."""
        with self._db.transaction():
            row = self._db.row(
                "INSERT INTO backup (intent, kind, at, data, sha256, size)"
                " VALUES (?, 'before', ?, x'', ?, ?) RETURNING id",
                (intent, at, sha256, size),
            )
            return int(row[0])

    def all(self) -> list[AssetBackup]:
        """Return every backup of an asset, the newest first."""
        return self._found("ORDER BY backup.id DESC")

    def of_run(self, run: int) -> list[AssetBackup]:
        """Return the backups that a run made, the oldest first."""
        return self._found("AND intent.run = ? ORDER BY backup.id", run)

    def of_intent(self, intent: int) -> AssetBackup | None:
        """Return the backup of an intent, or None."""
        return next(iter(self._found("AND intent.id = ? ORDER BY backup.id", intent)), None)

    def get(self, number: int) -> AssetBackup | None:
        """Return the backup of a number, or None."""
        return next(iter(self._found("AND backup.id = ?", number)), None)

    @contextmanager
    def open(self, backup: AssetBackup) -> Iterator[IO[bytes]]:
        """Open the bytes of a backup for reading, once they were found to be right.

        Raises BackupDamaged where the file is gone or has other bytes.
        """
        path = self._folder / backup.sha256
        name = f"{self._folder.parent.name}/{self._folder.name}/{path.name}"
        try:
            private_files.check_folder(self._folder)
            handle = private_files.open_file(path, os.O_RDONLY)
        except OSError as error:
            missing = isinstance(error, FileNotFoundError)
            reason = "it is missing" if missing else f"cannot read it: {reason_of(error)}"
            raise BackupDamaged(backup.number, name, reason) from error
        with os.fdopen(handle, "rb") as file:
            digest = hashlib.sha256()
            while piece := file.read(PIECE):
                digest.update(piece)
            if digest.hexdigest() != backup.sha256:
                raise BackupDamaged(backup.number, name, "it has other bytes than were kept")
            file.seek(0)
            yield file

    def total_size(self) -> int:
        """Return how many bytes the files of all backups have together."""
        (total,) = self._db.row(
            "SELECT sum(size) FROM (SELECT max(size) AS size FROM backup"
            " WHERE sha256 IS NOT NULL GROUP BY sha256)"
        )
        return int(total or 0)

    def remove_unused(self) -> None:
        """Remove the files that no backup refers to. Ignores files that cannot be removed."""
        try:
            private_files.check_folder(self._folder)
            names = set(os.listdir(self._folder))  # noqa: PTH208
        except OSError:
            return
        rows = self._db.rows("SELECT DISTINCT sha256 FROM backup WHERE sha256 IS NOT NULL")
        for name in names - {name for (name,) in rows}:
            if _NAME.fullmatch(name) or name.startswith(_TEMPORARY):
                with suppress(OSError):
                    (self._folder / name).unlink()

    def _found(self, condition: str, *values: object) -> list[AssetBackup]:
        with self._db.translate_errors():
            return [_backup(row) for row in self._db.rows(f"{_COLUMNS} {condition}", values)]


def _backup(row: tuple[Any, ...]) -> AssetBackup:
    check_row(row, _TYPES)
    number, at, intent, run, command, verb, side, path, file, asset_id = row[:10]
    from_path, from_file, outcome, sha256, size = row[10:]
    if verb not in get_args(AssetVerb) or side not in get_args(Side):
        raise ValueError(f"backup {number} has an unknown verb or side")
    # It is the name of a file.
    if not _NAME.fullmatch(sha256) or size < 0:
        raise ValueError(f"backup {number} has no digest or no size")
    return AssetBackup(
        number,
        at,
        intent,
        run,
        command,
        verb,
        side,
        from_path or path,
        from_file or file,
        asset_id,
        path,
        file,
        outcome,
        sha256,
        size,
    )
