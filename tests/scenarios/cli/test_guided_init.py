"""``init`` at a terminal: it asks for what is missing, proposes answers, and shows what differs."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pytest

from support.terminal import Terminal
from support.workspace import page, tree

if TYPE_CHECKING:
    from support.workspace import Workspace


@pytest.fixture
def fresh(workspace: Workspace) -> Workspace:
    """A project without a configuration and without a folder."""
    (workspace.root / "wikisync.toml").unlink()
    workspace.folder.rmdir()
    return workspace


def settings(workspace: Workspace) -> dict[str, Any]:
    return tomllib.loads((workspace.root / "wikisync.toml").read_text())


NO_KEY = {"WIKISYNC_TOKEN": None}


def test_init_at_a_terminal_asks_for_address_folder_and_key_and_shows_what_differs(
    fresh: Workspace,
) -> None:
    fresh.sandbox.create("home")
    with Terminal(fresh, "init", env=NO_KEY, whole=True) as terminal:
        terminal.expect("Address of the wiki")
        terminal.type(f"{fresh.sandbox.url}\n")
        terminal.expect("Folder of the pages [pages]")
        terminal.type("\n")
        terminal.expect("API key (")
        terminal.type(f"{fresh.sandbox.token}\n")
        assert terminal.end().code == 0
    assert settings(fresh) == {"url": fresh.sandbox.url, "folder": "pages"}
    assert "Connected: 1 page" in terminal.shown
    assert "1 page: 1 to create in the folder" in terminal.shown
    assert "export WIKISYNC_TOKEN" in terminal.shown


def test_the_key_that_init_asks_for_is_neither_shown_nor_kept(fresh: Workspace) -> None:
    token = fresh.sandbox.token
    with Terminal(fresh, "init", fresh.sandbox.url, env=NO_KEY, whole=True) as terminal:
        terminal.expect("Folder of the pages")
        terminal.type("\n")
        terminal.expect("API key (")
        terminal.type(f"Bearer {token}\n")
        assert terminal.end().code == 0
    assert "Connected" in terminal.shown
    assert token not in terminal.shown
    assert all(token.encode() not in data for data in tree(fresh.root).values())


def test_init_asks_nothing_that_the_configuration_and_the_environment_say(
    workspace: Workspace,
) -> None:
    workspace.write("mine.md", page("Mine"))
    with Terminal(workspace, "init", whole=True) as terminal:
        assert terminal.end().code == 0
    assert "Address of the wiki" not in terminal.shown
    assert "API key" not in terminal.shown
    assert "1 page: 1 to create on the wiki" in terminal.shown


def test_init_proposes_the_folder_that_has_files_and_the_index_that_they_have(
    fresh: Workspace,
) -> None:
    for name in ("docs/README.md", "docs/guide/README.md", "docs/guide/a.md"):
        file = fresh.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("# A page\n")
    with Terminal(fresh, "init", fresh.sandbox.url, whole=True) as terminal:
        terminal.expect("Folder of the pages [docs]")
        terminal.type("\n")
        terminal.expect("2 files here are named README.md. Is each the page of its folder? [Y/n]")
        terminal.type("\n")
        assert terminal.end().code == 0
    assert settings(fresh) == {"url": fresh.sandbox.url, "folder": "docs", "index": "README"}


def test_init_asks_again_for_a_folder_that_can_be_none_and_says_why(fresh: Workspace) -> None:
    (fresh.root / "notes").write_text("A file.\n")
    reasons = {
        "../pages": "is not a folder inside the one that has wikisync.toml",
        "/tmp": "is not a folder inside the one that has wikisync.toml",
        "https://wiki.example.com": "is not the name of a folder such as docs",
        "~/pages": "is not the name of a folder such as docs",
        "notes": "notes: cannot make it: notes is a file.",
        "notes/pages": "notes/pages: cannot make it: notes is a file.",
        fresh.sandbox.token: "contains a secret (folder)",
    }
    with Terminal(fresh, "init", fresh.sandbox.url, env={"COLUMNS": "200"}, whole=True) as terminal:
        for wrong, reason in reasons.items():
            terminal.expect("Folder of the pages [pages]: ")
            terminal.shown = ""
            terminal.type(f"{wrong}\n")
            terminal.expect(reason)
        terminal.expect("Folder of the pages [pages]: ")
        terminal.type("docs\n")
        assert terminal.end().code == 0
    assert settings(fresh) == {"url": fresh.sandbox.url, "folder": "docs"}


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is(
    fresh: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wikisync.workflow.init.os.access", lambda *_: False)
    for folder, said in (("docs", "permission denied"), ("wikisync.toml", "is the configuration")):
        result = fresh.run("init", fresh.sandbox.url, "--folder", folder)
        assert (result.code, said in result.err) == (1, True)
    assert tree(fresh.root) == {}


def test_init_asks_again_for_an_address_that_does_not_answer_and_for_a_key_that_is_refused(
    fresh: Workspace,
) -> None:
    with Terminal(fresh, "init", env=NO_KEY, whole=True) as terminal:
        terminal.expect("Address of the wiki")
        terminal.type("ftp://wiki.example.org\n")
        terminal.expect("is not the wiki's address")
        terminal.type(f"{fresh.sandbox.url}/nowhere\n")
        terminal.expect("Folder of the pages")
        terminal.type("\n")
        terminal.expect("API key (")
        terminal.type("eyJ.wrong.x\n")
        terminal.expect(f"Address of the wiki [{fresh.sandbox.url}]")
        terminal.type("\n")
        terminal.expect("Another API key (Enter: none): ")
        terminal.type(f"{fresh.sandbox.token}\n")
        assert terminal.end().code == 0
    assert settings(fresh)["url"] == fresh.sandbox.url
    assert "Connected" in terminal.shown


def test_init_asks_again_for_a_key_that_was_pasted_with_its_command(fresh: Workspace) -> None:
    key = fresh.sandbox.token
    with Terminal(fresh, "init", fresh.sandbox.url, env=NO_KEY, whole=True) as terminal:
        terminal.expect("Folder of the pages")
        terminal.type("\n")
        terminal.expect("API key (")
        terminal.type(f"export WIKISYNC_TOKEN={key}\n")
        terminal.expect("Another API key (Enter: none): ")
        terminal.type(f"{key}\n")
        assert terminal.end().code == 0
    assert "its character 7 is a space" in " ".join(terminal.shown.split())
    assert "Connected" in terminal.shown
    assert key not in terminal.shown


def test_an_address_without_its_scheme_gets_it_at_a_terminal(fresh: Workspace) -> None:
    with Terminal(fresh, "init") as terminal:
        terminal.expect("Address of the wiki")
        terminal.type(fresh.sandbox.url.removeprefix("http://") + "\n")
        terminal.expect("Folder of the pages")
        terminal.type("\n")
        assert terminal.end().code == 0
    assert settings(fresh)["url"] == fresh.sandbox.url


def test_ctrl_c_at_a_question_of_init_writes_nothing_and_says_so(fresh: Workspace) -> None:
    with Terminal(fresh, "init") as terminal:
        terminal.expect("Address of the wiki")
        terminal.interrupt()
        assert terminal.end().code == 130
    assert "Cancelled. Nothing was written." in terminal.shown
    assert set(tree(fresh.root)) <= {"stdout"}


def test_init_in_json_has_what_doctor_finds(workspace: Workspace) -> None:
    checks = {check["name"]: check for check in workspace.run("init", "--json").ok().json["checks"]}
    doctor = workspace.run("doctor", "--json").json["checks"]
    assert {check["name"]: check["state"] for check in doctor} == {
        name: check["state"] for name, check in checks.items()
    }
    assert checks["write"]["state"] == "works"
