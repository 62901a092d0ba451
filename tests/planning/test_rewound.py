"""A wiki put back to an earlier state is told from one that people changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from support.values import LATER, TIME, base, key, local, remote, sides
from wikisync.planning.guards import rewound

if TYPE_CHECKING:
    from wikisync.planning.model import Base, Command, Remote
    from wikisync.planning.planner import Snapshot

EARLIER = "2020-01-01T00:00:00.000Z"


def newer(path: str = "a", number: int = 1) -> Base:
    """A page that both sides agreed on later than what the wiki shows now."""
    return replace(base(path, number), updated_at=LATER)


def files(of: Snapshot, command: Command = "sync", *deleted: tuple[int, str]) -> list[str]:
    found = rewound(of, command, deleted)
    return [file for refusal in found for file in refusal.files]


def another(path: str, number: int) -> Remote:
    """A page of an id that was another page's."""
    there = remote(path, number)
    return replace(there, listed=replace(there.listed, created_at=LATER))


@pytest.mark.parametrize("command", ["push", "pull", "sync"])
def test_a_page_older_and_other_than_both_sides_agreed_on_is_named(command: Command) -> None:
    of = sides([newer()], [local()], [remote(content="Yesterday.\n")])
    assert files(of, command) == ["a.md"]


def test_a_page_edited_by_people_is_not() -> None:
    of = sides([base()], [local()], [remote(content="Theirs.\n", updated=LATER)])
    assert files(of) == []


def test_a_time_that_went_back_with_nothing_at_stake_is_nothing() -> None:
    assert files(sides([newer()], [local()], [remote()])) == []
    same = [local(content="Yesterday.\n")], [remote(content="Yesterday.\n")]
    assert files(sides([newer()], *same)) == []


def test_where_a_time_went_back_a_page_that_is_gone_is_named_too() -> None:
    of = sides([newer("a", 1), newer("b", 2)], [local("a"), local("b")], [remote("a", 1)])
    assert files(of) == ["b.md"]


def test_a_page_that_is_gone_alone_is_a_deletion() -> None:
    of = sides([base("a", 1), newer("b", 2)], [local("a"), local("b")], [remote("a", 1)])
    assert files(of) == []


def test_an_id_given_to_a_second_page_tells_nothing_alone() -> None:
    of = sides([newer("a", 7)], [local("a")], [another("b", 7)])
    assert files(of) == []
    older = remote("c", 8)
    of = sides([newer("a", 7), newer("c", 8)], [local("a"), local("c")], [another("b", 7), older])
    assert files(of) == ["a.md"]


def test_pages_that_a_colleague_has_published_again_are_no_matter() -> None:
    of = sides(
        [newer("a", 7), newer("b", 8)],
        [local("a"), local("b")],
        [another("a", 8), another("b", 7)],
    )
    assert files(of) == []


def test_a_page_deleted_by_a_run_that_is_back_is_named_where_it_would_come_here() -> None:
    of = sides(there=[remote("gone", 5)])
    assert files(of, "pull", (5, TIME)) == ["gone"]
    assert files(of, "push", (5, TIME)) == []
    assert files(of, "pull", (5, EARLIER)) == []


def test_a_page_back_at_an_earlier_name_is_named() -> None:
    there = [remote("old")]
    of = sides([newer("a")], [local("a")], there, moved_remotely={key("a"): key("old")})
    assert files(of) == ["a.md"]
