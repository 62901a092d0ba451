"""Apply a reviewed plan: from a plan file, or from the review page.

A new plan is made from both sides, and only the steps that are in both plans are executed: a plan
file never causes a write by itself, wherever it comes from. A step of the reviewed plan that the
new plan does not have is stale, and reported.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wikisync.apply.asset_result import AssetResult
from wikisync.apply.result import ActionResult
from wikisync.errors import Locked
from wikisync.page.model import Key
from wikisync.planfile import foreign_plan
from wikisync.planning.asset_model import AssetConflict, AssetPlan
from wikisync.planning.asset_reviewed import ReviewedAssets, match_reviewed_assets
from wikisync.planning.model import Conflict, Plan, Refusal
from wikisync.planning.reviewed import CompletedSteps, ReviewedSteps, match_reviewed
from wikisync.request import Report
from wikisync.workflow.asset_content import with_assets
from wikisync.workflow.context import open_for_write
from wikisync.workflow.diff import with_remote_content
from wikisync.workflow.execution import has_writes
from wikisync.workflow.plan import create_plan
from wikisync.workflow.run_journal import recover_interrupted
from wikisync.workflow.sync_run import finish_run, locked_report, save_bases

if TYPE_CHECKING:
    from collections.abc import Callable

    from wikisync.config import Config
    from wikisync.errors import StalePlan
    from wikisync.planfile import ReviewedPlan
    from wikisync.planning.asset_model import AssetAction
    from wikisync.planning.model import Action
    from wikisync.progress import Progress
    from wikisync.request import Request
    from wikisync.snapshot.collect import CollectedState
    from wikisync.state import State
    from wikisync.workflow.context import RunContext


def apply_reviewed(
    config: Config,
    request: Request,
    reviewed: Plan,
    progress: Progress,
    ask: Callable[[Report], bool],
    on_interrupt: Callable[[], None] = lambda: None,
    *,
    is_selected: Callable[[Key], bool] = lambda _key: True,
    skip_stale: bool = False,
    plan_id: str | None = None,
    on_result: Callable[[ActionResult | AssetResult], None] = lambda _outcome: None,
) -> Report:
    """Execute the steps of a reviewed plan for whose keys ``is_selected`` returns True.

    The key of an asset has its path and no locale.

    ``request`` is the one that the plan was made with, with the name of the applying command. If a
    page changed since, nothing is done, and the report has a refusal for each such page; with
    ``skip_stale`` the other pages are done, and those have skipped results. ``on_result`` is called
    with each result. ``plan_id`` is stored, so that a plan file is applied only once; after an
    interrupted run it may be applied again to continue. ``ask``, ``on_interrupt`` and the errors
    raised are those of ``run_sync``.
    """
    matched, assets = ReviewedSteps(Plan()), ReviewedAssets(AssetPlan())
    keys = {action.key for action in reviewed.writes}
    try:
        with open_for_write(config, progress, needs_folder=request.direction == "push") as context:
            if (refusal := _refuse_applied(context.state, plan_id)) is not None:
                plan = Plan(refusals=(refusal,))
                return Report(request, config.url, config.folder_name, plan)

            def narrow(fresh: Plan, collected: CollectedState) -> Plan:
                nonlocal matched, assets
                fresh = with_remote_content(context.wiki, fresh, only=keys, lenient=True)
                earlier = _completed_steps(context.state, plan_id)
                matched = match_reviewed(
                    reviewed,
                    fresh,
                    collected.snapshot,
                    lambda action: is_selected(action.key),
                    earlier,
                )
                if fresh.assets is None or collected.assets is None:
                    return matched.plan
                assets = match_reviewed_assets(
                    reviewed.assets,
                    fresh.assets,
                    collected.assets.snapshot,
                    lambda action: is_selected(Key("", action.path)),
                    begun=earlier.begun,
                )
                return replace(matched.plan, assets=assets.plan)

            report, collected = create_plan(
                context, request, recover=recover_interrupted, narrow=narrow
            )
            report = replace(
                report,
                earlier=matched.earlier + assets.earlier,
                unplanned=matched.unplanned + assets.unplanned,
            )
            stale = _Stale(matched.stale, assets.stale)
            if not skip_stale:
                report = _with_stale_refusals(report, stale)
            if collected is None or report.plan.refusals:
                return report
            report = with_assets(context, report, collected.layout)
            if has_writes(report.plan) and not ask(_with_stale_conflicts(report, stale)):
                return replace(report, declined=True)
            save_bases(context, collected)
            return _execute(context, report, stale, on_interrupt, on_result, plan_id)
    except Locked as error:
        return locked_report(config, request, error)


def apply_plan_file(
    config: Config,
    request: Request,
    plan: ReviewedPlan,
    progress: Progress,
    ask: Callable[[Report], bool],
    on_interrupt: Callable[[], None] = lambda: None,
    *,
    skip_stale: bool = False,
) -> Report:
    """Apply a plan file, once: ``wikisync apply``. ``request`` comes from ``apply_request``.

    A plan for another wiki, folder or configuration is refused before either side is read.
    """
    if (refusal := foreign_plan(plan, config)) is not None:
        return Report(request, config.url, config.folder_name, Plan(refusals=(refusal,)))
    return apply_reviewed(
        config,
        request,
        plan.report.plan,
        progress,
        ask,
        on_interrupt,
        skip_stale=skip_stale,
        plan_id=plan.id,
    )


def apply_request(
    plan: ReviewedPlan, file: str, *, allow: frozenset[str], max_delete: int | None
) -> Request:
    """Return the request to apply a plan file, from the one that it was made with.

    The guards are checked again: what was allowed for the plan needs to be allowed again.
    """
    made_with = plan.report.request
    limit = made_with.max_delete if max_delete is None else max_delete
    return replace(made_with, command="apply", file=file, allow=allow, max_delete=limit)


@dataclass(frozen=True, slots=True)
class _Stale:
    """The reviewed steps that today's plan does not have, each with the reason."""

    pages: tuple[tuple[Action, StalePlan], ...]
    assets: tuple[tuple[AssetAction, StalePlan], ...]


