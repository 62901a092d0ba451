"""An edit made between the last look and the write: found, named, kept. Nothing is lost."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import pytest

from scenarios.hostile.scene import RIGHTS, contents, on_wiki, quiet
from support.texts import TEXT
from support.workspace import Workspace, page
from wikisync.sandbox import Hook, WriteThenFail
from wikisync.state import State
from wikisync.state.bases import unpack_page


@pytest.fixture
def edited(workspace: Workspace) -> Workspace:
    """A page that waits to be updated."""
    workspace.push(home=page("Home", "Old.\n"), news=page("News"))
    workspace.change("home.md", "Old.", "Mine.")
    return workspace


def overtaken_copies(workspace: Workspace) -> list[str]:
    """The texts of edits that were written over, as the state keeps them."""
    found = []
    with closing(State.open(workspace.state, create=False)) as state:
        for run in state.journal.runs():
            for noted in state.journal.entries(run.number):
                data = state.backups.data(noted.number, "overtaken")
                if data is not None:
                    found.append(unpack_page(data).content)
    return found


def versions(workspace: Workspace, path: str) -> dict[int, str]:
    rows = workspace.sandbox.store.rows("select id, path, content from versions order by id")
    return {row["id"]: row["content"] for row in rows if row["path"] == path}


@pytest.mark.parametrize("failed", [False, True], ids=["answered", "failed after writing"])
def test_it_is_found_through_the_history_named_by_its_version_and_kept(
    edited: Workspace, failed: bool
) -> None:
    edit = Hook(lambda: edited.sandbox.edit("home", content="Theirs.\n"))
    edited.sandbox.faults.add(edit, on="update")
    if failed:
        edited.sandbox.faults.add(WriteThenFail(), on="update")
    result = edited.run("push", "--yes", "--json")
    assert result.code == 3
    (version,) = (n for n, text in versions(edited, "home").items() if text == "Theirs.\n")
    (conflict,) = result.json["conflicts"]
    assert conflict["path"] == "home"
    assert f"saved as version {version} in the page's history" in conflict["reason"]
    assert overtaken_copies(edited) == ["Theirs.\n"]
    assert contents(edited)["home"] == "Mine.\n"
    quiet(edited)


def test_several_edits_are_all_in_the_history_and_the_last_is_kept(edited: Workspace) -> None:
    def edits() -> None:
        edited.sandbox.edit("home", content="Theirs 1.\n")
        edited.sandbox.edit("home", content="Theirs 2.\n")

    edited.sandbox.faults.add(Hook(edits), on="update")
    assert edited.run("push", "--yes").code == 3
    assert {"Theirs 1.\n", "Theirs 2.\n"} <= set(versions(edited, "home").values())
    assert overtaken_copies(edited) == ["Theirs 2.\n"]


def test_an_edit_before_and_one_after_the_write_are_both_kept_safe(edited: Workspace) -> None:
    before = Hook(lambda: edited.sandbox.edit("home", content="Before.\n"))
    after = Hook(lambda: edited.sandbox.edit("home", content="After.\n"), after=True)
    edited.sandbox.faults.add(before, on="update")
    edited.sandbox.faults.add(after, on="update")
    assert edited.run("push", "--yes").code == 3
    assert contents(edited)["home"] == "After.\n"
    assert {"Before.\n", "Mine.\n"} <= set(versions(edited, "home").values())
    assert "Mine." in edited.read("home.md")
    assert edited.run("status").code == 3


def test_without_the_right_to_the_history_the_run_still_works(edited: Workspace) -> None:
    token = edited.sandbox.key([right for right in RIGHTS if right != "read:history"])
    edited.change("news.md", "Text.", "Mine too.")
    edit = Hook(lambda: edited.sandbox.edit("home", content="Theirs.\n"))
    edited.sandbox.faults.add(edit, on="update")
    one_by_one = ("push", "--yes", "--json", "--jobs", "1")
    result = edited.run(*one_by_one, env={"WIKISYNC_TOKEN": token}).ok()
    assert len(result.done()) == 2
    asked = [name for seen in result.asked for name in seen.fields]
    assert asked.count("pages.history") == 1
    assert "Theirs.\n" in versions(edited, "home").values()
    quiet(edited)


def test_without_that_right_no_more_pages_are_asked_about_than_were_in_flight(
    edited: Workspace,
) -> None:
    token = edited.sandbox.key([right for right in RIGHTS if right != "read:history"])
    edited.push(**{f"more-{n}": page(f"More {n}", "Old.\n") for n in range(9)})
    for n in range(9):
        edited.write(f"more-{n}.md", page(f"More {n}", "New.\n"))
    result = edited.run("push", "--yes", "--json", env={"WIKISYNC_TOKEN": token}).ok()
    assert len(result.done()) == 9
    asked = [name for seen in result.asked for name in seen.fields]
    assert 1 <= asked.count("pages.history") <= 4


def test_a_page_that_was_only_rendered_again_meanwhile_is_no_edit(edited: Workspace) -> None:
    edited.sandbox.faults.add(Hook(lambda: edited.sandbox.render("home")), on="update")
    edited.run("push", "--yes").ok()
    assert overtaken_copies(edited) == []
    quiet(edited)


def test_the_same_edit_on_both_sides_at_once_is_no_loss(edited: Workspace) -> None:
    edit = Hook(lambda: edited.sandbox.edit("home", content="Mine.\n"))
    edited.sandbox.faults.add(edit, on="update")
    edited.run("push", "--yes")
    assert contents(edited)["home"] == "Mine.\n"
    quiet(edited)


@pytest.mark.parametrize("field", ["title", "description", "isPublished"])
def test_an_edit_of_another_field_is_found_too(edited: Workspace, field: str) -> None:
    change: dict[str, Any] = {field: False if field == "isPublished" else "Theirs"}
    edit = Hook(lambda: edited.sandbox.edit("home", **change))
    edited.sandbox.faults.add(edit, on="update")
    result = edited.run("push", "--yes", "--json")
    assert result.code == 3
    assert "version" in result.json["conflicts"][0]["reason"]


def test_a_page_deleted_between_the_look_and_the_write_is_named_and_kept_here(
    edited: Workspace,
) -> None:
    edited.sandbox.faults.add(Hook(lambda: edited.sandbox.delete("home")), on="update")
    result = edited.run("push", "--delete", "--yes", "--json")
    assert result.code in {1, 3}
    assert "Mine." in edited.read("home.md")
    assert "home" not in contents(edited)
    status = edited.run("status", "--json")
    assert [found["path"] for found in status.json["conflicts"]] == ["home"]
    edited.run("push", "--prefer", "local", "--yes").ok()
    assert on_wiki(edited, "home")["content"] == "Mine.\n"


def test_a_page_edited_between_the_look_and_its_deletion_can_be_brought_back(
    workspace: Workspace,
) -> None:
    workspace.push(home=page("Home", "Old.\n"), news=page("News"))
    workspace.remove("home.md")
    workspace.sandbox.faults.add(
        Hook(lambda: workspace.sandbox.edit("home", content="Theirs.\n")), on="single"
    )
    result = workspace.run("push", "--delete", "--yes", "--json")
    assert result.code == 3
    assert contents(workspace)["home"] == "Theirs.\n"
    assert "changed on the wiki" in result.json["conflicts"][0]["reason"]


def test_a_page_moved_between_the_look_and_the_write_is_named_by_the_version_of_its_move(
    edited: Workspace,
) -> None:
    edited.sandbox.faults.add(Hook(lambda: edited.sandbox.move("home", "old/home")), on="update")
    result = edited.run("push", "--yes", "--json")
    assert result.code == 3
    assert "version" in result.json["conflicts"][0]["reason"]
    assert contents(edited) == {"home": "Mine.\n", "news": TEXT}


@pytest.mark.parametrize("theirs", [{"tags": ["theirs"]}, {"scriptCss": "a{color:red}"}])
def test_an_edit_that_no_version_shows_is_told_by_the_version_that_it_made(
    edited: Workspace, theirs: dict[str, Any]
) -> None:
    edited.sandbox.faults.add(Hook(lambda: edited.sandbox.edit("home", **theirs)), on="update")
    result = edited.run("push", "--yes", "--json")
    assert result.code == 3
    assert "Somebody edited the page at the same moment" in result.json["conflicts"][0]["reason"]


def test_a_page_whose_time_moved_without_a_change_was_overtaken_by_nobody(
    edited: Workspace,
) -> None:
    edited.sandbox.faults.add(Hook(lambda: edited.sandbox.render("home")), on="update")
    edited.run("push", "--yes").ok()
