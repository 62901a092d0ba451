"""How a job ends, and what its later steps are told."""

from __future__ import annotations

from typing import Any

import pytest

from support.values import LATER, base, local, planned, remote, sides
from wikisync.apply.result import ActionResult
from wikisync.errors import BadPage, NeedsYes, StateError, Unauthenticated, Unreachable
from wikisync.github.workflow_commands import (
    FailOn,
    job_exit_code,
    needs_attention,
    step_outputs,
)
from wikisync.planning.model import Plan, Refusal
from wikisync.planning.planner import PlanOptions
from wikisync.report.json_output import error_exit_code
from wikisync.request import Report, Request

BOTH = sides(
    [base("both"), base("mine"), base("cut")],
    [local("both", content="Mine."), local("mine", content="Mine."), local("new")],
    [remote("both", content="Theirs.", updated=LATER), remote("mine"), remote("cut")],
)
PROBLEM = BadPage("bad.md", 3, "what")


def report(plan: Plan, *outcomes: ActionResult, **more: Any) -> Report:
    return Report(Request("push", "push", **more), "http://wiki", "pages", plan, outcomes)


CONFLICTING = report(planned(BOTH, PlanOptions("push")))
BAD = report(Plan(problems=(PROBLEM,)))
BOTH_KINDS = report(
    planned(
        sides(
            problems=(PROBLEM,),
            bases=BOTH.bases.values(),
            here=BOTH.local.values(),
            there=BOTH.remote,
        ),
        PlanOptions("push"),
    )
)
REFUSED = report(Plan(refusals=(Refusal("max-delete", count=9, limit=1),)))
FAILED = report(
    CONFLICTING.plan, ActionResult(CONFLICTING.plan.actions[0], "failed", Unreachable("u", "why"))
)


@pytest.mark.parametrize(
    ("found", "conflicts", "problems", "never"),
    [
        (CONFLICTING, 3, 0, 0),
        (BAD, 1, 1, 0),
        (BOTH_KINDS, 1, 1, 0),
        (REFUSED, 4, 4, 0),
        (FAILED, 1, 1, 1),
        (report(Plan()), 0, 0, 0),
    ],
    ids=["conflict", "problem", "both", "refused", "failed", "clean"],
)
def test_a_job_fails_on_what_it_is_told_to(
    found: Report, conflicts: int, problems: int, never: int
) -> None:
    wanted: dict[FailOn, int] = {"conflicts": conflicts, "problems": problems, "never": never}
    assert {fail_on: job_exit_code(found, fail_on) for fail_on in wanted} == wanted


def test_a_run_that_was_stopped_never_ends_well() -> None:
    stopped = Report(Request("push", "push"), "", "pages", Plan(), interrupted=True)
    assert job_exit_code(stopped, "never") == 130


def test_outputs_count_what_would_be_written() -> None:
    assert step_outputs(report(planned(BOTH, PlanOptions("push", delete=True)))) == {
        "changed": "true",
        "created": "1",
        "updated": "1",
        "moved": "0",
        "deleted": "1",
        "files": "0",
        "conflicts": "1",
    }


def test_what_is_held_back_is_not_counted() -> None:
    assert step_outputs(CONFLICTING)["deleted"] == "0"


def test_outputs_count_what_was_written_and_not_what_failed() -> None:
    created, updated, *_ = CONFLICTING.plan.actions
    outcomes = (
        ActionResult(created, "done"),
        ActionResult(updated, "failed", Unreachable("u", "why")),
    )
    told = step_outputs(report(CONFLICTING.plan, *outcomes))
    assert (told["created"], told["updated"]) == ("1", "0")


def test_a_refused_plan_changes_nothing() -> None:
    plan = Plan(CONFLICTING.plan.actions, refusals=REFUSED.plan.refusals)
    assert step_outputs(report(plan))["changed"] == "false"


@pytest.mark.parametrize("found", [CONFLICTING, BAD, REFUSED])
def test_there_is_something_to_tell_people(found: Report) -> None:
    assert needs_attention(found)


def test_where_both_sides_are_the_same_there_is_nothing_to_tell() -> None:
    assert not needs_attention(
        report(planned(sides([base()], [local()], [remote()]), PlanOptions("push")))
    )


def test_an_error_ends_as_the_command_line_does() -> None:
    assert error_exit_code(NeedsYes()) == 2
    assert error_exit_code(StateError("f", "damaged")) == 4
    assert error_exit_code(Unauthenticated("u")) == 4
    assert error_exit_code(Unreachable("u", "why")) == 1
