"""Many new files at once: each whole or not there, at the price of few waits for the disk."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from functools import partial
from typing import IO, TYPE_CHECKING, Final

from wikisync.errors import FolderError
from wikisync.sides.aside import in_flight
from wikisync.sides.atomic import claim, reason_of, sync_folder
from wikisync.sides.folder import TEMPORARY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wikisync.sides.folder import Folder

_AT_ONCE: Final = 4
"""Threads that wait for the disk: it writes what several wait for together."""


def write_new(folder: Folder, files: Sequence[tuple[str, bytes]]) -> list[FolderError | None]:
    """Write files that are not there yet, as ``Folder.write`` writes one.

    Gives for each None, or why it was not written: FileMoved where there is one of its name.
    """
    found: list[FolderError | None] = [None] * len(files)
    filled: dict[int, tuple[Path, Path, IO[bytes]]] = {}
    made: set[Path] = set()
    try:
        for n, (file, data) in enumerate(files):
            try:
                path = folder.inside(file, "write")
                if path.parent not in made:
                    path.parent.mkdir(parents=True, exist_ok=True)
                    made.add(path.parent)
                temporary = path.with_name(TEMPORARY + secrets.token_hex(6))
                filled[n] = (path, temporary, _filled(temporary, data))
            except FolderError as error:
                found[n] = error
            except OSError as error:
                found[n] = FolderError(file, "write", reason_of(error))
        failed = _sync([handle for _, _, handle in filled.values()])
        for n, (path, temporary, handle) in filled.items():
            found[n] = _ended(path, temporary, handle, files[n][0], failed.get(handle))
        for parent in {path.parent for path, _, _ in filled.values()}:
            sync_folder(parent)
    finally:
        for _, _, handle in filled.values():
            with suppress(OSError):
                handle.close()
        for _, temporary, _ in filled.values():
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
    return found


def _filled(temporary: Path, data: bytes) -> IO[bytes]:
    """A new file with its bytes, open, and not yet on disk."""
    handle = temporary.open("xb")
    try:
        handle.write(data)
        handle.flush()
    except BaseException:
        with suppress(OSError):  # a full disk is told by the write
            handle.close()
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise
    return handle


def _sync(handles: Sequence[IO[bytes]]) -> dict[IO[bytes], OSError]:
    """Wait until the files are on disk; those that did not get there, with the reason."""
    parts = [handles[n::_AT_ONCE] for n in range(_AT_ONCE)]
    failed: dict[IO[bytes], OSError] = {}
    for found in in_flight((partial(_wait, part) for part in parts if part), _AT_ONCE):
        failed |= found
    return failed


def _wait(handles: Sequence[IO[bytes]]) -> dict[IO[bytes], OSError]:
    failed: dict[IO[bytes], OSError] = {}
    for handle in handles:
        try:
            os.fsync(handle.fileno())
        except OSError as error:
            failed[handle] = error
    return failed


def _ended(
    path: Path, temporary: Path, handle: IO[bytes], file: str, failed: OSError | None
) -> FolderError | None:
    """Give a file its name, if it got to the disk."""
    try:
        handle.close()
    except OSError as error:
        failed = failed or error
    if failed is not None:
        return FolderError(file, "write", reason_of(failed))
    return _named(path, temporary, file)


def _named(path: Path, temporary: Path, file: str) -> FolderError | None:
    try:
        claim(temporary, path, file)
    except FolderError as error:
        return error
    except OSError as error:
        return FolderError(file, "write", reason_of(error))
    return None
