"""Whatever stands at the address, sending or fetching a file gives an error of the tree."""

from __future__ import annotations

import gzip
import hashlib
import io
import logging
from typing import TYPE_CHECKING, Any

import pytest

from wiki.hostile import Hostile, endless, gibberish, hang_up, reply
from wikisync import errors
from wikisync.request_headers import RequestHeader
from wikisync.wiki.asset_responses import ListedAsset
from wikisync.wiki.client import Wiki
from wikisync.wiki.endpoint import Access

if TYPE_CHECKING:
    import threading
    from http.server import BaseHTTPRequestHandler

TOKEN = "eyJ.secret-of-the-wiki.x"
PNG = b"\x89PNG\r\n\x1a\n0123456789"
ASSET = ListedAsset(1, 0, "img/a.png", "image/png", len(PNG), "2020", "2020")
LOGIN = b"<html><head><title>Sign in</title></head></html>"
ECHO = f"<html><title>{TOKEN}</title>API Key is invalid {TOKEN}</html>".encode()
FILE = reply(PNG, kind="image/png")
OK = reply(b"ok", kind="text/html")


def fetch(server: Hostile, asset: ListedAsset = ASSET, **options: Any) -> bytes:
    target = io.BytesIO()
    with Wiki(server.url, TOKEN, **options) as wiki:
        found = wiki.assets.download(asset, target)
    assert found.sha256 == hashlib.sha256(target.getvalue()).hexdigest()
    return target.getvalue()


def send(server: Hostile, access: Access | str = TOKEN, **options: Any) -> None:
    with Wiki(server.url, access, **options) as wiki:
        wiki.assets.upload(0, "a.png", io.BytesIO(PNG), len(PNG))


def unmarked_end(handler: BaseHTTPRequestHandler, _: threading.Event) -> None:
    """A part of the file, and the end of the connection as the only end."""
    handler.send_response(200)
    handler.send_header("Content-Type", "image/png")
    handler.end_headers()
    handler.wfile.write(PNG[:5])
    handler.close_connection = True


def test_the_key_is_sent_with_a_file_and_nothing_else_of_the_api() -> None:
    with Hostile([FILE], files=True) as server:
        assert fetch(server) == PNG
        (asked,) = server.asked
        assert asked.path == "/img/a.png"
        assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
        assert asked.headers["Accept-Encoding"] == "identity"
    with Hostile([OK], files=True) as server:
        send(server)
        (asked,) = server.asked
        assert asked.path == "/u"
        assert asked.headers["Authorization"] == f"Bearer {TOKEN}"
        assert asked.headers["Content-Type"].startswith("multipart/form-data; boundary=")
        assert int(asked.headers["Content-Length"]) == len(asked.body)
        assert asked.body.count(PNG) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(LOGIN, kind="text/html"), errors.UnexpectedResponse),
        (reply(LOGIN, 401, "text/html"), errors.GatewayRefused),
        (reply(LOGIN, 403, "text/html"), errors.GatewayRefused),
        (reply(b"", 404, "text/html"), errors.AssetGone),
        (reply(PNG, 206, "image/png"), errors.UnexpectedResponse),
        (reply(b"", 204, "image/png"), errors.UnexpectedResponse),
        (reply(LOGIN, 500, "text/html"), errors.Unreachable),
        (reply(ECHO, 500, "text/html"), errors.ApiDisabled),
        (reply(b"", 302, headers={"Location": "/login"}), errors.RedirectedToLogin),
        (reply(PNG[:5], kind="image/png", length=len(PNG)), errors.Unreachable),
        (reply(PNG * 1_000_000, kind="image/png"), errors.TooLarge),
        (reply(b"{}", 418), errors.UnexpectedResponse),
        (reply(PNG, kind="image/png", headers={"Content-Encoding": "br"}), errors.Unreachable),
        (unmarked_end, errors.Unreachable),
        (endless, errors.TooLarge),
        (hang_up, errors.Unreachable),
        (gibberish, errors.Unreachable),
    ],
)
def test_an_answer_that_is_no_file_is_an_error(answer: Any, error: type[errors.WikiError]) -> None:
    with Hostile([answer], files=True) as server, pytest.raises(errors.WikiError) as caught:
        fetch(server)
    assert type(caught.value) is error
    assert TOKEN not in repr(vars(caught.value))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (reply(LOGIN, kind="text/html"), errors.WriteUncertain),
        (reply(b"okay", kind="text/html"), errors.WriteUncertain),
        (reply(b"", kind="text/html"), errors.WriteUncertain),
        (reply(LOGIN, 401, "text/html"), errors.GatewayRefused),
        (reply(LOGIN, 403, "text/html"), errors.WriteUncertain),
        (reply(b"", 413, "text/html"), errors.AssetTooLarge),
        (reply(LOGIN, 500, "text/html"), errors.WriteUncertain),
        (reply(ECHO, 500, "text/html"), errors.ApiDisabled),
        (reply({"succeeded": False, "message": f"no {TOKEN}"}, 403), errors.Forbidden),
        (reply({"succeeded": False, "message": f"no {TOKEN}"}, 400), errors.Rejected),
        (reply({"succeeded": False, "message": 7}, 400), errors.Rejected),
        (reply({"succeeded": True}, 400), errors.WriteUncertain),
        (reply(b"[" * 5_000, 400), errors.WriteUncertain),
        (reply(b"", 302, headers={"Location": f"/login?{TOKEN}"}), errors.RedirectedToLogin),
        (endless, errors.WriteUncertain),
        (hang_up, errors.WriteUncertain),
        (gibberish, errors.WriteUncertain),
    ],
)
def test_an_answer_that_is_not_ok_is_an_error(answer: Any, error: type[errors.WikiError]) -> None:
    with Hostile([answer], files=True) as server:
        with pytest.raises(errors.WikiError) as caught:
            send(server)
        assert len(server.asked) == 1
    assert type(caught.value) is error
    assert TOKEN not in repr(vars(caught.value))


