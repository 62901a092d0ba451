"""A backup can be fetched whatever happened since: by its number, without a wiki (promise 1)."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from support.workspace import DATE, Workspace, page
from wikisync.config import load
from wikisync.report.text import local_time
from wikisync.request import Request
from wikisync.sandbox import Hook
from wikisync.state import State
from wikisync.workflow import restore

if TYPE_CHECKING:
    from wikisync.request import Report

OFFLINE = {"WIKISYNC_TOKEN": None, "WIKISYNC_URL": "http://127.0.0.1:1"}


@pytest.fixture
def synced(workspace: Workspace) -> Workspace:
    workspace.push(home=page("Home", "One.\n", tags="x"), other=page("Other"))
    return workspace


def listed(workspace: Workspace, *paths: str) -> list[dict[str, Any]]:
    found = workspace.run("log", *paths, "--json").ok().json["backups"]
    assert isinstance(found, list)
    return found


def numbers(workspace: Workspace, *paths: str) -> list[int]:
    return [backup["backup"] for backup in listed(workspace, *paths)]


def every_number(workspace: Workspace) -> set[int]:
    with closing(State.open(workspace.state, create=False)) as state:
        return {backup.number for backup in state.backups.all()}


def overwritten(workspace: Workspace, mine: str = "Mine.") -> int:
    """Lose a local edit of home to the wiki's; the number of its backup."""
    workspace.change("home.md", "One.", mine)
    workspace.sandbox.edit("home", content="Theirs.\n")
    result = workspace.run("pull", "--prefer", "wiki", "--yes", "--json").ok()
    [number] = result.action("home")["backups"]
    return int(number)


def test_what_was_here_is_fetched_though_undo_is_refused_for_ever(synced: Workspace) -> None:
    number = overwritten(synced)
    synced.change("home.md", "Theirs.", "Theirs, and more.")
    synced.run("push", "--yes").ok()
    refused = synced.run("undo", "2", "--yes")
    assert refused.code == 3
    assert f"wikisync restore {number}" in refused.text
    synced.run("restore", str(number), "--yes").ok()
    assert "Mine.\n" in synced.read("home.md")
    synced.run("push", "--yes").ok()
    assert (synced.sandbox.page("home") or {})["content"] == "Mine.\n"


def test_a_deleted_page_is_fetched_though_its_name_was_taken_again(synced: Workspace) -> None:
    synced.remove("home.md")
    result = synced.run("push", "--delete", "--yes", "--json").ok()
    [number] = result.action("home")["backups"]
    synced.sandbox.create("home", content="A stranger.\n")
    synced.run("pull", "--yes").ok()
    assert numbers(synced, "home") == [number]
    shown = synced.run("restore", str(number), "--print").ok()
    assert shown.out.endswith("\nOne.\n")
    assert "tags: x\n" in shown.out
    synced.run("restore", str(number), "--yes").ok()
    assert synced.read("home.md").endswith("\nOne.\n")


def test_a_backup_never_goes_over_another_page_that_got_its_number(synced: Workspace) -> None:
    """A wiki restored from a dump numbers new pages as it numbered those that are lost."""
    dump = synced.sandbox.dump()
    synced.push(lost=page("Lost", "Lost, one.\n"))
    synced.change("lost.md", "Lost, one.", "Lost, two.")
    synced.run("push", "--yes").ok()
    [number] = numbers(synced, "lost")
    lost = synced.sandbox.page("lost") or {}
    synced.sandbox.restore(dump)
    assert synced.sandbox.create("stranger", content="A stranger.\n")["id"] == lost["id"]
    synced.run("pull", "--mirror", "--delete", "--yes").ok()
    synced.run("restore", str(number), "--yes").ok()
    assert "A stranger." in synced.read("stranger.md")
    assert "Lost, one." in synced.read("lost.md")


