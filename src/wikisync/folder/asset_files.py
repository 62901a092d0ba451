"""Read the files that are assets, of any size, without loading one whole into memory."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from wikisync.folder.file_errors import translate_errors

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.folder.folder import Folder

_POINTER: Final = b"version https://git-lfs.github.com/spec/v1\n"
"""How a pointer of Git LFS begins, which stands for the file where that was not fetched."""

_PIECE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class AssetDigest:
    """What a file has: bytes, and their SHA-256 in hexadecimal digits.

    ``is_pointer``: it is a pointer of Git LFS.
    """

    size: int
    sha256: str
    is_pointer: bool = False


@contextmanager
def open_asset(folder: Folder, file: str) -> Iterator[IO[bytes]]:
    """Open a file to read; links are not followed. Raises FolderError, also while it is read."""
    with (
        translate_errors(file, "read"),
        folder.directory_of(file, "read") as (directory, name),
        directory.open_file(name) as opened,
    ):
        yield opened


def digest_asset(folder: Folder, file: str) -> AssetDigest:
    """Return the size and the digest of a file. Raises FolderError."""
    digest, size, start = hashlib.sha256(), 0, b""
    with open_asset(folder, file) as opened:
        while piece := opened.read(_PIECE):
            start = start or piece[: len(_POINTER)]
            digest.update(piece)
            size += len(piece)
    return AssetDigest(size, digest.hexdigest(), start == _POINTER)
