"""Create many files, each atomically, with their syncs to disk in parallel."""

from __future__ import annotations

import os
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Final

from wikisync.concurrency import bounded_map
from wikisync.errors import FolderError
from wikisync.folder.file_errors import translate_errors
from wikisync.folder.temporary import draft_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from io import FileIO

    from wikisync.folder.directory import Directory
    from wikisync.folder.folder import Folder

_THREADS: Final = 4
"""Threads that sync files: the disk writes several at once."""


class _Draft:
    """A new file under a temporary name, open."""

    def __init__(self, directory: Directory, name: str, data: bytes) -> None:
        self.directory, self.name, self.draft = directory, name, draft_name()
        self.published = False
        self.handle = directory.create_raw(self.draft)
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[self.handle.write(rest) :]
        except BaseException:
            self.discard()
            raise

    def publish(self, failed: OSError | None) -> None:
        """Close the file and rename it, unless its sync failed. Raises OSError, also ``failed``."""
        try:
            self.handle.close()
        except OSError as error:
            failed = failed or error
        if failed is not None:
            raise failed
        self.directory.rename_exclusive(self.draft, self.name)
        self.published = True

    def discard(self) -> None:
        """Close the file and remove it. Ignores errors."""
        with suppress(OSError):
            self.handle.close()
        with suppress(OSError):
            self.directory.unlink(self.draft)


def write_new_files(folder: Folder, files: Sequence[tuple[str, bytes]]) -> list[FolderError | None]:
    """Create files from (name, bytes), as ``Folder.write`` does for one.

    Returns None for each, or its error: FileChanged where the name exists.
    """
    found: list[FolderError | None] = [None] * len(files)
    drafts: dict[int, _Draft] = {}
    with ExitStack() as stack, _discarded_at_end(drafts):
        opened: dict[str, Directory] = {}
        for n, (file, data) in enumerate(files):
            parent, _, name = file.rpartition("/")
            try:
                with translate_errors(file, "write"):
                    if parent not in opened:
                        opening = folder.directory_of(file, "write", make=True)
                        opened[parent] = stack.enter_context(opening)[0]
                    drafts[n] = _Draft(opened[parent], name, data)
            except FolderError as error:
                found[n] = error
        failed = _sync([draft.handle for draft in drafts.values()])
        for n, draft in drafts.items():
            try:
                with translate_errors(files[n][0], "write"):
                    draft.publish(failed.get(draft.handle))
            except FolderError as error:
                found[n] = error
        for directory in opened.values():
            directory.sync()
    return found


@contextmanager
def _discarded_at_end(drafts: Mapping[int, _Draft]) -> Iterator[None]:
    """Remove the drafts that are not published, while their directories are open."""
    try:
        yield
    finally:
        with ExitStack() as rest:  # so that one that fails stops no other
            for draft in drafts.values():
                if not draft.published:
                    rest.callback(draft.discard)


def _sync(handles: Sequence[FileIO]) -> dict[FileIO, OSError]:
    """Sync the files to disk; return those that failed, with their errors."""
    parts = [handles[n::_THREADS] for n in range(_THREADS)]
    failed: dict[FileIO, OSError] = {}
    for found in bounded_map((partial(_fsync_all, part) for part in parts if part), _THREADS):
        failed |= found
    return failed


def _fsync_all(handles: Sequence[FileIO]) -> dict[FileIO, OSError]:
    failed: dict[FileIO, OSError] = {}
    for handle in handles:
        try:
            os.fsync(handle.fileno())
        except OSError as error:
            failed[handle] = error
    return failed
