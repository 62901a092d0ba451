"""What a job ends with, and what its later steps may know: the exit code and the outputs."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from wikisync.errors import StateError, Unauthenticated, UntrustedCheckout, UsageError
from wikisync.report.json_output import (
    CONFLICTS,
    DONE,
    FAILED,
    REFUSED,
    USAGE,
    conflicts,
    exit_code,
    results,
)

if TYPE_CHECKING:
    from wikisync.errors import WikisyncError
    from wikisync.workflow.sync_run import Report

FailOn = Literal["conflicts", "problems", "never"]
"""What fails a job: conflicts and problems, problems alone, or neither."""


def job_exit_code(report: Report, fail_on: FailOn) -> int:
    """The exit code of a job. A write that failed fails it always, a stopped run too."""
    code = exit_code(report)
    failed = any(outcome.failed for outcome in report.outcomes)
    match fail_on:
        case "conflicts":
            return code
        case "problems":
            return DONE if code == CONFLICTS else code
        case "never":
            if code in {FAILED, REFUSED, CONFLICTS}:
                return FAILED if failed else DONE
            return code


def step_outputs(report: Report) -> dict[str, str]:
    """The outputs of a step: how many pages were written, or would be, and what is left."""
    verbs = Counter(
        action.verb
        for action, outcome in results(report)
        if action.skip_reason is None and (outcome is None or outcome.result == "done")
    )
    if report.plan.refusals or report.declined:
        verbs.clear()
    written = {
        "created": verbs["create"],
        "updated": verbs["update"] + verbs["merge"],
        "moved": verbs["move"],
        "deleted": verbs["delete"],
    }
    changed = any(written.values())
    return {
        "changed": str(changed).lower(),
        **{name: str(count) for name, count in written.items()},
        "conflicts": str(len(conflicts(report))),
    }


def differs(report: Report) -> bool:
    """Whether there is something to tell people about: a change, or what keeps one from it."""
    plan = report.plan
    left = plan.refusals or plan.problems or conflicts(report)
    return bool(left) or step_outputs(report)["changed"] == "true"


def code_of(error: WikisyncError) -> int:
    """The exit code of what ended a run before there was anything to report."""
    if isinstance(error, UsageError):
        return USAGE
    return (
        REFUSED if isinstance(error, StateError | Unauthenticated | UntrustedCheckout) else FAILED
    )
