"""``wikisync doctor`` names what is wrong on this machine, and other commands point to it."""

from __future__ import annotations

import socket
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from support.doctor import doctor, failing, fill, found, states
from support.gateway import Gateway
from support.workspace import page
from wiki.hostile import TLS, Hostile, reply
from wikisync.config import load
from wikisync.doctor.examine import Surroundings, examine
from wikisync.report.doctor_messages import check_message
from wikisync.state import State
from wikisync.wiki.endpoint import Access
from wikisync.wiki.server_certificate import read_certificate

if TYPE_CHECKING:
    from pathlib import Path

    from support.workspace import Workspace


@pytest.fixture
def filled(workspace: Workspace) -> Workspace:
    """Pages on both sides, and a state that knows them."""
    return fill(workspace)


# ---- the configuration against the wiki, the state, git


def test_a_root_in_another_case_is_named(filled: Workspace) -> None:
    (filled.root / ".wikisync").rename(filled.root / "old-state")
    filled.configure(root="Products")
    result = doctor(filled)
    assert "root" in failing(result)
    assert "`products`" in found(result, "root")


def test_files_laid_out_otherwise_than_the_setting_says(workspace: Workspace) -> None:
    for name in ("a", "b", "c"):
        workspace.write(f"en/{name}.md", page(name))
    result = doctor(workspace)
    assert failing(result) == ["layout"]
    assert "locale_folders" in found(result, "layout")


def test_the_wikis_locales_are_told(filled: Workspace) -> None:
    assert "en, fr; the default is en" in found(doctor(filled), "locales")


def test_the_state_of_another_wiki(filled: Workspace) -> None:
    with Hostile([reply({"data": {}})]) as other:
        result = doctor(filled, WIKISYNC_URL=other.url)
    assert "state" in failing(result)
    assert filled.sandbox.url in found(result, "state")


def test_the_state_of_another_folder_or_root(filled: Workspace) -> None:
    filled.configure(root="products")
    assert "root" in found(doctor(filled), "state")
    (filled.root / "docs").mkdir()
    filled.configure(folder="docs")
    assert "pages/" in found(doctor(filled), "state")


def test_a_state_that_is_damaged(filled: Workspace) -> None:
    database = filled.state / "state.db"
    database.write_bytes(b"not a database" * 1000)
    result = doctor(filled)
    assert failing(result) == ["state"]
    assert "damaged" in found(result, "state")


def test_a_page_of_the_state_that_is_overwritten(filled: Workspace) -> None:
    database = filled.state / "state.db"
    data = bytearray(database.read_bytes())
    data[-4096:] = b"\xff" * 4096
    database.write_bytes(data)
    assert failing(doctor(filled)) == ["state"]


def test_a_clone_that_is_shallow(filled: Workspace, tmp_path: Path) -> None:
    def git(*args: str) -> None:
        user = ("-c", "user.name=a", "-c", "user.email=a@example.com")
        subprocess.run(("git", *user, *args), cwd=filled.root, check=True, capture_output=True)

    git("init", "-q")
    git("add", "pages", "wikisync.toml")
    git("commit", "-qm", "one")
    assert "whole history" in found(doctor(filled), "git")
    git("commit", "-qm", "two", "--allow-empty")
    subprocess.run(
        ("git", "clone", "-q", "--depth=1", filled.root.as_uri(), str(tmp_path / "clone")),
        check=True,
        capture_output=True,
    )
    result = filled.run("doctor", "--json", cwd=tmp_path / "clone")
    assert states(result)["git"] == "warning"
    assert "--unshallow" in found(result, "git")


def test_a_folder_that_is_missing_is_a_warning(workspace: Workspace) -> None:
    workspace.folder.rmdir()
    result = workspace.run("doctor", "--json")
    assert states(result)["folder"] == "warning"
    assert not workspace.folder.exists()
    assert not workspace.state.exists()


# ---- a gateway, GitHub, an interrupted run, the clock


def test_a_server_that_asks_for_a_client_certificate(workspace: Workspace) -> None:
    with Gateway(workspace.sandbox, {}, tls="client") as gateway:
        result = doctor(workspace, WIKISYNC_URL=gateway.url)
        assert failing(result) == ["certificate"]
        assert "client certificate" in found(result, "certificate")
        given = {
            "WIKISYNC_CLIENT_CERT": str(TLS / "client.pem"),
            "WIKISYNC_CLIENT_KEY": str(TLS / "client-key.pem"),
        }
        result = doctor(workspace, WIKISYNC_URL=gateway.url, **given)
        assert failing(result) == []
        missing = doctor(
            workspace, WIKISYNC_URL=gateway.url, WIKISYNC_CLIENT_CERT=str(TLS / "no-such.pem")
        )
        assert missing.code == 2
        assert failing(missing) == ["certificate"]
        assert "no-such.pem" in found(missing, "certificate")


