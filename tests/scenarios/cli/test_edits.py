"""Edits on one side or on both: each goes where the table says, and nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from support.workspace import Workspace, page


@pytest.fixture
def synced(workspace: Workspace) -> Workspace:
    """Three pages, the same on both sides."""
    workspace.push(
        home=page("Home", "# Home\n", tags="one"),
        guide__a=page("A", "# A\n"),
        guide__b=page("B", "# B\n"),
    )
    return workspace


def content(workspace: Workspace, path: str) -> str:
    found = workspace.sandbox.page(path)
    assert found is not None
    return str(found["content"])


def test_an_edit_here_is_pushed_and_only_that(synced: Workspace) -> None:
    before = {found["path"]: found["updatedAt"] for found in synced.sandbox.pages()}
    synced.change("guide/a.md", "# A", "# A, better")
    result = synced.run("push", "--yes", "--json").ok()
    assert result.done() == [("update", "wiki", "guide/a")]
    assert result.action("guide/a")["fields"] == ["content"]
    assert content(synced, "guide/a") == "# A, better\n"
    moved = [p["path"] for p in synced.sandbox.pages() if before[p["path"]] != p["updatedAt"]]
    assert moved == ["guide/a"]
    assert len(synced.run("push").ok().asked) == 1


def test_every_field_that_changed_is_named_and_pushed(synced: Workspace) -> None:
    text = page("New title", "# Home\n", tags="two", description="New", published="false")
    synced.write("home.md", text)
    result = synced.run("push", "--yes", "--json").ok()
    assert result.action("home")["fields"] == ["title", "description", "published", "tags"]
    home = synced.sandbox.page("home")
    assert home is not None
    shown = (home["title"], home["description"], home["isPublished"], home["tags"])
    assert shown == ("New title", "New", False, ["two"])


def test_an_edit_on_the_wiki_is_counted_by_a_push_and_left_alone(synced: Workspace) -> None:
    synced.sandbox.edit("home", content="# Home, edited\n")
    before = synced.both_sides()
    result = synced.run("push", "--yes", "--json").ok()
    assert result.json["actions"] == []
    assert result.json["counts"]["other_way"] == 1
    assert synced.both_sides() == before
    assert (
        "1 page is new or changed on the wiki. To fetch it: wikisync pull."
        in synced.run("push").ok().out
    )


def test_an_edit_on_the_wiki_is_pulled_and_only_that(synced: Workspace) -> None:
    before = synced.files()
    synced.sandbox.edit("home", content="# Home, edited\n")
    result = synced.run("pull", "--yes", "--json").ok()
    assert result.done() == [("update", "folder", "home")]
    assert "# Home, edited\n" in synced.read("home.md")
    assert {name for name, data in synced.files().items() if before[name] != data} == {"home.md"}
    assert len(synced.run("pull").ok().asked) == 1


def test_an_edit_here_is_counted_by_a_pull_and_left_alone(synced: Workspace) -> None:
    synced.change("home.md", "# Home", "# Home, edited")
    before = synced.both_sides()
    result = synced.run("pull", "--yes", "--json").ok()
    assert (result.json["actions"], result.json["counts"]["other_way"]) == ([], 1)
    assert synced.both_sides() == before
    assert (
        "1 page is new or changed in the folder. To publish it: wikisync push."
        in synced.run("pull").ok().out
    )


def test_edits_on_both_sides_to_different_pages_are_synced(synced: Workspace) -> None:
    synced.change("guide/a.md", "# A", "# A, here")
    synced.sandbox.edit("guide/b", content="# B, there\n")
    synced.write("new.md", page("New", "# New\n"))
    synced.sandbox.create("other", content="# Other\n")
    result = synced.run("sync", "--yes", "--json").ok()
    assert sorted(result.done()) == [
        ("create", "folder", "other"),
        ("create", "wiki", "new"),
        ("update", "folder", "guide/b"),
        ("update", "wiki", "guide/a"),
    ]
    assert content(synced, "guide/a") == "# A, here\n"
    assert content(synced, "new") == "# New\n"
    assert "# B, there\n" in synced.read("guide/b.md")
    assert "# Other\n" in synced.read("other.md")
    assert len(synced.run("sync").ok().asked) == 1


def test_the_same_edit_on_both_sides_is_adopted(synced: Workspace) -> None:
    synced.change("home.md", "# Home", "# Home, again")
    synced.sandbox.edit("home", content="# Home, again\n")
    before = synced.both_sides()
    for command in ("status", "push"):
        result = synced.run(command, "--json").ok()
        assert [action["action"] for action in result.json["actions"]] == ["adopt"]
    assert result.done() == [("adopt", "folder", "home")]
    assert not any(seen.is_mutation for seen in result.asked)
    assert synced.both_sides() == before
    assert len(synced.run("push").ok().asked) == 1


def test_a_change_that_does_not_count_is_no_change(synced: Workspace) -> None:
    synced.write("home.md", page("Home", "# Home\n\n\n", tags="ONE , one"))
    assert synced.run("status", "--json", "--exit-code").ok().json["actions"] == []


def test_a_new_page_on_the_wiki_is_other_way_for_a_push(synced: Workspace) -> None:
    synced.sandbox.create("other")
    result = synced.run("push", "--json").ok()
    assert (result.json["actions"], result.json["counts"]["other_way"]) == ([], 1)


def test_an_update_carries_styles_scripts_and_publish_dates(synced: Workspace) -> None:
    dates = {
        "publishStartDate": "2030-01-01T00:00:00.000Z",
        "publishEndDate": "2031-01-01T00:00:00.000Z",
    }
    styles = {"scriptCss": "h1{color:red}", "scriptJs": "<script>let a = 1</script>"}
    synced.sandbox.edit("home", **dates, **styles)
    synced.run("pull", "--yes").ok()
    synced.change("home.md", "# Home", "# Home, better")
    synced.run("push", "--yes").ok()
    home = synced.sandbox.page("home")
    assert home is not None
    assert home["content"] == "# Home, better\n"
    assert {name: home[name] for name in dates} == dates
    assert "red" in home["scriptCss"]
    assert "let a" in home["scriptJs"]


def test_what_the_file_leaves_out_is_carried_by_an_update(workspace: Workspace) -> None:
    named: dict[str, Any] = {"title": "Titled there", "description": "Described", "tags": ["t"]}
    workspace.sandbox.create("home", content="Just text.\n", **named)
    workspace.write("home.md", "Just text.\n")
    assert workspace.run("push", "--json").ok().json["counts"]["adopt"] == 1
    workspace.write("home.md", "Just other text.\n")
    workspace.run("push", "--yes").ok()
    home = workspace.sandbox.page("home")
    assert home is not None
    assert {name: home[name] for name in named} == named
    assert home["content"] == "Just other text.\n"


def test_an_unpublished_page_stays_unpublished_through_push_and_pull(workspace: Workspace) -> None:
    workspace.push(draft=page("Draft", "One\n", published="false"))
    workspace.change("draft.md", "One", "Two")
    workspace.run("push", "--yes").ok()
    draft = workspace.sandbox.page("draft")
    assert draft is not None
    assert (draft["isPublished"], draft["content"]) == (False, "Two\n")
    workspace.sandbox.edit("draft", content="Three\n")
    workspace.run("pull", "--yes").ok()
    assert "published: false\n" in workspace.read("draft.md")
    assert workspace.read("draft.md").endswith("Three\n")
