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
    ws: Workspace, name: str
) -> None:
    data, line = BAD[name]
    ws.write(name, data)
    ws.write("good.md", page("Good"))
    result = ws.run("push", "--yes", "--json")
    assert result.code == 1
    assert result.done() == [("create", "wiki", "good")]
    (problem,) = result.json["problems"]
    assert problem["file"] == name
    assert line is None or problem["line"] == line
    assert problem["message"]
    assert name not in problem["message"]
    assert len(ws.box.pages()) == 1


def test_a_problem_is_shown_as_editors_understand_it(ws: Workspace) -> None:
    ws.write("maybe.md", BAD["maybe.md"][0])
    assert "maybe.md:3: " in ws.run("status").out


def test_a_two_letter_folder_that_is_no_locale_is_named(ws: Workspace) -> None:
    ws.write("de/page.md", page("Seite"))
    result = ws.run("push", "--yes")
    assert result.code == 1
    assert "`de` looks like a locale, which is not installed on the wiki" in result.out
    assert ws.box.pages() == []


def test_a_file_that_became_bad_is_neither_gone_nor_overwritten(ws: Workspace) -> None:
    ws.push(home=page("Home"), other=page("Other"))
    ws.write("home.md", b"\xff")
    ws.box.edit("home", content="Theirs.\n")
    result = ws.run("sync", "--delete", "--prefer", "wiki", "--yes", "--json")
    assert result.code == 1
    assert result.json["actions"] == []
    assert ws.raw("home.md") == b"\xff"
    home = ws.box.page("home")
    assert home is not None
    assert home["content"] == "Theirs.\n"


def test_two_files_of_one_page_are_named_and_neither_is_pushed(ws: Workspace) -> None:
    ws.write("home.md", page("Home"))
    ws.write("home.html", "<p>Home</p>\n")
    result = ws.run("push", "--yes", "--json")
    assert result.code == 1
    assert "keep one" in result.json["problems"][0]["message"]
    assert ws.box.pages() == []


def test_pages_of_the_wiki_that_no_folder_can_hold_are_named_and_the_others_come(
    ws: Workspace,
) -> None:
    ws.box.create("good")
    ws.box.create("logged/in:now")
    ws.box.create("login/now")  # which no browser reaches, but which is there
    result = ws.run("pull", "--yes", "--json")
    assert result.code == 1
    assert list(ws.files()) == ["good.md", "login/now.md"]
    assert [problem["file"] for problem in result.json["problems"]] == ["logged/in:now"]


def test_a_page_that_the_wiki_refuses_fails_alone(ws: Workspace) -> None:
    from wikisync.sandbox import Refuse

    for name in ("one", "two", "three"):
        ws.write(f"{name}.md", page(name))
    ws.box.faults.add(Refuse("PageIllegalPath", "Not that one", 6005), on="create", path="three")
    result = ws.run("push", "--yes", "--json")
    assert result.code == 1
    assert result.json["counts"]["failed"] == 1
    assert result.action("three")["outcome"] == "failed"
    assert "Not that one" in result.action("three")["reason"]
    assert len(result.done()) == 2
    assert ws.run("push", "--yes", "--json").ok().done() == [("create", "wiki", "three")]


def test_a_write_that_failed_after_writing_is_found_done(ws: Workspace) -> None:
    from wikisync.sandbox import Drop, LoseTags, WriteThenFail

    for effect in (WriteThenFail(), Drop(after=True), LoseTags()):
        ws.box.faults.add(effect, on=("create", "update"))
        ws.write("home.md", page("Home", f"{effect}\n", tags=type(effect).__name__))
        assert len(ws.run("push", "--yes", "--json").ok().done()) == 1
        assert len(ws.run("push").ok().asked) == 1
        home = ws.box.page("home")
        assert home is not None
        assert home["tags"] == [type(effect).__name__.lower()]


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_a_wiki_that_goes_away_amid_a_run_leaves_the_rest_for_the_next(
    ws: Workspace, jobs: str
) -> None:
    from wikisync.sandbox import Drop

    for name in ("one", "two", "three"):
        ws.write(f"{name}.md", page(name))
    ws.box.faults.add(Drop(), on=("create", "single", "singleByPath"), nth=4, times=None)
    result = ws.run("push", "--yes", "--json", "--jobs", jobs)
    assert result.code == 1
    outcomes = [action["outcome"] for action in result.json["actions"]]
    assert jobs != "1" or outcomes[0] == "done"
    assert "failed" in outcomes
    ws.box.faults.clear()
    ws.run("push", "--yes").ok()
    assert len(ws.box.pages()) == 3
    assert len(ws.run("sync").ok().asked) == 1
