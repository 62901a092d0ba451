"""What WIKISYNC_HEADERS may hold, what is a secret in it, and that no error repeats one."""

from __future__ import annotations

from base64 import b64encode

import pytest

from wikisync.errors import BadConfig
from wikisync.report.error_messages import error_message
from wikisync.request_headers import parse_headers, secrets_of

BASIC = b64encode(b"ann:correct horse").decode()


def given(text: str) -> dict[str, str]:
    return {header.name: header.value for header in parse_headers(text)}


def test_each_line_is_a_header_and_blank_lines_are_none() -> None:
    text = "\nCF-Access-Client-Id: 1234.access\r\n  CF-Access-Client-Secret:\tabc:d e \n\n"
    assert given(text) == {
        "CF-Access-Client-Id": "1234.access",
        "CF-Access-Client-Secret": "abc:d e",
    }
    assert given("") == {}


@pytest.mark.parametrize(
    ("line", "part"),
    [
        ("sesame-open-1", "a line without a colon"),
        ("X Y: sesame-open-1", "the name of a header"),
        ("X\x00: sesame-open-1", "the name of a header"),
        (": sesame-open-1", "the name of a header"),
        ("Ünicode: sesame-open-1", "the name of a header"),
        ("X-Secret:  ", "X-Secret without a value"),
        ("X-Secret: sesame-open-1\rHost: evil", "printable ASCII text"),
        ("X-Secret: sesame-open-1\x0bb", "printable ASCII text"),
        ("X-Secret: sesame-open-1\x7f", "printable ASCII text"),
        ("X-Secret: sesame-öpen-1", "printable ASCII text"),
        ("Host: sesame-open-1", "Host is not a header that can be given"),
        ("content-LENGTH: 5", "content-LENGTH is not a header that can be given"),
        ("Transfer-Encoding: sesame-open-1", "wikisync sets it"),
        ("Connection: sesame-open-1", "wikisync sets it"),
        ("Content-Type: sesame-open-1", "wikisync sets it"),
        ("Accept-Encoding: br", "wikisync sets it"),
        ("Authorization: Bearer sesame-open-1", "Proxy-Authorization"),
        ("authorization: bearer sesame-open-1", "Proxy-Authorization"),
        ("Authorization: Basic ann:sesame-open-1", "in base64"),
        (f"Authorization: Basic {b64encode(b'sesame-open-1').decode()}", "in base64"),
        ("X-Secret: 1\nx-secret: sesame-open-1", "a second x-secret"),
    ],
)
def test_what_no_header_can_be_is_refused_with_its_line_and_without_its_value(
    line: str, part: str
) -> None:
    with pytest.raises(BadConfig) as caught:
        parse_headers(f"X-First: sesame-first\n{line}")
    message = str(error_message(caught.value))
    assert message.startswith(f"WIKISYNC_HEADERS:{3 if 'second' in part else 2}: ")
    assert part in message
    everything = message + repr(caught.value) + str(caught.value)
    assert "sesame" not in everything
    assert b64encode(b"sesame-open-1").decode() not in everything


def test_a_header_does_not_show_its_value() -> None:
    assert "sesame" not in repr(parse_headers("X-Secret: sesame-open"))


def test_the_secrets_of_a_header_are_its_value_its_cookies_and_its_password() -> None:
    assert secrets_of(parse_headers(f"Authorization: Basic {BASIC}")) == (
        f"Basic {BASIC}",
        BASIC,
        "ann:correct horse",
        "correct horse",
    )
    assert set(secrets_of(parse_headers("Cookie: a=1; CF_Authorization=eyJ0.x.y"))) >= {
        "eyJ0.x.y",
        "a=1; CF_Authorization=eyJ0.x.y",
    }
    assert secrets_of(parse_headers("X-Key: abcdef")) == ("abcdef",)


def test_what_would_blot_out_ordinary_words_is_no_secret() -> None:
    text = "X-Env: test\nUser-Agent: Mozilla/5.0 (X11)\nX-Forwarded-Host: wiki.example.org"
    assert secrets_of(parse_headers(text)) == ()
