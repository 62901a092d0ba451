"""HTML and AsciiDoc files, files that become another kind, and the wiki's own conversion."""

from __future__ import annotations

import pytest

from support.graphql_client import ask
from support.workspace import Workspace, page
from wikisync.sandbox import Drop

HEADER = "title: {title}\ndescription: \npublished: true\ntags: a\neditor: {editor}\n"

CONVERT = 'mutation($id:Int!){pages{convert(id:$id,editor:"ckeditor"){responseResult{succeeded}}}}'


def html(content: str, editor: str = "ckeditor", title: str = "A page") -> str:
    """An HTML file as Wiki.js's storage writes it."""
    return f"<!--\n{HEADER.format(title=title, editor=editor)}-->\n\n{content}"


@pytest.fixture
def became_html(workspace: Workspace) -> Workspace:
    """A Markdown page whose file was made an HTML file by hand."""
    workspace.push(start=page("A page", "# Hello\n"), other=page("Other"))
    (workspace.folder / "start.md").unlink()
    workspace.write("start.html", html("<h1>Hello there</h1>\n"))
    return workspace


@pytest.fixture
def renamed_html(workspace: Workspace) -> Workspace:
    """The same with nothing edited: the file got another name and header, and keeps its text."""
    workspace.push(start=page("A page", "# Hello\n", tags="a"), other=page("Other"))
    (workspace.folder / "start.md").unlink()
    workspace.write("start.html", html("# Hello\n"))
    return workspace


@pytest.mark.parametrize("editor", ["ckeditor", "code"])
def test_an_html_page_is_made_with_the_editor_that_its_file_names(
    workspace: Workspace, editor: str
) -> None:
    workspace.write("start.html", html("<p>Hello</p>\n", editor))
    workspace.run("push", "--yes").ok()
    found = workspace.sandbox.page("start")
    assert found is not None
    assert (found["editor"], found["contentType"]) == (editor, "html")
    assert len(workspace.run("sync").ok().asked) == 1


def test_an_asciidoc_pages_title_is_its_heading_and_follows_it(workspace: Workspace) -> None:
    workspace.write("start.adoc", "= First title\n\nText.\n")
    workspace.run("push", "--yes").ok()
    workspace.sandbox.edit("start", tags=["kept"], description="Kept.")
    workspace.run("pull", "--yes").ok()
    workspace.write("start.adoc", "= Second title\n\nText.\n")
    workspace.run("push", "--yes").ok()
    found = workspace.sandbox.page("start")
    assert found is not None
    assert found["title"] == "Second title"
    assert (found["tags"], found["description"]) == (["kept"], "Kept.")


def test_a_title_given_on_the_wiki_is_not_taken_back_by_a_heading(workspace: Workspace) -> None:
    workspace.write("start.adoc", "= Heading\n\nText.\n")
    workspace.run("push", "--yes").ok()
    workspace.sandbox.edit("start", title="Chosen")
    workspace.run("pull", "--yes").ok()
    workspace.write("start.adoc", "= Other heading\n\nText.\n")
    workspace.run("push", "--yes").ok()
    found = workspace.sandbox.page("start")
    assert found is not None
    assert found["title"] == "Chosen"


@pytest.mark.parametrize("command", ["push", "pull", "sync"])
def test_a_file_that_became_another_kind_is_named_and_no_new_page(
    became_html: Workspace, command: str
) -> None:
    workspace = became_html
    before = workspace.both_sides()
    result = workspace.run(command, "--yes", "--json")
    assert result.code == 3
    (conflict,) = result.json["conflicts"]
    assert conflict["file"] == "start.html"
    assert "--convert" in conflict["reason"]
    assert workspace.both_sides() == before


@pytest.mark.parametrize("command", ["pull", "sync"])
def test_a_file_of_another_kind_keeps_its_kind_where_its_page_moved(
    became_html: Workspace, command: str
) -> None:
    """Were it named for the page's kind, its header would be published as content."""
    workspace = became_html
    text = workspace.read("start.html")
    workspace.sandbox.move("start", "elsewhere")
    before = workspace.sandbox.page("elsewhere")
    for _ in range(2):
        assert workspace.run(command, "--yes").code == 3
        assert workspace.run("sync", "--yes").code == 3
    assert sorted(workspace.files()) == ["elsewhere.html", "other.md"]
    assert workspace.read("elsewhere.html") == text
    assert workspace.sandbox.page("elsewhere") == before


@pytest.mark.parametrize("command", ["push", "sync"])
def test_convert_lets_the_wiki_convert_the_page_and_takes_the_result(
    renamed_html: Workspace, command: str
) -> None:
    workspace = renamed_html
    was = workspace.sandbox.page("start")
    workspace.run(command, "--convert", "--yes").ok()
    now = workspace.sandbox.page("start")
    assert was is not None
    assert now is not None
    assert (now["id"], now["editor"], now["contentType"]) == (was["id"], "ckeditor", "html")
    assert now["content"] in workspace.read("start.html")
    assert "<h1>Hello</h1>" in workspace.read("start.html")
    assert len(workspace.run("sync").ok().asked) == 1


def test_what_a_conversion_replaced_comes_back(renamed_html: Workspace) -> None:
    workspace = renamed_html
    before = workspace.both_sides()
    workspace.run("push", "--convert", "--yes").ok()
    workspace.run("undo", "--yes").ok()
    found = workspace.sandbox.page("start")
    assert found is not None
    assert (found["content"], found["editor"]) == ("# Hello\n", "markdown")
    assert "# Hello" in workspace.read("start.html")
    assert workspace.both_sides()[0] == before[0]


