"""The way to the wiki at its worst: a clear end, no token elsewhere, a true state after it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import pytest

from scenarios.hostile.scene import contents, quiet, writes
from support.workspace import Result, Workspace, page
from wiki import hostile
from wiki.hostile import Hostile, reply
from wikisync.sandbox import Drop, Html, Late, Redirect, Status, Truncated
from wikisync.wiki.client import Wiki

if TYPE_CHECKING:
    from collections.abc import Callable

NAMES = ("home", "news", "team")
PUSH = ("push", "--delete", "--max-delete", "9", "--allow", "emptied", "--yes")


@pytest.fixture
def elsewhere() -> Any:
    """Another host, which must never hear of the token."""
    with Hostile([reply({"data": {}})]) as server:
        yield server
        assert server.asked == []


FAULTS: dict[str, tuple[Callable[[str], Any], str]] = {
    "cut off": (lambda _: Drop(), "the connection was cut"),
    "cut off after": (lambda _: Drop(after=True), "the connection was cut"),
    "bad gateway": (lambda _: Status(502), "HTTP 502"),
    "bad gateway after": (lambda _: Status(504, after=True), "HTTP 504"),
    "too many": (lambda _: Status(429, headers=(("Retry-After", "3600"),)), "HTTP 429"),
    "not found": (lambda _: Status(404), "a web page"),
    "login page": (lambda _: Html(), "a web page"),
    "redirect": (lambda there: Redirect(f"{there}/graphql", 307), "the API key is not sent there"),
    "half an answer": (lambda _: Truncated(), "breaks off"),
    "cut amid": (lambda _: Truncated(cut=True), "the connection was cut"),
}


def prepared(workspace: Workspace, verb: str) -> None:
    if verb != "create":
        workspace.push(**{name: page(name, "Old.\n") for name in NAMES})
    for name in NAMES:
        if verb == "delete":
            workspace.remove(f"{name}.md")
        else:
            workspace.write(f"{name}.md", page(name, "New.\n", tags=name))


def clear(workspace: Workspace, result: Result) -> None:
    """It says something, once, in words, and not the token."""
    assert workspace.sandbox.token not in result.text
    assert "Error(" not in result.text
    assert "httpx" not in result.text


@pytest.mark.parametrize("verb", ["create", "update", "delete"])
@pytest.mark.parametrize("fault", FAULTS)
def test_from_amid_a_run_on_nothing_is_lost_and_nothing_is_made_twice(
    workspace: Workspace, elsewhere: Hostile, fault: str, verb: str
) -> None:
    make, _said = FAULTS[fault]
    prepared(workspace, verb)
    workspace.sandbox.faults.add(make(elsewhere.url), on=verb, nth=2)
    workspace.sandbox.faults.add(
        make(elsewhere.url), on=(verb, "single", "singleByPath"), nth=6, times=None
    )
    result = workspace.run(*PUSH, "--json")
    assert result.code in {0, 1}, result
    clear(workspace, result)
    # An update without an answer is sent once more, so that the page is rendered; nothing else is.
    most = 2 if verb == "update" else 1
    assert writes(result).count(f"pages.{verb}") <= most * len(NAMES)
    workspace.sandbox.faults.clear()
    workspace.run(*PUSH).ok()
    assert contents(workspace) == dict.fromkeys(NAMES if verb != "delete" else (), "New.\n")
    quiet(workspace)


@pytest.mark.parametrize("fault", FAULTS)
def test_at_the_first_look_it_is_told_and_nothing_is_written(
    workspace: Workspace, elsewhere: Hostile, fault: str
) -> None:
    make, said = FAULTS[fault]
    prepared(workspace, "update")
    before = workspace.both_sides()
    workspace.sandbox.faults.add(make(elsewhere.url), times=None)
    for command in (*PUSH[:1], "pull", "sync"):
        result = workspace.run(command, "--delete", "--yes")
        assert result.code == 1
        assert said in result.err
        assert result.err.count("\n") <= 3
        clear(workspace, result)
    assert workspace.both_sides() == before
    workspace.sandbox.faults.clear()
    workspace.run(*PUSH).ok()
    quiet(workspace)


def impatient(monkeypatch: pytest.MonkeyPatch, **limits: Any) -> None:
    """The program with other limits than a person would wait for."""
    monkeypatch.setattr("wikisync.workflow.context.Wiki", functools.partial(Wiki, **limits))


def test_a_server_that_never_answers_is_given_up(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient(monkeypatch, timeout=0.1)
    workspace.write("home.md", page("Home"))
    with Hostile([hostile.silence]) as server:
        result = workspace.run("push", "--yes", env={"WIKISYNC_URL": server.url})
        assert len(server.asked) == 5
    assert result.code == 1
    assert "no answer in time" in result.err
    clear(workspace, result)


def test_a_write_whose_answer_never_comes_is_looked_after(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    impatient(monkeypatch, timeout=0.3)
    prepared(workspace, "create")
    never = threading.Event()
    workspace.sandbox.faults.add(Late(until=never), on="create", nth=2)
    try:
        result = workspace.run(*PUSH, "--json").ok()
    finally:
        never.set()
    assert writes(result).count("pages.create") == 3
    assert contents(workspace) == dict.fromkeys(NAMES, "New.\n")
    quiet(workspace)


def test_a_body_that_does_not_end_is_not_read_to_its_end(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient(monkeypatch, max_answer=1 << 20)
    workspace.write("home.md", page("Home"))
    with Hostile([hostile.endless]) as server:
        result = workspace.run("push", "--yes", env={"WIKISYNC_URL": server.url})
        assert len(server.asked) == 1
    assert result.code == 1
    assert "the answer is over the limit of 1 MiB and was not read" in result.err
    clear(workspace, result)


def test_a_wrong_certificate_sees_no_token(workspace: Workspace) -> None:
    workspace.write("home.md", page("Home"))
    with Hostile([reply({"data": {}})], tls=True) as server:
        env: dict[str, str | None] = {"WIKISYNC_URL": server.url, "SSL_CERT_FILE": None}
        unknown = workspace.run("push", "--yes", env=env)
        # Vouched for, but under another name.
        env["WIKISYNC_CA_FILE"] = str(hostile.TLS / "cert.pem")
        env["WIKISYNC_URL"] = server.url.replace("127.0.0.1", "127.1")
        other = workspace.run("push", "--yes", env=env)
        assert server.asked == []
    for result in (unknown, other):
        assert result.code == 1
        assert "the certificate is not trusted" in result.err
        clear(workspace, result)


DATA = {"users": {"profile": {"id": 1, "name": "API"}}, "localization": None, "pages": None}


@pytest.mark.parametrize(
    "errors",
    [
        [{"message": "Cannot return null", "path": ["pages", "list"]}],
        [{"message": "boom", "path": ["localization"]}],
        [{"message": "boom"}],
        [None],
        ["boom"],
        [{"message": None, "path": "pages", "extensions": []}],
        {"message": "boom"},
    ],
)
@pytest.mark.parametrize("data", [None, {}, DATA])
def test_errors_beside_data_are_told_and_nothing_is_concluded_from_the_rest(
    workspace: Workspace, data: object, errors: object
) -> None:
    workspace.push(home=page("Home"))
    with Hostile([reply({"data": data, "errors": errors})]) as server:
        workspace.configure(url=server.url)
        lift = ("--allow", "foreign-state")
        for command in ("status", "pull"):
            write = ("--delete", "--yes", *lift) if command == "pull" else ()
            result = workspace.run(command, *write)
            assert result.code in {1, 4}
            clear(workspace, result)
    workspace.configure()
    quiet(workspace)


def test_an_error_beside_data_amid_a_run_fails_that_page_alone(workspace: Workspace) -> None:
    from wikisync.sandbox import Refuse

    for name in NAMES:
        workspace.sandbox.create(name)
    workspace.sandbox.faults.add(Refuse("Error", "boom", 1), on="single", path="news", times=None)
    result = workspace.run("pull", "--yes", "--json")
    assert result.code == 1
    assert "boom" in result.action("news")["reason"]
    workspace.sandbox.faults.clear()
    workspace.run("pull", "--yes").ok()
    assert sorted(workspace.files()) == [f"{name}.md" for name in NAMES]
    quiet(workspace)
