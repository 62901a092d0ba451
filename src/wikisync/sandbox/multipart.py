"""Parse ``multipart/form-data`` piece by piece, as it arrives.

A part's headers and a text field are bounded; the bytes of a file are handed on as they come.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_HEADERS: Final = 16 * 1024
MAX_PARTS: Final = 20

_BOUNDARY: Final = re.compile(r'multipart/form-data\s*;.*?\bboundary=(?:"([^"]+)"|([^;\s]+))', re.I)
_PARAMETER: Final = re.compile(r';\s*([\w*-]+)=(?:"((?:\\.|[^"\\])*)"|([^;\s]*))', re.DOTALL)
_ESCAPED: Final = re.compile(r'\\(["\\])')


class MalformedForm(Exception):
    """The body of a form cannot be parsed."""


@dataclass(frozen=True)
class Part:
    """Hold the headers of a part. ``filename`` is None for a text field."""

    name: str
    filename: str | None
    mime: str


class _State(Enum):
    BEFORE = auto()
    HEADERS = auto()
    BODY = auto()
    AT_BOUNDARY = auto()
    DONE = auto()


def boundary_of(content_type: str) -> bytes:
    """Return the boundary of a form. Raises MalformedForm if it has none."""
    found = _BOUNDARY.match(content_type)
    if not found:
        raise MalformedForm
    return (found[1] or found[2]).encode("latin-1", "replace")


class FormParser:
    """Parse one form. Yields a ``Part``, then its bytes, for each part."""

    def __init__(self, boundary: bytes) -> None:
        self._mark = b"\r\n--" + boundary
        self._buffer = bytearray(b"\r\n")  # so that the first boundary is found as any other
        self._state = _State.BEFORE
        self._parts = 0

    def feed(self, data: bytes) -> Iterator[Part | bytes]:
        """Yield what these bytes complete. Raises MalformedForm."""
        self._buffer += data
        waiting = False
        while not waiting and self._state is not _State.DONE:
            match self._state:
                case _State.BEFORE | _State.BODY:
                    inside = self._state is _State.BODY
                    piece, waiting = self._take_body()
                    if inside and piece:
                        yield piece
                case _State.AT_BOUNDARY:
                    waiting = self._pass_boundary()
                case _State.HEADERS:
                    part = self._take_headers()
                    waiting = part is None
                    if part is not None:
                        yield part

    def end(self) -> None:
        """Raise MalformedForm if the form is not complete."""
        if self._state is not _State.DONE:
            raise MalformedForm

    def _take_body(self) -> tuple[bytes, bool]:
        """Return bytes of a part, and whether more must arrive first."""
        at = self._buffer.find(self._mark)
        complete = at >= 0
        end = at if complete else max(len(self._buffer) - len(self._mark) + 1, 0)
        piece = bytes(self._buffer[:end])
        del self._buffer[: end + len(self._mark) if complete else end]
        if complete:
            self._state = _State.AT_BOUNDARY
        return piece, not complete

    def _pass_boundary(self) -> bool:
        if len(self._buffer) < len(b"--"):
            return True
        end = bytes(self._buffer[:2])
        if end not in {b"--", b"\r\n"}:
            raise MalformedForm
        self._state = _State.DONE if end == b"--" else _State.HEADERS
        del self._buffer[:2]
        return False

    def _take_headers(self) -> Part | None:
        at = self._buffer.find(b"\r\n\r\n")
        if at < 0 and len(self._buffer) <= MAX_HEADERS:
            return None
        self._parts += 1
        if not 0 <= at <= MAX_HEADERS or self._parts > MAX_PARTS:
            raise MalformedForm
        lines = bytes(self._buffer[:at]).decode("utf-8", "replace").split("\r\n")
        del self._buffer[: at + 4]
        self._state = _State.BODY
        return _part(lines)


def _part(lines: list[str]) -> Part:
    headers = {name.strip().lower(): value for name, _, value in (s.partition(":") for s in lines)}
    found: dict[str, str] = {}
    for name, quoted, plain in _PARAMETER.findall(headers.get("content-disposition", "")):
        found[name.lower()] = _ESCAPED.sub(r"\1", quoted) or plain
    mime = headers.get("content-type", "").partition(";")[0].strip()
    return Part(found.get("name", ""), found.get("filename"), mime or "application/octet-stream")
