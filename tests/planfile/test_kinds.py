"""Every kind of step there is goes through a plan file: written, read, shown, carried out."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from support import manual
from support.workspace import Workspace, page

if TYPE_CHECKING:
    pass


def text(name: str, first: str = "First.", last: str = "Last.") -> str:
    """A text of which the first and the last line can be changed on two sides, and merge."""
    lines = [sha256(f"{name}{number}".encode()).hexdigest() for number in range(5)]
    return "".join(f"{line}\n" for line in [first, *lines, last])


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    """A project with a page to push, one that merges, and a conflict."""
    workspace.push(**{name: page(name.title(), text(name)) for name in ("home", "both", "clash")})
    workspace.change("both.md", "First.", "First, here.")
    workspace.sandbox.edit("both", content=text("both", last="Last, there."))
    workspace.change("clash.md", "First.", "First, here.")
    workspace.sandbox.edit("clash", content=text("clash", first="First, there."))
    return workspace


def content(workspace: Workspace, path: str) -> str:
    found = workspace.sandbox.page(path)
    assert found is not None
    return str(found["content"])


def step(workspace: Workspace, path: str, *args: str) -> dict[str, Any]:
    """The one step of a plan file about a page."""
    workspace.run("plan", *args, "-o", "plan.json")
    data = json.loads((workspace.root / "plan.json").read_text("utf-8"))
    (found,) = (action for action in data["actions"] if action["path"] == path)
    assert isinstance(found, dict)
    return found


def applied(workspace: Workspace) -> list[tuple[str, str, str]]:
    result = workspace.run("apply", "plan.json", "--yes", "--json")
    assert result.code in {0, 3}, result
    return result.done()


def stale(workspace: Workspace) -> list[str]:
    """The pages that a plan is refused for; nothing is written."""
    before = workspace.both_sides()
    result = workspace.run("apply", "plan.json", "--yes", "--json")
    assert result.code == 4
    assert workspace.both_sides() == before
    return [refusal["file"] for refusal in result.json["refusals"]]


def test_a_merge(workspace: Workspace) -> None:
    merge = step(workspace, "both", "sync")
    merged = text("both", "First, here.", "Last, there.")
    assert (merge["action"], merge["new"]["content"]) == ("merge", merged)
    assert merge["here_text"]["content"] == text("both", "First, here.")
    shown = workspace.run("show", "plan.json", "--side-by-side").out
    for change in ("Last, there.", "First, here."):  # what it changes on each side
        assert change in shown
    assert applied(workspace) == [("merge", "wiki", "both")]
    assert content(workspace, "both") == merged
    assert merged in workspace.read("both.md")


@pytest.mark.parametrize("side", ["here", "there"])
def test_a_merge_of_other_texts_than_were_reviewed(workspace: Workspace, side: str) -> None:
    step(workspace, "both", "sync")
    if side == "here":
        workspace.change("both.md", "First, here.", "First, here and now.")
    else:
        workspace.sandbox.edit("both", content=text("both", last="Last, there and now."))
    assert stale(workspace) == ["both.md"]


def test_both_versions_between_marks(workspace: Workspace) -> None:
    marks = step(workspace, "clash", "pull", "--markers")
    assert marks["marks"]
    assert applied(workspace) == [("merge", "folder", "clash")]
    assert "<<<<<<<" in workspace.read("clash.md")
    assert "First, there." in workspace.read("clash.md")


@pytest.mark.parametrize("prefer", ["local", "wiki"])
def test_a_conflict_settled_by_side(workspace: Workspace, prefer: str) -> None:
    command = "push" if prefer == "local" else "pull"
    assert step(workspace, "clash", command, "--prefer", prefer)["settles"]
    assert applied(workspace)
    wanted = text("clash", first="First, here." if prefer == "local" else "First, there.")
    assert content(workspace, "clash") == wanted
    assert wanted in workspace.read("clash.md")


def test_a_preference_does_not_settle_an_edit_that_came_later(workspace: Workspace) -> None:
    step(workspace, "clash", "push", "--prefer", "local")
    workspace.sandbox.edit("clash", content="Much later.\n")
    assert "clash.md" in stale(workspace)


def test_a_page_converted_to_what_its_file_became(workspace: Workspace) -> None:
    workspace.write("table.md", page("Table", text("table")))
    workspace.run("push", "table.md", "--yes").ok()
    workspace.remove("table.md")
    workspace.write("table.html", f"<!--\ntitle: Table\neditor: ckeditor\n-->\n\n{text('table')}")
    assert step(workspace, "table", "sync", "--convert")["converts"]
    assert ("update", "wiki", "table") in applied(workspace)
    found = workspace.sandbox.page("table")
    assert found is not None
    assert found["editor"] == "ckeditor"


def test_a_file_that_moves_with_its_page(workspace: Workspace) -> None:
    workspace.sandbox.move("home", "far/home")
    move = step(workspace, "far/home", "pull")
    assert (move["action"], move["from"]) == ("move", "home")
    assert applied(workspace) == [("move", "folder", "far/home")]
    assert text("home") in workspace.read("far/home.md")


def test_a_move_whose_file_was_edited_since(workspace: Workspace) -> None:
    workspace.sandbox.move("home", "far/home")
    step(workspace, "far/home", "pull")
    workspace.change("home.md", "First.", "First, here.")
    assert "far/home.md" in stale(workspace)


def test_a_deletion_that_was_not_asked_for(workspace: Workspace) -> None:
    workspace.remove("home.md")
    assert step(workspace, "home", "push")["withheld"] == "delete"
    assert applied(workspace) == []
    assert (
        "gone here, kept on the wiki (--delete removes it)"
        in workspace.run("show", "plan.json", "--json").out
    )
    assert content(workspace, "home") == text("home")


def test_a_problem_is_told_as_it_was(workspace: Workspace) -> None:
    workspace.write("bad.md", b"\xff")
    planned = workspace.run("plan", "push", "-o", "plan.json", "--json").json
    assert planned["problems"]
    assert workspace.run("show", "plan.json", "--json").json["problems"] == planned["problems"]


def test_a_page_of_another_language(workspace: Workspace) -> None:
    workspace.write("fr/home.md", page("Accueil", text("fr")))
    assert step(workspace, "home", "push", "pages/fr")["locale"] == "fr"
    assert applied(workspace) == [("create", "wiki", "home")]
    assert workspace.sandbox.page("home", "fr") is not None


def test_a_text_that_is_no_text_to_most_programs(workspace: Workspace) -> None:
    """Signs that JSON escapes, and halves of signs that UTF-8 has not."""
    odd = 'A "quoted" \\ text\u2028with\x0bodd\x7fsigns 𝒳 \ufeff.\n'
    workspace.write("odd.md", page("Odd", odd))
    assert step(workspace, "odd", "push")["new"]["content"] == odd
    assert ("create", "wiki", "odd") in applied(workspace)
    assert content(workspace, "odd") == odd


def test_every_key_of_a_plan_file_is_in_the_manual(workspace: Workspace) -> None:
    workspace.run("plan", "push", "-o", "plan.json")
    said = manual.text("reference/json.md")

    def named(value: Any) -> set[str]:
        if isinstance(value, dict):
            return set(value) | {name for each in value.values() for name in named(each)}
        return (
            {name for each in value for name in named(each)} if isinstance(value, list) else set()
        )

    keys = named(json.loads((workspace.root / "plan.json").read_text("utf-8")))
    assert {key for key in keys if f"`{key}`" not in said} == set()
