"""Merges through the command line, and files that show both versions of a page."""

from __future__ import annotations

from typing import Any

import pytest

from support.workspace import Workspace, page

BASE = "# Home\n\nOne.\n\nTwo.\n\nThree.\n"
MARKS = "<<<<<<< here\nMine.\n=======\nTheirs.\n>>>>>>> wiki\n"


@pytest.fixture
def split(workspace: Workspace) -> Workspace:
    """The page ``home``, edited on both sides in ways that merge."""
    workspace.push(home=page("Home", BASE, tags="a"), other=page("Other"))
    workspace.change("home.md", "One.", "1.")
    workspace.sandbox.edit("home", content=BASE.replace("Three.", "3."))
    return workspace


@pytest.fixture
def torn(workspace: Workspace) -> Workspace:
    """The page ``home``, edited on both sides in ways that do not merge."""
    workspace.push(home=page("Home", BASE, tags="a"), other=page("Other"))
    workspace.change("home.md", "Two.", "Mine.")
    workspace.sandbox.edit("home", content=BASE.replace("Two.", "Theirs."))
    return workspace


def content(workspace: Workspace, path: str = "home") -> str:
    found = workspace.sandbox.page(path)
    assert found is not None
    return str(found["content"])


def silent(workspace: Workspace) -> None:
    result = workspace.run("sync", "--json").ok()
    assert (result.json["actions"], len(result.asked)) == ([], 1)


def test_a_sync_writes_the_merge_to_both_sides(split: Workspace) -> None:
    result = split.run("sync", "--yes", "--json").ok()
    assert result.done() == [("merge", "wiki", "home")]
    assert result.json["counts"]["merge"] == 1
    assert result.action("home")["fields"] == ["content"]
    merged = BASE.replace("One.", "1.").replace("Three.", "3.")
    assert content(split) == merged
    assert split.read("home.md").endswith(merged)
    silent(split)


@pytest.mark.parametrize("command", ["status", "diff", "push", "pull"])
def test_a_page_that_merges_is_to_merge_in_every_command_and_no_conflict(
    split: Workspace, command: str
) -> None:
    result = split.run(command, *(["--yes"] if command in {"push", "pull"} else []))
    assert "merge" in result.text
    assert "1 to merge" in result.text
    assert "conflict" not in result.text


def test_what_does_not_merge_is_a_conflict_in_every_command(torn: Workspace) -> None:
    for command in ("status", "diff"):
        assert "1 conflict" in torn.run(command).text


@pytest.mark.parametrize("command", ["push", "pull"])
def test_push_and_pull_name_the_page_and_what_to_type(split: Workspace, command: str) -> None:
    before = split.both_sides()
    result = split.run(command, "--yes", "--json")
    assert result.code == 3
    assert result.json["actions"] == []
    (conflict,) = result.json["conflicts"]
    assert "wikisync sync home.md" in conflict["reason"]
    assert "wikisync sync home.md" in split.run(command, "--yes").text
    assert split.both_sides() == before


def test_what_it_says_to_type_works(split: Workspace) -> None:
    split.run("sync", "home.md", "--yes").ok()
    assert "1." in content(split)


def test_status_and_diff_show_what_a_merge_would_write(split: Workspace) -> None:
    assert "merge on both sides" in split.run("status").ok().out
    before = split.both_sides()
    result = split.run("diff")
    assert "-One.\n+1.\n" in result.out
    assert split.both_sides() == before


def test_the_log_names_a_merge_once_and_programs_get_both_halves(split: Workspace) -> None:
    split.run("sync", "home.md", "--yes").ok()
    [head, line] = [line for line in split.run("log").ok().out.splitlines() if "merged" in line]
    assert head.endswith("  sync: 1 merged on both sides")
    assert line == "  merged on both sides   home.md"
    run = split.run("log", "--json").ok().json["runs"][0]
    assert sorted(action["side"] for action in run["actions"]) == ["folder", "wiki"]


