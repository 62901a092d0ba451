"""What a sandbox keeps when it ends, and how it starts and stops."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from contextlib import closing, suppress
from typing import TYPE_CHECKING

import pytest

from support.graphql_client import CREATE, LIST, NEW, ask, do, post
from wikisync.errors import FolderError, PortTaken
from wikisync.sandbox import Sandbox, serve

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """
import sys
from wikisync.sandbox import serve
serve(0, sys.argv[1], ["en"], lambda url, token: print(url, token, flush=True))
print("ended", flush=True)
"""


def test_a_folder_keeps_pages_versions_keys_and_the_token(tmp_path: Path) -> None:
    with Sandbox(data=tmp_path / "wiki") as sandbox:
        page = sandbox.create("a", content="one\r\n\n", tags=["x"], locale="fr")
        sandbox.edit("a", "fr", content="two")
        before, token, key = sandbox.pages(), sandbox.token, sandbox.key(["read:pages"])
    with Sandbox(data=tmp_path / "wiki") as sandbox:
        assert sandbox.pages() == before
        assert sandbox.token == token
        assert len(ask(sandbox, LIST, key)["pages"]["list"]) == 1
        history = "query($id:Int!){pages{history(id:$id){total}}}"
        assert ask(sandbox, history, id=page["id"])["pages"]["history"]["total"] == 1
        assert sandbox.edit("a", "fr", content="three")["updatedAt"] > before[0]["updatedAt"]


def test_without_a_folder_each_sandbox_starts_empty() -> None:
    with Sandbox() as sandbox:
        sandbox.create("a")
        first = sandbox.token
    with Sandbox() as sandbox:
        assert sandbox.pages() == []
        assert sandbox.token != first


def test_a_language_can_be_added_when_a_folder_is_opened_again(tmp_path: Path) -> None:
    for languages in (["en"], ["en", "de"]):
        with Sandbox(languages, tmp_path) as sandbox:
            found = ask(sandbox, "{localization{config{locale} locales{code}}}")["localization"]
            assert found["config"]["locale"] == "en"
            assert [locale["code"] for locale in found["locales"]] == languages


def test_the_first_language_is_the_default() -> None:
    with Sandbox(["fr", "en"]) as sandbox:
        config = ask(sandbox, "{localization{config{locale}}}")["localization"]["config"]
        assert config == {"locale": "fr"}
        page = do(sandbox, CREATE, **{**NEW, "path": "a", "locale": "de"})
        assert page["slug"] == "ForeignKeyViolationError"


def test_a_port_that_is_taken_is_named(sandbox: Sandbox) -> None:
    port = int(sandbox.url.rpartition(":")[2])
    with pytest.raises(PortTaken) as caught:
        Sandbox(port=port)
    assert caught.value.port == port
    assert post(sandbox, LIST).status == 200


def test_a_port_is_free_again_at_once() -> None:
    with Sandbox() as sandbox:
        port = int(sandbox.url.rpartition(":")[2])
        assert post(sandbox, LIST).status == 200
    with Sandbox(port=port) as sandbox:
        assert post(sandbox, LIST).status == 200


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")
    with pytest.raises(FolderError):
        Sandbox(data=file / "wiki")


def test_only_this_machine_is_listened_to(sandbox: Sandbox) -> None:
    assert sandbox.url.startswith("http://127.0.0.1:")
    port = int(sandbox.url.rpartition(":")[2])
    with closing(socket.socket()) as other:
        other.bind(("127.0.0.2", port))


@pytest.mark.parametrize("attempt", range(5))
def test_an_open_connection_does_not_hold_up_the_end(attempt: int) -> None:
    sandbox = Sandbox()
    port = int(sandbox.url.rpartition(":")[2])
    with closing(socket.create_connection(("127.0.0.1", port))) as idle:
        sandbox.close()
        idle.settimeout(10)
        with suppress(ConnectionResetError):
            assert idle.recv(1) == b""


def test_serving_in_the_foreground_ends_when_told(tmp_path: Path) -> None:
    ready: list[tuple[str, str]] = []

    def started(url: str, token: str) -> None:
        ready.append((url, token))
        signal.raise_signal(signal.SIGINT)

    serve(0, tmp_path, ["en"], started)
    ((url, token),) = ready
    with Sandbox(data=tmp_path) as sandbox:
        assert sandbox.token == token
        assert url.startswith("http://127.0.0.1:")


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_command_cleanly_and_nothing_else_is_printed(
    tmp_path: Path, number: signal.Signals
) -> None:
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PROGRAM, str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("http://127.0.0.1:")
        process.send_signal(number)
        try:
            rest, complaints = process.communicate(timeout=20)
        finally:
            process.kill()
        assert (process.returncode, rest, complaints) == (0, "ended\n", "")


def test_many_pages_at_once_are_pages_like_any_other(sandbox: Sandbox) -> None:
    sandbox.fill(["a", "part/b"], "Text.\n", ("one", "two"))
    sandbox.create("c", tags=["two", "three"])
    pages = {page["path"]: (page["content"], page["tags"]) for page in sandbox.pages()}
    assert pages == {
        "a": ("# a\n\nText.\n", ["one", "two"]),
        "part/b": ("# part/b\n\nText.\n", ["one", "two"]),
        "c": ("# c\n", ["two", "three"]),
    }


def test_the_sandbox_tells_what_it_was_asked_and_what_it_answered(sandbox: Sandbox) -> None:
    before = sandbox.traffic
    answer = post(sandbox, LIST)
    now = sandbox.traffic
    assert now.requests == before.requests + 1
    assert now.received > before.received
    assert now.sent - before.sent == len(answer.body)