def _execute(
    context: RunContext,
    report: Report,
    stale: _Stale,
    on_interrupt: Callable[[], None],
    on_result: Callable[[ActionResult | AssetResult], None],
    plan_id: str | None,
) -> Report:
    skipped = tuple(ActionResult(action, "skipped", error) for action, error in stale.pages)
    assets = tuple(AssetResult(action, "skipped", error) for action, error in stale.assets)
    for page in skipped:
        on_result(page)
    for asset in assets:
        on_result(asset)
    if plan_id is not None and not has_writes(report.plan):
        _mark_complete(context.state, plan_id)
        plan_id = None  # a run without writes does not count as applied
    report = finish_run(context, report, on_interrupt, on_result=on_result, plan_id=plan_id)
    return replace(
        report,
        outcomes=(*report.outcomes, *skipped),
        asset_outcomes=(*report.asset_outcomes, *assets),
    )


def _mark_complete(state: State, plan_id: str) -> None:
    """Mark a plan as applied whose run was interrupted after its last write."""
    for run in state.journal.runs_of_plan(plan_id)[:1]:
        state.journal.mark_complete(run.number)


def _with_stale_refusals(report: Report, stale: _Stale) -> Report:
    refusals = (
        *(Refusal("stale", detail=e.found, file=action.file) for action, e in stale.pages),
        *(
            Refusal("stale", detail=e.found, file=action.file, kind="asset")
            for action, e in stale.assets
        ),
    )
    return replace(report, plan=replace(report.plan, refusals=(*report.plan.refusals, *refusals)))


def _with_stale_conflicts(report: Report, stale: _Stale) -> Report:
    """Return the report to ask about, with the skipped pages and assets as conflicts."""
    pages = tuple(
        Conflict(action.key, action.file, "stale", detail=error.found)
        for action, error in stale.pages
    )
    plan = replace(report.plan, conflicts=(*report.plan.conflicts, *pages))
    if plan.assets is not None:
        assets = tuple(
            AssetConflict(path=action.path, file=action.file, kind="stale", detail=error.found)
            for action, error in stale.assets
        )
        found = replace(plan.assets, conflicts=(*plan.assets.conflicts, *assets))
        plan = replace(plan, assets=found)
    return replace(report, plan=plan)


def _refuse_applied(state: State, plan_id: str | None) -> Refusal | None:
    if plan_id is None:
        return None
    for run in state.journal.runs_of_plan(plan_id):
        if run.complete:
            return Refusal("applied", count=run.number, detail=run.started)
    return None


def _completed_steps(state: State, plan_id: str | None) -> CompletedSteps:
    """Return the steps that earlier runs of the plan have done, without runs that were undone.

    An interrupted run must be recovered first.
    """
    undone = {run.undoes for run in state.journal.runs()}
    runs = [] if plan_id is None else state.journal.runs_of_plan(plan_id)
    runs = [run for run in runs if run.number not in undone]
    entries = [entries for run in runs for entries in state.journal.entries(run.number)]
    intents = [one.intent for one in entries if one.outcome in {"done", "unknown"}]
    touched = {key for one in intents for key in (one.key, one.from_key) if key is not None}
    finished = {
        (one.intent.verb, one.intent.side, one.intent.key)
        for one in entries
        if one.outcome == "done"
    }
    return CompletedSteps(frozenset(finished), frozenset(touched), begun=bool(runs))
