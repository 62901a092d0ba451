"""What a run wrote can be listed, and taken back where nothing changed since (promise 1)."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing

import pytest

from support.texts import TEXT
from support.workspace import Workspace, page
from wikisync.folder.folder import digest_of
from wikisync.folder.temporary import aside_name
from wikisync.sandbox import Hook
from wikisync.state import State
from wikisync.state.journal import now


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
    assert re.search(r"^run 2 .* push \(undone by run 3\): 1 updated on the wiki$", shown.out, re.M)
    assert re.search(r"^run 3 .* undo of run 2: 1 updated on the wiki$", shown.out, re.M)
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


def test_a_second_undo_takes_the_run_before_back_only_if_it_is_named(synced: Workspace) -> None:
    synced.change("home.md", "One.", "Two.")
    synced.run("push", "--yes").ok()
    synced.run("undo", "--yes").ok()
    before = synced.both_sides()
    again = synced.run("undo", "--yes")
    assert again.code == 2
    assert "Run 2, the last one, was undone already." in again.err
    assert "The one before it is run 1." in again.err
    assert "wikisync undo RUN" in again.err
    assert synced.both_sides() == before
    synced.run("undo", "1", "--yes").ok()
    assert synced.sandbox.pages() == []


def test_an_undo_that_could_do_nothing_is_not_followed_by_that_of_the_run_before(
    synced: Workspace,
) -> None:
    synced.change("home.md", "One.", "Two.")
    synced.run("push", "--yes").ok()
    synced.sandbox.edit("home", content="Three.\n")
    for _ in range(2):
        result = synced.run("undo", "--yes", "--json")
        assert result.code == 3
        assert result.json["run"] == 2
        assert [found["path"] for found in result.json["conflicts"]] == ["home"]
    assert content(synced, "other") == TEXT


def test_undo_names_the_run_what_it_leaves_alone_and_the_way_back(synced: Workspace) -> None:
    synced.change("home.md", "One.", "Two.")
    synced.write("new.md", page("New"))
    synced.run("push", "--yes").ok()
    synced.sandbox.edit("home", content="Three.\n")
    shown = synced.run("undo", "--dry-run").out
    assert re.search(r"Undoing run 2 \(push, \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\):", shown)
    assert "home.md: It changed after that run" in shown
    assert "it is left alone" in shown
    assert "To publish again what it deletes on the wiki: wikisync push." in shown
    done = synced.run("undo", "--yes").out
    assert re.search(r"The old version of new\.md is backup \d+: wikisync restore \d+\.", done)
    synced.run("push", "--yes").ok()
    assert content(synced, "new") == TEXT


def test_the_log_says_which_runs_were_undone_and_if_only_in_part(synced: Workspace) -> None:
    synced.write("other.md", page("Other", "One.\n"))
    synced.change("home.md", "One.", "Two.")
    synced.run("push", "--yes").ok()
    synced.sandbox.edit("home", content="Theirs.\n")
    for _ in range(2):
        synced.run("undo", "2", "--yes")
    shown = synced.run("log").ok().out
    assert re.search(r"^run 2 .* push \(undone in part by run 3\): ", shown, re.MULTILINE)
    assert "by run 4" not in shown


def test_the_log_has_local_times_counts_and_as_many_runs_as_are_asked_for(
    synced: Workspace,
) -> None:
    for number in range(11):
        synced.write("home.md", page("Home", f"Number {number}.\n"))
        synced.run("push", "--yes").ok()
    shown = synced.run("log", env={"TZ": "Asia/Tokyo"}).ok().out
    heads = re.findall(
        r"^run \d+  \d{4}-\d\d-\d\d \d\d:\d\d:\d\d  push: (.*)$", shown, re.MULTILINE
    )
    assert heads == ["1 updated on the wiki"] * 10
    assert "… and 2 earlier runs. All: wikisync log -n 12." in shown
    assert synced.run("log", "-n", "12").ok().out.count("  push: ") == 12
    assert synced.run("log", "-n", "2").ok().out.count("  push: ") == 2
    assert len(synced.run("log", "--json").ok().json["runs"]) == 12
    assert len(synced.run("log", "--json", "-n", "2").ok().json["runs"]) == 2


def test_the_log_of_a_path_that_no_run_knows_says_so(synced: Workspace) -> None:
    result = synced.run("log", "hom")
    assert result.code == 2
    assert "hom: no such page" in result.err
    assert "There are no backups" in synced.run("log", "home").ok().out


def test_a_path_without_a_locale_is_of_the_default_one_wherever_its_folder_is(
    workspace: Workspace,
) -> None:
    workspace.configure(locale_folders="all")
    workspace.write("en/guide/a.md", page("A"))
    workspace.run("push", "--yes").ok()
    workspace.write("en/guide/a.md", page("B"))
    workspace.run("push", "guide/a", "--yes").ok()
    for path in ("guide/a", "guide/a.md", "guide", "en/guide/a", "'guide/*'".strip("'")):
        assert "backup 1 " in workspace.run("log", path).ok().out
