"""The size of an image is read from the first bytes of its file, whatever these are."""

from __future__ import annotations

import struct
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wikisync.page.image_size import ImageSize, image_size

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">IIBBBBB", 640, 480, 8, 6, 0, 0, 0)
GIF = b"GIF89a" + struct.pack("<HHBBB", 640, 480, 0, 0, 0)
WEBP = {
    "lossy": b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a" + struct.pack("<HH", 640, 480),
    "lossless": b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f" + struct.pack("<I", 639 | 479 << 14),
    "extended": b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x7f\x02\0\xdf\x01\0",
}


def jpeg(*segments: bytes, frame: int = 0xC0) -> bytes:
    return (
        b"\xff\xd8"
        + b"".join(segments)
        + bytes([0xFF, frame])
        + struct.pack(">HBHHB", 8, 8, 480, 640, 0)
    )


def exif(orientation: int, order: str = "<") -> bytes:
    tiff = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(f"{order}IH", 8, 1)
    tiff += struct.pack(f"{order}HHIHH", 0x0112, 3, 1, orientation, 0)
    body = b"Exif\0\0" + tiff
    return b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body


TABLE = b"\xff\xc4" + struct.pack(">H", 6) + b"\xff\xc0\x00\x00"


@pytest.mark.parametrize(
    "head",
    [PNG, GIF, *WEBP.values(), jpeg(), jpeg(TABLE), jpeg(exif(1)), jpeg(frame=0xC2)],
)
def test_the_size_of_a_bitmap_is_in_its_header(head: bytes) -> None:
    assert image_size(head) == ImageSize(640, 480)
    assert image_size(head + b"\0" * 100) == ImageSize(640, 480)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_a_photo_that_is_turned_has_the_size_that_it_is_shown_with(
    orientation: int, order: str
) -> None:
    assert image_size(jpeg(exif(orientation, order))) == ImageSize(480, 640)


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ('width="640" height="480"', ImageSize(640, 480)),
        ("width='640px' height='479.6px' viewBox='0 0 1 1'", ImageSize(640, 480)),
        ('viewBox="0 0 640 480"', ImageSize(640, 480)),
        ('viewBox="-5,-5,640,480" width="100%" height="100%"', ImageSize(640, 480)),
        ('width="20mm" height="10mm" viewBox="0 0 640 480"', ImageSize(640, 480)),
        ('stroke-width="3" data-height="9"', None),
        ('width="640"', None),
        ('width="0" height="0"', None),
        ('viewBox="0 0 640"', None),
    ],
)
def test_an_svg_has_the_size_that_it_asks_for_or_that_of_its_view_box(
    attributes: str, expected: ImageSize | None
) -> None:
    text = f'<?xml version="1.0"?>\n<!-- a drawing -->\n<svg {attributes}><rect width="7"/></svg>'
    assert image_size(text.encode()) == expected
    assert image_size(text.replace("<svg", "<svg:svg").encode()) == expected


@pytest.mark.parametrize("head", [b"", b"%PDF-1.7", b"<html><p>svg", b"\xff\xd8\xff\xd9" + PNG])
def test_what_is_no_image_has_no_size(head: bytes) -> None:
    assert image_size(head) is None


@pytest.mark.parametrize("head", [PNG, GIF, *WEBP.values(), jpeg(exif(6), TABLE)])
def test_a_header_that_is_cut_off_has_no_size(head: bytes) -> None:
    sizes = {image_size(head[:length]) for length in range(len(head) + 1)}
    assert sizes <= {None, ImageSize(640, 480), ImageSize(480, 640)}


@given(st.sampled_from([PNG, GIF, *WEBP.values(), jpeg(exif(6), TABLE)]), st.data())
def test_bytes_that_are_damaged_raise_nothing(head: bytes, data: st.DataObject) -> None:
    damaged = bytearray(head + b"\xff" * 20)
    for place in data.draw(st.lists(st.integers(0, len(damaged) - 1), max_size=6)):
        damaged[place] = data.draw(st.integers(0, 255))
    image_size(bytes(damaged))


@pytest.mark.parametrize(
    "head",
    [
        b"<svg" * 60_000,
        b"<svg " + b"width=" * 40_000,
        b'<svg viewBox="' + b" " * 250_000,
        b"\xff\xd8" + b"\xff" * 250_000,
        b"\xff\xd8" + b"\xff\xd0" * 125_000,
        b"\xff\xd8" + exif(1) * 6_000,
        b'<svg width="' + b"9" * 90 + b'" height="1">',
    ],
)
def test_bytes_made_to_take_long_are_done_with_at_once(head: bytes) -> None:
    assert image_size(head) is None


def test_a_real_picture_is_measured() -> None:
    pixel = b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
    assert str(image_size(pixel)) == "1×1"
