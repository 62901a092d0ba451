"""Who gets in: one browser, with the secret, from our own pages."""

from __future__ import annotations

import pytest

from wikisync.loopback.auth import COOKIE, Auth

PORT = 4711
HOST = f"127.0.0.1:{PORT}"
ORIGIN = f"http://{HOST}"


@pytest.fixture
def gate() -> Auth:
    return Auth(PORT)


def secret_of(gate: Auth) -> str:
    return gate.address.rpartition("/")[2]


def cookie_of(gate: Auth) -> str:
    return gate.cookie.partition(";")[0]


def test_the_secret_lets_one_browser_in_and_no_second(gate: Auth) -> None:
    assert gate.address.startswith(f"{ORIGIN}/enter/")
    assert gate.consume_secret(secret_of(gate), {"host": HOST})
    assert not gate.consume_secret(secret_of(gate), {"host": HOST})


def test_a_reusable_secret_lets_a_closed_page_be_opened_again() -> None:
    gate = Auth(PORT, reusable=True)
    assert gate.consume_secret(secret_of(gate), {"host": HOST})
    assert not gate.consume_secret("x", {"host": HOST})
    assert gate.consume_secret(secret_of(gate), {"host": HOST})


@pytest.mark.parametrize("secret", ["", "x", "é"])
def test_another_secret_lets_nobody_in(gate: Auth, secret: str) -> None:
    assert not gate.consume_secret(secret, {"host": HOST})
    assert gate.consume_secret(secret_of(gate), {"host": HOST})


def test_a_browser_that_fetches_ahead_does_not_use_the_secret_up(gate: Auth) -> None:
    assert not gate.consume_secret(
        secret_of(gate), {"host": HOST, "sec-purpose": "prefetch;prerender"}
    )
    assert gate.consume_secret(secret_of(gate), {"host": HOST})


@pytest.mark.parametrize(
    "host", ["", "evil.example", f"localhost:{PORT}", "127.0.0.1", "127.0.0.1:1"]
)
def test_a_name_that_is_not_the_address_we_gave_leads_nowhere(gate: Auth, host: str) -> None:
    assert not gate.consume_secret(secret_of(gate), {"host": host})
    assert not gate.is_authorized({"host": host, "cookie": cookie_of(gate)})


def test_the_cookie_admits_and_nothing_else_does(gate: Auth) -> None:
    assert gate.is_authorized({"host": HOST, "cookie": cookie_of(gate)})
    assert gate.is_authorized({"host": HOST, "cookie": f"other=1; {cookie_of(gate)}"})
    for cookie in ("", f"{COOKIE}=x", f"{COOKIE}=", "nonsense;;=", f"{COOKIE}={secret_of(gate)}"):
        assert not gate.is_authorized({"host": HOST, "cookie": cookie})
    assert not gate.is_authorized({"host": HOST})


@pytest.mark.parametrize(
    "other", ["theme", "{}", "expires", "$x=1", 'x="', "x=\xe9", "", f"{COOKIE}=theirs"]
)
def test_a_cookie_of_another_program_on_this_machine_keeps_nobody_out(
    gate: Auth, other: str
) -> None:
    for cookie in (f"{cookie_of(gate)}; {other}", f"{other}; {cookie_of(gate)}"):
        assert gate.is_authorized({"host": HOST, "cookie": cookie})
    assert not gate.is_authorized({"host": HOST, "cookie": other})


def test_scripts_and_other_sites_cannot_use_the_cookie_and_other_paths_do_not_get_it(
    gate: Auth,
) -> None:
    flags = [flag.strip() for flag in gate.cookie.split(";")[1:]]
    assert flags == [f"Path={gate.base_path}", "HttpOnly", "SameSite=Strict"]
    assert len(gate.base_path) > 20


@pytest.mark.parametrize("site", ["cross-site", "same-site", "weird"])
def test_a_request_that_another_site_sends_is_refused(gate: Auth, site: str) -> None:
    headers = {"host": HOST, "cookie": cookie_of(gate), "sec-fetch-site": site}
    assert not gate.is_authorized(headers)
    assert not gate.is_authorized({**headers, "origin": ORIGIN}, writes=True)


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", f"https://{HOST}", "", ORIGIN + "0"]
)
def test_a_request_from_another_origin_is_refused(gate: Auth, origin: str) -> None:
    headers = {"host": HOST, "cookie": cookie_of(gate), "origin": origin}
    assert not gate.is_authorized(headers)
    assert not gate.is_authorized(headers, writes=True)


def test_what_writes_must_say_where_it_comes_from(gate: Auth) -> None:
    headers = {"host": HOST, "cookie": cookie_of(gate)}
    assert not gate.is_authorized(headers, writes=True)
    assert gate.is_authorized({**headers, "origin": ORIGIN}, writes=True)


def test_two_reviews_share_no_secret() -> None:
    one, other = Auth(PORT), Auth(PORT)
    assert (
        len({one.address, other.address, one.base_path, other.base_path, one.token, other.token})
        == 6
    )
    assert not other.is_authorized({"host": HOST, "cookie": cookie_of(one)})
    assert not one.valid_csrf(other.token)
    assert one.valid_csrf(one.token)
