"""A secret never leaves memory but to the wiki it is for (promise 10): the token is looked for
everywhere, after a whole round and after failures of every kind."""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import pytest

from support.terminal import Terminal
from support.workspace import Workspace, page, tree
from wiki.hostile import Hostile
from wikisync.sandbox import Drop, Html, Late, Redirect, Refuse, Status, Truncated, WriteThenFail

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Iterator
    from http.server import BaseHTTPRequestHandler

    from support.workspace import Result


def told_by(error: BaseException | None) -> Iterator[str]:
    """All that an error and what led to it would show."""
    while error is not None:
        yield from (str(error), repr(error), repr(error.args), repr(vars(error)))
        yield from getattr(error, "__notes__", ())
        error = error.__cause__ or error.__context__


def leaks(
    workspace: Workspace, results: list[Result], logged: pytest.LogCaptureFixture, secret: str
) -> list[str]:
    """Every place where the secret, or the part of it that nobody can guess, is to be found."""
    places = {f"output of {' '.join(result.args)}": result.text for result in results}
    for number, result in enumerate(results):
        shown = "\n".join(told_by(result.error))
        places[f"error {number} of {' '.join(result.args)}"] = shown
    places |= {f"log {n}: {r.name}": log(r) for n, r in enumerate(logged.records)}
    whole = {place: text.encode() for place, text in places.items()}
    whole |= {f"file {name}": data for name, data in tree(workspace.root).items()}
    whole |= {f"name {name}": name.encode() for name in tree(workspace.root)}
    needles = (secret.encode(), secret.rpartition(".")[2].encode())
    return [place for place, data in whole.items() if any(needle in data for needle in needles)]


def log(record: logging.LogRecord) -> str:
    return f"{record.getMessage()} {record.args!r} {record.exc_text}"


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """What every library would log where somebody switched all of it on."""
    caplog.set_level(logging.DEBUG)
    return caplog


def whole_round(workspace: Workspace) -> Iterator[Result]:
    """Every command, with edits, conflicts and deletions on both sides in between."""
    yield workspace.run("init")
    names = ("home", "edited", "theirs", "both", "gone", "fled")
    for name in names:
        workspace.write(f"{name}.md", page(name.title(), tags="one"))
    yield workspace.run("push")
    yield workspace.run("push", "--dry-run", "--json")
    yield workspace.run("push", "--yes")
    workspace.change("edited.md", "Text.", "Mine.")
    workspace.change("both.md", "Text.", "Mine.")
    workspace.sandbox.edit("theirs", content="Theirs.\n")
    workspace.sandbox.edit("both", content="Theirs.\n")
    workspace.remove("gone.md")
    workspace.sandbox.delete("fled")
    workspace.write("bad.md", b"\xff")
    for command in ("status", "diff", "push", "pull", "sync"):
        yield workspace.run(command)
        yield workspace.run(command, "--json")
    yield workspace.run("plan", "sync", "-o", "plan.json", "--json")
    yield workspace.run("show", "plan.json")
    yield workspace.run("apply", "plan.json", "--yes", "--json")
    yield workspace.run("apply", "plan.json", "--yes")
    yield workspace.run("sync", "--yes", "--json")
    yield workspace.run("sync", "--yes", "--delete", "--prefer", "local", "--max-delete", "9")
    yield workspace.run("status", "--offline", "--quiet")


def test_a_whole_round_leaves_no_token_behind(
    workspace: Workspace, logged: pytest.LogCaptureFixture
) -> None:
    results = list(whole_round(workspace))
    assert logged.records
    assert leaks(workspace, results, logged, workspace.sandbox.token) == []


def test_the_search_for_the_token_finds_it(
    workspace: Workspace, logged: pytest.LogCaptureFixture
) -> None:
    result = workspace.run("status").ok()
    assert leaks(workspace, [result], logged, "There are no pages") == ["output of status"]
    logging.getLogger("some.library").debug("header: %s", workspace.sandbox.token)
    (workspace.folder / "note.txt").write_text(workspace.sandbox.token)
    found = leaks(workspace, [result], logged, workspace.sandbox.token)
    assert found[-1] == "file pages/note.txt"
    assert "some.library" in found[0]


