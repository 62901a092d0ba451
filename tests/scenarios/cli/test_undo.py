"""What a run wrote can be listed, and taken back where nothing changed since (promise 1)."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from support.texts import TEXT
from support.workspace import Workspace, page
from wikisync.apply.transaction import now
from wikisync.folder.folder import digest_of
from wikisync.folder.temporary import aside_name
from wikisync.sandbox import Hook
from wikisync.state import State


@pytest.fixture
def synced(workspace: Workspace) -> Workspace:
    workspace.push(home=page("Home", "One.\n", tags="x"), other=page("Other"), gone=page("Gone"))
    return workspace


def content(workspace: Workspace, path: str) -> str | None:
    found = workspace.sandbox.page(path)
    return None if found is None else str(found["content"])


def test_undo_takes_a_push_back(synced: Workspace) -> None:
    synced.change("home.md", "One.", "Two.")
    synced.write("new.md", page("New"))
    synced.remove("gone.md")
    synced.run("push", "--delete", "--yes").ok()
    assert (content(synced, "home"), content(synced, "gone")) == ("Two.\n", None)
    synced.run("undo", "--yes").ok()
    assert (content(synced, "home"), content(synced, "gone")) == ("One.\n", TEXT)
    assert synced.sandbox.page("new") is None
    home = synced.sandbox.page("home")
    assert home is not None
    assert (home["title"], home["tags"]) == ("Home", ["x"])


def test_undo_takes_a_pull_back_byte_for_byte(synced: Workspace) -> None:
    before = synced.files()
    synced.sandbox.edit("home", content="Two.\n")
    synced.sandbox.create("new")
    synced.sandbox.delete("gone")
    synced.run("pull", "--delete", "--yes").ok()
    assert synced.files() != before
    synced.run("undo", "--yes").ok()
    assert synced.files() == before


def test_undo_leaves_a_page_alone_that_changed_since(synced: Workspace) -> None:
    synced.change("home.md", "One.", "Two.")
    synced.change("other.md", "Text.", "Two.")
    synced.run("push", "--yes").ok()
    synced.sandbox.edit("home", content="Three.\n")
    result = synced.run("undo", "--yes")
    assert result.code == 3
    assert (content(synced, "home"), content(synced, "other")) == ("Three.\n", TEXT)


def test_undo_asks_like_any_other_write(synced: Workspace) -> None:
    synced.change("home.md", "One.", "Two.")
    synced.run("push", "--yes").ok()
    before = synced.both_sides()
    assert synced.run("undo").code == 2
    assert synced.run("undo", "--dry-run").ok()
    assert synced.both_sides() == before


def test_a_preferred_side_can_be_taken_back(synced: Workspace) -> None:
    synced.change("home.md", "One.", "Mine.")
    synced.sandbox.edit("home", content="Theirs.\n")
    mine = synced.read("home.md")
    synced.run("sync", "--prefer", "wiki", "--yes").ok()
    synced.run("undo", "--yes").ok()
    assert synced.read("home.md") == mine
    assert content(synced, "home") == "Theirs.\n"
    assert synced.run("status").code == 3


def test_the_log_lists_the_runs_and_what_each_did(synced: Workspace) -> None:
    synced.change("home.md", "One.", "Two.")
    synced.run("push", "--yes").ok()
    synced.run("undo", "--yes").ok()
    shown = synced.run("log").ok()
    assert shown.asked == ()
    assert "push" in shown.out
    assert "undo" in shown.out
    assert synced.run("log", "--json").ok().json["command"] == "log"


def test_without_a_run_there_is_nothing_to_take_back(workspace: Workspace) -> None:
    result = workspace.run("undo", "--yes")
    assert result.code == 2
    assert result.err
    assert workspace.run("log").ok()


def test_an_undo_brings_back_what_is_older_than_what_is_kept(workspace: Workspace) -> None:
    workspace.push(home=page("Home", "Old.\n"))
    workspace.sandbox.edit("home", content="Precious.\n")
    workspace.change("home.md", "Old.", "Mine.")
    workspace.run("push", "--yes", "--prefer", "local").ok()
    with sqlite3.connect(workspace.state / "state.db") as db:
        db.execute("update run set ended = '2020-01-01T00:00:00.000Z'")
    workspace.run("undo", "--yes").ok()
    assert (workspace.sandbox.page("home") or {})["content"] == "Precious.\n"


def test_an_undo_brings_back_the_edit_that_was_overtaken(workspace: Workspace) -> None:
    workspace.push(home=page("Home", "Old.\n"))
    workspace.change("home.md", "Old.", "Mine.")
    workspace.sandbox.faults.add(
        Hook(lambda: workspace.sandbox.edit("home", content="Precious.\n")), on="update"
    )
    assert workspace.run("push", "--yes").code == 3
    workspace.run("undo", "--yes").ok()
    assert (workspace.sandbox.page("home") or {})["content"] == "Precious.\n"


def test_what_stands_in_the_date_line_and_is_no_date_stays(workspace: Workspace) -> None:
    workspace.write("home.md", page("Home").replace("date: ", "date: Christmas, as told ", 1))
    before = workspace.read("home.md")
    workspace.run("push", "--yes").ok()
    assert workspace.read("home.md") == before


@pytest.mark.parametrize("command", ["undo", "restore", "sync"])
def test_an_edit_that_a_killed_run_left_beside_its_file_is_named(
    synced: Workspace, command: str
) -> None:
    synced.change("home.md", "One.", "Two.")
    synced.run("push", "--yes").ok()
    with closing(State.open(synced.state)) as state:
        state.journal.begin_run("pull", now())  # and it was killed amid a write of other.md
    old, new = digest_of(synced.raw("other.md")), digest_of(b"new")
    synced.write(aside_name("other.md", old, new), page("Other", "Saved at that moment.\n"))
    synced.write("other.md", page("Other", "Saved again since.\n"))
    args = ("restore", "1") if command == "restore" else (command,)
    result = synced.run(*args, "--yes").ok()
    [beside] = [name for name in synced.files() if ".saved-" in name]
    assert f"{beside} is an edit that was saved while a run was killed" in result.out
    assert "Saved at that moment." in synced.read(beside)
