"""Whatever stops a run, the next run ends where the first would have, twice as good as once.

A run is killed between two of its effects, see ``points``: at some points of each kind, and at all
of them where ``effort`` says so.
"""

from __future__ import annotations

import ssl
from functools import partial
from typing import TYPE_CHECKING

import pytest

from scenarios.crash.points import Points, watched
from scenarios.crash.scenarios import EDITS, MOVES, all_moved, begin, begin_moves, page
from scenarios.crash.world import World

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wikisync.planning.model import Command
    from wikisync.request import Report
    from wikisync.sandbox import Sandbox

    Record = Callable[[str, object], None]

MANY = 40
"""A scenario with fewer points than these would prove little."""

SOME = 20
"""Points of a run that CI tries, and more: those of the kinds that these miss."""

TWICE = 12
"""The same where the work after each takes longer: two deaths, or a run to take back."""


@pytest.fixture(autouse=True)
def no_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wiki is on loopback: reading whom else to trust would be half the time of a run."""
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_args, **_more: None)


@pytest.fixture
def world(tmp_path: Path, sandbox: Sandbox) -> World:
    made = World(tmp_path, sandbox)
    begin(made)
    return made


@pytest.fixture
def moving(tmp_path: Path, sandbox: Sandbox) -> World:
    made = World(tmp_path, sandbox)
    begin_moves(made)
    return made


def all_done(report: Report) -> None:
    assert [o for o in report.outcomes if o.result != "done" or o.error is not None] == []
    assert not report.plan.conflicts
    assert not report.plan.refusals


def alive(work: Callable[[], Report]) -> Report:
    """What a process does that nobody kills. Nor does the power go: so it need not wait for it."""
    with watched(Points()):
        return work()


def nothing_left(world: World, again: Callable[[], Report]) -> None:
    """Doing it once more does nothing, in one request."""
    before, asked = world.moment(), world.requests()
    report = alive(again)
    assert not report.plan.actions
    assert not report.plan.conflicts
    assert world.requests() == asked + 1
    now = world.moment()
    assert (now.files, now.wiki) == (before.files, before.wiki)


def test_a_first_run_killed_anywhere_is_ended_by_the_next(
    tmp_path: Path, sandbox: Sandbox, record_property: Record
) -> None:
    world = World(tmp_path, sandbox)
    sandbox.create("there", content="There.\n", tags=["one"])
    world.write("here.md", page("Here.\n", "two"))
    points = killed_at(world, lambda: world.run("sync"))
    assert points > MANY
    record_property("points", points)


@pytest.mark.parametrize("command", ["push", "pull", "sync"])
def test_a_run_killed_anywhere_is_ended_by_the_next(
    world: World, command: Command, record_property: Record
) -> None:
    EDITS[command](world)
    points = killed_at(world, lambda: world.run(command))
    assert points > MANY
    record_property("points", points)


@pytest.mark.parametrize("command", ["push", "pull"])
def test_a_mirror_killed_anywhere_is_ended_by_the_next(
    world: World, command: Command, record_property: Record
) -> None:
    """Both sides changed: one becomes what the other is, its own edits and deletions included."""
    EDITS["sync"](world)
    points = killed_at(world, lambda: world.run(command, mirror=True))
    assert points > MANY
    record_property("points", points)


def test_an_undo_killed_anywhere_is_ended_by_the_same_undo(
    world: World, record_property: Record
) -> None:
    EDITS["sync"](world)
    all_done(world.run("sync"))
    last = world.last_run()
    points = killed_at(world, lambda: world.undo(last))
    assert points > MANY
    record_property("points", points)


def test_a_run_killed_while_it_settles_is_ended_by_the_next(world: World) -> None:
    EDITS["sync"](world)
    killed_at(world, lambda: world.run("sync"), some=TWICE, twice=True)


def test_an_undo_killed_while_it_settles_is_ended_by_the_next(world: World) -> None:
    EDITS["sync"](world)
    all_done(world.run("sync"))
    last = world.last_run()
    killed_at(world, lambda: world.undo(last), some=TWICE, twice=True)


@pytest.mark.parametrize("what", MOVES)
def test_moves_and_merges_killed_anywhere_are_ended_by_the_next_run(
    moving: World, what: str, record_property: Record
) -> None:
    MOVES[what](moving)
    points = killed_at(moving, lambda: moving.run("sync"), same_ids=True)
    assert points > MANY
    record_property("points", points)


def test_a_conversion_killed_anywhere_is_ended_by_the_next_run(world: World) -> None:
    world.rename("here/edit.md", "here/edit.html")
    world.change("here/edit.html", "---\ntitle", "<!--\ntitle")
    world.change("here/edit.html", "---\n\nHere", "-->\n\nHere")
    world.change("here/edit.html", "editor: markdown", "editor: code")
    points = killed_at(world, lambda: world.run("sync", convert=True), same_ids=True)
    assert points > MANY // 4
    page = world.sandbox.page("here/edit")
    assert page is not None
    assert page["contentType"] == "html"


def test_a_conversion_over_an_edit_on_the_wiki_killed_anywhere_is_ended_by_the_next_run(
    world: World,
) -> None:
    """The file's kind and text replace an edit of the page, which stays as a backup."""
    world.sandbox.edit("here/edit", content="Edited on the wiki meanwhile.\n")
    world.rename("here/edit.md", "here/edit.html")
    world.change("here/edit.html", "---\ntitle", "<!--\ntitle")
    world.change("here/edit.html", "---\n\nHere, old.", "-->\n\nHere, edited.")
    world.change("here/edit.html", "editor: markdown", "editor: code")
    points = killed_at(
        world, lambda: world.run("push", convert=True, prefer="local"), same_ids=True
    )
    assert points > MANY // 4
    page = world.sandbox.page("here/edit")
    assert page is not None
    assert page["contentType"] == "html"
    assert page["content"].startswith("Here, edited.")


