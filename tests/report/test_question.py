"""The question before a plan is carried out says what would be written, and shouts deletions."""

from __future__ import annotations

import pytest

from support.values import LATER, action, base, local, planned, remote, sides
from wikisync.planning.model import Plan
from wikisync.planning.planner import PlanOptions
from wikisync.report.question import question_message

MINE = [local("mine", content="New."), local("new")]
THEIRS = [remote("mine"), remote("theirs", content="New.", updated=LATER), remote("cut")]


@pytest.mark.parametrize(
    ("command", "delete", "text"),
    [
        ("push", False, "Write 2 pages to the wiki?"),
        ("pull", False, "Write 1 file in the folder?"),
        ("push", True, "Write 2 pages to the wiki and DELETE 1 page on the wiki?"),
        (
            "sync",
            True,
            "Write 2 pages to the wiki, write 1 file in the folder and DELETE 1 page on the wiki?",
        ),
    ],
)
def test_the_question_counts_what_would_be_done(command: str, delete: bool, text: str) -> None:
    of = sides(map(base, ("mine", "theirs", "cut")), [*MINE, local("theirs")], THEIRS)
    plan = planned(of, PlanOptions(command, delete=delete))  # type: ignore[arg-type]
    assert question_message(plan) == text


def test_files_that_would_be_deleted_are_named_as_files() -> None:
    plan = planned(sides([base("a")], [local("a")]), PlanOptions("pull", delete=True))
    assert question_message(plan) == "DELETE 1 file in the folder?"


def test_a_page_that_moves_and_changes_is_one_page_and_a_conversion_writes_its_file_too() -> None:
    both = Plan((action("move"), action("update")))
    assert question_message(both) == "Write 1 page to the wiki?"
    converted = action("update", fields=("editor",), converts=True)
    assert (
        question_message(Plan(actions=(converted,)))
        == "Write 1 page to the wiki and write 1 file in the folder?"
    )


@pytest.mark.parametrize(
    ("torn", "mine", "text"),
    [
        (1, 0, "Write 1 page to the wiki (it overwrites an edit made on the wiki)?"),
        (1, 2, "Write 3 pages to the wiki (1 of them overwrites an edit made on the wiki)?"),
        (2, 1, "Write 3 pages to the wiki (2 of them overwrite edits made on the wiki)?"),
    ],
)
def test_the_question_says_how_many_edits_are_overwritten(torn: int, mine: int, text: str) -> None:
    both, one = [f"torn{n}" for n in range(torn)], [f"mine{n}" for n in range(mine)]
    of = sides(
        map(base, (*both, *one)),
        [local(name, content="Mine.\n") for name in (*both, *one)],
        [
            *(remote(name, content="Theirs.\n", updated=LATER) for name in both),
            *map(remote, one),
        ],
    )
    assert question_message(planned(of, PlanOptions("push", prefer="local"))) == text


@pytest.mark.parametrize(
    ("new", "text"),
    [
        (1, "DELETE 1 page on the wiki (it was added or changed on the wiki)?"),
        (2, "DELETE 2 pages on the wiki (2 of them were added or changed on the wiki)?"),
    ],
)
def test_the_question_says_how_much_new_work_a_mirror_deletes(new: int, text: str) -> None:
    of = sides([base("a")], [local("a")], [remote("a"), *(remote(f"new{n}") for n in range(new))])
    mirror = PlanOptions("push", delete=True, prefer="local", mirror=True)
    assert question_message(planned(of, mirror)) == text
