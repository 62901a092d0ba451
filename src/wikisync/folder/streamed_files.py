"""Read and write images and other files of the folder in pieces: none is in memory as a whole.

A file has its old or its new content at every moment, as a page's file has: the new one is written
under a temporary name beside it, synced, and then given its name under a precondition.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any

from wikisync.errors import FileChanged, FolderError
from wikisync.folder.asset_files import open_asset
from wikisync.folder.directory import PIECE, new_digest
from wikisync.folder.file_errors import translate_errors
from wikisync.folder.replace import EDITED, publish_draft
from wikisync.folder.temporary import draft_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wikisync.folder.folder import Folder


@dataclass(frozen=True, slots=True)
class FileHash:
    """What identifies the bytes of a file: size, SHA-256 in hexadecimal digits, and ``digest``.

    ``digest`` is what writes to the folder have as precondition (``directory.digest_of``).
    """

    size: int
    sha256: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Draft:
    """A whole file under a temporary name ``name`` beside ``file``, whose name it is to get."""

    file: str
    name: str
    hash: FileHash


class DraftWriter:
    """A new file under a temporary name: an open file for ``AssetClient.download``.

    Whatever is written is hashed; ``truncate`` begins anew.
    """

    def __init__(self, handle: IO[bytes]) -> None:
        self._handle = handle
        self._begin()

    def _begin(self) -> None:
        self.size = 0
        self._sha256, self._digest = hashlib.sha256(), new_digest()

    def write(self, data: bytes) -> int:
        """Append bytes. Raises OSError."""
        self._handle.write(data)
        self._sha256.update(data)
        self._digest.update(data)
        self.size += len(data)
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to the start, the only place to which a download goes."""
        return self._handle.seek(offset, whence)

    def truncate(self, size: int | None = None) -> int:
        """Empty the file."""
        self._begin()
        return self._handle.truncate(size)

    def hash(self) -> FileHash:
        """Return what identifies the bytes written so far."""
        return FileHash(self.size, self._sha256.hexdigest(), self._digest.digest())


@contextmanager
def new_draft(folder: Folder, file: str) -> Iterator[tuple[DraftWriter, str]]:
    """Yield a new file beside ``file`` and its temporary name; it is synced to disk at the end.

    Missing folders are created. On an error inside, the new file is removed. Raises FolderError.
    """
    draft = draft_name()
    try:
        with translate_errors(file, "write"):
            with folder.directory_of(file, "write", make=True) as (directory, _name):
                handle = directory.create(draft)
            with handle:
                writer = DraftWriter(handle)
                yield writer, draft
                handle.flush()
                os.fsync(handle.fileno())
    except BaseException:
        discard(folder, file, draft)
        raise


def discard(folder: Folder, file: str, draft: str) -> None:
    """Remove a draft, and the folders that are then empty. Ignores errors."""
    with suppress(OSError, FolderError):
        with folder.directory_of(file, "write") as (directory, _name):
            directory.unlink(draft)
        folder.remove_empty_folders(file)


def publish(folder: Folder, draft: Draft, expected: bytes | None) -> None:
    """Give a draft its name, if the file has the digest ``expected``; None: it must not exist.

    The name is on disk after ``sync_folders``. Raises FileChanged where the precondition fails,
    FolderError; the draft is removed then.
    """
    with (
        translate_errors(draft.file, "write", expected=expected),
        folder.directory_of(draft.file, "write") as (directory, name),
    ):
        publish_draft(directory, draft.name, name, draft.hash.digest, expected)


def sync_folders(folder: Folder, files: Iterable[str]) -> None:
    """Sync the names of files to disk, so that they survive a crash. Ignores errors."""
    for file in {file.rpartition("/")[0]: file for file in files}.values():
        with (
            suppress(OSError, FolderError),
            folder.directory_of(file, "write") as (directory, _name),
        ):
            directory.sync()


def hash_file(folder: Folder, file: str, copy: Any = None) -> FileHash:
    """Return what identifies the bytes of a file; ``copy`` is an open file that gets them too.

    Raises FolderError.
    """
    sha256, digest, size = hashlib.sha256(), new_digest(), 0
    with open_asset(folder, file) as handle:
        while piece := handle.read(PIECE):
            sha256.update(piece)
            digest.update(piece)
            size += len(piece)
            if copy is not None:
                copy.write(piece)
    return FileHash(size, sha256.hexdigest(), digest.digest())


def hash_unchanged(folder: Folder, file: str, sha256: str, copy: Any = None) -> FileHash:
    """Return what ``hash_file`` does. Raises FileChanged where the file has another SHA-256."""
    try:
        found = hash_file(folder, file, copy)
    except FolderError as error:
        raise FileChanged(file, "read", error.reason) from error
    if found.sha256 != sha256:
        raise FileChanged(file, "read", EDITED)
    return found
