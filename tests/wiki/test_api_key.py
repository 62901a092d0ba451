"""An API key says when it expires; it is read without its secret, and never shown."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from wikisync.report.key_messages import expires_soon
from wikisync.sandbox import Sandbox
from wikisync.wiki.api_key import KeyClaims, read_claims

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


def token(claims: object) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"eyJhbGciOiJSUzI1NiJ9.{payload}.c2lnbmF0dXJl"


def test_a_key_of_the_wiki_says_its_group_and_when_it_expires(sandbox: Sandbox) -> None:
    claims = read_claims(sandbox.key(["read:pages"], lifetime="30d"))
    assert claims is not None
    assert claims.group == 3
    assert claims.expires is not None
    assert timedelta(days=29) < claims.expires - datetime.now(UTC) < timedelta(days=31)


@pytest.mark.parametrize(
    "text",
    ["", "abc", "a.b", "a.b.c", "a.!!!!.c", "a..c", "a.é.c", "a.b.c.d", token([1]), "..", "."],
)
def test_a_text_that_is_no_key_has_no_claims(text: str) -> None:
    assert read_claims(text) is None


@pytest.mark.parametrize("odd", [None, "soon", True, 1e300, -1e300, {}, []])
def test_values_that_are_no_time_and_no_id_are_left_out(odd: object) -> None:
    assert read_claims(token({"exp": odd, "grp": odd, "api": odd})) == KeyClaims()


@pytest.mark.parametrize(
    ("days", "warned"), [(-1, False), (0.1, True), (14, True), (14.1, False), (400, False)]
)
def test_users_are_warned_in_the_last_fourteen_days(days: float, warned: bool) -> None:
    text = token({"exp": (NOW + timedelta(days=days)).timestamp()})
    warning = expires_soon(text, NOW)
    assert (warning is not None) is warned
    if warning is not None:
        assert text.split(".")[1] not in str(warning)
