"""Write the form of an upload in pieces, from a file of a known size."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Final

from wikisync.errors import FileChanged

if TYPE_CHECKING:
    from collections.abc import Iterator

PIECE: Final = 256 * 1024

_FIELD: Final = "mediaUpload"
"""The name of both parts: the folder, and the file."""


@dataclass
class UploadBody:
    """The body of an upload; iterate it once. ``sha256`` is then that of what was sent.

    ``file`` is open for reading at its start and has ``size`` bytes. ``name`` has no quote and no
    line break. Raises FileChanged, while it is iterated, if the file has another size.
    """

    file: IO[bytes]
    size: int
    folder: int
    name: str
    mime: str
    boundary: str = field(default_factory=lambda: secrets.token_hex(24))
    sha256: str = ""

    @property
    def content_type(self) -> str:
        """Return the value of the header ``Content-Type``."""
        return f"multipart/form-data; boundary={self.boundary}"

    @property
    def length(self) -> int:
        """Return the number of bytes of the body."""
        return len(self._head) + self.size + len(self._tail)

    @property
    def _head(self) -> bytes:
        start = f'--{self.boundary}\r\nContent-Disposition: form-data; name="{_FIELD}"'
        folder = json.dumps({"folderId": self.folder})
        return (
            f"{start}\r\n\r\n{folder}\r\n"
            f'{start}; filename="{self.name}"\r\nContent-Type: {self.mime}\r\n\r\n'
        ).encode()

    @property
    def _tail(self) -> bytes:
        return f"\r\n--{self.boundary}--\r\n".encode()

    def __iter__(self) -> Iterator[bytes]:
        yield self._head
        digest = hashlib.sha256()
        left = self.size
        while piece := self.file.read(PIECE):
            left -= len(piece)
            if left < 0:
                break
            digest.update(piece)
            yield piece
        if left:
            raise FileChanged(self.name, "read", "it changed while it was sent")
        yield self._tail
        self.sha256 = digest.hexdigest()
