"""Merges: both sides' changes in both places, or nothing written; and files that show both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.apply_run import page, results
from wikisync.apply.undo import revert, undo_steps
from wikisync.errors import FileChanged, PageChanged
from wikisync.sandbox import Drop, Hook, Refuse, Status, WriteThenFail

if TYPE_CHECKING:
    from support.apply_run import SyncSetup
    from wikisync.apply.result import ActionResult

BASE = "One.\n\nTwo.\n\nThree.\n"
MINE = "1.\n\nTwo.\n\nThree.\n"
THEIRS = "One.\n\nTwo.\n\n3.\n"
BOTH = "1.\n\nTwo.\n\n3.\n"


@pytest.fixture
def split(setup: SyncSetup) -> SyncSetup:
    """The page ``home``, edited on both sides in ways that merge."""
    setup.write("home.md", page(BASE, tags="a, b"))
    setup.do()
    text = setup.text("home.md")
    setup.write("home.md", text.replace(BASE, MINE).replace("tags: a, b", "tags: b, c"))
    setup.sandbox.edit("home", content=THEIRS, tags=["a", "b", "d"])
    return setup


@pytest.fixture
def torn(setup: SyncSetup) -> SyncSetup:
    """The page ``home``, edited on both sides in ways that do not merge."""
    setup.write("home.md", page(BASE))
    setup.do()
    setup.write("home.md", setup.text("home.md").replace("Two.", "Mine."))
    setup.sandbox.edit("home", content=BASE.replace("Two.", "Theirs."))
    return setup


def home(setup: SyncSetup) -> dict[str, Any]:
    [found] = setup.sandbox.pages()
    return found


def at_peace(setup: SyncSetup) -> None:
    plan = setup.plan()
    assert (plan.actions, plan.conflicts, plan.problems, plan.in_sync) == ((), (), (), 1)


def left_alone(outcomes: list[ActionResult]) -> None:
    [outcome] = outcomes
    assert outcome.result == "skipped"
    assert isinstance(outcome.error, PageChanged | FileChanged)
    assert outcome.conflict is not None
    assert outcome.conflict.kind == "changed-before-write"


def test_both_sides_get_both_changes(split: SyncSetup) -> None:
    number = home(split)["id"]
    assert results(split.do()) == ["merge wiki home: done"]
    assert (home(split)["content"], home(split)["id"]) == (BOTH, number)
    assert sorted(home(split)["tags"]) == ["b", "c", "d"]
    assert split.text("home.md").endswith("---\n\n" + BOTH)
    assert "tags: b, d, c\n" in split.text("home.md") or "tags: b, c, d\n" in split.text("home.md")
    at_peace(split)


def test_a_merge_keeps_what_stood_on_both_sides(split: SyncSetup) -> None:
    text = split.text("home.md")
    split.do()
    kept = split.kept()
    assert text.encode() in kept
    assert len(kept) == 2


def test_what_the_file_does_not_name_is_carried_through_a_merge(setup: SyncSetup) -> None:
    setup.sandbox.create("home", content=BASE, scriptCss="a{}", scriptJs="b()")
    setup.do()
    setup.write("home.md", setup.text("home.md").replace("One.", "1."))
    setup.sandbox.edit("home", content=THEIRS)
    setup.do()
    found = home(setup)
    assert (found["content"], found["scriptCss"], found["scriptJs"]) == (BOTH, "a{}", "b()")


def test_a_line_that_is_not_concerned_stays_as_it_is(setup: SyncSetup) -> None:
    setup.write("home.md", page(BASE, more="mine: 'stays' # so\n").replace("\n", "\r\n"))
    setup.do()
    setup.write("home.md", setup.text("home.md").replace("One.", "1."))
    setup.sandbox.edit("home", description="Theirs")
    before = setup.text("home.md")
    setup.do()
    after = setup.text("home.md")
    assert "mine: 'stays' # so\r\n" in after
    assert "description: Theirs\r\n" in after
    assert after.partition("---\r\n\r\n")[2] == before.partition("---\r\n\r\n")[2]
    at_peace(setup)


@pytest.mark.parametrize("command", ["push", "pull"])
def test_push_and_pull_write_nothing_of_what_merges(split: SyncSetup, command: Any) -> None:
    before, text = home(split), split.text("home.md")
    assert split.do(command) == []
    assert (home(split), split.text("home.md")) == (before, text)


def test_what_does_not_merge_writes_nothing(torn: SyncSetup) -> None:
    before, text = home(torn), torn.text("home.md")
    plan = torn.plan()
    assert [c.kind for c in plan.conflicts] == ["both-changed"]
    assert torn.apply(plan) == []
    assert (home(torn), torn.text("home.md")) == (before, text)


def test_without_git_it_is_a_conflict_that_says_so(
    split: SyncSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    plan = split.plan()
    assert [(c.kind, c.detail) for c in plan.conflicts] == [("both-changed", "no-git")]
    assert plan.actions == ()


# Between the plan and the write


def test_a_page_edited_since_the_plan_is_not_overwritten(split: SyncSetup) -> None:
    plan = split.plan()
    split.sandbox.edit("home", content="Faster.\n")
    left_alone(split.apply(plan))
    assert home(split)["content"] == "Faster.\n"
    assert split.mutations()["pages.update"] == 0
    # What is in the file now has both sides' changes as they were; the next run says what is open.
    assert [c.kind for c in split.plan().conflicts] == ["both-changed"]


def test_a_file_edited_since_the_plan_is_not_overwritten(split: SyncSetup) -> None:
    plan = split.plan()
    split.write("home.md", page("In the last moment.\n"))
    left_alone(split.apply(plan))
    assert split.text("home.md") == page("In the last moment.\n")
    assert home(split)["content"] == THEIRS


@pytest.mark.parametrize("what", ["delete", "move"])
def test_a_page_that_has_gone_since_the_plan_is_not_written(split: SyncSetup, what: str) -> None:
    plan = split.plan()
    if what == "delete":
        split.sandbox.delete("home")
    else:
        split.sandbox.move("home", "away")
    left_alone(split.apply(plan))
    assert [found["content"] for found in split.sandbox.pages()] in ([], [THEIRS])


# Whatever stops it


@pytest.mark.parametrize("fault", [WriteThenFail(), Drop(after=True), Status(504, after=True)])
def test_a_merge_whose_answer_is_lost_is_found_done(split: SyncSetup, fault: Any) -> None:
    split.sandbox.faults.add(fault, on="update")
    assert results(split.do()) == ["merge wiki home: done"]
    assert home(split)["content"] == BOTH
    at_peace(split)


@pytest.mark.parametrize(
    "fault", [Drop(), Status(502), Refuse("Forbidden", "You are not authorized.", 6009)]
)
def test_a_merge_that_did_not_reach_the_wiki_is_ended_by_the_next_run(
    split: SyncSetup, fault: Any
) -> None:
    split.sandbox.faults.add(fault, on="update", times=None)
    assert results(split.do()) == ["merge wiki home: failed"]
    split.sandbox.faults.clear()
    assert home(split)["content"] == THEIRS
    split.settle()
    assert results(split.do("push")) == ["update wiki home: done"]
    assert home(split)["content"] == BOTH
    assert sorted(home(split)["tags"]) == ["b", "c", "d"]
    at_peace(split)


def test_an_edit_in_the_moment_of_the_write_is_kept_and_named(split: SyncSetup) -> None:
    edit = Hook(lambda: split.sandbox.edit("home", content="In between.\n"))
    split.sandbox.faults.add(edit, on="update")
    [outcome] = split.do()
    assert outcome.result == "done"
    assert outcome.conflict is not None
    assert outcome.conflict.kind == "overwrote-edit"
    assert home(split)["content"] == BOTH


def test_a_merge_is_taken_back_on_both_sides(split: SyncSetup) -> None:
    before, text = home(split), split.text("home.md")
    split.do()
    run = split.run()
    for step in undo_steps(split.state, split.runs[0].run_number + 1):
        revert(run, step)
    assert split.text("home.md") == text
    assert home(split)["content"] == before["content"]
    assert sorted(home(split)["tags"]) == sorted(before["tags"])
    assert results(split.do()) == ["merge wiki home: done"]
    assert home(split)["content"] == BOTH


# Files that show both versions


def test_a_file_shows_both_versions_and_the_wiki_is_not_written(torn: SyncSetup) -> None:
    before = home(torn)
    [outcome] = torn.do("pull", markers=True)
    assert outcome.result == "done"
    assert outcome.conflict is not None
    assert outcome.conflict.kind == "marked"
    marks = "<<<<<<< here\nMine.\n=======\nTheirs.\n>>>>>>> wiki\n"
    assert f"One.\n\n{marks}\nThree.\n" in torn.text("home.md")
    assert home(torn) == before


@pytest.mark.parametrize("command", ["push", "pull", "sync"])
@pytest.mark.parametrize("prefer", [None, "local", "wiki"])
def test_a_file_with_marks_is_a_problem_and_nothing_is_written(
    torn: SyncSetup, command: Any, prefer: Any
) -> None:
    torn.do("pull", markers=True)
    before, text = home(torn), torn.text("home.md")
    plan = torn.plan(command, prefer=prefer, delete=True)
    assert [problem.name for problem in plan.problems] == ["home.md"]
    assert torn.apply(plan) == []
    assert (home(torn), torn.text("home.md")) == (before, text)


@pytest.mark.parametrize("chosen", ["Mine.", "Theirs.", "Both of them."])
def test_what_is_chosen_is_an_ordinary_push(torn: SyncSetup, chosen: str) -> None:
    torn.do("pull", markers=True)
    marks = "<<<<<<< here\nMine.\n=======\nTheirs.\n>>>>>>> wiki\n"
    torn.write("home.md", torn.text("home.md").replace(marks, f"{chosen}\n"))
    step = "adopt folder" if chosen == "Theirs." else "update wiki"
    assert results(torn.do("push")) == [f"{step} home: done"]
    assert home(torn)["content"] == BASE.replace("Two.", chosen)
    at_peace(torn)


def test_what_the_wiki_changes_after_the_marks_is_not_overwritten(torn: SyncSetup) -> None:
    torn.do("pull", markers=True)
    torn.sandbox.edit("home", content=BASE.replace("Two.", "Still later."))
    marks = "<<<<<<< here\nMine.\n=======\nTheirs.\n>>>>>>> wiki\n"
    torn.write("home.md", torn.text("home.md").replace(marks, "Mine.\n"))
    assert torn.do("push") == []
    assert [c.kind for c in torn.plan().conflicts] == ["both-changed"]


def test_marks_show_two_pages_that_never_met(setup: SyncSetup) -> None:
    setup.write("home.md", page("Mine.\n"))
    setup.sandbox.create("home", title="A page", content="Theirs.\n")
    setup.do("pull", markers=True)
    text = setup.text("home.md")
    assert text.endswith("<<<<<<< here\nMine.\n=======\nTheirs.\n>>>>>>> wiki\n")
    setup.write("home.md", page("Mine.\n"))
    assert results(setup.do("push")) == ["update wiki home: done"]
    at_peace(setup)


def test_a_file_edited_since_the_plan_gets_no_marks(torn: SyncSetup) -> None:
    plan = torn.plan("pull", markers=True)
    torn.write("home.md", page("In the last moment.\n"))
    left_alone(torn.apply(plan))
    assert torn.text("home.md") == page("In the last moment.\n")


def test_marks_are_taken_back(torn: SyncSetup) -> None:
    text = torn.text("home.md")
    torn.do("pull", markers=True)
    run = torn.run()
    for step in undo_steps(torn.state, torn.runs[1].run_number):
        revert(run, step)
    assert torn.text("home.md") == text
    assert [c.kind for c in torn.plan().conflicts] == ["both-changed"]


def test_marks_in_code_are_a_problem_too(setup: SyncSetup) -> None:
    setup.write("home.md", page("```\nTwo.\n```\n"))
    setup.do()
    setup.write("home.md", setup.text("home.md").replace("Two.", "Mine."))
    setup.sandbox.edit("home", content="```\nTheirs.\n```\n")
    setup.do("pull", markers=True)
    assert [problem.name for problem in setup.plan().problems] == ["home.md"]
