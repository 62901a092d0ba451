"""What the wiki keeps otherwise than sent, or cannot be a file, makes no difference for ever."""

from __future__ import annotations

import pytest

from scenarios.hostile.scene import contents, on_wiki, quiet, writes
from support.texts import TEXT
from support.workspace import Workspace, page

PUSH = ("push", "--yes", "--json")


def test_a_style_that_the_wiki_minifies_is_written_once(workspace: Workspace) -> None:
    workspace.write("home.md", page("Home", more='scriptCss: "a {  color : red ; }  /* why */"\n'))
    workspace.run(*PUSH).ok()
    assert on_wiki(workspace, "home")["scriptCss"] not in {"", "a {  color : red ; }  /* why */"}
    quiet(workspace)
    workspace.change("home.md", "red", "blue")
    assert writes(workspace.run(*PUSH).ok()) == ["pages.update"]
    assert "blue" in on_wiki(workspace, "home")["scriptCss"]
    quiet(workspace)


def test_a_style_that_comes_to_the_same_is_written_once(workspace: Workspace) -> None:
    workspace.write("home.md", page("Home", more='scriptCss: "a{b:c}"\n'))
    workspace.run(*PUSH).ok()
    workspace.change("home.md", "a{b:c}", "a { b: c; }")
    workspace.run(*PUSH).ok()
    quiet(workspace)


@pytest.mark.parametrize(
    "title", [" edge", "edge ", "\tedge", "a: b", "# a", "'", "- a", "yes", "2020", "a # b", "{a"]
)
def test_a_title_of_any_spelling_comes_here_and_goes_back_as_it_is(
    workspace: Workspace, title: str
) -> None:
    workspace.sandbox.create("home", title=title, description=title)
    workspace.run("pull", "--yes").ok()
    quiet(workspace)
    workspace.write("home.md", workspace.raw("home.md") + b"More.\n")
    workspace.run(*PUSH).ok()
    assert (on_wiki(workspace, "home")["title"], on_wiki(workspace, "home")["description"]) == (
        title,
        title,
    )
    quiet(workspace)


@pytest.mark.parametrize(
    "content",
    ["a\r\nb\r\n", "a\n\n\n", "\n\na\n", "a", "a  \n", "\u2028a\n", "---\na: b\n---\n\nc\n"],
)
def test_content_of_any_ends_comes_here_and_goes_back_byte_for_byte(
    workspace: Workspace, content: str
) -> None:
    workspace.sandbox.create("home", content=content)
    workspace.run("pull", "--yes").ok()
    quiet(workspace)
    workspace.write("home.md", workspace.read("home.md").replace("title: home", "title: Home"))
    workspace.run(*PUSH).ok()
    assert on_wiki(workspace, "home")["title"] == "Home"
    assert on_wiki(workspace, "home")["content"] == content
    quiet(workspace)


def test_a_private_page_is_not_brought_here_and_is_never_gone(workspace: Workspace) -> None:
    workspace.sandbox.create("mine", isPrivate=True, content="Mine.\n")
    workspace.sandbox.create("home")
    workspace.run("sync", "--delete", "--yes").ok()
    assert list(workspace.files()) == ["home.md"]
    assert contents(workspace)["mine"] == "Mine.\n"
    quiet(workspace)


def test_a_private_page_in_the_way_of_a_file_is_a_conflict_and_stays(workspace: Workspace) -> None:
    workspace.sandbox.create("home", isPrivate=True, content="Mine.\n")
    workspace.write("home.md", page("Home"))
    for prefer in ((), ("--prefer", "local"), ("--prefer", "wiki")):
        result = workspace.run("sync", *prefer, "--yes", "--json")
        assert (result.code, writes(result)) == (3, [])
    assert contents(workspace)["home"] == "Mine.\n"
    assert "Text." in workspace.read("home.md")


@pytest.mark.parametrize("editor", ["api", "redirect"])
def test_a_page_of_a_kind_without_a_file_form_is_left_alone(
    workspace: Workspace, editor: str
) -> None:
    workspace.sandbox.create("machine", editor=editor, content="a: b\n")
    workspace.sandbox.create("home")
    workspace.run("sync", "--delete", "--yes").ok()
    assert list(workspace.files()) == ["home.md"]
    quiet(workspace)
    workspace.write("machine.md", page("Machine"))
    result = workspace.run("sync", "--prefer", "local", "--yes", "--json")
    assert (result.code, writes(result)) == (3, [])
    assert contents(workspace)["machine"] == "a: b\n"


def test_a_page_converted_to_another_kind_on_the_wiki_is_named_and_left(
    workspace: Workspace,
) -> None:
    workspace.push(home=page("Home"))
    id_ = on_wiki(workspace, "home")["id"]
    workspace.sandbox.store.update("pages", id_, {"contentType": "html", "editor": "code"})
    workspace.sandbox.edit("home", content="<p>Text</p>\n")
    for command in ("push", "pull", "sync"):
        result = workspace.run(command, "--delete", "--yes", "--json")
        assert (result.code, writes(result)) == (3, [])
        assert "convert the page" in result.json["conflicts"][0]["reason"]
    assert "Text." in workspace.read("home.md")


def test_a_page_moved_on_the_wiki_is_not_deleted_and_not_made_twice(workspace: Workspace) -> None:
    workspace.push(home=page("Home"), news=page("News"))
    workspace.sandbox.move("news", "archive/news")
    result = workspace.run("push", "--delete", "--yes", "--json").ok()
    assert (writes(result), result.json["counts"]["other_way"]) == ([], 1)
    assert sorted(workspace.files()) == ["home.md", "news.md"]
    workspace.run("pull", "--delete", "--yes").ok()
    assert sorted(contents(workspace)) == ["archive/news", "home"]
    assert sorted(workspace.files()) == ["archive/news.md", "home.md"]
    quiet(workspace)


@pytest.mark.parametrize("content", [TEXT, "Other.\n"])
def test_a_page_deleted_and_made_anew_under_its_path_is_the_same_page(
    workspace: Workspace, content: str
) -> None:
    workspace.push(home=page("Home"), news=page("News"))
    workspace.sandbox.delete("home")
    workspace.sandbox.create("home", title="Home", content=content)
    workspace.run("sync", "--delete", "--yes").ok()
    assert content in workspace.read("home.md")
    quiet(workspace)
    workspace.change("home.md", content, "Mine.\n")
    workspace.run(*PUSH).ok()
    assert on_wiki(workspace, "home")["content"] == "Mine.\n"
    quiet(workspace)


def test_a_page_made_anew_while_its_file_was_edited_is_written_over_only_if_it_is_equal(
    workspace: Workspace,
) -> None:
    workspace.push(home=page("Home"), news=page("News"))
    for path, content in (("home", TEXT), ("news", "Theirs.\n")):
        workspace.change(f"{path}.md", "Text.", "Mine.")
        workspace.sandbox.delete(path)
        workspace.sandbox.create(path, title=path.title(), content=content)
    result = workspace.run(*PUSH)
    assert result.code == 3
    assert contents(workspace) == {"home": TEXT.replace("Text.", "Mine."), "news": "Theirs.\n"}


def test_a_time_that_moved_without_a_change_is_read_once_and_nothing_is_written(
    workspace: Workspace,
) -> None:
    workspace.push(**{f"page-{n}": page(f"Page {n}") for n in range(3)})
    for n in range(3):
        workspace.sandbox.render(f"page-{n}")
    result = workspace.run("sync", "--yes", "--json").ok()
    assert (result.json["actions"], writes(result)) == ([], [])
    assert len(result.asked) == 2
    quiet(workspace)
