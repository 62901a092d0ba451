"""Whatever stands at the address, a verb gives a value or one of the tree's errors."""

from __future__ import annotations

import gzip
import logging
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
import stamina

from wiki.bodies import connected, fault, item, result, whole
from wiki.hostile import TLS, Hostile, endless, gibberish, hang_up, reply, silence
from wikisync import errors
from wikisync.page.model import Key, Page
from wikisync.wiki import gql_session
from wikisync.wiki.client import Wiki
from wikisync.wiki.endpoint import Access

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.server import BaseHTTPRequestHandler

TOKEN = "eyJ.secret-of-the-wiki.x"
PAGE = Page("text", "Title", "", True, (), "markdown", "", "", "", "", False)
KEY = Key("en", "a")

API_OFF = {"data": {}, "errors": [{"message": "API is disabled. You must …", "path": []}]}
REVOKED = {"data": {}, "errors": [{"message": "API Key is invalid or was revoked.", "path": []}]}
LOGIN = b"<!DOCTYPE html><html><head><title>Sign in\n here</title></head></html>"
OK = reply(connected(item()))


def connect(server: Hostile, **options: Any) -> Any:
    with Wiki(server.url, TOKEN, **options) as wiki:
        return wiki.connect()


def create(server: Hostile, **options: Any) -> Any:
    with Wiki(server.url, TOKEN, **options) as wiki:
        return wiki.create(KEY, PAGE)


def test_a_redirect_is_not_followed_and_the_token_goes_to_no_other_host() -> None:
    with Hostile([OK]) as other:
        there = f"{other.url}/graphql"
        for status in (301, 302, 303, 307, 308):
            moved = reply(b"", status, headers={"Location": there})
            with Hostile([moved]) as server:
                with pytest.raises(errors.Redirected) as caught:
                    connect(server)
                with pytest.raises(errors.Redirected):
                    create(server)
                assert caught.value.location == there
                assert caught.value.status == status
                assert len(server.asked) == 2
        assert other.asked == []


def test_a_cookie_is_not_kept() -> None:
    with Hostile([reply(connected(), headers={"Set-Cookie": "jwt=other"}), OK]) as server:
        with Wiki(server.url, TOKEN) as wiki:
            wiki.connect()
            wiki.connect()
        assert "Cookie" not in server.asked[1].headers


def test_a_login_page_is_named_as_what_it_is_and_asked_for_once() -> None:
    with Hostile([reply(LOGIN, kind="text/html")]) as server:
        with pytest.raises(errors.UnexpectedResponse) as caught:
            connect(server)
        assert caught.value.found == "a web page, “Sign in here”"
        assert caught.value.status == 200
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("sent", "status", "found"),
    [
        (reply(b"", 200), 200, "an empty answer"),
        (reply(b"", 404, "text/plain"), 404, "an empty answer"),
        (reply(b"nginx", 403, "text/plain"), 403, "text that is not JSON"),
        (reply(b"{'a': 1}"), 200, "JSON that is damaged"),
        (reply({"hello": 1}), 200, "JSON that is no GraphQL answer"),
        (reply([1]), 200, "JSON that is no GraphQL answer"),
        (reply({"data": {}}), 200, "null in localization where an object was due"),
        (reply({"data": []}), 200, "JSON that is no GraphQL answer"),
        (reply({"data": {}, "errors": "x"}), 200, "JSON that is no GraphQL answer"),
        (reply(b"[" * 100_000 + b"]"), 200, "JSON that nests too deep"),
        (reply(b'{"data": ' + b"9" * 5000 + b"}"), 200, "JSON that is damaged"),
        (reply(b"\xff\xfe{}"), 200, "JSON that is damaged"),
        (reply({"data": None}), 200, "JSON that is no GraphQL answer"),
        (reply({"errors": [{"message": "Cannot query"}]}, 400), 400, "a refusal: Cannot query"),
        (reply({"errors": [7]}, 400), 400, "a refusal: no reason given"),
    ],
)
def test_what_is_no_answer_of_a_wiki_is_named_and_not_asked_for_again(
    sent: Callable[..., None], status: int, found: str
) -> None:
    with Hostile([sent]) as server:
        with pytest.raises(errors.UnexpectedResponse) as caught:
            connect(server)
        assert (caught.value.status, caught.value.found) == (status, found)
        assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("body", "error"),
    [(API_OFF, errors.ApiDisabled), (REVOKED, errors.ApiDisabled)],
)
def test_an_api_that_is_off_is_asked_once_and_a_write_to_it_wrote_nothing(
    body: object, error: type[errors.ApiDisabled]
) -> None:
    with Hostile([reply(body, 500)]) as server:
        with pytest.raises(error) as caught:
            connect(server)
        assert caught.value.message.startswith("API ")
        with pytest.raises(error):
            create(server)
        assert len(server.asked) == 2


def test_a_request_over_the_limit_is_too_large_and_wrote_nothing() -> None:
    body = {"data": {}, "errors": [{"message": "request entity too large", "path": []}]}
    with Hostile([reply(body, 413)]) as server:
        for verb in (connect, create):
            with pytest.raises(errors.TooLarge) as caught:
                verb(server)
            assert not caught.value.answer
        assert len(server.asked) == 2


