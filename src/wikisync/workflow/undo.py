"""Run ``log`` and ``undo``."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from wikisync.apply.result import run_action
from wikisync.apply.undo import UndoStep, record_skipped, revert, undo_steps
from wikisync.apply.undo_check import check
from wikisync.errors import Interrupted, Locked, NoSuchRun, Unauthenticated
from wikisync.planning.guards import foreign_state, is_other_wiki
from wikisync.planning.model import Conflict, Plan, Refusal
from wikisync.request import LoggedRun, Report
from wikisync.state import State
from wikisync.workflow.context import (
    RunContext,
    execute_run,
    open_for_write,
    open_readonly,
    recover_interrupted,
    saved_notes,
)
from wikisync.workflow.plan import check_state_owner, refuse_other_root
from wikisync.workflow.sync_run import locked_report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wikisync.apply import ActionResult, ApplyContext
    from wikisync.config import Config
    from wikisync.errors import WikisyncError
    from wikisync.progress import Progress
    from wikisync.request import Request
    from wikisync.state.journal import RunRecord


def log(config: Config) -> tuple[LoggedRun, ...]:
    """Return every run of the journal, the newest first. Raises StateError."""
    state = State.open(config.state, create=False)
    try:
        return tuple(
            LoggedRun(run, tuple(state.journal.entries(run.number))) for run in state.journal.runs()
        )
    finally:
        state.close()


def undo(
    config: Config,
    request: Request,
    progress: Progress,
    ask: Callable[[Report], bool],
    on_interrupt: Callable[[], None] = lambda: None,
) -> Report:
    """Undo the run that the request names, or else the last one that has writes to undo.

    ``ask`` gets the planned report before the first write and returns whether to go on;
    ``on_interrupt`` is called when the user interrupts the run. Raises NoSuchRun and WikisyncError.
    """
    if request.dry_run:
        with open_readonly(config, progress, needs_folder=False) as context:
            if (refusal := _refuse_foreign_state(context, request)) is not None:
                return refusal
            return _plan_undo(
                context, _with_interrupted_run(context.state, request), recovered=False
            )[0]
    try:
        with open_for_write(config, progress, needs_folder=False) as context:
            if (refusal := _refuse_foreign_state(context, request)) is not None:
                return refusal
            request = _with_interrupted_run(context.state, request)
            recover_interrupted(context)
            report, number, steps = _plan_undo(context, request)
            if not steps:
                return report
            if report.plan.actions and not ask(report):
                return replace(report, declined=True)
            outcomes, stopped = execute_run(
                context,
                "undo",
                "Taking back",
                len(report.plan.actions),
                lambda run, stop: _revert_all(steps, run, stop),
                on_interrupt,
                undoes=number,
            )
            return replace(report, outcomes=outcomes, interrupted=stopped)
    except Locked as error:
        return locked_report(config, request, error)


def _refuse_foreign_state(context: RunContext, request: Request) -> Report | None:
    """Return a report with a refusal if the state is of another wiki or folder; else None.

    Raises Unauthenticated.
    """
    owner: Refusal | str | None = refuse_other_root(context.state, context.config)
    owner = owner or check_state_owner(context, request)
    connection = context.wiki.connect()
    if not connection.authenticated:
        raise Unauthenticated(context.config.url)
    bases = context.state.bases.load().values()
    if owner == "another's" or is_other_wiki(bases, connection.pages):
        reason = f"{context.config.url} is not the wiki of the last run"
        owner = foreign_state(reason, same=False)
    if not isinstance(owner, Refusal):
        return None
    return Report(request, context.config.url, context.config.folder_name, Plan(refusals=(owner,)))


def _plan_undo(
    context: RunContext, request: Request, *, recovered: bool = True
) -> tuple[Report, int, tuple[UndoStep, ...]]:
    """Return the plan of an undo, the number of the run to undo, and the steps.

    ``recovered=False`` includes the open writes of an interrupted run.
    """
    if request.run is None:
        number, steps = _last(context, recovered=recovered)
    else:
        number = _known(context.state, request.run)
        steps = _checked(context, undo_steps(context.state, number, recovered=recovered))
    plan = Plan(
        actions=tuple(step.action for step in steps if not step.blocked_by),
        conflicts=tuple(_conflict(step) for step in steps if step.blocked_by),
        pages=len(steps),
    )
    request = replace(request, run=number)
    config = context.config
    notes = saved_notes(context.folder)
    report = Report(request, config.url, config.folder_name, plan, notes=notes, root=config.root)
    return report, number, steps


def _with_interrupted_run(state: State, request: Request) -> Request:
    return request if request.run is not None else replace(request, run=_interrupted_undo(state))


def _interrupted_undo(state: State) -> int | None:
    """Return the number of the run whose undo was killed, to continue with it; else None."""
    return next((run.undoes for run in state.journal.runs() if run.undoes and not run.ended), None)


def _ours(state: State) -> list[RunRecord]:
    """Return the runs with this wiki, the newest first."""
    return [run for run in state.journal.runs() if not state.from_another_wiki(run.number)]


def _last(context: RunContext, *, recovered: bool) -> tuple[int, tuple[UndoStep, ...]]:
    for run in _ours(context.state):
        if run.undoes is None and undo_steps(
            context.state, run.number, include_skipped=False, recovered=recovered
        ):
            steps = _checked(context, undo_steps(context.state, run.number, recovered=recovered))
            if steps:
                return run.number, steps
    raise NoSuchRun(None)


def _checked(context: RunContext, steps: tuple[UndoStep, ...]) -> tuple[UndoStep, ...]:
    dates = {
        (run, file): digest
        for run, _, file, digest in context.state.journal.unfinished_date_rewrites()
    }
    return (
        check(
            steps,
            context.folder,
            context.wiki,
            context.wiki.connect().pages,
            dates,
            context.layout,
        )
        if steps
        else ()
    )


def _conflict(step: UndoStep) -> Conflict:
    action = step.action
    return Conflict(
        action.key, action.file, "changed-since-run", detail=step.blocked_by, backups=step.backups
    )


def _known(state: State, number: int) -> int:
    if all(run.number != number for run in _ours(state)):
        raise NoSuchRun(number)
    return number


def _revert_all(
    steps: tuple[UndoStep, ...], context: ApplyContext, stop: Callable[[], bool]
) -> Iterator[ActionResult]:
    fatal_error: WikisyncError | None = None
    for step in steps:
        if fatal_error is None and stop():
            fatal_error = Interrupted()
        if step.blocked_by:
            if fatal_error is None:
                record_skipped(context, step)
            continue
        outcome = run_action(step.action, partial(revert, context, step), fatal_error)
        outcome = replace(outcome, backups=step.backups)
        fatal_error = outcome.fatal_error
        yield outcome
