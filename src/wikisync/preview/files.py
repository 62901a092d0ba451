"""Send a file of the folder to a browser: in pieces, whole or a part, so that nothing can run."""

from __future__ import annotations

import os
import re
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from wikisync.folder.asset_files import open_asset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.folder.folder import Folder

_SHOWN: Final = {
    "avif": "image/avif",
    "bmp": "image/bmp",
    "gif": "image/gif",
    "ico": "image/x-icon",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "ogv": "video/ogg",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "wav": "audio/wav",
    "webm": "video/webm",
    "webp": "image/webp",
}
"""Endings of files that a browser shows; all others are saved."""

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
"""The policy of files: an SVG that is opened by itself runs no script and loads nothing."""


def file_headers(file: str) -> dict[str, str]:
    """Return the headers with which a file is sent."""
    kind = _SHOWN.get(file.rpartition(".")[2].lower())
    headers = {"content-security-policy": POLICY, "cache-control": "private, max-age=3600"}
    if kind is None:
        headers["content-disposition"] = "attachment"
    return {**headers, "content-type": kind or "application/octet-stream"}


_PIECE: Final = 256 * 1024
_RANGE: Final = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """Bytes of a file from ``start`` up to ``end``; ``wanted``: the browser asked for a part."""

    start: int
    end: int
    wanted: bool


def part_of(size: int, wanted: str) -> Part | None:
    """Return the part of a file that a ``Range`` header names; None for one that is not there.

    A header that names several parts, or none, is left out, as HTTP allows: the part is the whole.
    """
    found = _RANGE.fullmatch(wanted.strip())
    if found is None or not any(found.groups()):
        return Part(0, size, wanted=False)
    first, last = found.groups()
    start = int(first) if first else max(size - int(last), 0)
    end = min(int(last) + 1, size) if first and last else size
    return Part(start, end, wanted=True) if start < end else None


class OpenFile:
    """A file of the folder that is open to be sent. Links are not followed. Raises FolderError."""

    def __init__(self, folder: Folder, file: str) -> None:
        self._stack = ExitStack()
        self._handle: IO[bytes] = self._stack.enter_context(open_asset(folder, file))
        self.size = os.fstat(self._handle.fileno()).st_size

    def close(self) -> None:
        """Close the file."""
        self._stack.close()

    def pieces(self, part: Part) -> Iterator[bytes]:
        """Yield a part of the file, and close it."""
        with self._stack:
            self._handle.seek(part.start)
            left = part.end - part.start
            while left > 0 and (piece := self._handle.read(min(left, _PIECE))):
                left -= len(piece)
                yield piece
