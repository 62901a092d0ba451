"""A write happens only if the page or the file is as the plan saw it (promise 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.apply_run import page, results
from support.texts import TEXT
from wikisync.errors import FileChanged, PageChanged
from wikisync.sandbox import Hook

if TYPE_CHECKING:
    from support.apply_run import SyncSetup
    from wikisync.apply.result import ActionResult


@pytest.fixture
def synced(setup: SyncSetup) -> SyncSetup:
    """The page ``home``, the same on both sides."""
    setup.write("home.md")
    assert results(setup.do()) == ["create wiki home: done"]
    return setup


def overtaken(outcomes: list[ActionResult]) -> str:
    """The reason of the one outcome: left alone, and named as a conflict."""
    [outcome] = outcomes
    assert outcome.result == "skipped"
    assert isinstance(outcome.error, PageChanged | FileChanged)
    conflict = outcome.conflict
    assert conflict is not None
    assert (conflict.kind, conflict.key.path) == ("changed-before-write", "home")
    return conflict.detail


def test_a_page_edited_on_the_wiki_since_the_plan_is_not_overwritten(synced: SyncSetup) -> None:
    synced.write("home.md", page("Mine.\n"))
    plan = synced.plan("push")
    synced.sandbox.edit("home", content="Theirs.\n")
    assert overtaken(synced.apply(plan)) == "its content changed on the wiki"
    found = synced.sandbox.page("home")
    assert found is not None
    assert found["content"] == "Theirs.\n"
    assert synced.plan("push").conflicts[0].kind == "both-changed"


@pytest.mark.parametrize("field", [{"scriptCss": "a{}"}, {"tags": ["x"]}, {"isPublished": False}])
def test_an_edit_of_any_field_since_the_plan_is_not_overwritten(
    synced: SyncSetup, field: dict[str, Any]
) -> None:
    synced.write("home.md", page("Mine.\n"))
    plan = synced.plan("push")
    synced.sandbox.edit("home", **field)
    overtaken(synced.apply(plan))
    assert synced.mutations() == {"pages.create": 1}


def test_a_page_edited_on_the_wiki_since_the_plan_is_not_adopted(synced: SyncSetup) -> None:
    synced.write("home.md", page(more="publishStartDate: ''\nprivate: false\n"))
    plan = synced.plan("push")
    assert [action.verb for action in plan.actions] == ["adopt"]
    synced.sandbox.edit("home", content="Theirs.\n")
    assert overtaken(synced.apply(plan)) == "its content changed on the wiki"
    assert [action.verb for action in synced.plan("pull").actions] == ["update"]


def test_a_page_rendered_again_since_the_plan_is_written_all_the_same(synced: SyncSetup) -> None:
    synced.write("home.md", page("Mine.\n"))
    plan = synced.plan("push")
    synced.sandbox.render("home")
    assert results(synced.apply(plan)) == ["update wiki home: done"]


def test_a_page_deleted_on_the_wiki_since_the_plan_is_not_brought_back(synced: SyncSetup) -> None:
    synced.write("home.md", page("Mine.\n"))
    plan = synced.plan("push")
    synced.sandbox.delete("home")
    assert "deleted" in overtaken(synced.apply(plan))
    assert synced.sandbox.pages() == []


def test_a_page_moved_on_the_wiki_since_the_plan_is_not_written(synced: SyncSetup) -> None:
    synced.write("home.md", page("Mine.\n"))
    plan = synced.plan("push")
    synced.sandbox.move("home", "away")
    assert "en/away" in overtaken(synced.apply(plan))
    assert [found["content"] for found in synced.sandbox.pages()] == [TEXT]


def test_a_page_edited_on_the_wiki_since_the_plan_is_not_deleted(synced: SyncSetup) -> None:
    (synced.root / "home.md").unlink()
    plan = synced.plan("push", delete=True)
    synced.sandbox.edit("home", content="Theirs.\n")
    overtaken(synced.apply(plan))
    assert len(synced.sandbox.pages()) == 1


def test_a_page_created_on_the_wiki_since_the_plan_is_not_overwritten(setup: SyncSetup) -> None:
    setup.write("home.md")
    plan = setup.plan("push")
    setup.sandbox.create("home", content="Theirs.\n")
    assert overtaken(setup.apply(plan)) == "the page exists now"
    assert setup.mutations() == {}


def test_the_very_page_created_on_the_wiki_since_the_plan_is_adopted(setup: SyncSetup) -> None:
    setup.write("home.md")
    plan = setup.plan("push")
    setup.sandbox.create("home", content=TEXT, title="A page")
    assert results(setup.apply(plan)) == ["create wiki home: done"]
    assert (setup.mutations(), setup.plan().in_sync) == ({}, 1)


@pytest.mark.parametrize("command", ["push", "pull"])
def test_a_file_edited_since_the_plan_is_neither_pushed_nor_overwritten(
    synced: SyncSetup, command: str
) -> None:
    if command == "push":
        synced.write("home.md", page("Mine.\n"))
    else:
        synced.sandbox.edit("home", content="Theirs.\n")
    plan = synced.plan(command)  # type: ignore[arg-type]
    synced.write("home.md", page("In the last moment.\n"))
    overtaken(synced.apply(plan))
    assert synced.text("home.md") == page("In the last moment.\n")
    assert synced.mutations() == {"pages.create": 1}


@pytest.mark.parametrize("command", ["push", "pull"])
def test_a_file_deleted_since_the_plan_is_not_brought_back(synced: SyncSetup, command: str) -> None:
    if command == "push":
        synced.write("home.md", page("Mine.\n"))
    else:
        synced.sandbox.edit("home", content="Theirs.\n")
    plan = synced.plan(command)  # type: ignore[arg-type]
    (synced.root / "home.md").unlink()
    overtaken(synced.apply(plan))
    assert synced.files() == []


def test_a_file_edited_since_the_plan_is_not_deleted(synced: SyncSetup) -> None:
    synced.sandbox.delete("home")
    plan = synced.plan("pull", delete=True)
    synced.write("home.md", page("Mine.\n"))
    overtaken(synced.apply(plan))
    assert synced.text("home.md") == page("Mine.\n")


def test_a_file_created_since_the_plan_is_not_overwritten(setup: SyncSetup) -> None:
    setup.sandbox.create("home")
    plan = setup.plan("pull")
    setup.write("home.md", page("Mine.\n"))
    overtaken(setup.apply(plan))
    assert setup.text("home.md") == page("Mine.\n")


def test_a_page_deleted_on_the_wiki_since_the_plan_makes_no_file(setup: SyncSetup) -> None:
    setup.sandbox.create("home")
    plan = setup.plan("pull")
    setup.sandbox.delete("home")
    overtaken(setup.apply(plan))
    assert setup.files() == []


def test_a_page_moved_on_the_wiki_since_the_plan_makes_no_file(setup: SyncSetup) -> None:
    setup.sandbox.create("home")
    plan = setup.plan("pull")
    setup.sandbox.move("home", "away")
    assert "en/away" in overtaken(setup.apply(plan))
    assert setup.files() == []


def test_a_file_edited_after_its_page_was_written_keeps_the_edit(synced: SyncSetup) -> None:
    synced.write("home.md", page("Mine.\n"))
    plan = synced.plan("push")
    edit = Hook(lambda: synced.write("home.md", page("Later.\n")), after=True)
    synced.sandbox.faults.add(edit, on="update")
    [outcome] = synced.apply(plan)
    assert (outcome.result, type(outcome.error)) == ("done", FileChanged)
    assert synced.text("home.md") == page("Later.\n")
    [next_one] = synced.plan("push").actions
    assert (next_one.verb, next_one.fields) == ("update", ("content",))


def test_a_lease_that_does_not_hold_stops_no_other_page(setup: SyncSetup) -> None:
    for name in ("home", "news"):
        setup.write(f"{name}.md")
    setup.do()
    for name in ("home", "news"):
        setup.write(f"{name}.md", page("Mine.\n"))
    plan = setup.plan("push")
    setup.sandbox.edit("home", content="Theirs.\n")
    assert results(setup.apply(plan)) == ["update wiki home: skipped", "update wiki news: done"]