FAULTS: dict[str, tuple[Any, str | None]] = {
    "cut": (Drop(), None),
    "cut after a write": (Drop(after=True), "create"),
    "bad gateway": (Status(502), None),
    "login page": (Html(), None),
    "redirect": (Redirect("https://login.example.org/"), None),
    "cut short": (Truncated(), None),
    "cut short amid": (Truncated(cut=True), None),
    "refused": (Refuse("PageIllegalPath", "No.", 6005), "create"),
    "forbidden": (Refuse("PageCreateForbidden", "No.", 6009), "create"),
    "failed": (WriteThenFail(), "create"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_failure_tells_no_token(
    workspace: Workspace, logged: pytest.LogCaptureFixture, name: str
) -> None:
    effect, on = FAULTS[name]
    workspace.write("home.md", page("Home"))
    fault = workspace.sandbox.faults.add(effect, on=on, times=None)
    results = [
        workspace.run(*args, *more)
        for args in (("status",), ("diff",), ("push", "--yes"), ("pull", "--yes"), ("init",))
        for more in ((), ("--json",))
    ]
    assert fault.applied
    assert leaks(workspace, results, logged, workspace.sandbox.token) == []


def test_a_token_that_is_no_good_is_not_shown_either(
    workspace: Workspace, logged: pytest.LogCaptureFixture
) -> None:
    workspace.push(home=page("Home"))
    revoked = workspace.sandbox.key(["read:pages"])
    workspace.sandbox.revoke(revoked)
    expired = workspace.sandbox.key(["read:pages"], expired=True)
    tokens = [revoked, expired, "no-token-at-all-1234", "with a-blank-in-5678", "schlüssel-9012"]
    for token in tokens:
        results = [
            workspace.run(*args, env={"WIKISYNC_TOKEN": token})
            for args in (("status",), ("push", "--yes", "--json"), ("init",))
        ]
        assert all(result.code for result in results)
        assert leaks(workspace, results, logged, token) == []


def test_with_the_api_off_no_token_is_shown(
    workspace: Workspace, logged: pytest.LogCaptureFixture
) -> None:
    workspace.push(home=page("Home"))
    workspace.sandbox.switch_api(on=False)
    results = [
        workspace.run("pull", "--yes"),
        workspace.run("status", "--json"),
        workspace.run("init", "--json"),
    ]
    assert all(result.code == 1 for result in results)
    assert leaks(workspace, results, logged, workspace.sandbox.token) == []


def test_a_token_in_the_configuration_is_refused_and_not_repeated(
    workspace: Workspace, logged: pytest.LogCaptureFixture
) -> None:
    secret = workspace.sandbox.key(["read:pages"])
    for line in (
        f'token = "{secret}"',
        f'note = "{secret}"',
        f'ignore = ["{secret}"]',
        f'[wiki]\nsecret = "{secret}"',
        f'url = "https://wiki.example.org/{secret}"',
        f"token = {secret}",
    ):
        (workspace.root / "wikisync.toml").write_text(f"{line}\n")
        results = [
            workspace.run("status"),
            workspace.run("push", "--json"),
            workspace.run("init", "--json"),
        ]
        assert all(result.code == 2 for result in results)
        assert leaks(workspace, results, logged, secret) == ["file wikisync.toml"]


def test_a_token_in_the_address_is_refused_and_not_repeated(
    workspace: Workspace, logged: pytest.LogCaptureFixture
) -> None:
    secret = workspace.sandbox.token
    for url in (
        secret,
        f"https://{secret}",
        f"{workspace.sandbox.url}/{secret}",
        f"{workspace.sandbox.url}?t={secret}",
    ):
        results = [
            workspace.run("status", *more, env={"WIKISYNC_URL": url}) for more in ((), ("--json",))
        ]
        assert all(result.code == 2 for result in results)
        assert leaks(workspace, results, logged, secret) == []


def echo(kind: str) -> Callable[[BaseHTTPRequestHandler, threading.Event], None]:
    """An answer that repeats the token it was sent."""

    def send(handler: BaseHTTPRequestHandler, _: threading.Event) -> None:
        token = str(handler.headers["Authorization"]).removeprefix("Bearer ")
        status, headers, body = 200, {"Content-Type": "application/json"}, "{}"
        message = f"jwt malformed: {token}"
        match kind:
            case "refusal":
                status, body = 400, json.dumps({"errors": [{"message": message}]})
            case "failure":
                status, body = 500, json.dumps({"errors": [{"message": message}]})
            case "fault":
                fault: dict[str, Any] = {"message": message, "path": ["pages", "list"]}
                body = json.dumps({"data": {}, "errors": [fault]})
            case "api off":
                fault = {"message": f"API Key is invalid: {token}"}
                status, body = 500, json.dumps({"errors": [fault]})
            case "redirect":
                status, headers["Location"] = 302, f"https://login.example.org/?token={token}"
            case "title":
                headers["Content-Type"] = "text/html"
                body = f"<html><title>Who is {token}?</title></html>"
            case "address":
                status, headers["Location"] = 302, f"/{token}"
        data = body.encode()
        handler.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(data)

    return send


KINDS = ["refusal", "failure", "fault", "api off", "redirect", "title", "address"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_that_the_wiki_repeats_is_not_shown(
    workspace: Workspace, logged: pytest.LogCaptureFixture, kind: str
) -> None:
    workspace.write("home.md", page("Home"))
    with Hostile([echo(kind)]) as server:
        env = {"WIKISYNC_URL": server.url}
        results = [
            workspace.run(*args, *more, env=env)
            for args in (("status",), ("push", "--yes"), ("diff",))
            for more in ((), ("--json",), ("--quiet",))
        ]
        assert server.asked
    assert all(result.code == 1 for result in results), results
    assert leaks(workspace, results, logged, workspace.sandbox.token) == []


def test_a_token_that_a_refused_write_repeats_is_not_shown_or_kept(
    workspace: Workspace, logged: pytest.LogCaptureFixture
) -> None:
    workspace.push(home=page("Home"), other=page("Other"))
    workspace.change("home.md", "Text.", "Mine.")
    workspace.write("new.md", page("New"))
    workspace.remove("other.md")
    says = f"forbidden for {workspace.sandbox.token}"
    for code in (6005, 6009, 1):
        for verb in ("create", "update", "delete"):
            workspace.sandbox.faults.add(Refuse("Error", says, code), on=verb, times=None)
        workspace.sandbox.faults.add(Refuse("Error", says, 1), on="single", path="other", nth=3)
        more = ("--delete", "--yes")
        results = [
            workspace.run("push", *more),
            workspace.run("push", *more, "--json"),
            workspace.run("diff"),
        ]
        assert results[0].code == 1
        workspace.sandbox.faults.clear()
        assert leaks(workspace, results, logged, workspace.sandbox.token) == []


def test_at_a_terminal_no_token_is_shown(
    workspace: Workspace, logged: pytest.LogCaptureFixture
) -> None:
    workspace.write("home.md", page("Home"))
    workspace.sandbox.faults.add(Late(0.05), on="list", times=None)
    with Terminal(workspace, "push", whole=True) as terminal:
        terminal.expect("[y/N]")
        terminal.type("y\n")
        result = terminal.end()
    assert result.code == 0
    assert leaks(workspace, [result], logged, workspace.sandbox.token) == []
