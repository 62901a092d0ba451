"""Read the width and height of an image from the first bytes of its file. Pure.

PNG, GIF, JPEG, WebP and SVG, the formats that pages show. The bytes are untrusted: each loop
advances and ends with them, and whatever is not as the format says has no size.
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

HEAD: Final = 256 * 1024
"""Bytes that are enough: cameras write a preview of up to 64 KiB, and profiles, before the size."""

_MOST: Final = 10_000_000
"""Pixels in one direction; nothing that a browser shows has more."""

_SVG_TAG: Final = re.compile(rb"<(?:\w{1,20}:)?svg(?=[\s>])([^>]{0,4096})")
_SVG_ATTRIBUTE: Final = re.compile(
    rb"""(?<![\w:-])(width|height|viewBox)\s{0,9}=\s{0,9}["']([^"'<>]{0,99})["']"""
)
_PIXELS: Final = re.compile(rb"\s*(\d{1,8}(?:\.\d{0,9})?)(?:px)?\s*\Z")
_NUMBERS: Final = re.compile(rb"[\s,]+")

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_NO_FRAME: Final = frozenset({0xC4, 0xC8, 0xCC})
"""JPEG markers between those of frames, which are none: tables and an extension."""
_NO_LENGTH: Final = frozenset({0x01, *range(0xD0, 0xD9)})
"""JPEG markers that nothing follows."""
_FRAMES: Final = range(0xC0, 0xD0)
_SCAN, _END, _EXIF = 0xDA, 0xD9, 0xE1
_ORIENTATION: Final = 0x0112
_ENTRIES: Final = 200
"""Entries of an EXIF directory that are looked at."""


class ImageSize(NamedTuple):
    """The width and height of an image as it is shown, in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}×{self.height}"


def image_size(head: bytes) -> ImageSize | None:
    """Return the size of the image whose file begins with ``head``; None where it is unknown."""
    found = _raw_size(head)
    if found is None or not (0 < found.width <= _MOST and 0 < found.height <= _MOST):
        return None
    return found


def _raw_size(head: bytes) -> ImageSize | None:
    if head.startswith(_PNG):
        return _big_endian(head, 16, 4) if head[12:16] == b"IHDR" else None
    if head[:6] in {b"GIF87a", b"GIF89a"}:
        return _little_endian(head, 6, 2)
    if head.startswith(b"\xff\xd8"):
        return _jpeg(head)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _webp(head)
    return _svg(head)


def _big_endian(data: bytes, at: int, width: int) -> ImageSize | None:
    if len(data) < at + 2 * width:
        return None
    first, second = data[at : at + width], data[at + width : at + 2 * width]
    return ImageSize(int.from_bytes(first), int.from_bytes(second))


def _little_endian(data: bytes, at: int, width: int) -> ImageSize | None:
    if len(data) < at + 2 * width:
        return None
    first, second = data[at : at + width], data[at + width : at + 2 * width]
    return ImageSize(int.from_bytes(first, "little"), int.from_bytes(second, "little"))


def _webp(head: bytes) -> ImageSize | None:
    match head[12:16]:
        case b"VP8 " if head[23:26] == b"\x9d\x01\x2a":
            found = _little_endian(head, 26, 2)
            return found and ImageSize(found.width & 0x3FFF, found.height & 0x3FFF)
        case b"VP8L" if head[20:21] == b"\x2f" and len(head) >= 25:
            bits = int.from_bytes(head[21:25], "little")
            return ImageSize((bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1)
        case b"VP8X":
            found = _little_endian(head, 24, 3)
            return found and ImageSize(found.width + 1, found.height + 1)
    return None


def _jpeg(head: bytes) -> ImageSize | None:
    """Return the size in the first frame header; swapped where EXIF says that it is turned."""
    turned = False
    at = 2
    while at + 4 <= len(head) and head[at] == 0xFF:
        marker = head[at + 1]
        if marker == 0xFF:  # padding
            at += 1
            continue
        if marker in _NO_LENGTH:
            at += 2
            continue
        length = int.from_bytes(head[at + 2 : at + 4])
        if marker in {_SCAN, _END} or length < 2:
            return None
        if marker in _FRAMES and marker not in _NO_FRAME:
            found = _big_endian(head, at + 5, 2)  # height before width
            return found if found is None or turned else ImageSize(found.height, found.width)
        if marker == _EXIF:
            turned = turned or _is_turned(head[at + 4 : at + 2 + length])
        at += 2 + length
    return None


def _is_turned(exif: bytes) -> bool:
    """Return whether the EXIF data of a JPEG say that width and height are to be swapped."""
    if not exif.startswith(b"Exif\x00\x00"):
        return False
    data = exif[6:]
    if data[:4] not in {b"II*\x00", b"MM\x00*"}:
        return False

    def number(at: int, size: int) -> int:
        return int.from_bytes(data[at : at + size], "little" if data[:1] == b"I" else "big")

    start = number(4, 4)
    for n in range(min(number(start, 2), _ENTRIES)):
        entry = start + 2 + 12 * n
        if number(entry, 2) == _ORIENTATION:
            return number(entry + 8, 2) in {5, 6, 7, 8}
    return False


def _svg(head: bytes) -> ImageSize | None:
    """Return the size of an SVG in pixels, or that of its ``viewBox``."""
    if (tag := _SVG_TAG.search(head)) is None:
        return None
    values = dict(_SVG_ATTRIBUTE.findall(tag[1]))
    sides = [_PIXELS.match(values.get(name, b"")) for name in (b"width", b"height")]
    if sides[0] and sides[1]:
        return ImageSize(round(float(sides[0][1])), round(float(sides[1][1])))
    box = [_PIXELS.match(part) for part in _NUMBERS.split(values.get(b"viewBox", b"").strip())[2:]]
    if len(box) == 2 and box[0] and box[1]:
        return ImageSize(round(float(box[0][1])), round(float(box[1][1])))
    return None