def test_the_backups_of_a_page_are_not_those_of_another_that_had_its_number(
    synced: Workspace,
) -> None:
    dump = synced.sandbox.dump()
    synced.push(lost=page("Lost", "Lost, one.\n"))
    synced.change("lost.md", "Lost, one.", "Lost, two.")
    synced.run("push", "--yes").ok()
    synced.sandbox.restore(dump)
    synced.sandbox.create("stranger", content="A stranger.\n")
    synced.run("pull", "--mirror", "--delete", "--yes").ok()
    assert "lost" not in synced.run("log", "stranger").ok().out
    synced.sandbox.edit("stranger", content="A stranger, edited.\n")
    synced.run("pull", "--yes").ok()
    [mine] = numbers(synced, "stranger")
    assert mine not in numbers(synced, "lost")
    # Under another name it is still the same page.
    synced.sandbox.move("stranger", "friend")
    synced.run("pull", "--yes").ok()
    assert mine in numbers(synced, "friend")
    assert set(numbers(synced, "friend")).isdisjoint(numbers(synced, "lost"))


def test_a_backup_of_a_page_changes_only_the_lines_concerned(synced: Workspace) -> None:
    synced.change("home.md", "tags: x", "# mine\ntags: x, y")
    synced.run("push", "--yes").ok()
    before = synced.read("home.md")
    [number] = numbers(synced, "home")
    synced.run("restore", str(number)).ok()
    assert synced.read("home.md") == before.replace("tags: x, y", "tags: x")


def test_a_deleted_page_comes_back_as_a_file_with_its_style(synced: Workspace) -> None:
    synced.sandbox.edit("home", scriptCss="p{color:red}", publishEndDate="2031-01-01T00:00:00.000Z")
    synced.run("pull", "--yes").ok()
    synced.remove("home.md")
    synced.run("push", "--delete", "--yes").ok()
    synced.run("restore", str(numbers(synced, "home")[0])).ok()
    assert "scriptCss: p{color:red}" in synced.read("home.md")
    synced.run("push", "--yes").ok()
    home = synced.sandbox.page("home") or {}
    assert (home["content"], home["tags"]) == ("One.\n", ["x"])
    assert "red" in home["scriptCss"]
    assert home["publishEndDate"] == "2031-01-01T00:00:00.000Z"


def test_a_restore_needs_neither_token_nor_wiki(synced: Workspace) -> None:
    number = str(overwritten(synced))
    for args in (("log", "home"), ("restore", number, "--print"), ("restore", number, "--dry-run")):
        assert synced.run(*args, env=OFFLINE).ok().asked == ()
    before = synced.read("home.md")
    assert "Theirs." in before
    assert synced.run("restore", number, env=OFFLINE).ok().asked == ()
    assert "Mine." in synced.read("home.md")


def test_a_restore_backs_up_what_it_overwrites_and_can_be_undone(synced: Workspace) -> None:
    number = overwritten(synced)
    before = synced.read("home.md")
    result = synced.run("restore", str(number), "--json").ok()
    [kept] = result.action("home")["backups"]
    mine = synced.read("home.md")
    synced.run("undo", "--yes").ok()
    assert synced.read("home.md") == before
    synced.run("restore", str(number)).ok()
    assert synced.read("home.md") == mine
    synced.run("restore", str(kept), "--yes").ok()
    assert synced.read("home.md") == before
    assert synced.run("status", "--exit-code").ok()


def test_a_restore_asks_where_the_file_has_what_was_never_pushed(synced: Workspace) -> None:
    number = str(overwritten(synced))
    synced.change("home.md", "Theirs.", "Never pushed.")
    before = synced.snapshot()
    assert synced.run("restore", number).code == 2
    assert synced.run("restore", number, "--json").json["error"]
    assert synced.snapshot()[0] == before[0]
    synced.run("restore", number, "--yes").ok()
    assert "Mine." in synced.read("home.md")


