"""Nothing is deleted unless asked, and what is deleted is kept where it can be brought back."""

from __future__ import annotations

import pytest

from support.workspace import Workspace, page
from wikisync.sandbox import Hook


@pytest.fixture
def synced(workspace: Workspace) -> Workspace:
    workspace.push(home=page("Home"), guide__a=page("A", "# A\n"), guide__b=page("B"))
    return workspace


def test_a_deletion_here_is_withheld_from_the_wiki_and_named(synced: Workspace) -> None:
    synced.remove("guide/a.md")
    before = synced.both_sides()
    result = synced.run("push", "--yes", "--json").ok()
    action = result.action("guide/a")
    assert (action["action"], action["side"], action["outcome"]) == ("delete", "wiki", "skipped")
    assert "--delete" in action["reason"]
    assert result.json["counts"]["delete"] == 0
    assert synced.both_sides() == before
    shown = synced.run("push").ok().out
    assert "  guide/a.md  gone here, kept on the wiki (--delete removes it)\n" in shown


def test_a_deletion_here_is_done_on_the_wiki_when_asked_and_kept(synced: Workspace) -> None:
    synced.remove("guide/a.md")
    result = synced.run("push", "--delete", "--yes", "--json").ok()
    assert result.done() == [("delete", "wiki", "guide/a")]
    assert result.json["counts"]["delete"] == 1
    assert synced.sandbox.page("guide/a") is None
    assert synced.bases() == ["guide/b", "home"]
    assert synced.kept() == [("delete", "wiki", "guide/a", "# A\n")]
    assert len(synced.run("sync").ok().asked) == 1


def test_a_deletion_on_the_wiki_is_withheld_here_and_named(synced: Workspace) -> None:
    synced.sandbox.delete("guide/a")
    before = synced.both_sides()
    result = synced.run("pull", "--yes", "--json").ok()
    action = result.action("guide/a")
    assert (action["action"], action["side"], action["outcome"]) == ("delete", "folder", "skipped")
    assert action["reason"] == "gone on the wiki, kept here (--delete removes it)"
    assert synced.both_sides() == before


def test_a_deletion_on_the_wiki_is_done_here_when_asked_and_kept(synced: Workspace) -> None:
    mine = synced.read("guide/a.md")
    synced.sandbox.delete("guide/a")
    result = synced.run("pull", "--delete", "--yes", "--json").ok()
    assert result.done() == [("delete", "folder", "guide/a")]
    assert sorted(synced.files()) == ["guide/b.md", "home.md"]
    assert synced.kept() == [("delete", "folder", "guide/a", mine)]


@pytest.mark.parametrize("command", ["status", "push", "pull", "sync"])
def test_what_is_gone_from_one_side_is_told_by_every_command_with_both_ways_out(
    synced: Workspace, command: str
) -> None:
    synced.remove("guide/a.md")
    synced.sandbox.delete("guide/b")
    options = () if command == "status" else ("--yes",)
    shown = synced.run(command, *options).ok().out
    assert (
        "1 page was deleted in the folder. To restore it: wikisync pull PATH --prefer wiki."
        in shown
    )
    assert "To delete it on the wiki: wikisync push --delete." in shown
    assert (
        "1 page was deleted on the wiki. To restore it: wikisync push PATH --prefer local." in shown
    )
    assert "To delete it in the folder: wikisync pull --delete." in shown
    synced.run("pull", "guide/a", "--prefer", "wiki", "--yes").ok()
    synced.run("push", "guide/b", "--prefer", "local", "--yes").ok()
    assert "gone" not in synced.run("sync", "--yes").ok().out
    assert len(synced.sandbox.pages()) == len(synced.files()) == 3


def test_a_folder_that_a_deletion_leaves_empty_goes_too(synced: Workspace) -> None:
    synced.push(deep__er__page=page("Deep"))
    synced.sandbox.delete("deep/er/page")
    synced.run("pull", "--delete", "--yes").ok()
    assert not (synced.folder / "deep").exists()
    assert (synced.folder / "guide").exists()


@pytest.mark.parametrize(("command", "other"), [("push", "wiki"), ("pull", "folder")])
def test_a_deletion_that_goes_the_other_way_is_counted(
    synced: Workspace, command: str, other: str
) -> None:
    if other == "wiki":
        synced.sandbox.delete("guide/a")
    else:
        synced.remove("guide/a.md")
    result = synced.run(command, "--delete", "--yes", "--json").ok()
    assert (result.json["actions"], result.json["counts"]["other_way"]) == ([], 1)


def test_sync_deletes_on_both_sides_when_asked(synced: Workspace) -> None:
    synced.remove("guide/a.md")
    synced.sandbox.delete("guide/b")
    result = synced.run("sync", "--delete", "--max-delete", "2", "--yes", "--json").ok()
    assert sorted(result.done()) == [("delete", "folder", "guide/b"), ("delete", "wiki", "guide/a")]
    assert list(synced.files()) == ["home.md"]
    assert [found["path"] for found in synced.sandbox.pages()] == ["home"]


def test_a_page_gone_from_both_sides_is_forgotten(synced: Workspace) -> None:
    synced.remove("guide/a.md")
    synced.sandbox.delete("guide/a")
    result = synced.run("push", "--json").ok()
    assert result.json["actions"] == []
    assert synced.bases() == ["guide/b", "home"]
    assert len(synced.run("push").ok().asked) == 1


