"""A form is parsed alike in whatever pieces it arrives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wikisync.sandbox.multipart import FormParser, MalformedForm, Part, boundary_of

BOUNDARY = b"xy"
BODIES = st.lists(st.sampled_from([b"\r\n--xy", b"\r\n", b"--", b"xy", b"a", b"\r", b"\0"])).map(
    b"".join
)


def write(bodies: list[bytes]) -> bytes:
    parts = [
        b"--xy\r\nContent-Disposition: form-data; name=f\r\n\r\n" + data + b"\r\n"
        for data in bodies
    ]
    return b"".join([*parts, b"--xy--\r\n"])


def parse(pieces: list[bytes]) -> list[bytes]:
    parser = FormParser(BOUNDARY)
    bodies: list[bytes] = []
    for piece in pieces:
        for found in parser.feed(piece):
            if isinstance(found, Part):
                bodies.append(b"")
            else:
                bodies[-1] += found
    parser.end()
    return bodies


@given(st.lists(BODIES.filter(lambda data: b"\r\n--xy" not in b"\r\n" + data)), st.integers(1, 9))
def test_a_form_is_the_same_in_any_pieces(bodies: list[bytes], size: int) -> None:
    form = write(bodies) if bodies else b"--xy--\r\n"
    pieces = [form[n : n + size] for n in range(0, len(form), size)]
    assert parse(pieces) == parse([form]) == bodies


@pytest.mark.parametrize("form", [b"", b"--xy", b"--xyz\r\n\r\n", b"--xy\r\nA: b\r\n\r\ntext"])
def test_a_form_that_does_not_end_is_malformed(form: bytes) -> None:
    with pytest.raises(MalformedForm):
        parse([form])


@pytest.mark.parametrize(
    ("head", "part"),
    [
        ('form-data; name="a"; filename="b.png"', ("a", "b.png")),
        ('form-data; name="a"; filename="b;c\\"d.png"', ("a", 'b;c"d.png')),
        ("form-data; name=a", ("a", None)),
        ('form-data; name="a"; filename=""', ("a", "")),
        ("attachment", ("", None)),
    ],
)
def test_the_names_of_a_part_are_read(head: str, part: tuple[str, str | None]) -> None:
    form = f"--xy\r\ncontent-disposition: {head}\r\n\r\n\r\n--xy--".encode()
    (found,) = (one for one in FormParser(BOUNDARY).feed(form) if isinstance(one, Part))
    assert (found.name, found.filename) == part


def test_the_boundary_is_that_of_the_content_type() -> None:
    assert boundary_of('multipart/form-data; charset=utf-8; boundary="a b"') == b"a b"
    assert boundary_of("Multipart/Form-Data;boundary=ab") == b"ab"
    with pytest.raises(MalformedForm):
        boundary_of("application/json")