def test_a_file_that_changes_while_it_is_asked_about_is_left_alone(synced: Workspace) -> None:
    number = overwritten(synced)
    synced.change("home.md", "Theirs.", "Never pushed.")

    def edits(_report: Report) -> bool:
        synced.change("home.md", "Never pushed.", "Typed just now.")
        return True

    config = load(start=synced.root, env={}, need_token=False)
    report = restore.restore_backup(config, Request("restore", "pull", backup=number), edits)
    assert [o.result for o in report.outcomes] == ["skipped"]
    assert "Typed just now." in synced.read("home.md")


def test_a_dry_run_of_a_restore_writes_nothing(synced: Workspace) -> None:
    number = overwritten(synced)
    before = synced.snapshot()
    result = synced.run("restore", str(number), "--dry-run", "--json").ok()
    assert result.planned() == [("update", "folder", "home")]
    assert synced.snapshot() == before


def test_restoring_again_does_nothing(synced: Workspace) -> None:
    number = str(overwritten(synced))
    synced.run("restore", number).ok()
    before = synced.snapshot()
    again = synced.run("restore", number).ok()
    assert "already" in again.out
    assert synced.snapshot()[0] == before[0]


def test_printed_and_written_elsewhere_it_is_byte_for_byte(synced: Workspace) -> None:
    synced.change("home.md", "One.\n", "One.\r\n# odd ü\r\n")
    mine = synced.raw("home.md")
    synced.sandbox.edit("home", content="Theirs.\n")
    synced.run("pull", "--prefer", "wiki", "--yes").ok()
    number, before = str(numbers(synced, "home")[0]), synced.files()
    target = synced.root / "elsewhere.md"
    synced.run("restore", number, "-o", str(target)).ok()
    assert target.read_bytes() == mine
    assert synced.process("restore", number, "--print").out.encode() == mine
    assert synced.files() == before
    target.write_text("Precious.\n")
    assert synced.run("restore", number, "-o", str(target)).code == 2
    assert target.read_text() == "Precious.\n"


@pytest.mark.parametrize(
    "name", ["../out.md", "/tmp/out.md", ".git/hooks/x.md", "x.sh", "linked/x.md", "a/../../x.md"]
)
def test_a_restore_never_leaves_the_folder(synced: Workspace, name: str) -> None:
    number = overwritten(synced)
    (synced.root / "outside").mkdir()
    (synced.folder / "linked").symlink_to(synced.root / "outside")
    with closing(sqlite3.connect(synced.state / "state.db")) as db, db:
        db.execute("update intent set file = ?, page_id = null, path = 'planted'", (name,))
    before = sorted(synced.root.rglob("*"))
    result = synced.run("restore", str(number), "--yes")
    assert result.code == 1, result
    assert sorted(synced.root.rglob("*")) == before
    assert synced.run("restore", str(number), "--print").ok().out


def test_a_backup_of_another_kind_of_page_is_not_written_over_it(synced: Workspace) -> None:
    number = overwritten(synced)
    (synced.folder / "home.md").rename(synced.folder / "home.html")
    head = f"<!--\ntitle: Home\ndate: {DATE}\neditor: code\n-->\n\n"
    synced.write("home.html", f"{head}<p>Theirs.</p>\n")
    synced.run("push", "--convert", "--prefer", "wiki", "--yes").ok()
    result = synced.run("restore", str(number), "--yes")
    assert result.code == 2
    assert "-o" in result.err
    assert "Mine." in synced.run("restore", str(number), "--print").ok().out


def test_there_is_no_backup_of_that_number(workspace: Workspace) -> None:
    result = workspace.run("restore", "7", "--yes")
    assert result.code == 2
    assert "7" in result.err
    assert not workspace.state.exists()
    assert listed(workspace, "home") == []


def test_a_backup_is_listed_by_the_old_and_the_new_name_of_its_page(synced: Workspace) -> None:
    first = overwritten(synced)
    synced.sandbox.move("home", "far/home")
    synced.run("pull", "--yes").ok()
    (synced.folder / "far/home.md").rename(synced.folder / "near-home.md")
    synced.run("push", "--yes").ok()
    synced.change("near-home.md", "Theirs.", "Nearer.")
    synced.run("push", "--yes").ok()
    every = every_number(synced)
    for path in (
        "home",
        "far/home",
        "far",
        "near-home",
        "near-home.md",
        "pages/near-home.md",
        "n*",
    ):
        assert set(numbers(synced, path)) == every, path
    assert numbers(synced, "other") == []
    synced.run("restore", str(first), "--yes").ok()
    assert "Mine." in synced.read("near-home.md")
    assert not (synced.folder / "home.md").exists()


