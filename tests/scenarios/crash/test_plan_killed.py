"""Whatever stops the run of a plan file, applying it again ends where the first would have."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest

from scenarios.crash.points import Points, watched
from scenarios.crash.scenarios import EDITS, MOVES, begin, begin_moves
from scenarios.crash.world import World
from wikisync import planfile
from wikisync.progress import silent
from wikisync.workflow import sync_run
from wikisync.workflow.apply_plan import apply_plan_file, apply_request
from wikisync.workflow.dry_run import dry_run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from wikisync.planning.model import Command
    from wikisync.request import Report
    from wikisync.sandbox import Sandbox

MANY = 40
"""A scenario with fewer points than these would prove little."""

SOME = 12
"""Points that CI tries: that runs survive each of them is ``test_killed``'s affair."""


@pytest.fixture(autouse=True)
def no_authorities(monkeypatch: pytest.MonkeyPatch) -> None:
    """The wiki is on loopback: reading whom else to trust would be half the time of a run."""
    monkeypatch.setattr(ssl.SSLContext, "load_verify_locations", lambda *_args, **_more: None)


def written(world: World, command: Command) -> Path:
    """A plan file of all there is to do, deletions wanted."""
    request = sync_run.Request("plan", command, delete=True, max_delete=50)
    report = dry_run(world.config, request, silent)
    file = world.root / "plan.json"
    planfile.save(report, planfile.settings_of(world.config), file)
    return file


def applied(world: World, file: Path) -> Report:
    plan = planfile.load(file)
    request = apply_request(plan, str(file), allow=frozenset(), max_delete=None)
    return apply_plan_file(world.config, request, plan, silent, lambda _report: True)


def alive(work: Callable[[], Report]) -> Report:
    with watched(Points()):
        return work()


def killed_at(world: World, file: Path, some: int) -> int:
    """Kill the run of a plan at points, and apply it again; returns how many points there are."""
    before, texts = world.moment(), world.texts()
    world.back_to(before)
    points = Points()
    with watched(points):
        all_done(applied(world, file))
    right = world.end()
    for _, where in world.deaths(before, lambda: applied(world, file), points.passed, some):
        report = alive(lambda: applied(world, file))
        if rules(report) != ["applied"]:  # it died after all was done
            all_done(report, where)
        assert world.end() == right, where
        assert texts <= world.texts(), where
        assert not alive(lambda: applied(world, file)).outcomes, where
    return len(points.passed)


def all_done(report: Report, where: str = "") -> None:
    assert [o for o in report.outcomes if o.result != "done" or o.error is not None] == [], where
    assert not report.plan.conflicts, where
    assert not report.plan.refusals, (where, report.plan.refusals)


def rules(report: Report) -> list[str]:
    return [refusal.rule for refusal in report.plan.refusals]


@pytest.mark.parametrize("command", EDITS)
def test_a_plan_killed_anywhere_is_ended_by_applying_it_again(
    tmp_path: Path, sandbox: Sandbox, command: Command
) -> None:
    world = World(tmp_path, sandbox)
    begin(world)
    EDITS[command](world)
    assert killed_at(world, written(world, command), SOME) > MANY


@pytest.mark.parametrize("what", MOVES)
def test_a_plan_of_moves_and_merges_killed_anywhere_is_ended_by_applying_it_again(
    tmp_path: Path, sandbox: Sandbox, what: str
) -> None:
    world = World(tmp_path, sandbox)
    begin_moves(world)
    MOVES[what](world)
    assert killed_at(world, written(world, "sync"), SOME) > MANY
