"""Each guard at its edge: what it lets pass, what it refuses, and what lifts it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.values import LATER, base, key, listed, local, planned, remote, sides
from wikisync.errors import BadPage
from wikisync.planning.guards import GuardOptions, check_authenticated, delete_limit, guards
from wikisync.planning.model import Hidden, MovedAway, Remote
from wikisync.planning.planner import PlanOptions

if TYPE_CHECKING:
    from wikisync.page.model import Key
    from wikisync.planning.model import Command, Refusal, RemoteState, Side
    from wikisync.planning.planner import Snapshot


def refused(
    of: Snapshot,
    command: Command = "sync",
    *,
    delete: bool = True,
    max_delete: int | None = None,
    allow: tuple[str, ...] = (),
) -> tuple[Refusal, ...]:
    plan = planned(of, PlanOptions(command, delete=delete))
    return guards(of, plan, command, GuardOptions(max_delete, frozenset(allow)))


def rules(found: tuple[Refusal, ...]) -> list[tuple[str, Side | None]]:
    return [(refusal.rule, refusal.side) for refusal in found]


def names(count: int) -> list[str]:
    return [f"p{n:03}" for n in range(count)]


def cut(pages: int, gone: int) -> Snapshot:
    """So many pages, and so many of them gone here."""
    return sides(
        [base(name, n) for n, name in enumerate(names(pages))],
        [local(name) for name in names(pages)[gone:]],
        [remote(name, n) for n, name in enumerate(names(pages))],
    )


@pytest.mark.parametrize(
    ("pages", "limit"), [(1, 1), (9, 1), (19, 1), (20, 2), (99, 9), (100, 10), (5000, 10)]
)
def test_the_limit_is_ten_pages_or_ten_percent_whichever_is_less_and_at_least_one(
    pages: int, limit: int
) -> None:
    assert delete_limit(pages, None) == limit


@pytest.mark.parametrize(("pages", "limit"), [(5, 1), (30, 3), (150, 10)])
def test_one_deletion_more_than_the_limit_refuses_the_plan(pages: int, limit: int) -> None:
    assert refused(cut(pages, limit)) == ()
    [refusal] = refused(cut(pages, limit + 1))
    assert (refusal.rule, refusal.count, refusal.limit) == ("max-delete", limit + 1, limit)


def test_deletions_on_both_sides_count_together() -> None:
    of = sides(map(base, "abcdefgh"), map(local, "abcdefg"), map(remote, "bcdefgh"))
    assert rules(refused(of)) == [("max-delete", None)]


def test_deletions_that_nobody_asked_for_do_not_count() -> None:
    assert refused(cut(30, 20), delete=False) == ()


def test_deletions_of_the_other_way_do_not_count() -> None:
    assert refused(cut(30, 20), "pull") == ()


def test_the_limit_is_the_users_where_given() -> None:
    assert refused(cut(30, 20), max_delete=20) == ()
    assert rules(refused(cut(30, 20), max_delete=19)) == [("max-delete", None)]
    assert rules(refused(cut(30, 1), max_delete=0)) == [("max-delete", None)]
    assert refused(cut(30, 20), allow=("max-delete",)) == ()


def test_a_folder_that_is_empty_now_refuses_the_plan() -> None:
    of = sides(map(base, "ab"), (), map(remote, "ab"))
    found = refused(of, "push", delete=False)
    assert rules(found) == [("emptied", "folder")]
    assert found[0].count == 2
    assert refused(of, "push", delete=False, allow=("emptied",)) == ()


def test_a_wiki_that_is_empty_now_refuses_the_plan() -> None:
    of = sides(map(base, "ab"), map(local, "ab"), {key("a"): None, key("b"): None})
    assert rules(refused(of, "pull", delete=False)) == [("emptied", "wiki")]


def test_one_page_left_is_no_emptied_side() -> None:
    of = sides(map(base, "ab"), [local("a")], [remote("a")])
    assert refused(of) == ()


def test_a_folder_of_nothing_but_bad_files_is_not_emptied() -> None:
    bad = BadPage("a.md", 1, "no")
    of = sides([base("a")], (), [remote("a")], blocked=frozenset({key("a")}), problems=(bad,))
    assert refused(of) == ()


@pytest.mark.parametrize("there", [Hidden(), MovedAway(key("z"))])
def test_pages_that_are_hidden_or_moved_are_not_gone(there: Hidden | MovedAway) -> None:
    assert refused(sides([base("a")], [local("a")], {key("a"): there})) == ()


def test_a_first_run_with_an_empty_side_is_not_refused() -> None:
    assert refused(sides(there=map(remote, "abc"))) == ()
    assert refused(sides(here=map(local, "abc"))) == ()


def changed(pages: int, here: int = 0, there: int = 0) -> Snapshot:
    """So many pages, the first of them changed here and there."""
    every = list(enumerate(names(pages)))
    return sides(
        [base(name, n) for n, name in every],
        [local(name, content="Mine." if n < here else "Text.") for n, name in every],
        [
            remote(name, n, LATER, content="Theirs.") if n < there else remote(name, n)
            for n, name in every
        ],
    )


@pytest.mark.parametrize("command", ["push", "sync"])
def test_twenty_pages_all_changed_here_refuse_what_writes_to_the_wiki(command: Command) -> None:
    assert rules(refused(changed(20, here=20), command)) == [("all-changed", "folder")]
    assert refused(changed(20, here=20), command, allow=("all-changed",)) == ()


@pytest.mark.parametrize("command", ["pull", "sync"])
def test_twenty_pages_all_changed_on_the_wiki_refuse_what_writes_here(command: Command) -> None:
    assert rules(refused(changed(20, there=20), command)) == [("all-changed", "wiki")]


def test_all_changed_on_the_side_that_is_written_to_is_no_reason_to_refuse() -> None:
    assert refused(changed(20, here=20), "pull") == ()
    assert refused(changed(20, there=20), "push") == ()


def test_nineteen_pages_may_all_change() -> None:
    assert refused(changed(19, here=19, there=19)) == ()


def test_one_page_that_stayed_the_same_is_enough_to_believe_the_rest() -> None:
    assert refused(changed(20, here=19)) == ()
    assert refused(changed(20, there=19)) == ()


def test_all_changed_alike_on_both_sides_is_only_adopted() -> None:
    every = list(enumerate(names(20)))
    of = sides(
        [base(name, n) for n, name in every],
        [local(name, content="New.") for _, name in every],
        [remote(name, n, LATER, content="New.") for n, name in every],
    )
    assert refused(of) == ()


def test_a_guest_is_refused_whatever_he_sees() -> None:
    of = sides([base("a")], [local("a")], [remote("a")])
    assert rules(check_authenticated(False, of)) == [("guest", "wiki")]
    assert check_authenticated(True, of) == ()


def test_a_key_that_sees_nothing_of_what_is_there_is_taken_for_a_guest() -> None:
    of = sides(map(base, "ab"), map(local, "ab"), {key("a"): Hidden(), key("b"): None})
    [refusal] = check_authenticated(True, of)
    assert (refusal.rule, refusal.count) == ("guest", 1)


def test_a_key_that_sees_one_page_is_no_guest() -> None:
    there: dict[Key, RemoteState] = {key("a"): Hidden(), key("b"): Remote(listed("b"))}
    assert check_authenticated(True, sides(map(base, "ab"), map(local, "ab"), there)) == ()


def test_pages_that_are_gone_make_no_guest() -> None:
    of = sides([base("a")], [local("a")], {key("a"): None})
    assert check_authenticated(True, of) == ()
    assert rules(refused(of)) == [("emptied", "wiki")]


def test_every_guard_that_says_no_is_heard() -> None:
    of = sides(map(base, "abc"), (), map(remote, "abc"))
    assert rules(refused(of)) == [("emptied", "folder"), ("max-delete", None)]
    assert rules(refused(of, allow=("emptied",))) == [("max-delete", None)]
