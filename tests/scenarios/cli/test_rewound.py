"""A wiki restored from yesterday's dump: nothing of today is rolled back without a word."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.texts import TEXT
from support.workspace import page

if TYPE_CHECKING:
    from support.workspace import Workspace

CHANGED = ["changed.md", "created.md"]


@pytest.fixture
def restored(workspace: Workspace) -> Workspace:
    """Since the dump, one page was changed, one created, one deleted; then it was restored."""
    workspace.push(
        changed=page("Changed", "Yesterday.\n"),
        deleted=page("Deleted", "Yesterday.\n"),
        calm=page("Calm"),
    )
    dump = workspace.sandbox.dump()
    workspace.change("changed.md", "Yesterday.", "Today.")
    workspace.write("created.md", page("Created", "Today.\n"))
    workspace.remove("deleted.md")
    workspace.run("push", "--delete", "--yes").ok()
    workspace.sandbox.restore(dump)
    return workspace


@pytest.mark.parametrize("command", ["push", "pull", "sync"])
@pytest.mark.parametrize("more", [[], ["--dry-run"], ["--delete"], ["--prefer", "wiki"]])
def test_every_plan_is_refused_and_names_the_pages_and_both_ways_out(
    restored: Workspace, command: str, more: list[str]
) -> None:
    before = restored.both_sides()
    result = restored.run(command, "--yes", "--json", *more)
    assert (result.code, result.done()) == (4, [])
    [refusal] = [r for r in result.json["refusals"] if r["rule"] == "rewound"]
    back = [] if command == "push" else ["deleted"]
    assert refusal["files"] == [*CHANGED, *back]
    assert all(name in refusal["message"] for name in refusal["files"])
    assert "push --mirror" in refusal["message"]
    assert "pull --mirror" in refusal["message"]
    assert restored.both_sides() == before


def test_status_says_it_before_it_says_to_pull(restored: Workspace) -> None:
    result = restored.run("status").ok()
    assert "The wiki was restored from a backup: 3 pages" in result.out
    [note] = restored.run("diff", "--json").ok().json["notes"]
    assert "changed.md, created.md" in note


def test_the_folder_is_right_with_push_mirror(restored: Workspace) -> None:
    files = restored.files()
    result = restored.run("push", "--mirror", "--delete", "--yes", "--json").ok()
    assert set(result.done()) == {
        ("update", "wiki", "changed"),
        ("create", "wiki", "created"),
        ("delete", "wiki", "deleted"),
    }
    assert result.action("changed")["overwrites"] == "wiki"
    assert {p["path"]: p["content"] for p in restored.sandbox.pages()} == {
        "changed": "Today.\n",
        "created": "Today.\n",
        "calm": TEXT,
    }
    assert restored.files().keys() == files.keys()
    assert ("update", "wiki", "changed", "Yesterday.\n") in restored.kept()
    assert len(restored.run("sync").ok().asked) == 1


def test_without_delete_the_mirror_leaves_pages_that_came_back_and_says_how_to_end_it(
    restored: Workspace,
) -> None:
    result = restored.run("push", "--mirror", "--yes").ok()
    assert "1 page only on the wiki. To delete it: wikisync push --mirror --delete." in result.out
    assert restored.sandbox.page("deleted") is not None
    restored.run("push", "--yes").ok()
    assert restored.run("pull", "--yes").code == 4
    restored.run("push", "--mirror", "--delete", "--yes").ok()
    assert len(restored.run("sync").ok().asked) == 1


def test_the_wiki_is_right_with_pull_mirror_and_today_is_kept(restored: Workspace) -> None:
    restored.run("pull", "--mirror", "--delete", "--yes").ok()
    assert sorted(restored.files()) == ["calm.md", "changed.md", "deleted.md"]
    assert "Yesterday." in restored.read("changed.md")
    kept = {(path, "Today." in text) for _verb, side, path, text in restored.kept() if side}
    assert {("changed", True), ("created", True)} <= kept
    assert len(restored.run("sync").ok().asked) == 1


def test_what_an_undo_brought_back_is_not_rolled_back_by_the_next_run(
    restored: Workspace,
) -> None:
    restored.run("pull", "--allow", "rewound", "--yes")
    assert "Yesterday." in restored.read("changed.md")
    restored.run("undo", "--yes").ok()
    assert "Today." in restored.read("changed.md")
    for command in ("pull", "sync", "push"):
        assert restored.run(command, "--yes").code == 4
    assert "Today." in restored.read("changed.md")
    restored.run("push", "--mirror", "--delete", "--yes").ok()
    assert (restored.sandbox.page("changed") or {})["content"] == "Today.\n"


def test_an_id_that_a_new_page_got_again_is_not_taken_for_the_old_page(
    restored: Workspace,
) -> None:
    restored.sandbox.create("stranger", content="New.\n")
    assert restored.run("pull", "--delete", "--yes").code == 4
    assert "Today." in restored.read("created.md")
    restored.run("push", "--mirror", "--yes").ok()
    assert (restored.sandbox.page("created") or {})["content"] == "Today.\n"
    assert (restored.sandbox.page("stranger") or {})["content"] == "New.\n"


def test_a_mirror_of_some_pages_leaves_the_others_refused(restored: Workspace) -> None:
    restored.run("push", "--mirror", "changed.md", "--yes").ok()
    assert (restored.sandbox.page("changed") or {})["content"] == "Today.\n"
    assert restored.sandbox.page("created") is None
    [refusal] = restored.run("pull", "--yes", "--json").json["refusals"]
    assert refusal["files"] == ["created.md", "deleted"]


def test_a_plan_file_of_a_mirror_is_applied_as_one(restored: Workspace) -> None:
    args = ("push", "--mirror", "--delete", "--max-delete", "1", "-o", "plan.json")
    restored.run("plan", *args).ok()
    restored.run("apply", "plan.json", "--yes").ok()
    assert restored.sandbox.page("deleted") is None
    assert (restored.sandbox.page("changed") or {})["content"] == "Today.\n"


def test_a_mirror_keeps_to_the_limit_of_deletions(workspace: Workspace) -> None:
    workspace.push(mine=page("Mine"))
    for name in ("one", "two", "three"):
        workspace.sandbox.create(name)
    before = workspace.both_sides()
    result = workspace.run("push", "--mirror", "--delete", "--yes", "--json")
    assert (result.code, [r["rule"] for r in result.json["refusals"]]) == (4, ["max-delete"])
    assert workspace.both_sides() == before


@pytest.mark.parametrize("args", [("sync", "--mirror"), ("push", "--mirror", "--prefer", "wiki")])
def test_a_mirror_needs_a_direction_and_no_preference(
    workspace: Workspace, args: tuple[str, ...]
) -> None:
    assert workspace.run(*args, "--yes").code == 2


def test_a_file_that_an_undo_deleted_is_no_page_that_came_back(workspace: Workspace) -> None:
    workspace.sandbox.create("theirs", content="Theirs.\n")
    workspace.run("pull", "--yes").ok()
    workspace.run("undo", "--yes").ok()
    assert workspace.files() == {}
    workspace.run("pull", "--yes").ok()
    assert "Theirs." in workspace.read("theirs.md")
