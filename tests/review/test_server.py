"""A review over HTTP: what the browser that entered gets, and that nobody else gets anything."""

from __future__ import annotations

import logging
import re
from socket import SHUT_WR, create_connection
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

import pytest

from report.html.reports import conflicting, pair, report
from review.visitor import Visitor
from support.values import action, key, page
from wikisync.apply.result import ActionResult
from wikisync.errors import PageChanged
from wikisync.loopback.auth import Auth
from wikisync.loopback.server import listen, serve
from wikisync.planning.model import Refusal
from wikisync.report.html import build_view
from wikisync.review.rounds import next_round
from wikisync.review.server import MAX_FORM_BYTES, ReviewApp
from wikisync.review.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator


class Scene:
    """A review that is being served, of an update, a new page and a conflict."""

    def __init__(self, port: int) -> None:
        pairs = (
            pair(page("Old.\n"), page("New.\n"), path="a"),
            pair(None, page(), verb="create", path="b"),
        )
        self.view = build_view(report(*pairs, conflicting()), "1 January 2026")
        self.session = Session(self.view)
        self.gate = Auth(port)
        self.site = ReviewApp(self.gate, self.session)
        self.visitor = Visitor(self.gate.address)


@pytest.fixture
def scene() -> Iterator[Scene]:
    socket = listen()
    made = Scene(socket.getsockname()[1])
    with serve(made.site.app, socket):
        yield made


def test_the_address_leads_to_the_page_once(scene: Scene) -> None:
    shown = scene.visitor.enter().page()
    assert shown.status == 200
    assert "Review: what a push would change" in shown.text
    again = scene.visitor.send("GET", urlsplit(scene.gate.address).path)
    assert (again.status, again.text) == (403, "")


def test_a_page_can_be_ticked_and_a_conflict_cannot(scene: Scene) -> None:
    scene.visitor.enter()
    assert scene.visitor.page().text.count('name="page"') == 2
    with pytest.raises(ValueError, match="not enough values"):
        scene.visitor.value("torn.md")


def test_asking_only_for_the_head_does_not_use_the_address_up(scene: Scene) -> None:
    answer = scene.visitor.send("HEAD", urlsplit(scene.gate.address).path)
    assert answer.status == 403
    scene.visitor.enter()


def test_without_the_cookie_every_address_gives_nothing(scene: Scene) -> None:
    room = scene.visitor.enter().room
    stranger = Visitor(scene.gate.address, room=room, token=scene.visitor.token)
    for path in ("/", "/enter/x", room, f"{room}state", "/favicon.ico", "/../../etc/passwd"):
        answer = stranger.send("GET", path)
        assert (answer.status, answer.text) == (403, "")
    for where in ("publish", "close", "stay", "state", ""):
        answer = stranger.form(where, ["0"])
        assert (answer.status, answer.text) == (403, "")
    assert scene.session.state.phase == "open"


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"host": "evil.example"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
    ids=lambda headers: " ".join(headers.values()) or "no origin",
)
def test_a_form_that_another_site_sends_writes_nothing(
    scene: Scene, headers: dict[str, str]
) -> None:
    answer = scene.visitor.enter().form("publish", ["0"], **headers)
    assert (answer.status, answer.text) == (403, "")
    assert scene.session.state.phase == "open"


def test_a_form_without_our_token_writes_nothing(scene: Scene) -> None:
    scene.visitor.enter().token = "x"
    assert scene.visitor.form("publish", ["0"]).status == 403
    assert scene.visitor.close().status == 403
    assert scene.session.state.phase == "open"


def test_a_form_without_end_is_not_read(scene: Scene) -> None:
    answer = scene.visitor.enter().form("publish", ["0" * (MAX_FORM_BYTES + 1)])
    assert answer.status == 403
    assert scene.session.state.phase == "open"