def test_both_fields_and_tags_merge(workspace: Workspace) -> None:
    workspace.push(home=page("Home", BASE, tags="a, b"))
    workspace.change("home.md", "title: Home", "title: Welcome")
    workspace.change("home.md", "tags: a, b", "tags: b, c")
    workspace.sandbox.edit("home", description="Theirs", tags=["a", "b", "d"])
    workspace.run("sync", "--yes").ok()
    found = workspace.sandbox.page("home")
    assert found is not None
    assert (found["title"], found["description"]) == ("Welcome", "Theirs")
    assert sorted(found["tags"]) == ["b", "c", "d"]
    assert "title: Welcome\ndescription: Theirs\n" in workspace.read("home.md")
    silent(workspace)


def test_line_ends_of_the_file_stay_in_a_merge(workspace: Workspace) -> None:
    workspace.write("home.md", page("Home", BASE).replace("\n", "\r\n"))
    workspace.run("push", "--yes").ok()
    workspace.change("home.md", "One.", "1.")
    workspace.sandbox.edit("home", content=content(workspace).replace("Three.", "3."))
    workspace.run("sync", "--yes").ok()
    assert b"\n" not in workspace.raw("home.md").replace(b"\r\n", b"")
    assert workspace.read("home.md").endswith("1.\r\n\r\nTwo.\r\n\r\n3.\r\n")
    silent(workspace)


def test_line_ends_of_the_file_stay_where_the_wikis_are_others(workspace: Workspace) -> None:
    workspace.write("home.md", page("Home", BASE).replace("\n", "\r\n"))
    workspace.run("push", "--yes").ok()
    workspace.change("home.md", "One.", "1.")
    workspace.sandbox.edit("home", content=BASE.replace("Three.", "3."))
    workspace.run("sync", "--yes").ok()
    assert b"\n" not in workspace.raw("home.md").replace(b"\r\n", b"")
    silent(workspace)


def test_without_git_it_is_a_conflict_that_says_what_to_do(split: Workspace) -> None:
    before = split.both_sides()
    result = split.run("sync", "--yes", env={"PATH": ""})
    assert result.code == 3
    assert "Install Git" in result.text
    assert split.both_sides() == before


def test_a_merge_is_undone_on_both_sides(split: Workspace) -> None:
    text, there = split.raw("home.md"), content(split)
    split.run("sync", "--yes").ok()
    split.run("undo", "--yes").ok()
    assert (split.raw("home.md"), content(split)) == (text, there)
    split.run("sync", "--yes").ok()
    silent(split)


def test_what_does_not_merge_is_named_with_the_ways_out(torn: Workspace) -> None:
    before = torn.both_sides()
    result = torn.run("sync", "--yes", "--json")
    assert result.code == 3
    (conflict,) = result.json["conflicts"]
    assert "The content cannot be merged automatically." in conflict["reason"]
    assert "wikisync pull home.md --markers" in conflict["reason"]
    assert torn.both_sides() == before


def test_markers_show_both_versions_and_the_wiki_is_left_alone(torn: Workspace) -> None:
    there = torn.sandbox.pages()
    result = torn.run("pull", "--markers", "home.md", "--yes")
    assert result.code == 3
    assert "Edit the file until the markers are gone, then push" in result.text
    assert MARKS in torn.read("home.md")
    assert torn.sandbox.pages() == there


def test_a_file_with_marks_is_a_problem_until_they_are_gone(torn: Workspace) -> None:
    torn.run("pull", "--markers", "home.md", "--yes")
    before = torn.both_sides()
    for arguments in (("push", "--yes"), ("pull", "--yes"), ("sync", "--yes", "--prefer", "local")):
        result = torn.run(*arguments, "--json")
        assert result.code == 1
        (problem,) = result.json["problems"]
        line = torn.read("home.md").partition("<<<<<<<")[0].count("\n") + 1
        assert (problem["file"], problem["line"]) == ("home.md", line)
        assert "conflict markers" in problem["message"]
    assert torn.both_sides() == before


@pytest.mark.parametrize("chosen", ["Mine.", "Theirs.", "Both of them."])
def test_once_the_marks_are_gone_it_is_an_ordinary_push(torn: Workspace, chosen: str) -> None:
    torn.run("pull", "--markers", "home.md", "--yes")
    torn.change("home.md", MARKS, f"{chosen}\n")
    torn.run("push", "--yes").ok()
    assert content(torn) == BASE.replace("Two.", chosen)
    silent(torn)


