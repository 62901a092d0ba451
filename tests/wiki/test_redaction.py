"""What a server repeats of the token is taken out, in whatever spelling, whole or in part."""

from __future__ import annotations

import json
from base64 import b64encode, urlsafe_b64encode
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from wikisync import errors
from wikisync.wiki import http_errors
from wikisync.wiki.redaction import MIN_PIECE, REPLACEMENT, SecretRedactor

if TYPE_CHECKING:
    from collections.abc import Callable

# As Wiki.js makes them: a header that all have, a payload, a signature.
SIGNATURE = "kq3Zr_9TtLw0xYV7bD1sFgHjKlMnPoQeRuIyWcXzAaBbCcDdEeFfGgHhIiJj-_09"
TOKEN = f"eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJhcGkiOjcsImdycCI6MX0.{SIGNATURE}"
HUSH = SecretRedactor(TOKEN)

SPELT: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "percent": lambda text: quote(text, safe="").replace(".", "%2E"),
    "all percent": lambda text: "".join(f"%{ord(sign):02x}" for sign in text),
    "all Percent": lambda text: "".join(f"%{ord(sign):02X}" for sign in text),
    "entities": lambda text: "".join(f"&#{ord(sign)};" for sign in text),
    "hexadecimal entities": lambda text: "".join(f"&#x{ord(sign):x};" for sign in text),
    "json": lambda text: "".join(f"\\u{ord(sign):04x}" for sign in text),
    "python": lambda text: "".join(f"\\x{ord(sign):02x}" for sign in text),
    "hex": lambda text: text.encode().hex(),
    "HEX": lambda text: text.encode().hex().upper(),
    "base64": lambda text: b64encode(text.encode()).decode(),
    "base64 within 1": lambda text: b64encode(f"x{text}y".encode()).decode(),
    "base64 within 2": lambda text: b64encode(f"Bearer {text}".encode()).decode(),
    "base64 within 3": lambda text: b64encode(f"xy{text} and so on".encode()).decode(),
    "base64 for addresses": lambda text: urlsafe_b64encode(f"~~{text}??".encode()).decode(),
    "escaped html": escape,
    "in quotes": json.dumps,
}
PARTS = {
    "whole": TOKEN,
    "signature": SIGNATURE,
    "begin": TOKEN[:60],
    "end": TOKEN[-30:],
    "middle": TOKEN[50:80],
    "cut up": f"{TOKEN[:40]} {TOKEN[40:70]}-{TOKEN[70:]}",
}


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("spelling", SPELT)
def test_the_token_is_taken_out_in_whatever_spelling_and_part(spelling: str, part: str) -> None:
    spell = SPELT[spelling]
    said = spell(PARTS[part])
    found = HUSH.text(f"the words before {said} the words after")
    assert found.startswith("the words before ")
    assert found.endswith(" the words after")
    assert REPLACEMENT in found
    # What may be left at the edges is shorter than a piece.
    longest = len(spell("a" * MIN_PIECE)) + len(spell("."))
    left = [said[n : n + longest] for n in range(len(said) - longest + 1)]
    assert [piece for piece in left if piece in found] == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The page was not found: guide/a",
        "eyJhbGciOiJ",  # 11 characters, as of any token
        'insert into "pages" values (' + "abc, " * 100 + ")",
        "日本語のメッセージ %E6%97%A5%E6%9C%AC%E8%AA%9E",
        "0123456789abcdef" * 8,
    ],
)
def test_other_words_stay_as_they_are(text: str) -> None:
    assert HUSH.text(text) == text


def test_a_short_token_is_taken_out_whole() -> None:
    assert SecretRedactor("abc").text("x abc y") == f"x {REPLACEMENT} y"
    assert SecretRedactor("").text("x abc y") == "x abc y"


def test_a_long_text_is_cut_and_its_ends_are_clean() -> None:
    for gap in range(580, 620):
        found = HUSH.text("x" * gap + SIGNATURE + "y" * 100_000 + SIGNATURE + "z" * gap)
        assert len(found) < 2_000
        assert not any(
            SIGNATURE[n : n + MIN_PIECE] in found for n in range(len(SIGNATURE) - MIN_PIECE + 1)
        )


def test_a_value_that_is_deep_or_large_is_cut() -> None:
    value: object = TOKEN
    for _ in range(900):
        value = [value]
    assert TOKEN not in repr(HUSH.value(value))
    cleaned = HUSH.value(["x"] * 30_000 + [TOKEN])
    assert cleaned[0] == "x"
    assert cleaned[-1] == REPLACEMENT


@pytest.mark.parametrize("part", ["whole", "signature"])
@pytest.mark.parametrize("spelling", SPELT)
def test_no_error_repeats_the_token(part: str, spelling: str) -> None:
    said = SPELT[spelling](PARTS[part])
    answers = [
        (302, {"location": f"/login?t={said}"}, b""),
        (200, {"content-type": "text/html"}, f"<title>Who is {said}</title>".encode()),
        (400, {}, json.dumps({"errors": [{"message": f"no: {said}"}]}).encode()),
        (500, {}, json.dumps({"errors": [{"message": f"no: {said}"}]}).encode()),
        (500, {}, json.dumps({"errors": [{"message": f"API is disabled {said}"}]}).encode()),
    ]
    for status, headers, body in answers:
        with pytest.raises(errors.WikiError) as caught:
            http_errors.parse_http_response("u", status, headers, body, HUSH.text)
        assert REPLACEMENT in repr(caught.value)
        assert not any(said[n : n + 90] in repr(caught.value) for n in range(len(said) - 89))
