"""``begin``, the help and the completion: what a newcomer meets first."""

from __future__ import annotations

import json
import subprocess
import tomllib
from typing import TYPE_CHECKING

import pytest

from support.workspace import PATIENCE, Workspace, command, page, tree

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS = [
    *("init", "status", "diff", "push", "pull", "sync"),
    *("plan", "show", "apply", "review", "log", "undo", "sandbox", "demo"),
]


@pytest.fixture
def fresh(workspace: Workspace) -> Workspace:
    """A project without a configuration and without a folder."""
    (workspace.root / "wikisync.toml").unlink()
    workspace.folder.rmdir()
    return workspace


def test_init_writes_the_configuration_makes_the_folder_and_connects(fresh: Workspace) -> None:
    fresh.sandbox.create("home")
    result = fresh.run("init", fresh.sandbox.url).ok()
    settings = tomllib.loads((fresh.root / "wikisync.toml").read_text())
    assert settings == {"url": fresh.sandbox.url, "folder": "pages"}
    assert fresh.folder.is_dir()
    assert "Connected: 1 page, locales en, fr." in result.out
    assert "wikisync pull" in result.out
    assert not any(seen.is_mutation for seen in result.asked)
    fresh.run("pull", "--yes").ok()


def test_init_takes_another_folder_and_an_address_with_a_slash(fresh: Workspace) -> None:
    fresh.run("init", f"{fresh.sandbox.url}/", "--folder", "docs/wiki").ok()
    settings = tomllib.loads((fresh.root / "wikisync.toml").read_text())
    assert settings == {"url": fresh.sandbox.url, "folder": "docs/wiki"}
    assert (fresh.root / "docs" / "wiki").is_dir()


def test_init_keeps_a_configuration_that_is_there_and_tries_it(workspace: Workspace) -> None:
    text = f'# ours\nurl = "{workspace.sandbox.url}"\nfolder = "docs"\n'
    (workspace.root / "wikisync.toml").write_text(text)
    result = workspace.run("init").ok()
    assert (workspace.root / "wikisync.toml").read_text() == text
    assert result.out.startswith("Found wikisync.toml: docs/ ↔ ")
    assert "Connected" in result.out


def test_init_does_not_overwrite_another_wikis_configuration(workspace: Workspace) -> None:
    before = (workspace.root / "wikisync.toml").read_text()
    result = workspace.run("init", "https://other.example.org")
    assert result.code == 2
    assert workspace.sandbox.url in result.err
    assert "https://other.example.org" in result.err
    assert (workspace.root / "wikisync.toml").read_text() == before


@pytest.mark.parametrize("wanted", ["docs", "."])
def test_init_says_that_a_configuration_has_another_folder(
    workspace: Workspace, wanted: str
) -> None:
    before = (workspace.root / "wikisync.toml").read_text()
    result = workspace.run("init", workspace.sandbox.url, "--folder", wanted)
    assert result.code == 2
    assert 'wikisync.toml already has folder = "pages"' in result.err
    assert f'To use "{wanted}" instead, edit the file.' in result.err
    assert (workspace.root / "wikisync.toml").read_text() == before
    workspace.run("init", workspace.sandbox.url, "--folder", "pages/").ok()


def test_a_mistyped_address_does_not_stick(fresh: Workspace) -> None:
    assert fresh.run("init", f"{fresh.sandbox.url}/graphql").code == 1
    result = fresh.run("init", fresh.sandbox.url).ok()
    assert result.out.startswith(f"Wrote wikisync.toml: pages/ ↔ {fresh.sandbox.url}")
    assert "Connected" in result.out


def test_an_address_that_was_used_is_not_replaced(fresh: Workspace) -> None:
    fresh.run("init", fresh.sandbox.url).ok()
    fresh.run("sync", "--yes").ok()
    fresh.write("home.md", "Text.\n")
    fresh.run("push", "--yes").ok()
    before = (fresh.root / "wikisync.toml").read_text()
    assert fresh.run("init", "https://other.example.org").code == 2
    assert (fresh.root / "wikisync.toml").read_text() == before


def test_an_address_without_its_beginning_is_told_so(fresh: Workspace) -> None:
    result = fresh.run("init", "wiki.example.org")
    assert result.code == 2
    assert "begins with https:// or http://" in result.err


def test_init_without_a_token_says_how_to_make_one(fresh: Workspace) -> None:
    result = fresh.run("init", fresh.sandbox.url, env={"WIKISYNC_TOKEN": None}).ok()
    assert "Administration → API Access" in result.out
    assert "export WIKISYNC_TOKEN=" in result.out
    assert result.asked == ()