def test_nothing_is_sent_where_nobody_listens() -> None:
    with Hostile([OK], files=True) as server:
        pass
    with pytest.raises(errors.Unreachable) as caught:
        send(server)
    assert caught.value.sent is False


def test_a_file_that_a_proxy_packed_is_unpacked() -> None:
    packed = reply(gzip.compress(PNG), kind="image/png", headers={"Content-Encoding": "gzip"})
    with Hostile([packed], files=True) as server:
        assert fetch(server) == PNG


def test_a_packed_file_that_is_larger_than_the_limit_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(50_000_000))
    packed = reply(bomb, kind="image/png", headers={"Content-Encoding": "gzip"})
    with Hostile([packed], files=True) as server, pytest.raises(errors.TooLarge):
        fetch(server)


def test_a_web_page_is_a_file_where_the_asset_is_one() -> None:
    asset = ListedAsset(1, 0, "a.htm", "text/html", len(LOGIN), "2020", "2020")
    with Hostile([reply(LOGIN, kind="text/html")], files=True) as server:
        assert fetch(server, asset) == LOGIN


@pytest.mark.parametrize(
    "path", ["../x.png", "a/../../x.png", "//other.example/x.png", "", "a/./b"]
)
def test_a_name_that_would_be_another_address_is_not_asked_for(path: str) -> None:
    asset = ListedAsset(1, 0, path, "image/png", len(PNG), "2020", "2020")
    with Hostile([FILE], files=True) as server:
        with pytest.raises(errors.AssetGone):
            fetch(server, asset)
        assert server.asked == []


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("a?b#c.png", "/a%3Fb%23c.png"),
        ("a%2F..%2Fb.png", "/a%252F..%252Fb.png"),
        ("@x:1/a.png", "/%40x%3A1/a.png"),
        ("a b/ü.png", "/a%20b/%C3%BC.png"),
    ],
)
def test_any_other_name_is_one_address(path: str, asked: str) -> None:
    asset = ListedAsset(1, 0, path, "image/png", len(PNG), "2020", "2020")
    with Hostile([FILE], files=True) as server:
        assert fetch(server, asset) == PNG
        assert [one.path for one in server.asked] == [asked]


def test_files_are_not_sent_where_a_gateway_has_the_header_they_need() -> None:
    header = RequestHeader("authorization", "Basic eDp5")
    with Hostile([OK], files=True) as server:
        with pytest.raises(errors.UploadsNeedAuthorization):
            send(server, Access(TOKEN, (header,)))
        assert server.asked == []


def test_the_secrets_are_in_no_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), Hostile([FILE], files=True) as server:
        fetch(server)
    with caplog.at_level(logging.DEBUG), Hostile([OK], files=True) as server:
        send(server)
    assert TOKEN not in caplog.text


def test_a_server_that_says_nothing_is_left_in_time() -> None:
    from wiki.hostile import silence

    with Hostile([silence], files=True) as server:
        with pytest.raises(errors.Unreachable):
            fetch(server, timeout=0.05)
        with pytest.raises(errors.WriteUncertain):
            send(server, timeout=0.05)


def read_start(server: Hostile, most: int) -> bytes:
    with Wiki(server.url, TOKEN) as wiki:
        return wiki.assets.read_start("img/a.png", most)


def test_of_a_large_file_only_the_start_is_asked_for_and_read() -> None:
    with Hostile([reply(PNG[:4], status=206, kind="image/png")], files=True) as server:
        assert read_start(server, 4) == PNG[:4]
        (asked,) = server.asked
        assert asked.headers["Range"] == "bytes=0-3"


def test_a_server_that_sends_all_of_a_file_is_not_read_to_its_end() -> None:
    with Hostile([FILE], files=True) as server:
        assert read_start(server, 4) == PNG[:4]
    with Hostile([FILE], files=True) as server:
        assert read_start(server, 1000) == PNG


def test_the_start_of_a_file_that_is_not_there_or_forbidden_is_an_error() -> None:
    with (
        Hostile([reply(b"Not Found", status=404)], files=True) as server,
        pytest.raises(errors.AssetGone),
    ):
        read_start(server, 4)
    with Hostile([FILE], files=True) as server, Wiki(server.url, TOKEN) as wiki:
        with pytest.raises(errors.AssetGone):
            wiki.assets.read_start("../a.png", 4)
        assert server.asked == []
