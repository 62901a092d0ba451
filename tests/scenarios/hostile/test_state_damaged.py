"""A state that is damaged or newer is refused and left; one that is lost means a first run."""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from scenarios.hostile.scene import contents, quiet, writes
from support.workspace import Workspace, page, tree
from wikisync.state.database import Database

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COMMANDS = [
    *(("status",), ("diff",), ("log",), ("status", "--offline"), ("undo", "--yes")),
    *((command, "--delete", "--yes") for command in ("push", "pull", "sync")),
]


@pytest.fixture
def synced(workspace: Workspace) -> Workspace:
    """Twelve pages in sync, of which one is gone here, one on the wiki, and one edited on each."""
    workspace.push(
        **{f"page-{n:02}": page(f"Page {n}", f"Text {n}.\n", tags="a") for n in range(12)}
    )
    workspace.remove("page-00.md")
    workspace.sandbox.delete("page-01")
    workspace.change("page-02.md", "Text 2.", "Mine.")
    workspace.sandbox.edit("page-03", content="Theirs.\n")
    return workspace


def cut_in_half(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def another_program(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as db:
        db.execute("create table bookmarks (url text)")


def newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as db:
        db.execute("pragma user_version = 7")


DAMAGES: dict[str, tuple[Callable[[Path], object], str]] = {
    "no database": (lambda file: file.write_bytes(b"what is this? " * 900), "is damaged"),
    "cut in half": (cut_in_half, "is damaged"),
    "its head overwritten": (
        lambda f: f.write_bytes(b"\0" * 200 + f.read_bytes()[200:]),
        "damaged",
    ),
    "another program's": (another_program, "is damaged"),
    "newer": (newer, "Upgrade"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_state_that_cannot_be_used_is_refused_by_every_command_and_left(
    synced: Workspace, damage: str
) -> None:
    spoil, said = DAMAGES[damage]
    spoil(synced.state / "state.db")
    before = (synced.both_sides(), (synced.state / "state.db").read_bytes())
    for command in COMMANDS:
        result = synced.run(*command)
        assert result.code == 4, result
        assert "state.db" in result.err
        assert said in result.err
        assert writes(result) == []
        assert (synced.both_sides(), (synced.state / "state.db").read_bytes()) == before


def test_a_damaged_state_moved_away_as_told_is_a_first_run(synced: Workspace) -> None:
    (synced.state / "state.db").write_bytes(b"what is this? " * 900)
    assert "Move it away to start without it: nothing is deleted" in synced.run("push", "--yes").err
    (synced.state / "state.db").rename(synced.root / "state.damaged")
    first_run(synced)


def first_run(workspace: Workspace) -> None:
    """A run without a memory: what is equal is adopted, and whatever is missing is made again."""
    result = workspace.run("sync", "--delete", "--max-delete", "99", "--yes", "--json")
    assert result.code == 3
    assert result.json["counts"]["adopt"] == 8
    assert result.json["counts"]["delete"] == 0
    assert result.json["counts"]["conflict"] == 1
    # The page's own history has what the file says: only the page has changed since.
    assert "Theirs." in workspace.read("page-03.md")
    assert len(workspace.sandbox.pages()) == len(workspace.files()) == 12
    assert contents(workspace)["page-03"] == "Theirs.\n"
    assert "Mine." in workspace.read("page-02.md")


def test_a_state_that_is_lost_adopts_what_is_equal_and_deletes_nothing(synced: Workspace) -> None:
    shutil.rmtree(synced.state)
    first_run(synced)


def test_an_empty_state_file_is_a_lost_one(synced: Workspace) -> None:
    for file in synced.state.glob("state.db*"):
        file.unlink()
    (synced.state / "state.db").touch()
    first_run(synced)


def test_whatever_byte_of_the_state_flips_no_page_and_no_file_is_lost(synced: Workspace) -> None:
    file = synced.state / "state.db"
    good = file.read_bytes()
    files, pages = synced.files(), contents(synced)
    step = 211 if "WIKISYNC_TRY_ALL" in os.environ else 2003
    codes = set()
    for place in range(0, len(good), step):
        for other in synced.state.glob("state.db-*"):
            other.unlink()
        file.write_bytes(good[:place] + bytes([good[place] ^ 0x15]) + good[place + 1 :])
        result = synced.run("push", "--yes", "--json")
        codes.add(result.code)
        assert result.code in {0, 1, 3, 4}, (place, result)
        assert synced.files().keys() == files.keys(), (place, result)
        assert "Mine." in synced.read("page-02.md"), place
        now = contents(synced)
        assert now.keys() >= pages.keys(), (place, result)
        assert now["page-03"] == "Theirs.\n", (place, result)
        # Back to where it was.
        for name, data in files.items():
            synced.write(name, data)
        if "page-00" in now and "page-00" not in pages:
            synced.sandbox.delete("page-00")
        if now["page-02"] != pages["page-02"]:
            synced.sandbox.edit("page-02", content=pages["page-02"])
    assert codes


@pytest.mark.parametrize("what", ["state", "lock"])
def test_a_state_that_cannot_be_written_is_refused(workspace: Workspace, what: str) -> None:
    workspace.write("home.md", page("Home"))
    if what == "state":
        workspace.state.write_text("a file where the folder is due")
    else:
        (workspace.state / "lock").mkdir(parents=True)
    result = workspace.run("push", "--yes")
    assert (result.code, contents(workspace)) == (4, {})
    assert ("cannot be used" if what == "state" else "was not opened") in result.err
    assert ".wikisync" in result.err


@pytest.mark.parametrize(("jobs", "under_way"), [(1, 1), (2, 4)])
@pytest.mark.parametrize("room", [0, 1, 2, 3, 5, 8, 12, 16, 20])
def test_a_disk_that_fills_up_under_the_state_stops_the_run_and_loses_nothing(
    workspace: Workspace, room: int, jobs: int, under_way: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace.push(
        **{f"page-{n}": page(f"Page {n}", "Old.\n") for n in range(4)}, rest=page("Rest")
    )
    names = [f"page-{n}" for n in range(4)]
    for name in names:
        # Of random letters, which do not get smaller in the state.
        workspace.write(f"{name}.md", page(name, secrets.token_hex(20_000) + "\n"))
    workspace.remove("rest.md")
    prepare = Database._initialized

    def full(db: Database) -> Database:
        prepare(db)
        (pages,) = db.row("PRAGMA page_count")
        db.row(f"PRAGMA max_page_count = {pages + room}")
        return db

    before = contents(workspace)
    with monkeypatch.context() as patch:
        patch.setattr(Database, "_initialized", full)
        result = workspace.run("push", "--delete", "--yes", "--json", "--jobs", str(jobs))
    assert result.code in {1, 4}, result
    assert "disk is full" in result.text
    assert "Free some disk space" in result.text
    if result.code == 4:
        assert writes(result) == []
    wrote = [name for name in names if contents(workspace)[name] != before[name]]
    done = [path for _verb, _side, path in result.done()] if result.code == 1 else []
    assert set(done) <= {*wrote, "rest"}
    assert len(wrote) - len(done) <= under_way
    workspace.run("push", "--delete", "--yes").ok()
    assert sorted(contents(workspace)) == names
    assert all(contents(workspace)[name] != before[name] for name in names)
    quiet(workspace)


def test_a_killed_runs_leftovers_beside_the_state_do_no_harm(workspace: Workspace) -> None:
    workspace.push(home=page("Home"))
    before = tree(workspace.state)
    assert "state.db" in before
    (workspace.state / "lock.json").write_text('{"pid": "nobody"')
    workspace.write("news.md", page("News"))
    workspace.run("push", "--yes").ok()
    quiet(workspace)
