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
def became_html(ws: Workspace) -> Workspace:
    """A Markdown page whose file was made an HTML file by hand."""
    ws.push(start=page("A page", "# Hello\n"), other=page("Other"))
    (ws.folder / "start.md").unlink()
    ws.write("start.html", html("<h1>Hello there</h1>\n"))
    return ws


@pytest.fixture
def renamed_html(ws: Workspace) -> Workspace:
    """The same with nothing edited: the file got another name and header, and keeps its text."""
    ws.push(start=page("A page", "# Hello\n", tags="a"), other=page("Other"))
    (ws.folder / "start.md").unlink()
    ws.write("start.html", html("# Hello\n"))
    return ws


@pytest.mark.parametrize("editor", ["ckeditor", "code"])
def test_an_html_page_is_made_with_the_editor_that_its_file_names(
    ws: Workspace, editor: str
) -> None:
    ws.write("start.html", html("<p>Hello</p>\n", editor))
    ws.run("push", "--yes").ok()
    found = ws.box.page("start")
    assert found is not None
    assert (found["editor"], found["contentType"]) == (editor, "html")
    assert len(ws.run("sync").ok().asked) == 1


def test_an_asciidoc_pages_title_is_its_heading_and_follows_it(ws: Workspace) -> None:
    ws.write("start.adoc", "= First title\n\nText.\n")
    ws.run("push", "--yes").ok()
    ws.box.edit("start", tags=["kept"], description="Kept.")
    ws.run("pull", "--yes").ok()
    ws.write("start.adoc", "= Second title\n\nText.\n")
    ws.run("push", "--yes").ok()
    found = ws.box.page("start")
    assert found is not None
    assert found["title"] == "Second title"
    assert (found["tags"], found["description"]) == (["kept"], "Kept.")


def test_a_title_given_on_the_wiki_is_not_taken_back_by_a_heading(ws: Workspace) -> None:
    ws.write("start.adoc", "= Heading\n\nText.\n")
    ws.run("push", "--yes").ok()
    ws.box.edit("start", title="Chosen")
    ws.run("pull", "--yes").ok()
    ws.write("start.adoc", "= Other heading\n\nText.\n")
    ws.run("push", "--yes").ok()
    found = ws.box.page("start")
    assert found is not None
    assert found["title"] == "Chosen"


@pytest.mark.parametrize("command", ["push", "pull", "sync"])
def test_a_file_that_became_another_kind_is_named_and_no_new_page(
    became_html: Workspace, command: str
) -> None:
    ws = became_html
    before = ws.both_sides()
    result = ws.run(command, "--yes", "--json")
    assert result.code == 3
    (conflict,) = result.json["conflicts"]
    assert conflict["file"] == "start.html"
    assert "--convert" in conflict["reason"]
    assert ws.both_sides() == before


@pytest.mark.parametrize("command", ["pull", "sync"])
def test_a_file_of_another_kind_keeps_its_kind_where_its_page_moved(
    became_html: Workspace, command: str
) -> None:
    """Were it named for the page's kind, its header would be published as content."""
    ws = became_html
    text = ws.read("start.html")
    ws.box.move("start", "elsewhere")
    before = ws.box.page("elsewhere")
    for _ in range(2):
        assert ws.run(command, "--yes").code == 3
        assert ws.run("sync", "--yes").code == 3
    assert sorted(ws.files()) == ["elsewhere.html", "other.md"]
    assert ws.read("elsewhere.html") == text
    assert ws.box.page("elsewhere") == before


@pytest.mark.parametrize("command", ["push", "sync"])
def test_convert_lets_the_wiki_convert_the_page_and_takes_the_result(
    renamed_html: Workspace, command: str
) -> None:
    ws = renamed_html
    was = ws.box.page("start")
    ws.run(command, "--convert", "--yes").ok()
    now = ws.box.page("start")
    assert was is not None
    assert now is not None
    assert (now["id"], now["editor"], now["contentType"]) == (was["id"], "ckeditor", "html")
    assert now["content"] in ws.read("start.html")
    assert "<h1>Hello</h1>" in ws.read("start.html")
    assert len(ws.run("sync").ok().asked) == 1


def test_what_a_conversion_replaced_comes_back(renamed_html: Workspace) -> None:
    ws = renamed_html
    before = ws.both_sides()
    ws.run("push", "--convert", "--yes").ok()
    ws.run("undo", "--yes").ok()
    found = ws.box.page("start")
    assert found is not None
    assert (found["content"], found["editor"]) == ("# Hello\n", "markdown")
    assert "# Hello" in ws.read("start.html")
    assert ws.both_sides()[0] == before[0]


def test_a_conversion_without_an_answer_is_looked_at(renamed_html: Workspace) -> None:
    ws = renamed_html
    ws.box.faults.add(Drop(after=True), on="pages.convert")
    ws.run("push", "--convert", "--yes").ok()
    assert len(ws.run("sync").ok().asked) == 1


