"""Who gets into a review: one browser, with the secret, from our own pages."""

from __future__ import annotations

import pytest

from wikisync.review.gate import COOKIE, Gate

PORT = 4711
HOST = f"127.0.0.1:{PORT}"
ORIGIN = f"http://{HOST}"


@pytest.fixture
def gate() -> Gate:
    return Gate(PORT)


def secret_of(gate: Gate) -> str:
    return gate.address.rpartition("/")[2]


def cookie_of(gate: Gate) -> str:
    return gate.cookie.partition(";")[0]


def test_the_secret_lets_one_browser_in_and_no_second(gate: Gate) -> None:
    assert gate.address.startswith(f"{ORIGIN}/enter/")
    assert gate.enters(secret_of(gate), {"host": HOST})
    assert not gate.enters(secret_of(gate), {"host": HOST})


@pytest.mark.parametrize("secret", ["", "x", "é"])
def test_another_secret_lets_nobody_in(gate: Gate, secret: str) -> None:
    assert not gate.enters(secret, {"host": HOST})
    assert gate.enters(secret_of(gate), {"host": HOST})


def test_a_browser_that_fetches_ahead_does_not_use_the_secret_up(gate: Gate) -> None:
    assert not gate.enters(secret_of(gate), {"host": HOST, "sec-purpose": "prefetch;prerender"})
    assert gate.enters(secret_of(gate), {"host": HOST})


@pytest.mark.parametrize(
    "host", ["", "evil.example", f"localhost:{PORT}", "127.0.0.1", "127.0.0.1:1"]
)
def test_a_name_that_is_not_the_address_we_gave_leads_nowhere(gate: Gate, host: str) -> None:
    assert not gate.enters(secret_of(gate), {"host": host})
    assert not gate.admits({"host": host, "cookie": cookie_of(gate)})


def test_the_cookie_admits_and_nothing_else_does(gate: Gate) -> None:
    assert gate.admits({"host": HOST, "cookie": cookie_of(gate)})
    assert gate.admits({"host": HOST, "cookie": f"other=1; {cookie_of(gate)}"})
    for cookie in ("", f"{COOKIE}=x", f"{COOKIE}=", "nonsense;;=", f"{COOKIE}={secret_of(gate)}"):
        assert not gate.admits({"host": HOST, "cookie": cookie})
    assert not gate.admits({"host": HOST})


@pytest.mark.parametrize(
    "other", ["theme", "{}", "expires", "$x=1", 'x="', "x=\xe9", "", f"{COOKIE}=theirs"]
)
def test_a_cookie_of_another_program_on_this_machine_keeps_nobody_out(
    gate: Gate, other: str
) -> None:
    for cookie in (f"{cookie_of(gate)}; {other}", f"{other}; {cookie_of(gate)}"):
        assert gate.admits({"host": HOST, "cookie": cookie})
    assert not gate.admits({"host": HOST, "cookie": other})


def test_scripts_and_other_sites_cannot_use_the_cookie_and_other_paths_do_not_get_it(
    gate: Gate,
) -> None:
    flags = [flag.strip() for flag in gate.cookie.split(";")[1:]]
    assert flags == [f"Path={gate.room}", "HttpOnly", "SameSite=Strict"]
    assert len(gate.room) > 20


@pytest.mark.parametrize("site", ["cross-site", "same-site", "weird"])
def test_a_request_that_another_site_sends_is_refused(gate: Gate, site: str) -> None:
    headers = {"host": HOST, "cookie": cookie_of(gate), "sec-fetch-site": site}
    assert not gate.admits(headers)
    assert not gate.admits({**headers, "origin": ORIGIN}, writes=True)


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", f"https://{HOST}", "", ORIGIN + "0"]
)
def test_a_request_from_another_origin_is_refused(gate: Gate, origin: str) -> None:
    headers = {"host": HOST, "cookie": cookie_of(gate), "origin": origin}
    assert not gate.admits(headers)
    assert not gate.admits(headers, writes=True)


def test_what_writes_must_say_where_it_comes_from(gate: Gate) -> None:
    headers = {"host": HOST, "cookie": cookie_of(gate)}
    assert not gate.admits(headers, writes=True)
    assert gate.admits({**headers, "origin": ORIGIN}, writes=True)


def test_two_reviews_share_no_secret() -> None:
    one, other = Gate(PORT), Gate(PORT)
    assert len({one.address, other.address, one.room, other.room, one.token, other.token}) == 6
    assert not other.admits({"host": HOST, "cookie": cookie_of(one)})
    assert not one.knows(other.token)
    assert one.knows(one.token)