@pytest.mark.parametrize("what", MOVES)
def test_an_undo_of_moves_and_merges_killed_anywhere_is_ended_by_the_same_undo(
    moving: World, what: str, record_property: Record
) -> None:
    MOVES[what](moving)
    all_done(moving.run("sync"))
    last = moving.last_run()
    points = killed_at(moving, lambda: moving.undo(last), same_ids=True)
    assert points > MANY
    record_property("points", points)


def test_moves_and_merges_killed_while_they_settle_are_ended_by_the_next_run(
    moving: World,
) -> None:
    all_moved(moving)
    killed_at(moving, lambda: moving.run("sync"), some=TWICE, twice=True, same_ids=True)


def test_an_undo_of_moves_and_merges_killed_while_it_settles_is_ended_by_the_next(
    moving: World,
) -> None:
    all_moved(moving)
    all_done(moving.run("sync"))
    last = moving.last_run()
    killed_at(moving, lambda: moving.undo(last), some=TWICE, twice=True, same_ids=True)


def killed_at(
    world: World,
    work: Callable[[], Report],
    *,
    some: int = SOME,
    twice: bool = False,
    same_ids: bool = False,
) -> int:
    """Kill ``work`` at ``some`` of its points, and do it again; returns how many it has.

    With ``same_ids`` no page may be made anew.
    """
    before, texts = world.moment(), world.texts()
    world.back_to(before)  # the folders that people left empty are no part of it
    passed = points_of(work)
    right, ids = world.end(), world.ids()
    for number, where in world.deaths(before, work, passed, some, each_kind=not twice):
        if twice:
            # The next run dies as well, mostly while it settles what this one left.
            world.dies(1 + number % 11, work)
        all_done(alive(work))
        assert world.end() == right, where
        assert not same_ids or world.ids() == ids, where
        assert (world.config.state / ".gitignore").read_bytes().startswith(b"*"), where
        assert texts <= world.texts(), where
        nothing_left(world, work)
    return len(passed)


def points_of(work: Callable[[], Report]) -> list[str]:
    """Do ``work`` to its end; returns the points on the way."""
    points = Points()
    with watched(points):
        all_done(work())
    return points.passed


def test_after_a_killed_undo_the_last_run_is_still_the_one_to_undo(world: World) -> None:
    """``undo`` without a number goes on where it was, not to the run before."""
    EDITS["sync"](world)
    all_done(world.run("sync"))
    last, before = world.last_run(), world.moment()
    passed = points_of(lambda: world.undo(last))
    right = world.end()
    for _, where in world.deaths(before, lambda: world.undo(last), passed, TWICE):
        all_done(alive(world.undo))
        assert world.end() == right, where


def test_a_killed_run_can_be_taken_back(world: World) -> None:
    EDITS["sync"](world)
    taken_back(world)


def test_moves_and_merges_that_were_killed_can_be_taken_back(moving: World) -> None:
    all_moved(moving)
    taken_back(moving)


def taken_back(world: World) -> None:
    """Kill a sync at some of its points, and take back what it did."""
    first, before, was = world.last_run(), world.moment(), world.end()
    passed = points_of(lambda: world.run("sync"))
    for _, where in world.deaths(before, lambda: world.run("sync"), passed, TWICE):
        if (last := world.last_run()) != first:
            all_done(alive(partial(world.undo, last)))
        end = world.end()
        assert (end.pages, end.files) == (was.pages, was.files), where
