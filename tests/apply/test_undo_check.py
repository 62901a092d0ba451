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
def ws(ws: Workspace) -> Workspace:
    """A project with two pages, pushed."""
    ws.push(home=page("Home", full_text("One.\n")), other=page("Other", full_text("Two.\n")))
    return ws


class Killed(BaseException):
    """The process is gone."""


@pytest.fixture
def torn(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A pull that was killed when the file was there and the journal did not say so."""
    ws.box.edit("home", content="Theirs.\n")
    config = load(start=ws.root, env={"WIKISYNC_TOKEN": ws.box.token})

    def dies(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patched, suppress(Killed):
        patched.setattr(JournaledWrite, "done", dies)
        sync_run.run_sync(config, Request("pull", "pull"), silent, lambda _report: True)
    assert "Theirs." in ws.read("home.md")
    return ws


def run_undo(ws: Workspace, *, dry_run: bool = False, run: int | None = None) -> Report:
    config = load(start=ws.root, env={"WIKISYNC_TOKEN": ws.box.token})
    request = Request("undo", "sync", dry_run=dry_run, run=run)
    return undo.undo(config, request, silent, lambda _report: True)


def settled_as_unknown(ws: Workspace) -> None:
    """Type a line where the killed run wrote, and let the next run look at it."""
    left = ws.raw("home.md")
    ws.write("home.md", left + b"Typed since.\n")
    ws.run("push", "--yes", "other")
    ws.write("home.md", left)


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


def test_a_dry_run_says_which_run_and_what_it_will_leave_alone(ws: Workspace) -> None:
    ws.change("home.md", "One.", "Mine.")
    ws.change("other.md", "Two.", "Mine too.")
    ws.run("push", "--yes").ok()
    ws.box.edit("home", content="Theirs.\n")
    before = ws.both_sides()
    looked = ws.run("undo", "--dry-run", "--json")
    assert ws.both_sides() == before
    assert looked.code == 3
    assert looked.json["run"] == 2
    assert looked.planned() == [("update", "wiki", "other")]
    [conflict] = looked.json["conflicts"]
    assert conflict["path"] == "home"
    assert "wikisync restore" in conflict["reason"]
    assert "run 2" in ws.run("undo", "--dry-run").out
    done = ws.run("undo", "--yes", "--json")
    assert (done.code, done.json["conflicts"]) == (3, [conflict])
    assert done.done() == [("update", "wiki", "other")]


def test_an_undo_that_can_take_nothing_back_is_not_tried_for_ever(ws: Workspace) -> None:
    ws.change("home.md", "One.", "Mine.")
    ws.run("push", "--yes").ok()
    ws.box.edit("home", content="Theirs.\n")
    assert ws.run("undo", "--yes").code == 3
    again = ws.run("undo", "--dry-run", "--json")
    assert again.json["run"] == 1


@pytest.mark.parametrize("side", ["wiki", "folder"])
def test_names_that_changed_places_are_no_conflict_of_an_undo(ws: Workspace, side: str) -> None:
    if side == "wiki":
        (ws.folder / "home.md").rename(ws.folder / "aside.md")
        (ws.folder / "other.md").rename(ws.folder / "home.md")
        (ws.folder / "aside.md").rename(ws.folder / "other.md")
        ws.run("push", "--yes").ok()
    else:
        ws.box.move("home", "aside")
        ws.box.move("other", "home")
        ws.box.move("aside", "other")
        ws.run("pull", "--yes").ok()
    pages = {name: (ws.box.page(name) or {})["id"] for name in ("home", "other")}
    planned = ws.run("undo", "--dry-run", "--json").ok()
    assert planned.json["conflicts"] == []
    ws.run("undo", "--yes").ok()
    if side == "wiki":
        now = {name: (ws.box.page(name) or {})["id"] for name in ("home", "other")}
        assert (now["home"], now["other"]) == (pages["other"], pages["home"])
    else:
        assert ("One.\n" in ws.read("home.md"), "Two.\n" in ws.read("other.md")) == (True, True)