def test_gone_here_and_changed_there_is_a_conflict_and_the_page_stays(synced: Workspace) -> None:
    synced.remove("guide/a.md")
    synced.sandbox.edit("guide/a", content="# Theirs\n")
    before = synced.both_sides()
    result = synced.run("sync", "--delete", "--yes", "--json")
    assert result.code == 3
    assert "Deleted in the folder" in result.json["conflicts"][0]["reason"]
    assert synced.both_sides() == before


def test_gone_there_and_changed_here_is_a_conflict_and_the_file_stays(synced: Workspace) -> None:
    synced.change("guide/a.md", "# A", "# Mine")
    synced.sandbox.delete("guide/a")
    before = synced.both_sides()
    result = synced.run("sync", "--delete", "--yes", "--json")
    assert result.code == 3
    assert "Deleted on the wiki" in result.json["conflicts"][0]["reason"]
    assert synced.both_sides() == before


def test_gone_here_and_changed_there_is_settled_as_the_hint_says(synced: Workspace) -> None:
    synced.remove("guide/a.md")
    synced.sandbox.edit("guide/a", content="# Theirs\n")
    assert synced.run("sync", "--prefer", "local", "--yes").code == 3
    back = synced.run("sync", "--prefer", "wiki", "--yes", "--json").ok()
    assert back.done() == [("create", "folder", "guide/a")]
    assert synced.read("guide/a.md").endswith("# Theirs\n")
    assert len(synced.run("sync").ok().asked) == 1


def test_gone_here_and_changed_there_is_deleted_there_too_when_asked(synced: Workspace) -> None:
    synced.remove("guide/a.md")
    synced.sandbox.edit("guide/a", content="# Theirs\n")
    result = synced.run("push", "--prefer", "local", "--delete", "--yes", "--json").ok()
    assert result.done() == [("delete", "wiki", "guide/a")]
    assert synced.kept() == [("delete", "wiki", "guide/a", "# Theirs\n")]


def test_gone_there_and_changed_here_is_settled_as_the_hint_says(synced: Workspace) -> None:
    synced.change("guide/a.md", "# A", "# Mine")
    synced.sandbox.delete("guide/a")
    result = synced.run("push", "--prefer", "local", "--yes", "--json").ok()
    assert result.done() == [("create", "wiki", "guide/a")]
    found = synced.sandbox.page("guide/a")
    assert found is not None
    assert found["content"] == "# Mine\n"
    assert len(synced.run("sync").ok().asked) == 1


def test_gone_there_and_changed_here_is_deleted_here_too_when_asked(synced: Workspace) -> None:
    synced.change("guide/a.md", "# A", "# Mine")
    mine = synced.read("guide/a.md")
    synced.sandbox.delete("guide/a")
    synced.run("pull", "--prefer", "wiki", "--delete", "--yes").ok()
    assert "guide/a.md" not in synced.files()
    assert synced.kept() == [("delete", "folder", "guide/a", mine)]


def test_a_page_edited_just_before_its_deletion_is_left_alone(synced: Workspace) -> None:
    synced.remove("guide/a.md")
    edit = Hook(lambda: synced.sandbox.edit("guide/a", content="# Faster\n"))
    synced.sandbox.faults.add(edit, on="single", path="guide/a")
    result = synced.run("push", "--delete", "--yes", "--json")
    assert result.code == 3
    assert synced.sandbox.page("guide/a") is not None


def test_a_page_that_is_hidden_from_the_key_is_not_taken_for_deleted(synced: Workspace) -> None:
    everything = ["read:pages", "read:source", "write:pages", "manage:pages", "delete:pages"]
    rule = {"roles": everything, "locales": []}
    rules = [
        {**rule, "id": "all", "deny": False, "match": "START", "path": ""},
        {**rule, "id": "no", "deny": True, "match": "EXACT", "path": "home"},
    ]
    token = synced.sandbox.key(everything, rules)
    before = synced.both_sides()
    result = synced.run("pull", "--delete", "--yes", "--json", env={"WIKISYNC_TOKEN": token})
    assert result.code == 3
    assert "can no longer see" in result.json["conflicts"][0]["reason"]
    assert synced.both_sides() == before


def test_a_file_deleted_by_mistake_comes_back_when_the_wiki_is_said_to_be_right(
    synced: Workspace,
) -> None:
    text = synced.read("guide/a.md")
    synced.remove("guide/a.md")
    assert synced.run("pull", "--yes", "--json").ok().json["counts"]["create"] == 0
    synced.run("pull", "--prefer", "wiki", "--yes").ok()
    assert synced.read("guide/a.md").split("---")[2] == text.split("---")[2]
    assert synced.run("status", "--exit-code").code == 0


def test_an_emptied_folder_is_filled_again_when_the_wiki_is_said_to_be_right(
    synced: Workspace,
) -> None:
    names = set(synced.files())
    for name in ("home.md", "guide/a.md", "guide/b.md"):
        synced.remove(name)
    assert synced.run("pull", "--yes").code == 4
    synced.run("pull", "--prefer", "wiki", "--yes").ok()
    assert set(synced.files()) == names


def test_a_page_deleted_by_mistake_is_published_again_when_the_folder_is_said_to_be_right(
    synced: Workspace,
) -> None:
    synced.sandbox.delete("guide/a")
    assert synced.run("push", "--yes", "--json").ok().json["counts"]["create"] == 0
    synced.run("push", "--prefer", "local", "--yes").ok()
    assert synced.sandbox.page("guide/a") is not None
    assert synced.run("status", "--exit-code").code == 0
