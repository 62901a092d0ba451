"""An undo compares what a run left with what is there now, whatever a killed run left open."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from support.texts import full_text
from support.workspace import Workspace, page
from wikisync.apply.transaction import JournaledWrite
from wikisync.config import load
from wikisync.progress import silent
from wikisync.request import Request
from wikisync.workflow import sync_run, undo

if TYPE_CHECKING:
    from wikisync.request import Report


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    """A project with two pages, pushed."""
    workspace.push(home=page("Home", full_text("One.\n")), other=page("Other", full_text("Two.\n")))
    return workspace


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def torn(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A pull that was killed when the file was there and the journal did not say so."""
    workspace.sandbox.edit("home", content="Theirs.\n")
    config = load(start=workspace.root, env={"WIKISYNC_TOKEN": workspace.sandbox.token})

    def dies(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched, suppress(Killed):
        patched.setattr(JournaledWrite, "done", dies)
        sync_run.run_sync(config, Request("pull", "pull"), silent, lambda _report: True)
    assert "Theirs." in workspace.read("home.md")
    return workspace


def run_undo(workspace: Workspace, *, dry_run: bool = False, run: int | None = None) -> Report:
    config = load(start=workspace.root, env={"WIKISYNC_TOKEN": workspace.sandbox.token})
    request = Request("undo", "sync", dry_run=dry_run, run=run)
    return undo.undo(config, request, silent, lambda _report: True)


def settled_as_unknown(workspace: Workspace) -> None:
    """Type a line where the killed run wrote, and let the next run look at it."""
    left = workspace.raw("home.md")
    workspace.write("home.md", left + b"Typed since.\n")
    workspace.run("push", "--yes", "other")
    workspace.write("home.md", left)


def test_what_a_killed_run_left_is_taken_back_though_it_settled_as_unknown(
    torn: Workspace,
) -> None:
    settled_as_unknown(torn)
    result = torn.run("undo", "--yes").ok()
    assert "Nothing" not in result.out
    assert "One.\n" in torn.read("home.md")


def test_what_changed_since_a_killed_run_is_named_with_its_backup(torn: Workspace) -> None:
    settled_as_unknown(torn)
    torn.change("home.md", "Theirs.", "Mine now.")
    [backup] = torn.run("log", "home", "--json").json["backups"]
    result = torn.run("undo", "--yes")
    assert result.code == 3
    assert f"wikisync restore {backup['backup']}" in result.out
    torn.run("restore", str(backup["backup"]), "--yes").ok()
    assert "One.\n" in torn.read("home.md")


def test_a_killed_write_that_was_never_done_is_nothing_to_take_back(torn: Workspace) -> None:
    settled_as_unknown(torn)
    before = torn.run("log", "home", "--json").json["backups"][0]["backup"]
    torn.write("home.md", torn.run("restore", str(before), "--print").out)
    report = run_undo(torn, dry_run=True)
    assert report.request.run == 1  # the push before it


@pytest.mark.parametrize("settle", [False, True])
def test_a_dry_run_announces_what_the_undo_then_does(torn: Workspace, settle: bool) -> None:
    if settle:
        settled_as_unknown(torn)
    before = torn.snapshot()
    planned = run_undo(torn, dry_run=True)
    assert torn.snapshot()[0] == before[0]
    done = run_undo(torn)
    assert planned.request.run == done.request.run
    assert [a.key for a in planned.plan.actions] == [o.action.key for o in done.outcomes]
    assert all(o.result == "done" for o in done.outcomes)


def test_a_dry_run_says_which_run_and_what_it_will_leave_alone(workspace: Workspace) -> None:
    workspace.change("home.md", "One.", "Mine.")
    workspace.change("other.md", "Two.", "Mine too.")
    workspace.run("push", "--yes").ok()
    workspace.sandbox.edit("home", content="Theirs.\n")
    before = workspace.both_sides()
    looked = workspace.run("undo", "--dry-run", "--json")
    assert workspace.both_sides() == before
    assert looked.code == 3
    assert looked.json["run"] == 2
    assert looked.planned() == [("update", "wiki", "other")]
    [conflict] = looked.json["conflicts"]
    assert conflict["path"] == "home"
    assert "wikisync restore" in conflict["reason"]
    assert "run 2" in workspace.run("undo", "--dry-run").out
    done = workspace.run("undo", "--yes", "--json")
    assert (done.code, done.json["conflicts"]) == (3, [conflict])
    assert done.done() == [("update", "wiki", "other")]


def test_an_undo_that_can_take_nothing_back_goes_no_further_back(workspace: Workspace) -> None:
    workspace.change("home.md", "One.", "Mine.")
    workspace.run("push", "--yes").ok()
    workspace.sandbox.edit("home", content="Theirs.\n")
    assert workspace.run("undo", "--yes").code == 3
    again = workspace.run("undo", "--dry-run", "--json")
    assert again.json["run"] == 2
    assert workspace.run("undo", "1", "--dry-run", "--json").json["run"] == 1


@pytest.mark.parametrize("side", ["wiki", "folder"])
def test_names_that_changed_places_are_no_conflict_of_an_undo(
    workspace: Workspace, side: str
) -> None:
    if side == "wiki":
        (workspace.folder / "home.md").rename(workspace.folder / "aside.md")
        (workspace.folder / "other.md").rename(workspace.folder / "home.md")
        (workspace.folder / "aside.md").rename(workspace.folder / "other.md")
        workspace.run("push", "--yes").ok()
    else:
        workspace.sandbox.move("home", "aside")
        workspace.sandbox.move("other", "home")
        workspace.sandbox.move("aside", "other")
        workspace.run("pull", "--yes").ok()
    pages = {name: (workspace.sandbox.page(name) or {})["id"] for name in ("home", "other")}
    planned = workspace.run("undo", "--dry-run", "--json").ok()
    assert planned.json["conflicts"] == []
    workspace.run("undo", "--yes").ok()
    if side == "wiki":
        now = {name: (workspace.sandbox.page(name) or {})["id"] for name in ("home", "other")}
        assert (now["home"], now["other"]) == (pages["other"], pages["home"])
    else:
        assert ("One.\n" in workspace.read("home.md"), "Two.\n" in workspace.read("other.md")) == (
            True,
            True,
        )
