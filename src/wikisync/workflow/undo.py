"""Run ``log`` and ``undo``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from wikisync.apply.asset_context import AssetContext, AssetRun
from wikisync.apply.asset_undo import (
    AssetUndoStep,
    asset_undo_steps,
    check_asset_steps,
    revert_assets,
)
from wikisync.apply.result import run_action
from wikisync.apply.undo import UndoStep, record_skipped, revert, undo_steps
from wikisync.apply.undo_check import check
from wikisync.errors import Locked, NoSuchRun, Unauthenticated
from wikisync.planning.asset_model import AssetPlan
from wikisync.planning.guards import foreign_state, is_other_wiki
from wikisync.planning.model import Conflict, Plan, Refusal
from wikisync.request import LoggedRun, Report
from wikisync.state import State
from wikisync.workflow.context import RunContext, open_for_write, open_readonly, saved_notes
from wikisync.workflow.execution import has_writes, in_progress
from wikisync.workflow.plan import check_state_owner, refuse_other_root
from wikisync.workflow.run_journal import execute_run, recover_interrupted
from wikisync.workflow.sync_run import locked_report

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wikisync.apply.asset_result import AssetResult
    from wikisync.apply.result import ActionResult
    from wikisync.config import Config
    from wikisync.progress import Progress
    from wikisync.request import Request
    from wikisync.state.journal import RunRecord


def log(config: Config) -> tuple[LoggedRun, ...]:
    """Return every run of the journal, the newest first. Raises StateError."""
    state = State.open(config.state, create=False)
    try:
        return tuple(
            LoggedRun(
                run,
                tuple(state.journal.entries(run.number)),
                tuple(state.asset_journal.entries(run.number)),
            )
            for run in state.journal.runs()
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
    """Undo the run that the request names, or else the last one.

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
            if has_writes(report.plan) and not ask(report):
                return replace(report, declined=True)
            results = execute_run(
                context,
                "undo",
                lambda run, stop: in_progress(
                    context.progress,
                    "Taking back",
                    len(steps.pages) + len(steps.assets),
                    _revert_all(steps, AssetRun(AssetContext(run, context.config.jobs), stop)),
                ),
                on_interrupt,
                undoes=number,
            )
            return replace(
                report,
                outcomes=results.pages,
                asset_outcomes=results.assets,
                interrupted=results.stopped,
            )
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
) -> tuple[Report, int, _Steps]:
    """Return the plan of an undo, the number of the run to undo, and the steps.

    ``recovered=False`` includes the open writes of an interrupted run.
    """
    if request.run is None:
        number, steps = _last(context, recovered=recovered)
    else:
        number = _known(context.state, request.run)
        steps = _checked(context, _steps_of(context.state, number, recovered=recovered))
    plan = Plan(
        actions=tuple(step.action for step in steps.pages if not step.blocked_by),
        conflicts=tuple(_conflict(step) for step in steps.pages if step.blocked_by),
        pages=len(steps.pages),
        assets=AssetPlan(
            actions=tuple(step.action for step in steps.assets if not step.blocked_by),
            conflicts=tuple(step.conflict for step in steps.assets if step.blocked_by),
            assets=len(steps.assets),
        )
        if steps.assets
        else None,
    )
    request = replace(request, run=number)
    config = context.config
    notes = saved_notes(context.folder)
    report = Report(request, config.url, config.folder_name, plan, notes=notes, root=config.root)
    undone = next((run for run in context.state.journal.runs() if run.number == number), None)
    return replace(report, undone=undone), number, steps


def _with_interrupted_run(state: State, request: Request) -> Request:
    return request if request.run is not None else replace(request, run=_interrupted_undo(state))


def _interrupted_undo(state: State) -> int | None:
    """Return the number of the run whose undo was killed, to continue with it; else None."""
    return next((run.undoes for run in state.journal.runs() if run.undoes and not run.ended), None)


def _ours(state: State) -> list[RunRecord]:
    """Return the runs with this wiki, the newest first."""
    return [run for run in state.journal.runs() if not state.from_another_wiki(run.number)]


@dataclass(frozen=True, slots=True)
class _Steps:
    """The steps of an undo, of pages and of assets, each the last write first."""

    pages: tuple[UndoStep, ...]
    assets: tuple[AssetUndoStep, ...]

    def __bool__(self) -> bool:
        return bool(self.pages or self.assets)


def _steps_of(state: State, number: int, *, recovered: bool = True) -> _Steps:
    return _Steps(
        undo_steps(state, number, recovered=recovered),
        asset_undo_steps(state, number, recovered=recovered),
    )


def _last(context: RunContext, *, recovered: bool) -> tuple[int, _Steps]:
    """Return the number of the last run and the steps that undo it.

    Of a run that was undone, these are the steps that are left. Raises NoSuchRun where there are
    none: the run before is undone only if the user names it. A run that was killed before it wrote
    anything does not count.
    """
    for run in _ours(context.state):
        number = run.undoes or run.number
        if steps := _steps_of(context.state, number, recovered=recovered):
            checked = _checked(context, steps)
            outcomes = {step.entry.outcome for step in steps.pages}
            outcomes |= {step.entry.outcome for step in steps.assets}
            if checked or "done" in outcomes:
                return number, checked
        if run.undoes is not None:
            raise NoSuchRun(None, undone=number, before=_before(context.state, number))
    raise NoSuchRun(None)


def _before(state: State, number: int) -> int | None:
    """Return the number of the last run before this one that has something to undo."""
    earlier = (run.number for run in _ours(state) if run.number < number and run.undoes is None)
    return next((each for each in earlier if _steps_of(state, each)), None)


def _checked(context: RunContext, steps: _Steps) -> _Steps:
    state, folder, wiki = context.state, context.folder, context.wiki
    dates = {
        (run, file): digest for run, _, file, digest in state.journal.unfinished_date_rewrites()
    }
    pages = steps.pages
    if pages:
        pages = check(pages, folder, wiki, wiki.connect().pages, dates, context.layout)
    return _Steps(pages, check_asset_steps(steps.assets, state, folder, wiki))


def _conflict(step: UndoStep) -> Conflict:
    action = step.action
    return Conflict(
        action.key, action.file, "changed-since-run", detail=step.blocked_by, backups=step.backups
    )


def _known(state: State, number: int) -> int:
    if all(run.number != number for run in _ours(state)):
        raise NoSuchRun(number)
    return number


def _revert_all(steps: _Steps, run: AssetRun) -> Iterator[ActionResult | AssetResult]:
    """Revert the writes of a run: deletions of assets, which were its last, come first."""
    last = [step for step in steps.assets if step.entry.intent.verb == "delete"]
    first = [step for step in steps.assets if step.entry.intent.verb != "delete"]
    yield from revert_assets(run, last)
    yield from _revert_pages(steps.pages, run)
    yield from revert_assets(run, first)


def _revert_pages(steps: tuple[UndoStep, ...], run: AssetRun) -> Iterator[ActionResult]:
    context = run.context.run
    for step in steps:
        fatal_error = run.stopped()
        if step.blocked_by:
            if fatal_error is None:
                record_skipped(context, step)
            continue
        outcome = run_action(step.action, partial(revert, context, step), fatal_error)
        run.fatal_error = run.fatal_error or outcome.fatal_error
        yield replace(outcome, backups=step.backups)
