"""Headers as people have them: drafts, tags, titles, editors and conflict marks, both ways."""

from __future__ import annotations

import shutil

import pytest

from support.texts import TEXT
from support.workspace import Workspace, page

BLOCK = "<<<<<<< HEAD\nmine\n=======\ntheirs\n>>>>>>> branch\n"


def silent(workspace: Workspace) -> None:
    """A run writes to neither side, though it may record that both are equal."""
    before = workspace.both_sides()
    actions = workspace.run("sync", "--yes", "--json").ok().json["actions"]
    assert [action for action in actions if action["action"] != "adopt"] == []
    assert workspace.both_sides() == before


def forget(workspace: Workspace) -> None:
    shutil.rmtree(workspace.state)


def published(workspace: Workspace, path: str) -> bool:
    found = workspace.sandbox.page(path)
    assert found is not None
    return bool(found["isPublished"])


def drafted(line: str) -> str:
    return f"---\ntitle: A draft\n{line}\nmine: stays\n---\n\n{TEXT}"


@pytest.mark.parametrize(
    ("line", "opposite"),
    [
        ("draft: true # mine", "draft: false # mine"),
        ("Published: false", "Published: true"),
        ("publish: no", "publish: yes"),
        ("status: draft", "status: published"),
    ],
)
def test_a_draft_never_goes_public_and_is_written_back_in_its_spelling(
    workspace: Workspace, line: str, opposite: str
) -> None:
    workspace.write("one.md", drafted(line))
    assert workspace.run("push", "--dry-run", "--json").ok().planned() == [
        ("create", "wiki", "one")
    ]
    workspace.run("push", "--yes").ok()
    assert published(workspace, "one") is False
    assert workspace.read("one.md") == drafted(line)
    forget(workspace)
    silent(workspace)
    workspace.sandbox.edit("one", isPublished=True)
    assert workspace.run("status", "--json").ok().action("one")["fields"] == ["published"]
    workspace.run("pull", "--yes").ok()
    assert workspace.read("one.md") == drafted(opposite)
    silent(workspace)
    workspace.write("one.md", drafted(line))
    workspace.run("push", "--yes").ok()
    assert published(workspace, "one") is False


def test_a_draft_that_is_marked_published_too_is_said_and_not_sent(workspace: Workspace) -> None:
    workspace.write("one.md", page("A", more="draft: true\n"))
    result = workspace.run("push", "--yes")
    assert result.code == 1
    assert "one.md:9: `draft: true` says that the page is not published, and" in result.out
    assert workspace.sandbox.pages() == []


def test_a_status_that_says_otherwise_is_said_beside_the_pages(workspace: Workspace) -> None:
    workspace.write("one.md", page("A", more="status: draft\n"))
    result = workspace.run("push", "--yes").ok()
    assert "In the header of 1 file, `status` says otherwise" in result.out
    assert published(workspace, "one") is True
    assert workspace.run("status", "--json").ok().json.get("notes") is None


def test_tags_that_are_none_are_no_tags_and_tags_that_are_no_texts_are_named(
    workspace: Workspace,
) -> None:
    workspace.write("one.md", page("A", tags="null"))
    workspace.write("two.md", page("B", tags="[getting started, a: b]"))
    result = workspace.run("push", "--yes", "--json")
    assert result.code == 1
    (problem,) = result.json["problems"]
    assert (problem["file"], problem["line"]) == ("two.md", 6)
    (row,) = workspace.sandbox.pages()
    assert list(row["tags"]) == []
    workspace.sandbox.edit("one", tags=["null", "c: d"])
    workspace.run("pull", "--yes", "one")
    assert '\ntags: "null, c: d"\n' in workspace.read("one.md")
    workspace.change("two.md", "a: b", "'a: b'")
    workspace.run("sync", "--yes").ok()
    forget(workspace)
    silent(workspace)
    b = workspace.sandbox.page("two")
    assert b is not None
    assert sorted(b["tags"]) == ["a: b", "getting started"]


def test_a_new_page_has_the_title_of_its_first_heading_and_keeps_it(workspace: Workspace) -> None:
    body = f"<!-- # no -->\n\n[[toc]]\n\nThe *big* `guide`\n=================\n\n{TEXT}"
    workspace.write("guide.md", body)
    workspace.write("web.html", f"<p>x</p>\n<h1>A <em>web</em> page</h1>\n<p>{TEXT}</p>\n")
    workspace.run("push", "--yes").ok()
    titles = {row["path"]: row["title"] for row in workspace.sandbox.pages()}
    assert titles == {"guide": "The big guide", "web": "A web page"}
    assert workspace.read("guide.md") == body
    forget(workspace)
    silent(workspace)
    workspace.change("guide.md", "The *big* `guide`", "Another title here")
    workspace.run("push", "--yes").ok()
    guide = workspace.sandbox.page("guide")
    assert guide is not None
    assert guide["title"] == "The big guide"


