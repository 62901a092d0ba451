"""What a report says to people: each reason once, however many pages it is for."""

from __future__ import annotations

import re

import pytest

from report.console import console, printed
from support.values import local, planned, sides
from wikisync.apply.result import ActionResult
from wikisync.errors import Interrupted
from wikisync.planning.planner import PlanOptions
from wikisync.report.terminal import show
from wikisync.request import Report, Request

NAMES = [f"page-{number:02}" for number in range(30)]


def test_the_reason_is_shown_however_many_pages_were_done_before() -> None:
    names = [f"page-{number:03}" for number in range(300)]
    plan = planned(sides([], map(local, names)), PlanOptions("push"))
    outcomes = [ActionResult(action, "done") for action in plan.actions[:250]]
    outcomes += [ActionResult(action, "skipped", Interrupted()) for action in plan.actions[250:]]
    screen = console(terminal=False, width=200)
    show(Report(Request("push", "push"), "w", "pages", plan, tuple(outcomes)), screen)
    text = printed(screen)
    assert "… and 247 more (--all)\n" in text
    assert text.count("Interrupted. The pages done so far") == 1
    assert "… and 49 more for the same reason (--all)" in text


def test_what_to_do_after_an_interruption_is_said_once() -> None:
    plan = planned(sides([], map(local, NAMES)), PlanOptions("push"))
    outcomes = [ActionResult(action, "skipped", Interrupted()) for action in plan.actions]
    screen = console(terminal=False, width=200)
    report = Report(Request("push", "push"), "w", "pages", plan, tuple(outcomes), interrupted=True)
    show(report, screen)
    text = printed(screen)
    assert text.count("Run it again") == 1
    assert "\nInterrupted. Run it again to do the rest.\n" in text


@pytest.mark.parametrize("untried", [2, 29])
def test_pages_whose_turn_never_came_give_their_reason_once(untried: int) -> None:
    plan = planned(sides([], map(local, NAMES)), PlanOptions("push"))
    done = len(NAMES) - untried
    outcomes = [ActionResult(action, "done") for action in plan.actions[:done]]
    outcomes += [ActionResult(action, "skipped", Interrupted()) for action in plan.actions[done:]]
    request = Request("push", "push")
    everything = Request("push", "push", everything=True)
    screen = console(terminal=False, width=200)
    show(Report(request, "w", "pages", plan, tuple(outcomes)), screen)
    text = re.sub(r"\x1b\[[0-9;]*m", "", printed(screen))
    assert text.count("created on the wiki    page-") == (3 if done > 20 else done)
    if untried < 5:
        assert text.count("Interrupted. The pages done so far") == untried
        assert "for the same reason" not in text
    else:
        assert text.count("Interrupted. The pages done so far") == 1
        assert f"… and {untried - 1} more for the same reason" in text
    assert f"{untried} not tried" in text
    screen = console(terminal=False, width=200)
    show(Report(everything, "w", "pages", plan, tuple(outcomes)), screen)
    text = re.sub(r"\x1b\[[0-9;]*m", "", printed(screen))
    assert text.count("created on the wiki    page-") == done
    assert text.count("Interrupted. The pages done so far") == untried
    assert "--all" not in text
