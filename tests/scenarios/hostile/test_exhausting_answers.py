"""No answer exhausts the machine: not by its size, shape or slowness, nor by being retried."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from wiki.bodies import connected, fault, item
from wiki.hostile import Hostile, reply
from wikisync import errors
from wikisync.github.api import Api
from wikisync.github.environment import read_job
from wikisync.page.model import Key, Page
from wikisync.wiki import bounded_json, http_bounds, http_errors
from wikisync.wiki.client import Wiki
from wikisync.wiki.endpoint import Access
from wikisync.wiki.http_bounds import Deadline
from wikisync.wiki.transport import GraphQLTransport, TransportLimits

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable
    from http.server import BaseHTTPRequestHandler

    Reply = Callable[[BaseHTTPRequestHandler, threading.Event], None]

TOKEN = "eyJ.secret-of-the-wiki.x"
MIB = 1 << 20
PAGE = Page("text", "Title", "", True, (), "markdown", "", "", "", "", False)
QUERY = "{ pages { list { id } } }"


class Clock:
    """A clock that stands still until it is told to go on."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def packed(body: bytes, layers: int = 1) -> Reply:
    for _ in range(layers):
        body = gzip.compress(body)
    return reply(body, headers={"Content-Encoding": ", ".join(["gzip"] * layers)})


def ask(server: Hostile, clock: Clock | None = None, **limits: Any) -> object:
    """A query over a wire of its own."""
    more = {"clock": clock} if clock else {}
    bounds = TransportLimits(timeout=5.0, **limits)
    wire = GraphQLTransport(server.url, Access(TOKEN), bounds, **more)
    try:
        return wire.query(QUERY, {}, lambda answer: answer.data)
    finally:
        wire.close()


def comment(server: Hostile, clock: Clock | None = None) -> None:
    """A request to GitHub's API."""
    env = {
        "GITHUB_API_URL": server.url,
        "GITHUB_REPOSITORY": "ann/handbook",
        "GITHUB_TOKEN": TOKEN,
    }
    deadline = Deadline(120.0, clock) if clock else None
    with Api(read_job(env), "comment", deadline) as api:
        api.retry(lambda: api.send("POST", "issues/7/comments", body="text"))


def test_one_layer_of_gzip_is_asked_for_and_read() -> None:
    with Hostile([packed(json.dumps(connected(item())).encode())]) as server:
        with Wiki(server.url, TOKEN) as wiki:
            assert len(wiki.connect().pages) == 1
        assert server.asked[0].headers["Accept-Encoding"] == "gzip"


@pytest.mark.parametrize("layers", [2, 4])
def test_more_than_one_layer_of_gzip_is_not_unpacked(layers: int) -> None:
    answer = packed(json.dumps(connected(item())).encode(), layers)
    with Hostile([answer]) as server, pytest.raises(errors.Unreachable) as caught:
        ask(server)
    assert caught.value.reason == "the answer cannot be unpacked"


@pytest.mark.parametrize("coding", ["br", "zstd", "deflate", "gzip, identity, br"])
def test_a_packing_that_was_not_asked_for_is_not_unpacked(coding: str) -> None:
    answer = reply(b"{}", headers={"Content-Encoding": coding})
    with Hostile([answer]) as server, pytest.raises(errors.Unreachable) as caught:
        ask(server)
    assert caught.value.reason == "the answer cannot be unpacked"


def test_a_packed_answer_is_unpacked_no_further_than_the_bound() -> None:
    bomb = gzip.compress(b" " * (100 * MIB))
    response = httpx2.Response(
        200, headers={"Content-Encoding": "gzip"}, stream=httpx2.ByteStream(bomb)
    )
    tracemalloc.start()
    try:
        with pytest.raises(errors.TooLarge):
            http_bounds.read_body("u", response, MIB)
        assert tracemalloc.get_traced_memory()[1] < 8 * MIB
    finally:
        tracemalloc.stop()


def test_a_packed_answer_of_nothing_is_bounded_too() -> None:
    # Empty blocks: bytes that come in for ever and unpack to none.
    empty = gzip.compress(b"")[:10] + b"\x00\x00\x00\xff\xff" * 1_000
    response = httpx2.Response(
        200, headers={"Content-Encoding": "gzip"}, stream=httpx2.ByteStream(empty)
    )
    with pytest.raises(errors.TooLarge):
        http_bounds.read_body("u", response, 1_000)


