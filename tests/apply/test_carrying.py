"""What is not managed is carried (promise 6); dates go one way, and only where they may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.apply_run import CREATED, DATE, page, results
from support.texts import TEXT

if TYPE_CHECKING:
    from support.apply_run import SyncSetup

BARE = "Only content.\n"
WORN: dict[str, Any] = {
    "title": "Worn",
    "description": "Its words",
    "tags": ["one", "two"],
    "isPublished": False,
    "publishStartDate": "2030-01-01T00:00:00.000Z",
    "publishEndDate": "2031-01-01T00:00:00.000Z",
    "scriptCss": "a{color:red}",
    "scriptJs": "void 0",
}


def shown(setup: SyncSetup, path: str = "home") -> dict[str, Any]:
    found = setup.sandbox.page(path)
    assert found is not None
    return {**found, "tags": sorted(found["tags"])}


def test_a_push_wipes_nothing_that_the_file_leaves_out(setup: SyncSetup) -> None:
    setup.sandbox.create("home", content="Old.\n", **WORN)
    before = shown(setup)
    setup.write("home.md", "---\ntitle: Worn\n---\n\nNew.\n")
    assert results(setup.do("push", prefer="local")) == ["update wiki home: done"]
    after = shown(setup)
    assert after["content"] == "New.\n"
    moved = {name for name in after if after[name] != before[name]}
    assert moved <= {"content", "updatedAt", "hash", "render", "toc", "extra"}


def test_a_file_without_a_header_carries_every_field(setup: SyncSetup) -> None:
    setup.sandbox.create("home", content="Old.\n", **WORN)
    setup.write("home.md", BARE)
    setup.do("push", prefer="local")
    found = shown(setup)
    assert found["content"] == BARE
    assert {name: found[name] for name in WORN} == WORN
    assert setup.text("home.md") == BARE


def test_what_changed_on_the_wiki_alone_is_carried_with_the_files_change(setup: SyncSetup) -> None:
    setup.write("home.md", page("Old.\n"))
    setup.do()
    setup.sandbox.edit("home", scriptCss="a{}", publishEndDate="2031-01-01T00:00:00.000Z")
    setup.write("home.md", page("New.\n"))
    assert results(setup.do("push", prefer="local")) == ["update wiki home: done"]
    found = shown(setup)
    assert (found["content"], found["scriptCss"]) == ("New.\n", "a{}")
    assert found["publishEndDate"] == "2031-01-01T00:00:00.000Z"


def test_what_the_file_names_is_written(setup: SyncSetup) -> None:
    more = "scriptCss: 'a{color:red}'\nscriptJs: void 0\npublishStartDate: 2030-01-01\n"
    setup.write("home.md", page(tags="Two, one", more=more))
    setup.do("push")
    found = shown(setup)
    assert (found["tags"], found["scriptCss"], found["scriptJs"]) == (
        ["one", "two"],
        "a{color:red}",
        "void 0",
    )
    assert found["publishStartDate"].startswith("2030-01-01")
    assert setup.plan().in_sync == 1


def test_a_new_page_gets_what_the_wiki_would_begin_it_with(setup: SyncSetup) -> None:
    setup.write("guide/setup.md", "# Setting it up\n\nText.\n")
    setup.write("guide/plain.html", "<p>x</p>\n")
    setup.do("push")
    found = shown(setup, "guide/setup")
    assert (found["title"], found["editor"], found["tags"]) == ("Setting it up", "markdown", [])
    assert (found["isPublished"], found["isPrivate"]) == (True, False)
    other = shown(setup, "guide/plain")
    assert (other["title"], other["editor"]) == ("plain", "ckeditor")


def test_after_a_push_the_date_line_is_the_wikis_and_nothing_else_moved(setup: SyncSetup) -> None:
    setup.write("home.md", page(more="# a comment\nx-key:   kept\n"))
    before = setup.text("home.md")
    setup.do("push")
    updated = shown(setup)["updatedAt"]
    assert setup.text("home.md") == before.replace(DATE, updated)
    setup.write("home.md", setup.text("home.md").replace("Text.", "New."))
    setup.do("push")
    assert setup.text("home.md") == before.replace(DATE, shown(setup)["updatedAt"]).replace(
        "Text.", "New."
    )
    assert setup.plan().in_sync == 1


def test_without_write_back_a_push_leaves_the_file_byte_for_byte(setup: SyncSetup) -> None:
    path = setup.write("home.md")
    before, inode = path.read_bytes(), path.stat().st_ino
    setup.apply(setup.plan("push"), write_back=False)
    assert (path.read_bytes(), path.stat().st_ino) == (before, inode)
    assert setup.plan().in_sync == 1


def test_a_file_without_a_date_line_is_left_byte_for_byte(setup: SyncSetup) -> None:
    path = setup.write("home.md", "---\r\ntitle: 'A'\r\n---\r\n\r\nText.  \r\n\r\n")
    before, inode = path.read_bytes(), path.stat().st_ino
    setup.do("push")
    assert (path.read_bytes(), path.stat().st_ino) == (before, inode)


def test_a_page_from_2020_pushed_to_a_new_wiki_keeps_its_2020(setup: SyncSetup) -> None:
    setup.write("home.md")
    setup.do("push")
    assert f"dateCreated: {CREATED}" in setup.text("home.md")
    setup.sandbox.edit("home", content="Theirs.\n")
    assert results(setup.do("pull")) == ["update folder home: done"]
    assert f"dateCreated: {CREATED}" in setup.text("home.md")


def test_a_page_older_on_the_wiki_than_its_file_says_gets_the_older_date(setup: SyncSetup) -> None:
    setup.sandbox.create("home", content=TEXT, title="A page")
    setup.write("home.md", page().replace(CREATED, "2999-01-01T00:00:00.000Z"))
    setup.do()
    setup.sandbox.edit("home", content="Theirs.\n")
    setup.do("pull")
    assert f"dateCreated: {shown(setup)['createdAt']}" in setup.text("home.md")


def test_dates_alone_are_no_change(setup: SyncSetup) -> None:
    setup.write("home.md")
    setup.do()
    setup.write("home.md", page().replace(DATE, "1999-01-01").replace(CREATED, "1998-01-01"))
    setup.sandbox.render("home")
    plan = setup.plan()
    assert (plan.actions, plan.in_sync) == ((), 1)


def test_a_pull_changes_the_lines_concerned_alone(setup: SyncSetup) -> None:
    text = (
        '---\n# mine\ntitle: "A"  # why\nowner: me\ntags: [two, one]\npublished: yes\n---\n'
        "\n\nText.\n"
    )
    setup.write("home.md", text)
    setup.do("push")
    setup.sandbox.edit("home", title="B")
    assert results(setup.do("pull")) == ["update folder home: done"]
    lines, old = setup.text("home.md").splitlines(), text.splitlines()
    changed = [(a, b) for a, b in zip(old, lines, strict=True) if a != b]
    assert len(changed) == 1
    assert "B" in changed[0][1]


def test_a_new_file_is_as_wikijs_writes_it(setup: SyncSetup) -> None:
    made = setup.sandbox.create("guide/new", title="New", tags=["one"], content="Text.  \n\n")
    assert results(setup.do("pull")) == ["create folder guide/new: done"]
    assert setup.text("guide/new.md") == (
        "---\ntitle: New\ndescription: \npublished: true\n"
        f"date: {made['updatedAt']}\ntags: one\neditor: markdown\n"
        f"dateCreated: {made['createdAt']}\n---\n\nText.  \n\n"
    )
    assert setup.plan().in_sync == 1


@pytest.mark.parametrize("text", ["café ☕\n", "a\r\nb\r\n", "---\nnot: a header\n---\n", "\n\n x"])
def test_content_goes_there_and_back_byte_for_byte(setup: SyncSetup, text: str) -> None:
    setup.sandbox.create("home", content=text)
    setup.do("pull")
    (setup.root / "home.md").write_bytes(setup.text("home.md").replace("home", "Home").encode())
    setup.do("push")
    found = shown(setup)
    assert (found["content"], found["title"]) == (text, "Home")


def test_a_style_that_the_wiki_spells_shorter_is_no_reason_to_fail_the_next_push(
    setup: SyncSetup,
) -> None:
    style = 'scriptCss: ".a { color: #ffffff; margin: 0px }"\n'
    setup.write("styled.md", page("One.\n", more=style))
    assert results(setup.do("push")) == ["create wiki styled: done"]
    assert shown(setup, "styled")["scriptCss"] == ".a{color:#fff;margin:0}"
    setup.write("styled.md", page("Two.\n", more=style))
    assert results(setup.do("push")) == ["update wiki styled: done"]
    assert results(setup.do("push")) == []