def test_init_without_an_address_is_wrong_usage_off_a_terminal(fresh: Workspace) -> None:
    assert fresh.run("init").code == 2
    assert tree(fresh.root) == {}


@pytest.mark.parametrize(
    "url", ["https://me:hunter2@wiki.example.org", "https://hunter2@wiki.example.org/"]
)
def test_init_refuses_an_address_with_a_password_and_does_not_repeat_it(
    fresh: Workspace, url: str
) -> None:
    result = fresh.run("init", url)
    assert result.code == 2
    assert "hunter2" not in result.text
    assert tree(fresh.root) == {}


@pytest.mark.parametrize("where", ["address", "address's query", "folder"])
def test_init_refuses_a_token_given_in_the_wrong_place(fresh: Workspace, where: str) -> None:
    token, url = fresh.sandbox.token, fresh.sandbox.url
    args = {
        "address": (token,),
        "address's query": (f"{url}/?token={token}",),
        "folder": (url, "--folder", token),
    }[where]
    for more in ((), ("--json",)):
        result = fresh.run("init", *args, *more)
        assert result.code == 2, result
        assert token not in result.text
        assert tree(fresh.root) == {}


def test_init_refuses_a_folder_elsewhere_and_writes_nothing(fresh: Workspace) -> None:
    result = fresh.run("init", fresh.sandbox.url, "--folder", "../elsewhere")
    assert result.code == 2
    assert tree(fresh.root) == {}


def test_init_tells_a_guest_and_an_api_that_is_off(fresh: Workspace) -> None:
    result = fresh.run("init", fresh.sandbox.url, env={"WIKISYNC_TOKEN": "eyJ.wrong.x"})
    assert result.code == 1
    assert "Create a new API key" in result.text
    fresh.sandbox.switch_api(on=False)
    result = fresh.run("init")
    assert result.code == 1
    assert "API is disabled" in result.text


def test_init_says_that_a_key_may_not_write(fresh: Workspace) -> None:
    token = fresh.sandbox.key(["read:pages", "read:source", "delete:pages"])
    result = fresh.run("init", fresh.sandbox.url, env={"WIKISYNC_TOKEN": token}).ok()
    assert "write:pages" in result.out


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_each_command_has_an_example(workspace: Workspace, name: str) -> None:
    for flag in ("--help", "-h"):
        shown = workspace.run(name, flag).ok().out
        assert "Examples: wikisync" in " ".join(shown.split())


def test_the_help_names_every_command_and_where_to_begin(workspace: Workspace) -> None:
    shown = workspace.run("--help").ok().out
    assert all(name in shown for name in COMMANDS)
    assert "wikisync demo" in shown
    assert workspace.run("--version").ok().out.startswith("wikisync ")


def test_the_help_names_the_commands_in_the_order_of_the_manual(workspace: Workspace) -> None:
    places = [workspace.run("--help").ok().out.index(f"\n  {name} ") for name in COMMANDS]
    assert places == sorted(places)


def test_nothing_said_is_answered_with_the_help(workspace: Workspace) -> None:
    assert "Usage: wikisync" in workspace.run().text


def test_completion_can_be_installed(tmp_path: Path, workspace: Workspace) -> None:
    for shell in ("bash", "zsh", "fish"):
        env = workspace.environment(
            {"SHELL": f"/bin/{shell}", "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"}
        )
        got = subprocess.run(
            [*command("--show-completion"), shell],
            env=env,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=True,
        )
        assert "_WIKISYNC_COMPLETE" in got.stdout


def run_in(root: Path, env: dict[str, str], *args: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        command(*args), cwd=root, env=env, capture_output=True, timeout=PATIENCE, check=False
    )


def test_the_sandbox_prints_its_address_and_token_and_serves(tmp_path: Path) -> None:
    args = command("sandbox", "--port", "0", "--locales", "en,fr", "--json")
    with subprocess.Popen(args, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            given = json.loads(server.stdout.readline())
            assert set(given) == {"url", "token"}
            root = tmp_path / "mine"
            root.mkdir()
            env = {"WIKISYNC_TOKEN": given["token"], "PATH": ""}
            made = run_in(root, env, "init", given["url"])
            assert made.returncode == 0
            (root / "pages" / "home.md").write_text(page("Home"))
            pushed = run_in(root, env, "push", "--yes", "--json")
            assert json.loads(pushed.stdout)["counts"]["create"] == 1
        finally:
            server.terminate()
        assert server.wait(PATIENCE) == 0
