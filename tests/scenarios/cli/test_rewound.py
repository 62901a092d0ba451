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
def restored(ws: Workspace) -> Workspace:
    """Since the dump, one page was changed, one created, one deleted; then it was restored."""
    ws.push(
        changed=page("Changed", "Yesterday.\n"),
        deleted=page("Deleted", "Yesterday.\n"),
        calm=page("Calm"),
    )
    dump = ws.box.dump()
    ws.change("changed.md", "Yesterday.", "Today.")
    ws.write("created.md", page("Created", "Today.\n"))
    ws.remove("deleted.md")
    ws.run("push", "--delete", "--yes").ok()
    ws.box.restore(dump)
    return ws


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
    assert {p["path"]: p["content"] for p in restored.box.pages()} == {
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
    assert restored.box.page("deleted") is not None
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
    assert (restored.box.page("changed") or {})["content"] == "Today.\n"


def test_an_id_that_a_new_page_got_again_is_not_taken_for_the_old_page(
    restored: Workspace,
) -> None:
    restored.box.create("stranger", content="New.\n")
    assert restored.run("pull", "--delete", "--yes").code == 4
    assert "Today." in restored.read("created.md")
    restored.run("push", "--mirror", "--yes").ok()
    assert (restored.box.page("created") or {})["content"] == "Today.\n"
    assert (restored.box.page("stranger") or {})["content"] == "New.\n"


def test_a_mirror_of_some_pages_leaves_the_others_refused(restored: Workspace) -> None:
    restored.run("push", "--mirror", "changed.md", "--yes").ok()
    assert (restored.box.page("changed") or {})["content"] == "Today.\n"
    assert restored.box.page("created") is None
    [refusal] = restored.run("pull", "--yes", "--json").json["refusals"]
    assert refusal["files"] == ["created.md", "deleted"]


def test_a_plan_file_of_a_mirror_is_applied_as_one(restored: Workspace) -> None:
    args = ("push", "--mirror", "--delete", "--max-delete", "1", "-o", "plan.json")
    restored.run("plan", *args).ok()
    restored.run("apply", "plan.json", "--yes").ok()
    assert restored.box.page("deleted") is None
    assert (restored.box.page("changed") or {})["content"] == "Today.\n"


def test_a_mirror_keeps_to_the_limit_of_deletions(ws: Workspace) -> None:
    ws.push(mine=page("Mine"))
    for name in ("one", "two", "three"):
        ws.box.create(name)
    before = ws.both_sides()
    result = ws.run("push", "--mirror", "--delete", "--yes", "--json")
    assert (result.code, [r["rule"] for r in result.json["refusals"]]) == (4, ["max-delete"])
    assert ws.both_sides() == before


@pytest.mark.parametrize("args", [("sync", "--mirror"), ("push", "--mirror", "--prefer", "wiki")])
def test_a_mirror_needs_a_direction_and_no_preference(ws: Workspace, args: tuple[str, ...]) -> None:
    assert ws.run(*args, "--yes").code == 2


def test_a_file_that_an_undo_deleted_is_no_page_that_came_back(ws: Workspace) -> None:
    ws.box.create("theirs", content="Theirs.\n")
    ws.run("pull", "--yes").ok()
    ws.run("undo", "--yes").ok()
    assert ws.files() == {}
    ws.run("pull", "--yes").ok()
    assert "Theirs." in ws.read("theirs.md")
