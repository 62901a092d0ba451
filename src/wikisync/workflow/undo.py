"""The runs of the past: what each did, and taking one back."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from wikisync.apply.result import run_action
from wikisync.apply.undo import UndoStep, leave_alone, revert, undo_steps
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
)
from wikisync.workflow.plan import check_state_owner
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
    """Every run that is remembered, the newest first. Raises StateError."""
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
    notice: Callable[[], None] = lambda: None,
) -> Report:
    """Take the request's run back; without one, the last that wrote something and still stands.

    ``ask`` is shown the plan before the first write and may decline. Raises NoSuchRun, and what
    makes every write impossible.
    """
    if request.dry_run:
        with open_readonly(config, progress, needs_folder=False) as desk:
            if (refusal := _foreign(desk, request)) is not None:
                return refusal
            return _planned(desk, _named(desk.state, request), settled=False)[0]
    try:
        with open_for_write(config, progress, needs_folder=False) as desk:
            if (refusal := _foreign(desk, request)) is not None:
                return refusal
            request = _named(desk.state, request)
            recover_interrupted(desk)
            report, number, todo = _planned(desk, request)
            if not todo:
                return report
            if report.plan.actions and not ask(report):
                return replace(report, declined=True)
            outcomes, stopped = execute_run(
                desk,
                "undo",
                "Taking back",
                len(report.plan.actions),
                lambda run, stop: _take_back_all(todo, run, stop),
                notice,
                undoes=number,
            )
            return replace(report, outcomes=outcomes, interrupted=stopped)
    except Locked as error:
        return locked_report(config, request, error)


def _foreign(desk: RunContext, request: Request) -> Report | None:
    """The refusal of a run that was with another wiki, or in another folder.

    Raises Unauthenticated.
    """
    whose: Refusal | str = check_state_owner(desk, request)
    connection = desk.wiki.connect()
    if not connection.authenticated:
        raise Unauthenticated(desk.config.url)
    bases = desk.state.bases.load().values()
    if whose == "another's" or is_other_wiki(bases, connection.pages):
        whose = foreign_state(desk.state.meta("url") or desk.config.url, None, same=False)
    if not isinstance(whose, Refusal):
        return None
    return Report(request, desk.config.url, desk.config.folder_name, Plan(refusals=(whose,)))


def _planned(
    desk: RunContext, request: Request, *, settled: bool = True
) -> tuple[Report, int, tuple[UndoStep, ...]]:
    """The plan of an undo, held against what is there now; its run; and its steps.

    Without ``settled``, what an interrupted run had begun is judged here too.
    """
    if request.run is None:
        number, todo = _last(desk, settled=settled)
    else:
        number = _known(desk.state, request.run)
        todo = _checked(desk, undo_steps(desk.state, number, settled=settled))
    plan = Plan(
        actions=tuple(step.action for step in todo if not step.in_the_way),
        conflicts=tuple(_conflict(step) for step in todo if step.in_the_way),
        pages=len(todo),
    )
    request = replace(request, run=number)
    report = Report(request, desk.config.url, desk.config.folder_name, plan)
    return report, number, todo


def _named(state: State, request: Request) -> Request:
    return request if request.run is not None else replace(request, run=_interrupted_undo(state))


def _interrupted_undo(state: State) -> int | None:
    """The run that an undo was taking back when it was killed: there is where to go on."""
    return next((run.undoes for run in state.journal.runs() if run.undoes and not run.ended), None)


def _ours(state: State) -> list[RunRecord]:
    """The runs that were with this wiki, the newest first."""
    return [run for run in state.journal.runs() if not state.from_another_wiki(run.number)]


def _last(desk: RunContext, *, settled: bool) -> tuple[int, tuple[UndoStep, ...]]:
    for run in _ours(desk.state):
        if run.undoes is None and undo_steps(desk.state, run.number, tried=False, settled=settled):
            todo = _checked(desk, undo_steps(desk.state, run.number, settled=settled))
            if todo:
                return run.number, todo
    raise NoSuchRun(None)


def _checked(desk: RunContext, todo: tuple[UndoStep, ...]) -> tuple[UndoStep, ...]:
    dates = {
        (run, file): digest
        for run, _, file, digest in desk.state.journal.unfinished_date_rewrites()
    }
    return check(todo, desk.folder, desk.wiki, desk.wiki.connect().pages, dates) if todo else ()


def _conflict(step: UndoStep) -> Conflict:
    action = step.action
    return Conflict(action.key, action.file, "since", detail=step.in_the_way, backups=step.backups)


def _known(state: State, number: int) -> int:
    if all(run.number != number for run in _ours(state)):
        raise NoSuchRun(number)
    return number


def _take_back_all(
    todo: tuple[UndoStep, ...], run: ApplyContext, stop: Callable[[], bool]
) -> Iterator[ActionResult]:
    gave_up: WikisyncError | None = None
    for step in todo:
        if gave_up is None and stop():
            gave_up = Interrupted()
        if step.in_the_way:
            if gave_up is None:
                leave_alone(run, step)
            continue
        outcome = run_action(step.action, partial(revert, run, step), gave_up)
        outcome = replace(outcome, backups=step.backups)
        gave_up = outcome.fatal_error
        yield outcome