def test_whoever_breaks_off_or_sends_nonsense_writes_nothing_to_the_terminal(
    scene: Scene, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody on this machine can send nonsense; a browser breaks off when its page is closed."""
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # as in the program, not a test
    guest = scene.visitor.enter()
    place = urlsplit(guest.address)
    head = f"Host: {place.netloc}\r\nOrigin: {guest.origin}\r\nCookie: {guest.cookie}\r\n"
    broken = f"POST {guest.room}publish HTTP/1.1\r\n{head}Content-Length: 99\r\n\r\ntoken="
    for sent in (broken, "\x1b[2J nonsense\r\n\r\n", f"GET / HTTP/1.1\r\n{head}Upgrade: x\r\n"):
        with create_connection((place.hostname, place.port), timeout=20) as connection:
            connection.sendall(sent.encode())
            connection.shutdown(SHUT_WR)
            while connection.recv(4096):
                pass
    assert scene.session.state.phase == "open"
    assert capfd.readouterr() == ("", "")


def test_publishing_leads_back_to_the_page_which_shows_what_goes_on(scene: Scene) -> None:
    answer = scene.visitor.enter().publish("a.md")
    assert (answer.status, answer.headers["location"]) == (303, scene.visitor.room)
    shown = scene.visitor.page().text
    assert "Checking 1 page once more." in shown
    assert '<noscript><meta http-equiv="refresh" content="1"></noscript>' in shown
    assert scene.visitor.state()["phase"] == "writing"


def reopened(scene: Scene) -> None:
    """One page was ticked and is still as it was; the other one changed."""
    pairs = (
        pair(page("Theirs.\n"), page("New.\n"), path="a"),
        pair(None, page(), verb="create", path="b"),
    )
    now = build_view(report(*pairs), "1 January 2026")
    stale = Refusal("stale", file="a.md", detail="its <b> changed on the wiki")
    scene.session.reopen(now, next_round(scene.view, {"0", "1"}, now, [stale]))


def test_a_page_that_changed_is_marked_its_tick_is_off_and_the_others_go_on(scene: Scene) -> None:
    scene.visitor.enter().publish("a.md", "b.md")
    reopened(scene)
    shown = scene.visitor.page().text
    assert "Nothing was written: 1 page changed during the review." in shown
    assert shown.count("Changed during the review: its &lt;b&gt; changed on the wiki.") == 2
    assert re.findall(r'name="page" value="(\d)"[^>]* checked', shown) == ["1"]
    assert "Publish the other 1 page</button>" in shown
    assert "Theirs." in shown
    assert scene.visitor.state()["round"] == 2
    assert scene.visitor.publish("b.md").status == 303
    assert scene.session.state.phase == "writing"


def test_a_form_of_an_earlier_plan_writes_nothing(scene: Scene) -> None:
    scene.visitor.enter().publish("a.md", "b.md")
    reopened(scene)
    for body in ("", "&round=1", "&round=", f"&round={'9' * 5000}", "&round=２"):
        answer = scene.visitor.send(
            "POST",
            f"{scene.visitor.room}publish",
            f"token={scene.visitor.token}&page=1{body}".encode().decode("latin-1"),
            origin=scene.visitor.origin,
            accept="application/json",
        )
        assert answer.status == 409
    assert scene.session.state.phase == "open"


def test_what_cannot_be_published_is_a_conflict_to_a_script(scene: Scene) -> None:
    answer = scene.visitor.enter().form("publish", ["9"], accept="application/json")
    assert answer.status == 409
    assert scene.visitor.form("publish", ["0"], accept="application/json").status == 200


def test_the_end_is_shown_with_its_last_words(scene: Scene) -> None:
    scene.visitor.enter().publish("a.md")
    scene.session.end(("1 page: <b>done</b>.",), good=True)
    shown = scene.visitor.page().text
    assert "1 page: &lt;b&gt;done&lt;/b&gt;." in shown
    assert "This review has ended." in shown
    assert scene.visitor.state()["lines"] == ["1 page: <b>done</b>."]


def result(path: str, outcome: Literal["done", "skipped", "failed"] = "done") -> ActionResult:
    error = None if outcome == "done" else PageChanged(key(path), "its <b> changed")
    return ActionResult(action(path=path), outcome, error)


def test_the_end_says_what_was_published_what_remains_and_why(scene: Scene) -> None:
    scene.visitor.enter().publish("a.md", "b.md")
    scene.session.record(result("a"))
    scene.session.record(result("b", "skipped"))
    scene.session.end(("Totals.",), good=False)
    shown = scene.visitor.page().text
    assert "<h1>Published 1 of 2 pages</h1>" in shown
    assert "<title>Published 1 of 2 pages" in shown
    assert "What a push would change" not in shown
    remaining = shown.partition('id="remaining"')[2].partition("</div>\n</div>")[0]
    assert re.findall(r'class="file">([^<]+)</bdi></a>: <bdi>([^.:]+)', remaining) == [
        ("b.md", "skipped"),
        ("torn.md", "conflict"),
    ]
    assert "its &lt;b&gt; changed" in remaining
    chips = re.findall(r'<label class="chip (\w+)".*?<b [^>]*>(\d+)</b>', shown)
    assert chips == [("left", "1"), ("conflict", "1"), ("done", "1")]
    assert re.findall(r'<article class="page is-(\w+)', shown) == ["left", "conflict", "done"]
    assert 'type="checkbox" name="page"' not in shown


def test_the_end_is_green_where_all_that_was_ticked_was_written(scene: Scene) -> None:
    scene.visitor.enter().publish("a.md")
    scene.session.record(result("a"))
    scene.session.end(("Totals.",), good=True)
    shown = scene.visitor.page().text
    assert "<h1>Published 1 page</h1>" in shown
    assert '<div class="notice good" id="end"' in shown
    assert '<bdi class="file">b.md</bdi></a>: <bdi>not ticked.</bdi>' in shown


def test_every_answer_forbids_to_be_kept_framed_or_to_load_anything(scene: Scene) -> None:
    scene.visitor.enter()
    answers = [
        scene.visitor.page(),
        scene.visitor.send("GET", f"{scene.visitor.room}state"),
        scene.visitor.send("GET", "/"),
    ]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert "server" not in answer.headers


def test_the_secrets_of_the_gate_are_nowhere_in_the_page(scene: Scene) -> None:
    shown = scene.visitor.enter().page().text
    assert scene.gate.address.rpartition("/")[2] not in shown
    assert scene.visitor.cookie.partition("=")[2] not in shown