def test_a_page_whose_title_came_from_another_rule_is_not_touched(workspace: Workspace) -> None:
    workspace.write("one.md", f"# **Bold**\n\n{TEXT}")
    workspace.sandbox.create("one", title="**Bold**", content=f"# **Bold**\n\n{TEXT}")
    silent(workspace)
    forget(workspace)
    silent(workspace)


def test_a_toml_header_is_a_problem_and_no_text_for_readers(workspace: Workspace) -> None:
    workspace.write("one.md", f"+++\ntitle = 'A'\ndraft = true\n+++\n\n{TEXT}")
    result = workspace.run("push", "--yes")
    assert result.code == 1
    assert "one.md:1: the header is TOML" in result.out
    assert workspace.sandbox.pages() == []


def test_a_markdown_file_of_the_visual_editor_is_a_page_with_a_warning(
    workspace: Workspace,
) -> None:
    text = page("A").replace("editor: markdown", "editor: ckeditor")
    workspace.write("one.md", text)
    workspace.write("two.md", page("B"))
    dry = workspace.run("push", "--dry-run", "--json").ok().json
    assert dry["problems"] == []
    (note,) = dry["notes"]
    assert "In 1 file, the line `editor:` names an editor for another type of file" in note
    assert "one.md" in note
    assert "notes" not in workspace.run("push", "two", "--dry-run", "--json").ok().json
    assert "note  " in workspace.run("push", "--yes").ok().out
    row = workspace.sandbox.page("one")
    assert row is not None
    assert row["editor"] == "markdown"
    assert "editor: ckeditor\n" in workspace.read("one.md")
    silent(workspace)
    workspace.sandbox.edit("one", title="New")
    workspace.run("pull", "--yes").ok()
    assert "title: New\n" in workspace.read("one.md")
    assert "editor: ckeditor\n" in workspace.read("one.md")
    silent(workspace)


def test_what_the_wiki_holds_is_fetched_with_its_conflict_marks_and_can_be_edited(
    workspace: Workspace,
) -> None:
    workspace.sandbox.create("git", title="Git", content=f"{TEXT}\n{BLOCK}\nEnd.\n")
    assert workspace.run("status", "--json").ok().planned() == [("create", "folder", "git")]
    workspace.run("pull", "--yes").ok()
    assert BLOCK in workspace.read("git.md")
    silent(workspace)
    forget(workspace)
    silent(workspace)
    workspace.change("git.md", "mine\n", "my own line\n")
    workspace.run("push", "--yes").ok()
    silent(workspace)
    workspace.sandbox.edit("git", content=f"{TEXT}\n{BLOCK}\nAnother end.\n")
    workspace.change("git.md", "title: Git", "title: About git")
    workspace.run("sync", "--yes").ok()
    assert "Another end." in workspace.read("git.md")
    assert "title: About git" in workspace.read("git.md")
    (workspace.folder / "git.md").rename(workspace.folder / "about.md")
    workspace.change("about.md", "Another end.", "The end.")
    assert workspace.run("push", "--yes", "--json").ok().json["problems"] == []
    assert workspace.sandbox.page("about") is not None


def test_a_conflict_in_a_page_that_shows_marks_is_found(workspace: Workspace) -> None:
    workspace.sandbox.create("git", title="Git", content=f"{TEXT}\n{BLOCK}")
    workspace.run("pull", "--yes").ok()
    there = workspace.sandbox.pages()
    workspace.change("git.md", BLOCK, BLOCK + BLOCK.replace("branch", "3f2c1 (Edit)"))
    for arguments in (("push",), ("pull", "--prefer", "wiki"), ("sync", "--delete")):
        result = workspace.run(*arguments, "--yes", "--json")
        assert result.code == 1
        (problem,) = result.json["problems"]
        line = workspace.read("git.md").split("\n").index(">>>>>>> branch") + 2
        assert (problem["file"], problem["line"]) == ("git.md", line)
        assert "conflict markers" in problem["message"]
    assert workspace.run("status", "--offline", "--json").json["problems"] == [problem]
    assert workspace.sandbox.pages() == there


def test_marks_within_html_for_code_are_pushed(workspace: Workspace) -> None:
    workspace.write("one.md", page("A", f"{TEXT}\n<pre><code>\n{BLOCK}</code></pre>\n"))
    workspace.write("two.md", page("B", f"{TEXT}\n{BLOCK}"))
    result = workspace.run("push", "--yes", "--json")
    assert result.code == 1
    assert result.done() == [("create", "wiki", "one")]
    assert [problem["file"] for problem in result.json["problems"]] == ["two.md"]


def test_a_description_over_the_limit_is_said_with_its_line_and_where_it_ends(
    workspace: Workspace,
) -> None:
    words = " ".join(f"w{n:03}" for n in range(60))
    workspace.write("one.md", page("A", description=words))
    result = workspace.run("push", "--yes")
    assert result.code == 1
    assert "one.md:3: its description has 299 characters, and the limit is 255" in result.out
    assert words[:255].endswith("w050 ")
    assert "w049 w050” is too much" in result.out
    assert workspace.sandbox.pages() == []
