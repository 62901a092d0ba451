"""Moves to a name by which another page is still known: it is not forgotten, nor made twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.workspace import Workspace, page

if TYPE_CHECKING:
    from support.workspace import Result

NAMES = ("one", "two", "three")


def long_text(name: str) -> str:
    return "".join(f"Line {n} of what {name} has to say.\n" for n in range(9))


@pytest.fixture
def known(workspace: Workspace) -> Workspace:
    """Three pages, the same on both sides."""
    workspace.push(**{name: page(name.title(), long_text(name)) for name in NAMES})
    return workspace


def rename(workspace: Workspace, old: str, new: str) -> None:
    (workspace.folder / f"{old}.md").rename(workspace.folder / f"{new}.md")


def ids(workspace: Workspace) -> dict[str, int]:
    return {found["path"]: found["id"] for found in workspace.sandbox.pages()}


def owners(workspace: Workspace) -> dict[str, str]:
    """Whose text each file has."""
    texts = {name: file.decode() for name, file in workspace.files().items()}
    return {
        file: name for file, text in texts.items() for name in NAMES if f"what {name} has" in text
    }


def done(result: Result) -> list[tuple[str, str, str]]:
    return [one for one in result.done() if one[0] != "adopt"]


def moved_apart(workspace: Workspace) -> dict[str, int]:
    """``three`` moved to two places, and ``two`` to where it was on the wiki."""
    before = ids(workspace)
    workspace.sandbox.move("three", "there")
    workspace.sandbox.move("two", "three")
    rename(workspace, "three", "here")
    return before


@pytest.mark.parametrize("command", ["pull", "sync"])
def test_a_page_in_conflict_is_not_forgotten_when_another_takes_its_name(
    known: Workspace, command: str
) -> None:
    before = moved_apart(known)
    result = known.run(command, "--yes", "--json")
    assert result.code == 3
    assert "Moved on both sides" in " ".join(c["reason"] for c in result.json["conflicts"])
    known.run("sync", "--yes")
    known.run("sync", "--yes", "--prefer", "wiki").ok()
    known.run("sync", "--yes").ok()
    assert ids(known) == {
        "one": before["one"],
        "three": before["two"],
        "there": before["three"],
    }
    assert owners(known) == {"one.md": "one", "three.md": "two", "there.md": "three"}


def test_a_move_that_waits_for_a_name_says_so(known: Workspace) -> None:
    moved_apart(known)
    result = known.run("sync", "--yes", "--json")
    reasons = {c["file"]: c["reason"] for c in result.json["conflicts"]}
    assert reasons.keys() == {"here.md", "two.md"}
    assert "en/three" in reasons["two.md"]
    assert "cannot get its new name yet" in reasons["two.md"]
    assert done(result) == []


def test_a_new_page_under_the_name_of_one_in_conflict_waits_as_well(known: Workspace) -> None:
    before = ids(known)
    known.sandbox.move("three", "there")
    rename(known, "three", "here")
    known.sandbox.create("three", content="A newcomer.\n")
    known.run("sync", "--yes")
    known.run("sync", "--yes", "--prefer", "local").ok()
    known.run("sync", "--yes").ok()
    assert ids(known)["here"] == before["three"]
    assert ids(known).keys() == {"one", "two", "three", "here"}
    assert "A newcomer." in known.read("three.md")


def test_a_name_is_free_once_both_sides_moved_its_page_to_the_same_place(
    known: Workspace,
) -> None:
    before = ids(known)
    known.sandbox.move("three", "there")
    known.sandbox.move("two", "three")
    rename(known, "three", "there")
    known.run("sync", "--yes").ok()
    assert ids(known) == {"one": before["one"], "three": before["two"], "there": before["three"]}
    assert owners(known) == {"one.md": "one", "three.md": "two", "there.md": "three"}


def test_a_path_that_names_one_of_two_moves_forgets_nothing_of_the_other(
    known: Workspace,
) -> None:
    before = ids(known)
    known.sandbox.move("three", "there")
    known.sandbox.move("two", "three")
    rename(known, "three", "there")
    known.change("there.md", "Line 1 of", "Line one of")
    known.sandbox.edit("there", content=long_text("three").replace("Line 8", "Line eight"))
    known.run("sync", "two", "--yes")
    known.run("sync", "--yes").ok()
    known.run("sync", "--yes").ok()
    assert ids(known) == {"one": before["one"], "three": before["two"], "there": before["three"]}
    assert "Line one of" in known.read("there.md")
    assert "Line eight of" in known.read("there.md")


def test_a_file_where_another_page_went_on_the_wiki_is_not_written_to_that_page(
    known: Workspace,
) -> None:
    before = ids(known)
    known.sandbox.move("one", "place")
    rename(known, "one", "mine")
    rename(known, "two", "place")
    result = known.run("sync", "--yes", "--json")
    assert result.code == 3
    assert done(result) == []
    assert "Moved on both sides" in " ".join(c["reason"] for c in result.json["conflicts"])
    assert "what one has" in (known.sandbox.page("place") or {})["content"]
    known.run("sync", "--yes", "--prefer", "local")
    known.run("sync", "--yes").ok()
    assert ids(known) == {
        "mine": before["one"],
        "place": before["two"],
        "three": before["three"],
    }
    assert owners(known) == {"mine.md": "one", "place.md": "two", "three.md": "three"}


def test_a_new_file_where_a_renamed_page_went_on_the_wiki_is_not_written_over_that_page(
    known: Workspace,
) -> None:
    before = ids(known)
    known.sandbox.move("one", "place")
    rename(known, "one", "mine")
    known.write("place.md", page("New", "Nothing of what anybody had to say.\n"))
    result = known.run("sync", "--yes", "--json")
    assert result.code == 3
    assert done(result) == []
    assert "Moved on both sides" in " ".join(c["reason"] for c in result.json["conflicts"])
    assert "what one has" in (known.sandbox.page("place") or {})["content"]
    assert "Nothing of what" in known.read("place.md")
    known.run("sync", "--yes", "--prefer", "local")
    known.run("sync", "--yes").ok()
    now = ids(known)
    assert {now[name] for name in ("mine", "two", "three")} == set(before.values())
    assert now["mine"] == before["one"]
    assert "Nothing of what" in (known.sandbox.page("place") or {})["content"]


def test_a_page_renamed_to_where_a_stranger_made_one_is_not_deleted_and_the_way_out_is_said(
    known: Workspace,
) -> None:
    before = ids(known)
    rename(known, "one", "new")
    known.sandbox.create("new", content="A stranger's.\n")
    for command in ("push", "sync"):
        result = known.run(command, "--yes", "--delete", "--json")
        assert result.code == 3
        assert done(result) == []
        [conflict] = result.json["conflicts"]
        assert conflict["file"] == "new.md"
        assert "another page is at en/new on the wiki" in conflict["reason"]
        assert "wikisync pull new.md --prefer wiki" in conflict["reason"]
    assert ids(known).items() >= before.items()
    known.sandbox.delete("new")
    known.run("sync", "--yes").ok()
    assert ids(known)["new"] == before["one"]


def test_a_page_deleted_on_the_wiki_and_renamed_to_where_a_stranger_made_one_is_a_new_file(
    known: Workspace,
) -> None:
    rename(known, "one", "new")
    known.sandbox.delete("one")
    known.sandbox.create("new", content="A stranger's.\n")
    for _ in range(2):
        result = known.run("sync", "--yes", "--delete", "--json")
        assert result.code == 3
        assert done(result) == []
        [conflict] = result.json["conflicts"]
        assert conflict["reason"].startswith("It exists in the folder and on the wiki")
        assert "what one has" in known.read("new.md")
    known.run("sync", "--yes", "--prefer", "local").ok()
    assert "what one has" in (known.sandbox.page("new") or {})["content"]


def test_a_page_renamed_to_where_its_copy_is_on_the_wiki_already_is_that_one(
    known: Workspace,
) -> None:
    """As when somebody else's push has made a new page of the same rename."""
    rename(known, "one", "new")
    known.sandbox.create("new", title="One", content=long_text("one"))
    result = known.run("sync", "--yes", "--delete", "--json").ok()
    assert done(result) == [("delete", "wiki", "one")]
    assert sorted(ids(known)) == ["new", "three", "two"]


