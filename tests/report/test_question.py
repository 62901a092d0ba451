"""The question before a plan is carried out says what would be written, and shouts deletions."""

from __future__ import annotations

from dataclasses import replace

import pytest

from helpers import LATER, base, key, local, planned, remote, sides
from wikisync.report.question import question
from wikisync.sync.plan import Plan
from wikisync.sync.planner import Wish

MINE = [local("mine", content="New."), local("new")]
THEIRS = [remote("mine"), remote("theirs", content="New.", updated=LATER), remote("cut")]


@pytest.mark.parametrize(
    ("command", "delete", "text"),
    [
        ("push", False, "Write 2 pages to the wiki?"),
        ("pull", False, "Write 1 file here?"),
        ("push", True, "Write 2 pages to the wiki and DELETE 1 page on the wiki?"),
        (
            "sync",
            True,
            "Write 2 pages to the wiki, write 1 file here and DELETE 1 page on the wiki?",
        ),
    ],
)
def test_the_question_counts_what_would_be_done(command: str, delete: bool, text: str) -> None:
    of = sides(map(base, ("mine", "theirs", "cut")), [*MINE, local("theirs")], THEIRS)
    plan = planned(of, Wish(command, delete=delete))  # type: ignore[arg-type]
    assert question(plan) == text


def test_files_that_would_be_deleted_are_named_as_files() -> None:
    plan = planned(sides([base("a")], [local("a")]), Wish("pull", delete=True))
    assert question(plan) == "DELETE 1 file here?"


def test_a_page_that_moves_and_changes_is_one_page_and_a_conversion_writes_its_file_too() -> None:
    page = planned(sides([], [local("a")], []), Wish("push")).actions[0]
    moved = replace(page, verb="move", origin=key("b"))
    assert question(Plan(actions=(moved, replace(page, verb="update")))) == (
        "Write 1 page to the wiki?"
    )
    converted = replace(page, verb="update", fields=("editor",), converts=True)
    assert question(Plan(actions=(converted,))) == "Write 1 page to the wiki and write 1 file here?"
