"""What is no page is named with its file and line, and never stops the others."""

from __future__ import annotations

import pytest

from support.workspace import Workspace, page

BAD = {
    "latin.md": (b"---\ntitle: A\n---\n\ncaf\xe9\n", 5),
    "nul.md": (b"one\ntwo \0 three\n", 2),
    "open.md": (b"---\ntitle: A\nno end\n", None),
    "marks.md": (b"# A\n<<<<<<< ours\nx\n=======\ny\n>>>>>>> theirs\n", 2),
    "maybe.md": (b"---\ntitle: A\npublished: maybe\n---\n\nText\n", 3),
    "empty.md": (b"---\ntitle: A\n---\n\n", None),
    "with blank.md": (b"Text\n", None),
    "dot.ted.md": (b"Text\n", None),
    "login/page.md": (b"Text\n", None),
    "de/page.md": (b"Text\n", None),
    "x.md": (b"Text\n", None),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_named_with_its_line_and_the_good_ones_are_pushed(
    workspace: Workspace, name: str
) -> None:
    data, line = BAD[name]
    workspace.write(name, data)
    workspace.write("good.md", page("Good"))
    result = workspace.run("push", "--yes", "--json")
    assert result.code == 1
    assert result.done() == [("create", "wiki", "good")]
    (problem,) = result.json["problems"]
    assert problem["file"] == name
    assert line is None or problem["line"] == line
    assert problem["message"]
    assert name not in problem["message"]
    assert len(workspace.sandbox.pages()) == 1


def test_a_problem_is_shown_as_editors_understand_it(workspace: Workspace) -> None:
    workspace.write("maybe.md", BAD["maybe.md"][0])
    assert "maybe.md:3: " in workspace.run("status").out


def test_a_two_letter_folder_that_is_no_locale_is_named(workspace: Workspace) -> None:
    workspace.write("de/page.md", page("Seite"))
    result = workspace.run("push", "--yes")
    assert result.code == 1
    assert "`de` looks like a locale, which is not installed on the wiki" in result.out
    assert workspace.sandbox.pages() == []


def test_a_file_that_became_bad_is_neither_gone_nor_overwritten(workspace: Workspace) -> None:
    workspace.push(home=page("Home"), other=page("Other"))
    workspace.write("home.md", b"\xff")
    workspace.sandbox.edit("home", content="Theirs.\n")
    result = workspace.run("sync", "--delete", "--prefer", "wiki", "--yes", "--json")
    assert result.code == 1
    assert result.json["actions"] == []
    assert workspace.raw("home.md") == b"\xff"
    home = workspace.sandbox.page("home")
    assert home is not None
    assert home["content"] == "Theirs.\n"


def test_two_files_of_one_page_are_named_and_neither_is_pushed(workspace: Workspace) -> None:
    workspace.write("home.md", page("Home"))
    workspace.write("home.html", "<p>Home</p>\n")
    result = workspace.run("push", "--yes", "--json")
    assert result.code == 1
    assert "keep one" in result.json["problems"][0]["message"]
    assert workspace.sandbox.pages() == []


def test_pages_of_the_wiki_that_no_folder_can_hold_are_named_and_the_others_come(
    workspace: Workspace,
) -> None:
    workspace.sandbox.create("good")
    workspace.sandbox.create("logged/in:now")
    workspace.sandbox.create("login/now")  # which no browser reaches, but which is there
    result = workspace.run("pull", "--yes", "--json")
    assert result.code == 1
    assert list(workspace.files()) == ["good.md", "login/now.md"]
    assert [problem["file"] for problem in result.json["problems"]] == ["logged/in:now"]


def test_a_page_that_the_wiki_refuses_fails_alone(workspace: Workspace) -> None:
    from wikisync.sandbox import Refuse

    for name in ("one", "two", "three"):
        workspace.write(f"{name}.md", page(name))
    workspace.sandbox.faults.add(
        Refuse("PageIllegalPath", "Not that one", 6005), on="create", path="three"
    )
    result = workspace.run("push", "--yes", "--json")
    assert result.code == 1
    assert result.json["counts"]["failed"] == 1
    assert result.action("three")["outcome"] == "failed"
    assert "Not that one" in result.action("three")["reason"]
    assert len(result.done()) == 2
    assert workspace.run("push", "--yes", "--json").ok().done() == [("create", "wiki", "three")]


def test_a_write_that_failed_after_writing_is_found_done(workspace: Workspace) -> None:
    from wikisync.sandbox import Drop, LoseTags, WriteThenFail

    for effect in (WriteThenFail(), Drop(after=True), LoseTags()):
        workspace.sandbox.faults.add(effect, on=("create", "update"))
        workspace.write("home.md", page("Home", f"{effect}\n", tags=type(effect).__name__))
        assert len(workspace.run("push", "--yes", "--json").ok().done()) == 1
        assert len(workspace.run("push").ok().asked) == 1
        home = workspace.sandbox.page("home")
        assert home is not None
        assert home["tags"] == [type(effect).__name__.lower()]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_wiki_that_goes_away_amid_a_run_leaves_the_rest_for_the_next(
    workspace: Workspace, jobs: str
) -> None:
    from wikisync.sandbox import Drop

    for name in ("one", "two", "three"):
        workspace.write(f"{name}.md", page(name))
    workspace.sandbox.faults.add(Drop(), on=("create", "single", "singleByPath"), nth=4, times=None)
    result = workspace.run("push", "--yes", "--json", "--jobs", jobs)
    assert result.code == 1
    outcomes = [action["outcome"] for action in result.json["actions"]]
    assert jobs != "1" or outcomes[0] == "done"
    assert "failed" in outcomes
    workspace.sandbox.faults.clear()
    workspace.run("push", "--yes").ok()
    assert len(workspace.sandbox.pages()) == 3
    assert len(workspace.run("sync").ok().asked) == 1
