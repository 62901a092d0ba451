"""What stands in headers and messages is read as far as it makes sense, and no further."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from wikisync import errors
from wikisync.wiki import http_errors

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 120 ", 120.0),
        ("0", 0.0),
        ("Thu, 01 Jan 2026 12:00:30 GMT", 30.0),
        ("Thu, 01 Jan 2026 12:00:30", 30.0),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0.0),
        ("9" * 400, None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("²", None),
        ("", None),
        (None, None),
    ],
)
def test_the_pause_that_a_server_asks_for_is_read(value: str | None, seconds: float | None) -> None:
    assert http_errors.retry_after(value, NOW) == seconds


@pytest.mark.parametrize("status", [429, 503])
def test_the_pause_comes_with_the_error(status: int) -> None:
    with pytest.raises(errors.Unreachable) as caught:
        http_errors.parse_http_response("u", status, {"retry-after": "9"}, b"")
    assert (caught.value.retry_after, caught.value.reason) == (9.0, f"HTTP {status}")


def test_a_message_with_a_whole_page_in_it_is_cut_in_its_middle() -> None:
    told = http_errors.shorten_message("insert into pages … " + "x" * 100_000 + " - value too long")
    assert len(told) < 300
    assert told.startswith("insert into pages")
    assert told.endswith("- value too long")


@pytest.mark.parametrize("message", [None, 5, "", " ", {}])
def test_a_message_that_is_none_is_said_to_be_missing(message: object) -> None:
    assert http_errors.shorten_message(message) == "no reason given"


def test_a_message_with_half_a_character_can_be_printed() -> None:
    http_errors.shorten_message("half \ud800").encode()


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"<html><title>A &amp; B</title>", "a web page, “A & B”"),
        (b"\n <!doctype html>", "a web page"),
        (b"<title>\xff</title>", "a web page, “\N{REPLACEMENT CHARACTER}”"),
    ],
)
def test_a_web_page_is_named_by_its_title(body: bytes, found: str) -> None:
    with pytest.raises(errors.UnexpectedResponse) as caught:
        http_errors.parse_http_response("u", 200, {"content-type": "text/plain"}, body)
    assert caught.value.found == found