def test_a_conversion_without_an_answer_is_looked_at(renamed_html: Workspace) -> None:
    workspace = renamed_html
    workspace.sandbox.faults.add(Drop(after=True), on="pages.convert")
    workspace.run("push", "--convert", "--yes").ok()
    assert len(workspace.run("sync").ok().asked) == 1


@pytest.mark.parametrize("command", ["push", "sync"])
def test_a_conversion_takes_no_edits_that_were_never_pushed(
    became_html: Workspace, command: str
) -> None:
    workspace = became_html
    before = workspace.both_sides()
    result = workspace.run(command, "--convert", "--yes", "--json")
    assert (result.code, result.done()) == (3, [])
    reason = result.json["conflicts"][0]["reason"]
    assert "never pushed" in reason
    assert "--prefer local" in reason
    assert workspace.both_sides() == before


@pytest.mark.parametrize("command", ["push", "sync"])
def test_edits_are_published_once_the_page_is_converted_where_that_is_preferred(
    became_html: Workspace, command: str
) -> None:
    workspace = became_html
    was = workspace.sandbox.page("start") or {}
    workspace.run(command, "--convert", "--prefer", "local", "--yes").ok()
    now = workspace.sandbox.page("start") or {}
    assert (now["id"], now["editor"], now["contentType"]) == (was["id"], "ckeditor", "html")
    assert now["content"] == "<h1>Hello there</h1>\n"
    assert "<h1>Hello there</h1>\n" in workspace.read("start.html")
    assert len(workspace.run("sync").ok().asked) == 1
    workspace.run("undo", "--yes").ok()
    now = workspace.sandbox.page("start") or {}
    assert (now["editor"], now["content"]) == ("markdown", "# Hello\n")


def test_edits_that_give_way_to_a_conversion_are_kept(became_html: Workspace) -> None:
    workspace = became_html
    workspace.run("push", "--convert", "--prefer", "wiki", "--yes").ok()
    assert "Hello there" not in workspace.read("start.html")
    assert any("Hello there" in text for _verb, _side, _path, text in workspace.kept())
    workspace.run("undo", "--yes").ok()
    assert "Hello there" in workspace.read("start.html")


def test_without_a_memory_a_file_of_another_kind_with_other_text_counts_as_edited(
    became_html: Workspace,
) -> None:
    workspace = became_html
    for file in workspace.state.iterdir():
        file.unlink()
    before = workspace.both_sides()
    assert workspace.run("push", "--convert", "--yes").code == 3
    assert workspace.both_sides() == before


def test_another_editor_of_the_same_kind_is_a_conversion_too(workspace: Workspace) -> None:
    workspace.write("start.html", html("<p>Hello</p>\n"))
    workspace.run("push", "--yes").ok()
    workspace.change("start.html", "editor: ckeditor", "editor: code")
    assert workspace.run("push", "--yes").code == 3
    workspace.run("push", "--convert", "--yes").ok()
    found = workspace.sandbox.page("start")
    assert found is not None
    assert (found["editor"], found["content"]) == ("code", "<p>Hello</p>\n")
    assert len(workspace.run("sync").ok().asked) == 1


def test_a_page_converted_on_the_wiki_is_not_converted_back(workspace: Workspace) -> None:
    workspace.push(start=page("A page", "# Hello\n"))
    page_id = (workspace.sandbox.page("start") or {})["id"]
    ask(workspace.sandbox, CONVERT, id=page_id)
    before = workspace.both_sides()
    assert workspace.run("sync", "--convert", "--yes").code == 3
    assert workspace.both_sides() == before


@pytest.mark.parametrize("command", ["push", "pull", "sync"])
def test_the_advice_about_a_page_converted_on_the_wiki_ends_it(
    workspace: Workspace, command: str
) -> None:
    workspace.push(start=page("A page", "# Hello\n"))
    ask(workspace.sandbox, CONVERT, id=(workspace.sandbox.page("start") or {})["id"])
    (conflict,) = workspace.run(command, "--yes", "--json").json["conflicts"]
    assert "--convert" not in conflict["reason"]  # it would convert nothing
    assert (
        "move the file out of the folder, then wikisync pull start --prefer wiki"
        in (conflict["reason"])
    )
    (workspace.folder / "start.md").rename(workspace.root / "aside.md")
    workspace.run("pull", "start", "--prefer", "wiki", "--yes").ok()
    assert list(workspace.files()) == ["start.html"]
    assert "<h1>Hello</h1>" in workspace.read("start.html")
    assert len(workspace.run("sync").ok().asked) == 1


@pytest.mark.parametrize("folder", ["qa", "hr"])
def test_a_folder_of_two_letters_that_is_no_locale_stays_a_folder(
    workspace: Workspace, folder: str
) -> None:
    workspace.sandbox.create(f"{folder}/start")
    workspace.run("pull", "--yes").ok()
    assert list(workspace.files()) == [f"{folder}/start.md"]
    workspace.change(f"{folder}/start.md", "title:", "title: New")
    workspace.run("push", "--yes").ok()
    (found,) = workspace.sandbox.pages()
    assert (found["locale"], found["path"]) == ("en", f"{folder}/start")


def test_a_locale_that_the_wiki_has_not_installed_is_named_and_not_sent(
    workspace: Workspace,
) -> None:
    workspace.write("ja/start.md", page("Start"))
    result = workspace.run("push", "--yes", "--json")
    assert result.code == 1
    assert result.json["problems"][0]["file"] == "ja/start.md"
    assert workspace.sandbox.pages() == []
