"""What is no move: a page that is gone, and another one that is new."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from support.workspace import page

if TYPE_CHECKING:
    from support.workspace import Workspace

STUB = "# {0}\n\n* Maker: {1}\n* Year: {2}\n* Players: 2\n\nA game of cards for one machine.\n"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (page("To do", "TODO\n"), page("Tofu", "TOFU\n")),
        (page("Cats", "This page will be about cats.\n"), page("Dogs", "A page about dogs.\n")),
        (
            page("Rose", STUB.format("Rose", "Hill", "1991").replace("one machine", "roses")),
            page("Lily", STUB.format("Lily", "Dale", "1987").replace("one machine", "lilies")),
        ),
        ("# Cats\n\nTo be written.\n", "# Dogs\n\nTo be written soon.\n"),
    ],
)
def test_a_short_page_that_is_new_takes_no_other_ones_place(
    workspace: Workspace, old: str, new: str
) -> None:
    workspace.push(old=old, other=page("Other", "Quite another.\n"))
    workspace.remove("old.md")
    workspace.write("new.md", new)
    was = workspace.sandbox.page("old")
    result = workspace.run("sync", "--yes", "--json").ok()
    assert result.action("old")["outcome"] == "skipped"
    assert result.done() == [("create", "wiki", "new")]
    assert workspace.sandbox.page("old") == was


STUB_TEXTS = [
    (page("Cats", "A page about cats.\n"), page("Cats", "A page about cats.\n")),
    (page("Cats", "A page about cats.\n"), page("Cats", "A short page about cats.\n")),
    ("# Cats\n\nA page about cats.\n", "# Cats\n\nA short page about cats.\n"),
]


@pytest.mark.parametrize(("old", "new"), STUB_TEXTS)
@pytest.mark.parametrize(
    ("name", "moved"), [("our-cats", True), ("pets/cats", True), ("dogs", False)]
)
def test_a_very_short_page_moves_with_its_file_only_to_a_name_alike(
    workspace: Workspace, old: str, new: str, name: str, moved: bool
) -> None:
    workspace.push(cats=old, other=page("Other", "Quite another.\n"))
    number = (workspace.sandbox.page("cats") or {})["id"]
    workspace.remove("cats.md")
    workspace.write(f"{name}.md", new)
    result = workspace.run("push", "--yes", "--json").ok()
    assert ((workspace.sandbox.page(name) or {})["id"] == number) is moved
    assert (workspace.sandbox.page("cats") is None) is moved
    assert result.done()[0] == ("move" if moved else "create", "wiki", name)


@pytest.mark.parametrize("text", ["A page about cats.", "A short page about cats."])
def test_a_very_short_page_moves_with_its_file_to_any_name_if_its_header_has_its_creation(
    workspace: Workspace, text: str
) -> None:
    workspace.sandbox.create("cats", title="Cats", content="A page about cats.\n")
    workspace.sandbox.create("other", content="Quite another.\n")
    workspace.run("pull", "--yes").ok()
    number = (workspace.sandbox.page("cats") or {})["id"]
    header = workspace.read("cats.md")
    workspace.remove("cats.md")
    workspace.write("dogs.md", header.replace("A page about cats.", text))
    assert workspace.run("push", "--yes", "--json").ok().done()[0] == ("move", "wiki", "dogs")
    assert (workspace.sandbox.page("dogs") or {})["id"] == number


def test_two_copies_of_a_very_short_page_that_is_gone_are_named_and_none_is_its_renamed_file(
    workspace: Workspace,
) -> None:
    workspace.sandbox.create("cats", title="Cats", content="A page about cats.\n")
    workspace.run("pull", "--yes").ok()
    header = workspace.read("cats.md")
    workspace.remove("cats.md")
    for name in ("dogs", "owls"):
        workspace.write(f"{name}.md", header)
    shown = workspace.run("status").ok().out
    assert "its new file could be any of dogs.md, owls.md" in shown


def test_a_stub_deleted_and_an_equal_one_added_elsewhere_are_two_pages(
    workspace: Workspace,
) -> None:
    workspace.push(cats=page("Cats", "To be written.\n"), other=page("Other", "Quite another.\n"))
    workspace.remove("cats.md")
    workspace.write("bats.md", page("Bats", "To be written.\n"))  # a like name, another title
    workspace.write("dogs.md", page("Cats", "To be written.\n"))  # the same title, another name
    done = workspace.run("push", "--delete", "--yes", "--json").ok().done()
    wanted = [("create", "wiki", "bats"), ("create", "wiki", "dogs"), ("delete", "wiki", "cats")]
    assert done == wanted


def test_a_page_of_two_lines_is_known_by_half_of_them_under_any_title(workspace: Workspace) -> None:
    text = "They purr a lot, by day and by night, and nobody knows how they do it or why.\n"
    workspace.push(old=page("Cats", text + "They sleep most of the day.\n"))
    number = (workspace.sandbox.page("old") or {})["id"]
    workspace.remove("old.md")
    workspace.write("new.md", page("My cats", text + "They eat most of the night.\n"))
    workspace.run("sync", "--yes").ok()
    assert (workspace.sandbox.page("new") or {})["id"] == number


def test_a_stub_moved_on_the_wiki_moves_its_file_whatever_its_name(workspace: Workspace) -> None:
    workspace.push(cats=page("Cats", "To be written.\n"))
    workspace.sandbox.move("cats", "dogs")
    assert workspace.run("pull", "--yes", "--json").ok().done() == [("move", "folder", "dogs")]


def test_a_hundred_new_pages_for_a_hundred_gone_are_looked_through_quickly(
    workspace: Workspace,
) -> None:
    def text(name: str, number: int) -> str:
        words = (f"{name}{number * 31 % (n + 7)}" for n in range(120))
        return page(f"{name} {number}", " ".join(words) + "\n")

    for number in range(100):
        workspace.write(f"gone/{number}.md", text("old", number))
    workspace.run("push", "--yes").ok()
    for number in range(100):
        workspace.remove(f"gone/{number}.md")
        workspace.write(f"fresh/{number}.md", text("new", number))
    started = time.process_time()
    result = workspace.run("status", "--json").ok()
    assert time.process_time() - started < 20
    assert result.json["counts"]["move"] == 0