@pytest.mark.parametrize("command", ["push", "sync"])
def test_a_conversion_takes_no_edits_that_were_never_pushed(
    became_html: Workspace, command: str
) -> None:
    ws = became_html
    before = ws.both_sides()
    result = ws.run(command, "--convert", "--yes", "--json")
    assert (result.code, result.done()) == (3, [])
    reason = result.json["conflicts"][0]["reason"]
    assert "never pushed" in reason
    assert "--prefer local" in reason
    assert ws.both_sides() == before


@pytest.mark.parametrize("command", ["push", "sync"])
def test_edits_are_published_once_the_page_is_converted_where_that_is_preferred(
    became_html: Workspace, command: str
) -> None:
    ws = became_html
    was = ws.box.page("start") or {}
    ws.run(command, "--convert", "--prefer", "local", "--yes").ok()
    now = ws.box.page("start") or {}
    assert (now["id"], now["editor"], now["contentType"]) == (was["id"], "ckeditor", "html")
    assert now["content"] == "<h1>Hello there</h1>\n"
    assert "<h1>Hello there</h1>\n" in ws.read("start.html")
    assert len(ws.run("sync").ok().asked) == 1
    ws.run("undo", "--yes").ok()
    now = ws.box.page("start") or {}
    assert (now["editor"], now["content"]) == ("markdown", "# Hello\n")


def test_edits_that_give_way_to_a_conversion_are_kept(became_html: Workspace) -> None:
    ws = became_html
    ws.run("push", "--convert", "--prefer", "wiki", "--yes").ok()
    assert "Hello there" not in ws.read("start.html")
    assert any("Hello there" in text for _verb, _side, _path, text in ws.kept())
    ws.run("undo", "--yes").ok()
    assert "Hello there" in ws.read("start.html")


def test_without_a_memory_a_file_of_another_kind_with_other_text_counts_as_edited(
    became_html: Workspace,
) -> None:
    ws = became_html
    for file in ws.state.iterdir():
        file.unlink()
    before = ws.both_sides()
    assert ws.run("push", "--convert", "--yes").code == 3
    assert ws.both_sides() == before


def test_another_editor_of_the_same_kind_is_a_conversion_too(ws: Workspace) -> None:
    ws.write("start.html", html("<p>Hello</p>\n"))
    ws.run("push", "--yes").ok()
    ws.change("start.html", "editor: ckeditor", "editor: code")
    assert ws.run("push", "--yes").code == 3
    ws.run("push", "--convert", "--yes").ok()
    found = ws.box.page("start")
    assert found is not None
    assert (found["editor"], found["content"]) == ("code", "<p>Hello</p>\n")
    assert len(ws.run("sync").ok().asked) == 1


def test_a_page_converted_on_the_wiki_is_not_converted_back(ws: Workspace) -> None:
    ws.push(start=page("A page", "# Hello\n"))
    page_id = (ws.box.page("start") or {})["id"]
    ask(ws.box, CONVERT, id=page_id)
    before = ws.both_sides()
    assert ws.run("sync", "--convert", "--yes").code == 3
    assert ws.both_sides() == before


@pytest.mark.parametrize("command", ["push", "pull", "sync"])
def test_the_advice_about_a_page_converted_on_the_wiki_ends_it(ws: Workspace, command: str) -> None:
    ws.push(start=page("A page", "# Hello\n"))
    ask(ws.box, CONVERT, id=(ws.box.page("start") or {})["id"])
    (conflict,) = ws.run(command, "--yes", "--json").json["conflicts"]
    assert "--convert" not in conflict["reason"]  # it would convert nothing
    assert (
        "move the file out of the folder, then wikisync pull start --prefer wiki"
        in (conflict["reason"])
    )
    (ws.folder / "start.md").rename(ws.root / "aside.md")
    ws.run("pull", "start", "--prefer", "wiki", "--yes").ok()
    assert list(ws.files()) == ["start.html"]
    assert "<h1>Hello</h1>" in ws.read("start.html")
    assert len(ws.run("sync").ok().asked) == 1


@pytest.mark.parametrize("folder", ["qa", "hr"])
def test_a_folder_of_two_letters_that_is_no_locale_stays_a_folder(
    ws: Workspace, folder: str
) -> None:
    ws.box.create(f"{folder}/start")
    ws.run("pull", "--yes").ok()
    assert list(ws.files()) == [f"{folder}/start.md"]
    ws.change(f"{folder}/start.md", "title:", "title: New")
    ws.run("push", "--yes").ok()
    (found,) = ws.box.pages()
    assert (found["locale"], found["path"]) == ("en", f"{folder}/start")


def test_a_locale_that_the_wiki_has_not_installed_is_named_and_not_sent(ws: Workspace) -> None:
    ws.write("ja/start.md", page("Start"))
    result = ws.run("push", "--yes", "--json")
    assert result.code == 1
    assert result.json["problems"][0]["file"] == "ja/start.md"
    assert ws.box.pages() == []
