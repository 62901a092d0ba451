"""Many new files at once: each whole or not there, at the price of few waits for the disk."""

from __future__ import annotations

import os
from contextlib import ExitStack, suppress
from functools import partial
from typing import IO, TYPE_CHECKING, Final

from wikisync.concurrency import bounded_map
from wikisync.errors import FolderError
from wikisync.folder.file_errors import reported
from wikisync.folder.temporary import draft_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wikisync.folder.directory import Directory
    from wikisync.folder.folder import Folder

_AT_ONCE: Final = 4
"""Threads that wait for the disk: it writes what several wait for together."""


class _Draft:
    """A new file that waits for its name: where it is, and open."""

    def __init__(self, directory: Directory, name: str, data: bytes) -> None:
        self.directory, self.name, self.draft = directory, name, draft_name()
        self.handle: IO[bytes] = directory.create(self.draft)
        try:
            self.handle.write(data)
            self.handle.flush()
        except BaseException:
            self.clear()
            raise

    def claim(self, failed: OSError | None) -> None:
        """Give the file its name, if it got to the disk. Raises OSError."""
        try:
            self.handle.close()
        except OSError as error:
            failed = failed or error
        if failed is not None:
            raise failed
        self.directory.claim(self.draft, self.name)

    def clear(self) -> None:
        """Close it, and remove it if it has not got its name. A full disk is told by the write."""
        with suppress(OSError):
            self.handle.close()
        with suppress(OSError):
            self.directory.unlink(self.draft)


def write_new_files(folder: Folder, files: Sequence[tuple[str, bytes]]) -> list[FolderError | None]:
    """Write files that are not there yet, as ``Folder.write`` writes one.

    Gives for each None, or why it was not written: FileChanged where there is one of its name.
    """
    found: list[FolderError | None] = [None] * len(files)
    drafts: dict[int, _Draft] = {}
    with ExitStack() as stack:
        opened: dict[str, Directory] = {}
        for n, (file, data) in enumerate(files):
            parent, _, name = file.rpartition("/")
            try:
                with reported(file, "write"):
                    if parent not in opened:
                        way = folder.directory_of(file, "write", make=True)
                        opened[parent] = stack.enter_context(way)[0]
                    drafts[n] = _Draft(opened[parent], name, data)
            except FolderError as error:
                found[n] = error
            else:
                stack.callback(drafts[n].clear)
        failed = _sync([draft.handle for draft in drafts.values()])
        for n, draft in drafts.items():
            try:
                with reported(files[n][0], "write"):
                    draft.claim(failed.get(draft.handle))
            except FolderError as error:
                found[n] = error
        for directory in opened.values():
            directory.sync()
    return found


def _sync(handles: Sequence[IO[bytes]]) -> dict[IO[bytes], OSError]:
    """Wait until the files are on disk; those that did not get there, with the reason."""
    parts = [handles[n::_AT_ONCE] for n in range(_AT_ONCE)]
    failed: dict[IO[bytes], OSError] = {}
    for found in bounded_map((partial(_fsync_all, part) for part in parts if part), _AT_ONCE):
        failed |= found
    return failed


def _fsync_all(handles: Sequence[IO[bytes]]) -> dict[IO[bytes], OSError]:
    failed: dict[IO[bytes], OSError] = {}
    for handle in handles:
        try:
            os.fsync(handle.fileno())
        except OSError as error:
            failed[handle] = error
    return failed
