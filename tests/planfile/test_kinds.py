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
def ws(ws: Workspace) -> Workspace:
    """A project with a page to push, one that merges, and a conflict."""
    ws.push(**{name: page(name.title(), text(name)) for name in ("home", "both", "clash")})
    ws.change("both.md", "First.", "First, here.")
    ws.box.edit("both", content=text("both", last="Last, there."))
    ws.change("clash.md", "First.", "First, here.")
    ws.box.edit("clash", content=text("clash", first="First, there."))
    return ws


def content(ws: Workspace, path: str) -> str:
    found = ws.box.page(path)
    assert found is not None
    return str(found["content"])


def step(ws: Workspace, path: str, *args: str) -> dict[str, Any]:
    """The one step of a plan file about a page."""
    ws.run("plan", *args, "-o", "plan.json")
    data = json.loads((ws.root / "plan.json").read_text("utf-8"))
    (found,) = (action for action in data["actions"] if action["path"] == path)
    assert isinstance(found, dict)
    return found


def applied(ws: Workspace) -> list[tuple[str, str, str]]:
    result = ws.run("apply", "plan.json", "--yes", "--json")
    assert result.code in {0, 3}, result
    return result.done()


def stale(ws: Workspace) -> list[str]:
    """The pages that a plan is refused for; nothing is written."""
    before = ws.both_sides()
    result = ws.run("apply", "plan.json", "--yes", "--json")
    assert result.code == 4
    assert ws.both_sides() == before
    return [refusal["file"] for refusal in result.json["refusals"]]


def test_a_merge(ws: Workspace) -> None:
    merge = step(ws, "both", "sync")
    merged = text("both", "First, here.", "Last, there.")
    assert (merge["action"], merge["new"]["content"]) == ("merge", merged)
    assert merge["here_text"]["content"] == text("both", "First, here.")
    shown = ws.run("show", "plan.json", "--side-by-side").out
    for change in ("Last, there.", "First, here."):  # what it changes on each side
        assert change in shown
    assert applied(ws) == [("merge", "wiki", "both")]
    assert content(ws, "both") == merged
    assert merged in ws.read("both.md")


@pytest.mark.parametrize("side", ["here", "there"])
def test_a_merge_of_other_texts_than_were_reviewed(ws: Workspace, side: str) -> None:
    step(ws, "both", "sync")
    if side == "here":
        ws.change("both.md", "First, here.", "First, here and now.")
    else:
        ws.box.edit("both", content=text("both", last="Last, there and now."))
    assert stale(ws) == ["both.md"]


def test_both_versions_between_marks(ws: Workspace) -> None:
    marks = step(ws, "clash", "pull", "--markers")
    assert marks["marks"]
    assert applied(ws) == [("merge", "folder", "clash")]
    assert "<<<<<<<" in ws.read("clash.md")
    assert "First, there." in ws.read("clash.md")


@pytest.mark.parametrize("prefer", ["local", "wiki"])
def test_a_conflict_settled_by_side(ws: Workspace, prefer: str) -> None:
    command = "push" if prefer == "local" else "pull"
    assert step(ws, "clash", command, "--prefer", prefer)["settles"]
    assert applied(ws)
    wanted = text("clash", first="First, here." if prefer == "local" else "First, there.")
    assert content(ws, "clash") == wanted
    assert wanted in ws.read("clash.md")


def test_a_preference_does_not_settle_an_edit_that_came_later(ws: Workspace) -> None:
    step(ws, "clash", "push", "--prefer", "local")
    ws.box.edit("clash", content="Much later.\n")
    assert "clash.md" in stale(ws)


def test_a_page_converted_to_what_its_file_became(ws: Workspace) -> None:
    ws.write("table.md", page("Table", text("table")))
    ws.run("push", "table.md", "--yes").ok()
    ws.remove("table.md")
    ws.write("table.html", f"<!--\ntitle: Table\neditor: ckeditor\n-->\n\n{text('table')}")
    assert step(ws, "table", "sync", "--convert")["converts"]
    assert ("update", "wiki", "table") in applied(ws)
    found = ws.box.page("table")
    assert found is not None
    assert found["editor"] == "ckeditor"


def test_a_file_that_moves_with_its_page(ws: Workspace) -> None:
    ws.box.move("home", "far/home")
    move = step(ws, "far/home", "pull")
    assert (move["action"], move["from"]) == ("move", "home")
    assert applied(ws) == [("move", "folder", "far/home")]
    assert text("home") in ws.read("far/home.md")


def test_a_move_whose_file_was_edited_since(ws: Workspace) -> None:
    ws.box.move("home", "far/home")
    step(ws, "far/home", "pull")
    ws.change("home.md", "First.", "First, here.")
    assert "far/home.md" in stale(ws)


def test_a_deletion_that_was_not_asked_for(ws: Workspace) -> None:
    ws.remove("home.md")
    assert step(ws, "home", "push")["withheld"] == "delete"
    assert applied(ws) == []
    assert "not deleted without --delete" in ws.run("show", "plan.json", "--json").out
    assert content(ws, "home") == text("home")


def test_a_problem_is_told_as_it_was(ws: Workspace) -> None:
    ws.write("bad.md", b"\xff")
    planned = ws.run("plan", "push", "-o", "plan.json", "--json").json
    assert planned["problems"]
    assert ws.run("show", "plan.json", "--json").json["problems"] == planned["problems"]


def test_a_page_of_another_language(ws: Workspace) -> None:
    ws.write("fr/home.md", page("Accueil", text("fr")))
    assert step(ws, "home", "push", "pages/fr")["locale"] == "fr"
    assert applied(ws) == [("create", "wiki", "home")]
    assert ws.box.page("home", "fr") is not None


def test_a_text_that_is_no_text_to_most_programs(ws: Workspace) -> None:
    """Signs that JSON escapes, and halves of signs that UTF-8 has not."""
    odd = 'A "quoted" \\ text\u2028with\x0bodd\x7fsigns 𝒳 \ufeff.\n'
    ws.write("odd.md", page("Odd", odd))
    assert step(ws, "odd", "push")["new"]["content"] == odd
    assert ("create", "wiki", "odd") in applied(ws)
    assert content(ws, "odd") == odd


def test_every_key_of_a_plan_file_is_in_the_manual(ws: Workspace) -> None:
    ws.run("plan", "push", "-o", "plan.json")
    said = manual.text("reference/json.md")

    def named(value: Any) -> set[str]:
        if isinstance(value, dict):
            return set(value) | {name for each in value.values() for name in named(each)}
        return (
            {name for each in value for name in named(each)} if isinstance(value, list) else set()
        )

    keys = named(json.loads((ws.root / "plan.json").read_text("utf-8")))
    assert {key for key in keys if f"`{key}`" not in said} == set()
