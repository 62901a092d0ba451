"""What the wiki keeps otherwise than sent, or cannot be a file, makes no difference for ever."""

from __future__ import annotations

import pytest

from scenarios.hostile.scene import contents, on_wiki, quiet, writes
from support.texts import TEXT
from support.workspace import Workspace, page

PUSH = ("push", "--yes", "--json")


def test_a_style_that_the_wiki_minifies_is_written_once(ws: Workspace) -> None:
    ws.write("home.md", page("Home", more='scriptCss: "a {  color : red ; }  /* why */"\n'))
    ws.run(*PUSH).ok()
    assert on_wiki(ws, "home")["scriptCss"] not in {"", "a {  color : red ; }  /* why */"}
    quiet(ws)
    ws.change("home.md", "red", "blue")
    assert writes(ws.run(*PUSH).ok()) == ["pages.update"]
    assert "blue" in on_wiki(ws, "home")["scriptCss"]
    quiet(ws)


def test_a_style_that_comes_to_the_same_is_written_once(ws: Workspace) -> None:
    ws.write("home.md", page("Home", more='scriptCss: "a{b:c}"\n'))
    ws.run(*PUSH).ok()
    ws.change("home.md", "a{b:c}", "a { b: c; }")
    ws.run(*PUSH).ok()
    quiet(ws)


@pytest.mark.parametrize(
    "title", [" edge", "edge ", "\tedge", "a: b", "# a", "'", "- a", "yes", "2020", "a # b", "{a"]
)
def test_a_title_of_any_spelling_comes_here_and_goes_back_as_it_is(
    ws: Workspace, title: str
) -> None:
    ws.box.create("home", title=title, description=title)
    ws.run("pull", "--yes").ok()
    quiet(ws)
    ws.write("home.md", ws.raw("home.md") + b"More.\n")
    ws.run(*PUSH).ok()
    assert (on_wiki(ws, "home")["title"], on_wiki(ws, "home")["description"]) == (title, title)
    quiet(ws)


@pytest.mark.parametrize(
    "content",
    ["a\r\nb\r\n", "a\n\n\n", "\n\na\n", "a", "a  \n", "\u2028a\n", "---\na: b\n---\n\nc\n"],
)
def test_content_of_any_ends_comes_here_and_goes_back_byte_for_byte(
    ws: Workspace, content: str
) -> None:
    ws.box.create("home", content=content)
    ws.run("pull", "--yes").ok()
    quiet(ws)
    ws.write("home.md", ws.read("home.md").replace("title: home", "title: Home"))
    ws.run(*PUSH).ok()
    assert on_wiki(ws, "home")["title"] == "Home"
    assert on_wiki(ws, "home")["content"] == content
    quiet(ws)


def test_a_private_page_is_not_brought_here_and_is_never_gone(ws: Workspace) -> None:
    ws.box.create("mine", isPrivate=True, content="Mine.\n")
    ws.box.create("home")
    ws.run("sync", "--delete", "--yes").ok()
    assert list(ws.files()) == ["home.md"]
    assert contents(ws)["mine"] == "Mine.\n"
    quiet(ws)


def test_a_private_page_in_the_way_of_a_file_is_a_conflict_and_stays(ws: Workspace) -> None:
    ws.box.create("home", isPrivate=True, content="Mine.\n")
    ws.write("home.md", page("Home"))
    for prefer in ((), ("--prefer", "local"), ("--prefer", "wiki")):
        result = ws.run("sync", *prefer, "--yes", "--json")
        assert (result.code, writes(result)) == (3, [])
    assert contents(ws)["home"] == "Mine.\n"
    assert "Text." in ws.read("home.md")


@pytest.mark.parametrize("editor", ["api", "redirect"])
def test_a_page_of_a_kind_without_a_file_form_is_left_alone(ws: Workspace, editor: str) -> None:
    ws.box.create("machine", editor=editor, content="a: b\n")
    ws.box.create("home")
    ws.run("sync", "--delete", "--yes").ok()
    assert list(ws.files()) == ["home.md"]
    quiet(ws)
    ws.write("machine.md", page("Machine"))
    result = ws.run("sync", "--prefer", "local", "--yes", "--json")
    assert (result.code, writes(result)) == (3, [])
    assert contents(ws)["machine"] == "a: b\n"


def test_a_page_converted_to_another_kind_on_the_wiki_is_named_and_left(ws: Workspace) -> None:
    ws.push(home=page("Home"))
    id_ = on_wiki(ws, "home")["id"]
    ws.box.store.update("pages", id_, {"contentType": "html", "editor": "code"})
    ws.box.edit("home", content="<p>Text</p>\n")
    for command in ("push", "pull", "sync"):
        result = ws.run(command, "--delete", "--yes", "--json")
        assert (result.code, writes(result)) == (3, [])
        assert "convert the page" in result.json["conflicts"][0]["reason"]
    assert "Text." in ws.read("home.md")


def test_a_page_moved_on_the_wiki_is_not_deleted_and_not_made_twice(ws: Workspace) -> None:
    ws.push(home=page("Home"), news=page("News"))
    ws.box.move("news", "archive/news")
    result = ws.run("push", "--delete", "--yes", "--json").ok()
    assert (writes(result), result.json["counts"]["other_way"]) == ([], 1)
    assert sorted(ws.files()) == ["home.md", "news.md"]
    ws.run("pull", "--delete", "--yes").ok()
    assert sorted(contents(ws)) == ["archive/news", "home"]
    assert sorted(ws.files()) == ["archive/news.md", "home.md"]
    quiet(ws)


@pytest.mark.parametrize("content", [TEXT, "Other.\n"])
def test_a_page_deleted_and_made_anew_under_its_path_is_the_same_page(
    ws: Workspace, content: str
) -> None:
    ws.push(home=page("Home"), news=page("News"))
    ws.box.delete("home")
    ws.box.create("home", title="Home", content=content)
    ws.run("sync", "--delete", "--yes").ok()
    assert content in ws.read("home.md")
    quiet(ws)
    ws.change("home.md", content, "Mine.\n")
    ws.run(*PUSH).ok()
    assert on_wiki(ws, "home")["content"] == "Mine.\n"
    quiet(ws)


def test_a_page_made_anew_while_its_file_was_edited_is_written_over_only_if_it_is_equal(
    ws: Workspace,
) -> None:
    ws.push(home=page("Home"), news=page("News"))
    for path, content in (("home", TEXT), ("news", "Theirs.\n")):
        ws.change(f"{path}.md", "Text.", "Mine.")
        ws.box.delete(path)
        ws.box.create(path, title=path.title(), content=content)
    result = ws.run(*PUSH)
    assert result.code == 3
    assert contents(ws) == {"home": TEXT.replace("Text.", "Mine."), "news": "Theirs.\n"}


def test_a_time_that_moved_without_a_change_is_read_once_and_nothing_is_written(
    ws: Workspace,
) -> None:
    ws.push(**{f"page-{n}": page(f"Page {n}") for n in range(3)})
    for n in range(3):
        ws.box.render(f"page-{n}")
    result = ws.run("sync", "--yes", "--json").ok()
    assert (result.json["actions"], writes(result)) == ([], [])
    assert len(result.asked) == 2
    quiet(ws)
