"""Writes under way at the same time meet, as often as told; those that do not meet lose nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from support.graphql_client import CREATE, NEW, UPDATE, do
from wikisync.sandbox import Late

if TYPE_CHECKING:
    from wikisync.sandbox import Sandbox

MANY = 12


@pytest.fixture
def slow(sandbox: Sandbox) -> Sandbox:
    """A wiki whose writes take a moment."""
    sandbox.faults.add(Late(0.03, after=False), on=("create", "update"), times=None)
    return sandbox


def create(sandbox: Sandbox, number: int, *tags: str) -> dict[str, Any]:
    return do(sandbox, CREATE, **{**NEW, "path": f"p{number}", "tags": list(tags)})


def at_once(sandbox: Sandbox, how_many: int, *tags: str) -> list[dict[str, Any]]:
    with ThreadPoolExecutor(how_many) as pool:
        return list(pool.map(lambda number: create(sandbox, number, *tags), range(MANY)))


def test_without_a_rate_nobody_loses(slow: Sandbox) -> None:
    assert all(answer["succeeded"] for answer in at_once(slow, 4, "new"))
    assert (set(slow.races.lost.values()), slow.tree_is_complete) == ({0}, True)
    assert slow.races.max_under_way > 1


def test_one_by_one_nobody_loses_at_any_rate(slow: Sandbox) -> None:
    slow.races.tree = slow.races.tags = 1.0
    assert all(create(slow, number, "new")["succeeded"] for number in range(3))


def test_creations_that_meet_at_the_tree_fail_and_leave_their_pages(slow: Sandbox) -> None:
    slow.races.tree = 1.0
    failed = [answer for answer in at_once(slow, 4) if not answer["succeeded"]]
    assert len(failed) == slow.races.lost["tree"] > 0
    assert all('"pageTree_pkey"' in answer["message"] for answer in failed)
    assert len(slow.pages()) == MANY


def test_a_creation_alone_leaves_the_tree_whole_again(slow: Sandbox) -> None:
    slow.races.tree = 1.0
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda number: create(slow, number), range(2)))
    assert [answer["succeeded"] for answer in answers].count(False) == 1
    create(slow, 2)
    assert slow.tree_is_complete


def test_writes_that_bring_in_the_same_new_tag_lose_their_tags(slow: Sandbox) -> None:
    slow.races.tags = 1.0
    failed = [answer for answer in at_once(slow, 2, "new") if not answer["succeeded"]]
    assert failed
    assert {answer["slug"] for answer in failed} == {"UniqueViolationError"}
    assert sum(not page["tags"] for page in slow.pages()) == len(failed)


def test_known_tags_and_different_new_ones_do_not_meet(slow: Sandbox) -> None:
    slow.create("before", tags=["known"])
    slow.races.tags = 1.0
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: create(slow, n, "known", f"own-{n}"), range(8)))
    assert all(answer["succeeded"] for answer in answers)


def test_updates_do_not_meet_at_the_tree(slow: Sandbox) -> None:
    ids = [slow.create(f"u{number}")["id"] for number in range(4)]
    slow.races.tree = 1.0
    with ThreadPoolExecutor(4) as pool:
        sent: dict[str, Any] = {"content": "x", "tags": [], "isPublished": True}
        answers = list(pool.map(lambda page: do(slow, UPDATE, id=page, **sent), ids))
    assert all(answer["succeeded"] for answer in answers)