def test_an_answer_over_the_bound_is_not_read_to_its_end() -> None:
    with Hostile([endless]) as server:
        with pytest.raises(errors.TooLarge) as caught:
            connect(server, max_answer=1_000_000)
        assert (caught.value.answer, caught.value.limit) == (True, 1_000_000)
        assert len(server.asked) == 1


def test_a_small_answer_that_unpacks_to_a_large_one_is_too_large() -> None:
    bomb = reply(gzip.compress(b" " * 5_000_000), headers={"Content-Encoding": "gzip"})
    with Hostile([bomb]) as server, pytest.raises(errors.TooLarge):
        connect(server, max_answer=1_000_000)


@pytest.mark.parametrize(
    "spoilt",
    [
        hang_up,
        gibberish,
        reply(b'{"data": {"users"'),
        reply(b'{"data"', length=5000),
        reply(b"no gzip", headers={"Content-Encoding": "gzip"}),
        reply({"data": {}, "errors": [{"message": "odd", "path": []}]}, 500),
        reply(b"<html>bad gateway</html>", 502, "text/html"),
        reply(b"", 503),
        reply(b"slow down", 429, "text/plain"),
        reply({"data": {}, "errors": [fault("Knex: Timeout", "pages", "list")]}),
    ],
)
def test_a_query_is_tried_again_where_that_can_help_and_five_times_at_most(
    spoilt: Callable[..., None],
) -> None:
    with Hostile([spoilt, spoilt, spoilt, spoilt, OK]) as server:
        assert len(connect(server).pages) == 1
    with Hostile([spoilt]) as server:
        with pytest.raises(errors.Unreachable) as caught:
            connect(server)
        assert len(server.asked) == 5
        assert caught.value.sent


@pytest.mark.parametrize(
    "spoilt",
    [
        hang_up,
        gibberish,
        endless,
        reply(b'{"data": {"pages"'),
        reply(b'{"data"', length=5000),
        reply(b"no gzip", headers={"Content-Encoding": "gzip"}),
        reply({"data": {}, "errors": [{"message": "odd", "path": []}]}, 500),
        reply(b"<html>bad gateway</html>", 502, "text/html"),
        reply(b"slow down", 429, "text/plain"),
        reply(LOGIN, kind="text/html"),
        reply({"data": None}),
        reply({"data": {"pages": {"create": None}}}),
        reply({"data": {"pages": {"create": {"responseResult": {"succeeded": "yes"}}}}}),
        reply({"data": {"pages": {"create": {"responseResult": {"succeeded": True}}}}}),
        reply({"errors": [fault("pageTree_pkey", "pages", "create")], "data": {"pages": None}}),
        reply({"errors": [{"message": "Variable", "extensions": []}]}, 400),
        reply(result("create", 1, "UniqueViolationError", "pageTree_pkey")),
        reply(result("create", 6001, "PageGenericError")),
    ],
)
def test_a_write_without_a_clear_answer_is_unsure_and_never_sent_twice(
    spoilt: Callable[..., None],
) -> None:
    with Hostile([spoilt]) as server:
        with pytest.raises(errors.WriteUncertain) as caught:
            create(server, max_answer=1_000_000)
        assert caught.value.message
        assert len(server.asked) == 1


def test_a_wiki_that_never_answers_is_given_up() -> None:
    with stamina.set_testing(True, attempts=1), Hostile([silence]) as server:
        with pytest.raises(errors.Unreachable) as caught:
            connect(server, timeout=0.05)
        assert caught.value.reason == "no answer in time"
        with pytest.raises(errors.WriteUncertain):
            create(server, timeout=0.05)


def test_where_nobody_listens_nothing_was_written() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with Wiki(f"http://127.0.0.1:{port}", TOKEN) as wiki:
        for verb in (wiki.connect, lambda: wiki.create(KEY, PAGE)):
            with pytest.raises(errors.Unreachable) as caught:
                verb()
            assert (caught.value.reason, caught.value.sent) == ("connection refused", False)


def test_a_certificate_that_nobody_vouches_for_is_untrusted_and_sees_no_token() -> None:
    with Hostile([OK], tls=True) as server:
        for verb in (connect, create):
            with pytest.raises(errors.CertificateError) as caught:
                verb(server)
            assert "self-signed" in caught.value.reason
        assert server.asked == []


def test_a_private_authority_can_be_trusted() -> None:
    access = Access(TOKEN, ca_file=TLS / "cert.pem")
    with Hostile([OK], tls=True) as server, Wiki(server.url, access) as wiki:
        assert wiki.connect().authenticated


def test_tls_where_there_is_none_says_so() -> None:
    with Hostile([OK]) as server, Wiki(f"https://127.0.0.1:{server.port}", TOKEN) as wiki:
        with pytest.raises(errors.Unreachable) as caught:
            wiki.connect()
        assert (
            caught.value.reason
            == "the server does not use HTTPS there (does the address begin with http://?)"
        )