def test_a_page_that_took_the_place_of_a_deleted_one_is_brought_here_at_once(
    known: Workspace,
) -> None:
    known.sandbox.delete("one")
    known.sandbox.move("two", "one")
    known.remove("two.md")
    result = known.run("sync", "--yes", "--json").ok()
    assert done(result) == [("update", "folder", "one")]
    assert "what two has" in known.read("one.md")
    assert any("what one has" in text for _verb, _side, _path, text in known.kept())
    result = known.run("sync", "--yes", "--json").ok()
    assert (result.json["actions"], len(result.asked)) == ([], 1)


@pytest.mark.parametrize("taken", [True, False])
def test_a_page_that_moved_to_where_files_are_ignored_is_named_and_left_alone(
    known: Workspace, taken: bool
) -> None:
    known.configure(ignore=["drafts/"])
    if taken:
        known.write("drafts/one.md", "My own notes.\n")
    known.sandbox.move("one", "drafts/one")
    before = known.both_sides()
    result = known.run("sync", "--yes", "--json")
    assert (result.code, result.json["actions"], result.json["conflicts"]) == (1, [], [])
    (problem,) = result.json["problems"]
    assert problem["file"] == "one.md"
    assert "drafts/one" in problem["message"]
    assert "`ignore`" in problem["message"]
    assert known.both_sides() == before
    known.sandbox.move("drafts/one", "back")
    known.run("sync", "--yes").ok()
    assert owners(known)["back.md"] == "one"


def test_a_new_file_where_a_page_in_conflict_is_waits_in_silence(known: Workspace) -> None:
    before = ids(known)
    known.sandbox.move("one", "place")
    rename(known, "one", "mine")
    known.write("place.html", "<p>Another kind of page.</p>\n")
    for _ in range(2):
        result = known.run("sync", "--yes", "--json")
        assert (result.code, result.json["actions"]) == (3, [])
        (conflict,) = result.json["conflicts"]
        assert "Moved on both sides" in conflict["reason"]
    known.run("sync", "--yes", "--prefer", "local").ok()
    known.run("sync", "--yes").ok()
    assert ids(known)["mine"] == before["one"]
    assert "Another kind" in (known.sandbox.page("place") or {})["content"]