def test_markers_where_the_two_never_met(workspace: Workspace) -> None:
    workspace.write("home.md", page("Mine", "Text.\n"))
    workspace.sandbox.create("home", title="Theirs", content="Text.\n")
    assert workspace.run("pull", "--markers", "home.md", "--yes").code == 3
    marks = "<<<<<<< here\ntitle: Mine\n=======\ntitle: Theirs\n>>>>>>> wiki\n"
    assert marks in workspace.read("home.md")
    workspace.change("home.md", marks, "title: Agreed\n")
    workspace.run("push", "--yes").ok()
    found = workspace.sandbox.page("home")
    assert found is not None
    assert (found["title"], found["content"]) == ("Agreed", "Text.\n")
    silent(workspace)


@pytest.mark.parametrize(
    ("header", "changes", "then"),
    [
        ("", {}, ""),
        ("---\nkey: mine\n---\n\n", {}, "---\nkey: mine\n---\n\n"),
        ("", {"tags": ["new"]}, "---\ntags: new\n---\n\n"),
    ],
)
def test_markers_add_no_header_lines_but_those_that_changed_on_the_wiki(
    workspace: Workspace, header: str, changes: dict[str, Any], then: str
) -> None:
    workspace.push(home=header + BASE)
    workspace.change("home.md", "Two.", "Mine.")
    workspace.sandbox.edit("home", content=BASE.replace("Two.", "Theirs."), **changes)
    workspace.run("pull", "--markers", "--yes")
    assert workspace.read("home.md") == then + BASE.replace("Two.\n", MARKS)


def test_markers_leave_alone_what_is_no_conflict(torn: Workspace) -> None:
    torn.sandbox.edit("other", content="New there.\n")
    torn.run("pull", "--markers", "--yes")
    assert torn.read("other.md").endswith("---\n\nNew there.\n")
    assert MARKS in torn.read("home.md")


def test_markers_are_not_for_push(torn: Workspace) -> None:
    before = torn.both_sides()
    result = torn.run("push", "--markers", "--yes")
    assert result.code == 2
    assert torn.both_sides() == before


def test_markers_are_taken_back_by_undo(torn: Workspace) -> None:
    text = torn.raw("home.md")
    torn.run("pull", "--markers", "home.md", "--yes")
    torn.run("undo", "--yes").ok()
    assert torn.raw("home.md") == text
    assert torn.run("status").code == 3


def test_a_page_that_moved_and_does_not_merge_is_moved_and_named(torn: Workspace) -> None:
    torn.sandbox.move("home", "start")
    result = torn.run("sync", "--yes", "--json")
    assert result.code == 3
    assert result.done() == [("move", "folder", "start")]
    assert [found["path"] for found in result.json["conflicts"]] == ["start"]
    assert torn.run("pull", "--markers", "start.md", "--yes").code == 3
    torn.change("start.md", MARKS, "Both.\n")
    torn.run("push", "--yes").ok()
    assert content(torn, "start") == BASE.replace("Two.", "Both.")
    silent(torn)


@pytest.mark.parametrize(("prefer", "tags"), [("wiki", ["a"]), ("local", ["a", "b"])])
def test_who_prefers_a_side_gets_all_of_it_and_no_silent_difference(
    torn: Workspace, prefer: str, tags: list[str]
) -> None:
    """Though the tags alone, changed here, would have merged."""
    torn.change("home.md", "tags: a", "tags: a, b")
    torn.run("sync", "--yes", "--prefer", prefer).ok()
    found = torn.sandbox.page("home")
    assert found is not None
    assert sorted(found["tags"]) == tags
    assert f"tags: {', '.join(tags)}\n" in torn.read("home.md")
    silent(torn)


def test_a_file_that_gets_markers_is_not_called_merged(torn: Workspace) -> None:
    shown = torn.run("pull", "home.md", "--markers", "--yes").out
    assert "marked in the folder   home.md  both versions, between conflict markers" in shown
    assert "1 page: 1 marked in the folder, 1 conflict." in shown