def test_a_retry_waits_as_long_as_the_server_asks_within_a_cap() -> None:
    from wikisync.wiki.retries import retry_delay

    assert retry_delay(errors.Unreachable("u", "r", retry_after=7.0)) == 7.0
    assert retry_delay(errors.Unreachable("u", "r", retry_after=86_400.0)) == 30.0
    assert retry_delay(errors.Unreachable("u", "r")) is True
    assert retry_delay(errors.CertificateError("u", "r")) is False
    assert retry_delay(errors.PageGone("u", 1)) is False


def test_the_token_is_shown_and_logged_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Hostile([hang_up, OK]) as server, Wiki(server.url, TOKEN) as wiki:
        wiki.connect()
        assert server.asked[1].headers["Authorization"] == f"Bearer {TOKEN}"
        assert TOKEN not in repr(wiki) + repr(vars(wiki))
    assert caplog.records
    assert "secret" not in caplog.text
    assert not [record for record in caplog.records if record.name.startswith("stamina")]


def test_a_connection_is_used_again_and_several_threads_may_share_it() -> None:
    def slow(handler: Any, closing: Any) -> None:
        reply(connected(item()))(handler, closing)

    with Hostile([slow]) as server, Wiki(server.url, TOKEN, jobs=4) as wiki:
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(lambda _: wiki.connect(), range(40)))
        assert len(server.asked) == 40
        assert {len(connection.pages) for connection in found} == {1}


def test_a_text_that_is_no_unicode_is_not_sent() -> None:
    with Hostile([OK]) as server, Wiki(server.url, TOKEN) as wiki:
        with pytest.raises(errors.Rejected):
            wiki.find(Key("en", "half \ud800"))
        with pytest.raises(errors.Rejected):
            wiki.create(Key("en", "half \udcff"), PAGE)
        assert server.asked == []


def test_half_a_character_in_an_answer_is_refused() -> None:
    page = whole(1, content="half \ud800", tags=[])
    with Hostile([reply({"data": {"pages": {"single": page}}})]) as server:
        with Wiki(server.url, TOKEN) as wiki, pytest.raises(errors.UnexpectedResponse) as caught:
            wiki.read_one(1)
        assert caught.value.found == "half a character in content"


def test_a_proxy_that_cannot_be_is_wrong_configuration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "gopher://nowhere")
    with pytest.raises(errors.BadConfig):
        Wiki("https://wiki.example.org", TOKEN)


@pytest.mark.parametrize("moment", ["connecting", "answering"])
def test_a_wiki_that_is_closed_amid_a_request_leaves_no_connection_behind(
    monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    begun, go_on = threading.Event(), threading.Event()
    real = socket.create_connection
    opened: list[socket.socket] = []

    def connecting(*args: Any, **more: Any) -> socket.socket:
        if moment == "connecting":
            begun.set()
            assert go_on.wait(30)
        opened.append(real(*args, **more))
        return opened[-1]

    def answering(handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
        begun.set()
        assert go_on.wait(30)
        OK(handler, closing)

    monkeypatch.setattr(socket, "create_connection", connecting)
    with (
        Hostile([answering if moment == "answering" else OK]) as server,
        ThreadPoolExecutor(1) as pool,
    ):
        wiki = Wiki(server.url, TOKEN)
        asking = pool.submit(wiki.may_write)
        assert begun.wait(30)
        wiki.close()
        go_on.set()
        with suppress(Exception):
            asking.result(30)
    assert opened
    assert all(one.fileno() == -1 for one in opened)


@pytest.mark.parametrize(
    "body",
    [
        connected(item()),
        {"data": {"a": 1}, "errors": [fault("It broke.", "a", code=6003)]},
        {"errors": [fault("It broke.")]},
        {"data": None, "errors": [fault(f"The key {TOKEN} is wrong.", "a")]},
        {"data": {"a": TOKEN}},
    ],
    ids=["data", "both", "errors", "no data", "a page with the token"],
)
def test_the_first_query_and_those_that_gql_executes_are_read_and_sent_alike(body: Any) -> None:
    query, variables = "query A($n: Int!) { a(n: $n) }", {"n": 7}
    with Hostile([reply(body), reply(body)]) as server, Wiki(server.url, TOKEN) as wiki:
        first, second = (wiki.transport.query(query, variables, lambda got: got) for _ in "ab")
        assert first == second
        assert server.asked[0].body == server.asked[1].body
        assert server.asked[0].json == {"query": query, "variables": variables}


def test_a_mutation_is_executed_by_gql_also_where_it_is_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    executed: list[str] = []
    execute = gql_session.GqlSession.execute

    def noting(self: Any, text: str, variables: Any) -> Any:
        executed.append(text)
        return execute(self, text, variables)

    monkeypatch.setattr(gql_session.GqlSession, "execute", noting)
    with Hostile([reply(result("create"))]) as server:
        with suppress(errors.WikisyncError):
            create(server)
        assert [text.partition(" ")[0] for text in executed] == ["mutation"]
        assert len(server.asked) == 1
