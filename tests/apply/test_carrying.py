"""What is not managed is carried (promise 6); dates go one way, and only where they may."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.apply_run import CREATED, DATE, page, results
from support.texts import TEXT

if TYPE_CHECKING:
    from support.apply_run import Rig

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


def shown(rig: Rig, path: str = "home") -> dict[str, Any]:
    found = rig.box.page(path)
    assert found is not None
    return {**found, "tags": sorted(found["tags"])}


def test_a_push_wipes_nothing_that_the_file_leaves_out(rig: Rig) -> None:
    rig.box.create("home", content="Old.\n", **WORN)
    before = shown(rig)
    rig.write("home.md", "---\ntitle: Worn\n---\n\nNew.\n")
    assert results(rig.do("push", prefer="local")) == ["update wiki home: done"]
    after = shown(rig)
    assert after["content"] == "New.\n"
    moved = {name for name in after if after[name] != before[name]}
    assert moved <= {"content", "updatedAt", "hash", "render", "toc", "extra"}


def test_a_file_without_a_header_carries_every_field(rig: Rig) -> None:
    rig.box.create("home", content="Old.\n", **WORN)
    rig.write("home.md", BARE)
    rig.do("push", prefer="local")
    found = shown(rig)
    assert found["content"] == BARE
    assert {name: found[name] for name in WORN} == WORN
    assert rig.text("home.md") == BARE


def test_what_changed_on_the_wiki_alone_is_carried_with_the_files_change(rig: Rig) -> None:
    rig.write("home.md", page("Old.\n"))
    rig.do()
    rig.box.edit("home", scriptCss="a{}", publishEndDate="2031-01-01T00:00:00.000Z")
    rig.write("home.md", page("New.\n"))
    assert results(rig.do("push", prefer="local")) == ["update wiki home: done"]
    found = shown(rig)
    assert (found["content"], found["scriptCss"]) == ("New.\n", "a{}")
    assert found["publishEndDate"] == "2031-01-01T00:00:00.000Z"


def test_what_the_file_names_is_written(rig: Rig) -> None:
    more = "scriptCss: 'a{color:red}'\nscriptJs: void 0\npublishStartDate: 2030-01-01\n"
    rig.write("home.md", page(tags="Two, one", more=more))
    rig.do("push")
    found = shown(rig)
    assert (found["tags"], found["scriptCss"], found["scriptJs"]) == (
        ["one", "two"],
        "a{color:red}",
        "void 0",
    )
    assert found["publishStartDate"].startswith("2030-01-01")
    assert rig.plan().in_sync == 1


def test_a_new_page_gets_what_the_wiki_would_begin_it_with(rig: Rig) -> None:
    rig.write("guide/setup.md", "# Setting it up\n\nText.\n")
    rig.write("guide/plain.html", "<p>x</p>\n")
    rig.do("push")
    found = shown(rig, "guide/setup")
    assert (found["title"], found["editor"], found["tags"]) == ("Setting it up", "markdown", [])
    assert (found["isPublished"], found["isPrivate"]) == (True, False)
    other = shown(rig, "guide/plain")
    assert (other["title"], other["editor"]) == ("plain", "ckeditor")


def test_after_a_push_the_date_line_is_the_wikis_and_nothing_else_moved(rig: Rig) -> None:
    rig.write("home.md", page(more="# a comment\nx-key:   kept\n"))
    before = rig.text("home.md")
    rig.do("push")
    updated = shown(rig)["updatedAt"]
    assert rig.text("home.md") == before.replace(DATE, updated)
    rig.write("home.md", rig.text("home.md").replace("Text.", "New."))
    rig.do("push")
    assert rig.text("home.md") == before.replace(DATE, shown(rig)["updatedAt"]).replace(
        "Text.", "New."
    )
    assert rig.plan().in_sync == 1


def test_without_write_back_a_push_leaves_the_file_byte_for_byte(rig: Rig) -> None:
    path = rig.write("home.md")
    before, inode = path.read_bytes(), path.stat().st_ino
    rig.apply(rig.plan("push"), write_back=False)
    assert (path.read_bytes(), path.stat().st_ino) == (before, inode)
    assert rig.plan().in_sync == 1


def test_a_file_without_a_date_line_is_left_byte_for_byte(rig: Rig) -> None:
    path = rig.write("home.md", "---\r\ntitle: 'A'\r\n---\r\n\r\nText.  \r\n\r\n")
    before, inode = path.read_bytes(), path.stat().st_ino
    rig.do("push")
    assert (path.read_bytes(), path.stat().st_ino) == (before, inode)


def test_a_page_from_2020_pushed_to_a_new_wiki_keeps_its_2020(rig: Rig) -> None:
    rig.write("home.md")
    rig.do("push")
    assert f"dateCreated: {CREATED}" in rig.text("home.md")
    rig.box.edit("home", content="Theirs.\n")
    assert results(rig.do("pull")) == ["update folder home: done"]
    assert f"dateCreated: {CREATED}" in rig.text("home.md")


def test_a_page_older_on_the_wiki_than_its_file_says_gets_the_older_date(rig: Rig) -> None:
    rig.box.create("home", content=TEXT, title="A page")
    rig.write("home.md", page().replace(CREATED, "2999-01-01T00:00:00.000Z"))
    rig.do()
    rig.box.edit("home", content="Theirs.\n")
    rig.do("pull")
    assert f"dateCreated: {shown(rig)['createdAt']}" in rig.text("home.md")


def test_dates_alone_are_no_change(rig: Rig) -> None:
    rig.write("home.md")
    rig.do()
    rig.write("home.md", page().replace(DATE, "1999-01-01").replace(CREATED, "1998-01-01"))
    rig.box.render("home")
    plan = rig.plan()
    assert (plan.actions, plan.in_sync) == ((), 1)


def test_a_pull_changes_the_lines_concerned_alone(rig: Rig) -> None:
    text = (
        '---\n# mine\ntitle: "A"  # why\nowner: me\ntags: [two, one]\npublished: yes\n---\n'
        "\n\nText.\n"
    )
    rig.write("home.md", text)
    rig.do("push")
    rig.box.edit("home", title="B")
    assert results(rig.do("pull")) == ["update folder home: done"]
    lines, old = rig.text("home.md").splitlines(), text.splitlines()
    changed = [(a, b) for a, b in zip(old, lines, strict=True) if a != b]
    assert len(changed) == 1
    assert "B" in changed[0][1]


def test_a_new_file_is_as_wikijs_writes_it(rig: Rig) -> None:
    made = rig.box.create("guide/new", title="New", tags=["one"], content="Text.  \n\n")
    assert results(rig.do("pull")) == ["create folder guide/new: done"]
    assert rig.text("guide/new.md") == (
        "---\ntitle: New\ndescription: \npublished: true\n"
        f"date: {made['updatedAt']}\ntags: one\neditor: markdown\n"
        f"dateCreated: {made['createdAt']}\n---\n\nText.  \n\n"
    )
    assert rig.plan().in_sync == 1


@pytest.mark.parametrize("text", ["café ☕\n", "a\r\nb\r\n", "---\nnot: a header\n---\n", "\n\n x"])
def test_content_goes_there_and_back_byte_for_byte(rig: Rig, text: str) -> None:
    rig.box.create("home", content=text)
    rig.do("pull")
    (rig.root / "home.md").write_bytes(rig.text("home.md").replace("home", "Home").encode())
    rig.do("push")
    found = shown(rig)
    assert (found["content"], found["title"]) == (text, "Home")


def test_a_style_that_the_wiki_spells_shorter_is_no_reason_to_fail_the_next_push(rig: Rig) -> None:
    style = 'scriptCss: ".a { color: #ffffff; margin: 0px }"\n'
    rig.write("styled.md", page("One.\n", more=style))
    assert results(rig.do("push")) == ["create wiki styled: done"]
    assert shown(rig, "styled")["scriptCss"] == ".a{color:#fff;margin:0}"
    rig.write("styled.md", page("Two.\n", more=style))
    assert results(rig.do("push")) == ["update wiki styled: done"]
    assert results(rig.do("push")) == []