def late(clock: Clock, start: bytes) -> Reply:
    """Sends something when the time is over already, and goes on being slow."""

    def send(handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
        clock.now += 1_000.0
        handler.wfile.write(start)
        handler.wfile.flush()
        closing.wait()
        handler.close_connection = True

    return send


TRICKLES = {
    "headers": b"HTTP/1.1 200 OK\r\nX-One: 1\r\n",
    "interim answers": b"HTTP/1.1 100 Continue\r\n\r\n",
    "body": b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{",
    "chunks": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
}


@pytest.mark.parametrize("part", TRICKLES)
def test_a_deadline_covers_headers_and_body_and_is_not_multiplied_by_tries(part: str) -> None:
    clock = Clock()
    with Hostile([late(clock, TRICKLES[part])]) as server:
        with pytest.raises(errors.Unreachable) as caught:
            ask(server, clock)
        assert caught.value.reason == "no answer in time"
        assert len(server.asked) == 1


@pytest.mark.parametrize("part", TRICKLES)
def test_a_deadline_covers_a_write_which_is_unsure_then(part: str) -> None:
    clock = Clock()
    with Hostile([late(clock, TRICKLES[part])]) as server:
        wire = GraphQLTransport(server.url, Access(TOKEN), TransportLimits(timeout=5.0), clock)
        with pytest.raises(errors.WriteUncertain) as caught:
            wire.mutate("mutation { pages { rebuildTree { id } } }", {}, lambda _: None)
        wire.close()
    assert caught.value.message == "no answer in time"


def test_all_tries_of_a_query_share_one_deadline() -> None:
    clock = Clock()

    def busy(handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
        clock.now += 200.0
        reply(b"", 503)(handler, closing)

    with Hostile([busy]) as server:
        with pytest.raises(errors.Unreachable):
            ask(server, clock, deadline=300.0)
        assert len(server.asked) == 2


def test_an_answer_in_time_is_read_and_each_query_has_a_time_of_its_own() -> None:
    clock = Clock()

    def slow(handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
        clock.now += 200.0
        reply({"data": {"pages": {}}})(handler, closing)

    with Hostile([slow]) as server:
        assert ask(server, clock) == {"pages": {}}
        assert ask(server, clock) == {"pages": {}}


@pytest.mark.parametrize("status", [200, 500])
def test_an_answer_of_too_many_values_is_not_parsed_and_not_asked_for_again(
    monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setattr(bounded_json.parse, "__defaults__", (1_000,))
    many = b'{"data": {"pages": [' + b"[]," * 2_000 + b"0]}}"
    with Hostile([reply(many, status)]) as server:
        with pytest.raises(errors.UnexpectedResponse) as caught:
            ask(server)
        assert caught.value.found == "JSON of too many values"
        assert len(server.asked) == 1


def test_commas_and_brackets_in_texts_are_no_values() -> None:
    text = 'a, [b], {c} "quoted" \\' * 1_000
    body = json.dumps({"content": text, "other": [1, 2]}).encode()
    assert bounded_json.parse(body, 10) == {"content": text, "other": [1, 2]}
    with pytest.raises(bounded_json.TooComplex):
        bounded_json.parse(body, 3)


@pytest.mark.parametrize("end", [b"", b"\\", b'"', b'\\"'])
def test_a_text_that_does_not_end_is_looked_at_once(end: bytes) -> None:
    with pytest.raises(ValueError, match=r"Unterminated|delimiter|value"):
        bounded_json.parse(b'["' + b',\\"' * 500_000 + end, 10)


def test_an_answer_of_very_many_errors_is_refused_and_asked_for_once() -> None:
    body: dict[str, Any] = {"data": None, "errors": [{}] * (http_errors.MAX_ERRORS + 1)}
    with Hostile([reply(body)]) as server:
        with pytest.raises(errors.UnexpectedResponse) as caught:
            ask(server)
        assert caught.value.found == "more than 2,000 errors in one answer"
        with Wiki(server.url, TOKEN) as wiki, pytest.raises(errors.WriteUncertain):
            wiki.create(Key("en", "a"), PAGE)
        assert len(server.asked) == 2


def deep(levels: int) -> Any:
    value: Any = "x"
    for level in range(levels):
        value = [value] if level % 2 else {"a": value}
    return value


@pytest.mark.parametrize(
    "body",
    [
        {"data": deep(800)},
        {"data": {"pages": {"create": {"page": deep(800)}}}},
        {"errors": [{"message": deep(800)}]},
        {"errors": [{"message": "no", "path": [deep(800)]}]},
        {"errors": [{"message": "no", "path": ["pages"] * 100_000}]},
        {"errors": [{"message": "no", "extensions": deep(800)}]},
        {"errors": deep(800)},
    ],
)
def test_deep_json_is_an_error_of_the_tree_and_no_traceback(body: object) -> None:
    with Hostile([reply(body)]) as server, Wiki(server.url, TOKEN) as wiki:
        with pytest.raises(errors.WikiError):
            wiki.connect()
        with pytest.raises(errors.WriteUncertain):
            wiki.create(Key("en", "a"), PAGE)


def test_a_very_long_message_is_cut_before_it_is_looked_through() -> None:
    body = {"data": {"pages": None}, "errors": [fault("x" * 3_000_000, "pages", "list")]}
    with Hostile([reply(body, 500)]) as server:
        with pytest.raises(errors.Unreachable) as caught:
            ask(server)
        assert len(caught.value.reason) < 400


GITHUB: dict[str, tuple[Reply, str]] = {
    "packed twice": (packed(b"{}", 2), "the answer cannot be unpacked"),
    "too many values": (reply(b"[" + b"0," * 1_000_000 + b"0]"), "JSON of too many values"),
    "deep": (reply(b"[" * 100_000), "JSON that nests too deep"),
    "deep message": (reply({"message": deep(800)}, 403), "Forbidden"),
    "token": (reply({"message": f"bad {TOKEN}"}, 403), "bad …"),
}


@pytest.mark.parametrize("kind", GITHUB)
def test_the_api_of_github_is_held_to_the_same_bounds(kind: str) -> None:
    answer, reason = GITHUB[kind]
    with Hostile([answer]) as server, pytest.raises(errors.GitHubError) as caught:
        comment(server)
    assert reason in caught.value.reason
    assert TOKEN not in caught.value.reason


def test_a_large_answer_of_github_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("wikisync.github.api._MAX_BYTES", 1_000)
    with Hostile([reply(b'"' + b" " * 2_000 + b'"')]) as server:
        with pytest.raises(errors.GitHubError) as caught:
            comment(server)
        assert len(server.asked) == 1
    assert caught.value.reason == "its answer is too large to read"


@pytest.mark.parametrize("part", TRICKLES)
def test_a_slow_answer_of_github_is_given_up_at_the_deadline(part: str) -> None:
    clock = Clock()
    answer = late(clock, TRICKLES[part])
    with Hostile([answer]) as server, pytest.raises(errors.GitHubError) as caught:
        comment(server, clock)
    assert caught.value.reason == "no answer in time"