def test_every_backup_there_is_is_listed_by_a_name_of_its_page(workspace: Workspace) -> None:
    lines = "\n".join(f"Line {number}." for number in range(9))
    names = ("moved", "deleted", "merged", "overtaken", "gone")
    workspace.push(**{name: page(name, f"{name}\n{lines}\n") for name in names})
    workspace.change("moved.md", "moved\n", "changed\n")
    (workspace.folder / "moved.md").rename(workspace.folder / "new.md")
    workspace.remove("deleted.md")
    workspace.change("merged.md", "merged\n", "merged here\n")
    merged = (workspace.sandbox.page("merged") or {})["content"]
    workspace.sandbox.edit("merged", content=merged.replace("Line 8.", "Line 8, there."))
    workspace.change("overtaken.md", "overtaken\n", "mine\n")
    workspace.sandbox.faults.add(
        Hook(lambda: workspace.sandbox.edit("overtaken", content="Theirs.\n")), on="update", nth=1
    )
    workspace.sandbox.delete("gone")
    workspace.run("sync", "--delete", "--yes", "--jobs", "1", "--max-delete", "9")
    workspace.run("undo", "--yes")
    every = every_number(workspace)
    assert len(every) >= 8
    found = {n for name in (*names, "new") for n in numbers(workspace, name)}
    assert found == every
    assert every == set(numbers(workspace, "."))
    for number in every:
        assert workspace.run("restore", str(number), "--print").ok().out


def test_an_edit_that_was_written_over_is_named_with_its_backup(synced: Workspace) -> None:
    synced.change("home.md", "One.", "Mine.")
    synced.sandbox.faults.add(
        Hook(lambda: synced.sandbox.edit("home", content="Precious.\n", tags=["y"])), on="update"
    )
    result = synced.run("push", "--yes", "--json")
    assert result.code == 3
    [conflict] = result.json["conflicts"]
    [number] = conflict["backups"]
    assert f"backup {number}" in conflict["reason"]
    assert f"wikisync restore {number}" in conflict["reason"]
    synced.run("restore", str(number), "--yes").ok()
    assert "Precious.\n" in synced.read("home.md")


def test_what_is_overwritten_or_deleted_is_told_with_its_number(synced: Workspace) -> None:
    synced.change("home.md", "One.", "Mine.")
    synced.sandbox.edit("home", content="Theirs.\n")
    synced.remove("other.md")
    result = synced.run("push", "--prefer", "local", "--delete", "--yes").ok()
    for name in ("home", "other"):
        [number] = numbers(synced, name)
        assert f"The old version of {name}.md is backup {number}: wikisync restore {number}." in (
            result.out
        )


def test_a_number_is_never_given_twice(synced: Workspace) -> None:
    first = overwritten(synced)
    with closing(State.open(synced.state)) as state:
        state.journal.delete_older("2026", before="9999")
        assert state.backups.all() == []
    synced.change("home.md", "Theirs.", "Later.")
    synced.run("push", "--yes").ok()
    assert numbers(synced, "home")[0] > first


def test_the_list_tells_number_time_run_side_and_what_it_is(synced: Workspace) -> None:
    number = overwritten(synced)
    [backup] = listed(synced, "home")
    assert (backup["backup"], backup["run"], backup["command"]) == (number, 2, "pull")
    assert (backup["side"], backup["what"], backup["action"]) == ("folder", "before", "update")
    shown = synced.run("log", "home").ok().out
    assert f"backup {number}  {local_time(backup['at'])}  home.md\n" in shown
    assert "the file, before it was updated by run 2 (pull)" in shown