def test_on_github_the_event_says_whether_the_run_may_write(filled: Workspace) -> None:
    github = {"GITHUB_ACTIONS": "true", "GITHUB_WORKSPACE": str(filled.root)}
    url = {"WIKISYNC_URL": filled.sandbox.url}
    result = filled.run("doctor", env={**github, **url, "GITHUB_EVENT_NAME": "push"})
    assert "works    github         a run for the event push, which may write." in result.out
    result = filled.run("doctor", env={**github, **url, "GITHUB_EVENT_NAME": "pull_request_target"})
    assert "warning  github " in result.out
    assert "may not write" in result.out
    result = filled.run("doctor", env={**github, "GITHUB_EVENT_NAME": "pull_request_target"})
    assert result.code == 1
    assert "fails    configuration" in result.out
    assert "must not decide where the API key is sent" in result.out


def test_an_interrupted_run_is_named_and_left_as_it_is(filled: Workspace) -> None:
    with closing(State.open(filled.state)) as state:
        state.journal.begin_run("push", "2026-11-28T10:00:00.000Z")
    result = doctor(filled)
    assert result.code == 0
    assert states(result)["state"] == "warning"
    assert "interrupted" in found(result, "state")


@pytest.mark.parametrize(
    ("days", "state", "words"),
    [
        (3, "warning", "3 days ahead of"),
        (-3, "warning", "3 days behind"),
        (0.01, "works", "s ahead"),
    ],
)
def test_clocks_that_differ_by_days_are_a_warning(
    filled: Workspace, days: float, state: str, words: str
) -> None:
    env = {"WIKISYNC_TOKEN": filled.sandbox.token}
    around = Surroundings(None, filled.root, env, datetime.now(UTC) + timedelta(days=days))
    checks = list(examine(lambda: load(start=filled.root, env=env), around))
    (clock,) = (check for check in checks if check.name == "clock")
    assert clock.state == state
    assert words in check_message(clock).text


def test_a_certificate_that_ends_soon_is_a_warning(filled: Workspace) -> None:
    with Gateway(filled.sandbox, {}, tls="server") as gateway:
        env = {
            "WIKISYNC_TOKEN": filled.sandbox.token,
            "WIKISYNC_URL": gateway.url,
            "WIKISYNC_CA_FILE": str(TLS / "cert.pem"),
        }
        ends = read_certificate(gateway.url, Access("x", ca_file=TLS / "cert.pem"), 10).expires
        assert ends is not None
        around = Surroundings(None, filled.root, env, ends - timedelta(days=13))
        checks = list(examine(lambda: load(start=filled.root, env=env), around))
    (certificate,) = (check for check in checks if check.name == "certificate")
    assert certificate.state == "warning"
    assert f"until {ends.date().isoformat()}" in check_message(certificate).text


# ---- other commands point to it


def test_errors_with_several_causes_point_to_doctor(filled: Workspace) -> None:
    lister = filled.sandbox.key(["read:pages"])
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
        (filled.root / ".wikisync").rename(filled.root / "old-state")
        for env in (
            {"WIKISYNC_URL": nobody},
            {"WIKISYNC_TOKEN": lister},
        ):
            result = filled.run("status", env=env)
            assert result.code != 0
            assert result.err.endswith("What works and what does not: wikisync doctor.\n")
            assert "wikisync doctor" in filled.run("init", env=env).out
    assert "wikisync doctor" not in filled.run("status", "no-such-page").err


def test_init_ends_with_what_doctor_finds(filled: Workspace) -> None:
    reading = ["read:pages", "read:source"]
    writing = [*reading, "write:pages", "manage:pages"]
    for permissions, lacks in ((writing, True), (reading, False)):
        key = filled.sandbox.key(permissions, lifetime="3d")
        out = filled.run("init", env={"WIKISYNC_TOKEN": key}).ok().out
        assert "key-expiry: it expires soon" in out
        assert ("history: the key may not read the history" in out) is lacks
        assert out.splitlines()[-1].startswith("Next: ")
    assert "doctor" not in filled.run("init").ok().out
    quiet = filled.run("init", "--quiet").ok()
    assert quiet.text == ""
