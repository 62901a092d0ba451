"""The main job: a folder goes to a wiki and comes back, and a second run finds nothing to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.workspace import CREATED, DATE, Workspace, page

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.sandbox import Sandbox


def test_a_first_push_creates_every_page_of_the_folder(workspace: Workspace) -> None:
    workspace.write("home.md", page("Home", "# Home\n", tags="one, two", description="The first"))
    workspace.write("guide/a.md", page("A", "# A\n"))
    result = workspace.run("push", "--yes", "--json").ok()
    assert result.done() == [("create", "wiki", "guide/a"), ("create", "wiki", "home")]
    home = workspace.sandbox.page("home")
    assert home is not None
    assert (home["title"], home["description"]) == ("Home", "The first")
    assert (home["content"], sorted(home["tags"])) == ("# Home\n", ["one", "two"])
    assert workspace.bases() == ["guide/a", "home"]


def test_a_first_pull_into_an_empty_folder_brings_every_page(workspace: Workspace) -> None:
    workspace.sandbox.create("home", title="Home", content="# Home\n", tags=["one", "two"])
    workspace.sandbox.create("guide/a", title="A", content="# A\n")
    result = workspace.run("pull", "--yes", "--json").ok()
    assert result.done() == [("create", "folder", "guide/a"), ("create", "folder", "home")]
    made = workspace.sandbox.page("home")
    assert made is not None
    assert workspace.read("home.md") == (
        f"---\ntitle: Home\ndescription: \npublished: true\ndate: {made['updatedAt']}\n"
        f"tags: one, two\neditor: markdown\ndateCreated: {made['createdAt']}\n---\n\n# Home\n"
    )


def test_a_first_pull_makes_the_folder(workspace: Workspace) -> None:
    workspace.folder.rmdir()
    workspace.sandbox.create("home")
    workspace.run("pull", "--yes").ok()
    assert list(workspace.files()) == ["home.md"]


def test_a_folder_that_is_not_there_is_named_on_a_push(workspace: Workspace) -> None:
    workspace.folder.rmdir()
    result = workspace.run("push", "--yes")
    assert result.code == 1
    assert "pages" in result.err
    assert "no such file or directory" in result.err
    assert not workspace.folder.exists()


@pytest.mark.parametrize("command", ["push", "pull", "sync", "status", "diff"])
def test_after_a_push_every_command_finds_nothing_to_do_in_one_request(
    workspace: Workspace, command: str
) -> None:
    workspace.push(home=page("Home"), guide__a=page("A"), guide__b=page("B", tags="x"))
    before = workspace.snapshot()
    result = workspace.run(command, "--json").ok()
    assert result.json["actions"] == []
    assert result.json["counts"]["in_sync"] == 3
    assert len(result.asked) == 1
    assert workspace.both_sides() == (before[0], before[2])


@pytest.mark.parametrize("command", ["push", "pull", "sync", "status", "diff"])
def test_after_a_pull_every_command_finds_nothing_to_do_in_one_request(
    workspace: Workspace, command: str
) -> None:
    for path in ("home", "guide/a", "guide/b"):
        workspace.sandbox.create(path, tags=["x"])
    workspace.run("pull", "--yes").ok()
    before = workspace.both_sides()
    result = workspace.run(command, "--json").ok()
    assert result.json["actions"] == []
    assert result.json["counts"]["in_sync"] == 3
    assert len(result.asked) == 1
    assert workspace.both_sides() == before


def test_pages_that_link_to_each_other_leave_the_second_push_at_one_request(
    workspace: Workspace,
) -> None:
    workspace.push(
        one=page("One", "[two](/two) [three](/three)\n"),
        two=page("Two", "[three](/three)\n"),
        three=page("Three", "[one](/one)\n"),
    )
    assert len(workspace.run("push").ok().asked) == 1
    workspace.change("three.md", "[one](/one)", "[one](/one) and [two](/two)")
    workspace.run("push", "--yes").ok()
    assert len(workspace.run("push").ok().asked) == 1


def test_a_page_that_was_only_rendered_again_is_in_sync_and_read_once(workspace: Workspace) -> None:
    workspace.push(one=page("One"), two=page("Two"))
    workspace.sandbox.render("one")
    assert workspace.run("sync", "--json").ok().json["counts"]["in_sync"] == 2
    assert len(workspace.run("sync").ok().asked) == 1


def test_an_untouched_file_stays_byte_for_byte_through_pushes_and_pulls(
    workspace: Workspace,
) -> None:
    workspace.configure(write_back=False)
    text = b"\xef\xbb\xbf---\r\ntitle:   'Odd'   # a note\r\nmine: [1, 2]\r\n---\r\nText\r\n\r\n"
    workspace.write("odd.md", text)
    for command in ("push", "pull", "sync"):
        workspace.run(command, "--yes").ok()
    assert workspace.raw("odd.md") == text


def test_a_push_brings_the_date_line_to_the_wikis_time_and_keeps_the_rest(
    workspace: Workspace,
) -> None:
    text = page("Home", "# Home\n", tags="b, a")
    workspace.push(home=text)
    made = workspace.sandbox.page("home")
    assert made is not None
    assert workspace.read("home.md") == text.replace(DATE, made["updatedAt"])
    assert CREATED in workspace.read("home.md")


def test_a_file_without_a_date_line_gets_none(workspace: Workspace) -> None:
    workspace.push(home="---\ntitle: Home\n---\n\nText.\n")
    assert workspace.read("home.md") == "---\ntitle: Home\n---\n\nText.\n"


def test_write_back_off_leaves_files_alone(workspace: Workspace) -> None:
    workspace.configure(write_back=False)
    workspace.push(home=page("Home"))
    assert workspace.read("home.md") == page("Home")
    assert len(workspace.run("push").ok().asked) == 1


def test_a_folder_that_another_clone_pushed_is_adopted_without_a_write(
    workspace: Workspace, tmp_path: Path, sandbox: Sandbox
) -> None:
    workspace.push(home=page("Home", tags="x"), about=page("A"))
    root = tmp_path / "clone"
    root.mkdir()
    clone = Workspace(root, sandbox)
    for name, data in workspace.files().items():
        clone.write(name, data)
    before = clone.both_sides()
    result = clone.run("push", "--json").ok()
    assert {action["action"] for action in result.json["actions"]} == {"adopt"}
    assert result.json["counts"]["adopt"] == 2
    assert not any(seen.is_mutation for seen in result.asked)
    assert clone.both_sides() == before
    assert clone.bases() == ["about", "home"]
