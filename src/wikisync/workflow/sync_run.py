"""Run ``push``, ``pull`` and ``sync``.

The steps are: recover an interrupted run, collect both sides, plan, check the guards, ask, execute,
update the state, report. Nothing is printed here: progress and questions are parameters.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from wikisync.apply import tag_spelling, unshown, wiki_writes
from wikisync.apply.asset_result import AssetResult
from wikisync.apply.result import ActionResult, find_missing
from wikisync.concurrency import run_in_thread
from wikisync.errors import Locked, StateError, WikiError
from wikisync.page.fingerprint import fingerprint, shows_fields_of
from wikisync.page.model import keeps_long_texts
from wikisync.planning.model import Delete, Plan, Refusal, Remote
from wikisync.planning.reconcile import pages_to_fetch
from wikisync.request import CommandName, Report, Request
from wikisync.state.journal import now
from wikisync.workflow.asset_content import with_assets
from wikisync.workflow.comparison import readable_diffs, save_stat_cache
from wikisync.workflow.context import RunContext, open_for_write
from wikisync.workflow.diff import with_remote_content
from wikisync.workflow.execution import execute_plan, has_writes, is_empty
from wikisync.workflow.link_notes import with_link_notes
from wikisync.workflow.plan import create_plan
from wikisync.workflow.run_journal import clock_note, execute_run, recover_interrupted

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from wikisync.config import Config
    from wikisync.page.model import Listed
    from wikisync.planning.model import Action
    from wikisync.progress import Progress
    from wikisync.snapshot.collect import CollectedState

__all__ = ["CommandName", "Report", "Request", "locked_report", "run_sync"]

_Result = TypeVar("_Result", ActionResult, AssetResult)


def run_sync(
    config: Config,
    request: Request,
    progress: Progress,
    ask: Callable[[Report], bool],
    on_interrupt: Callable[[], None] = lambda: None,
    *,
    narrow: Callable[[Plan], Plan] = lambda plan: plan,
) -> Report:
    """Plan and execute ``push``, ``pull`` or ``sync``.

    ``ask`` gets the planned report before the first write and returns whether to go on;
    ``on_interrupt`` is called when the user interrupts the run. ``narrow`` may remove steps from
    the plan before its guards are checked. Raises WikisyncError.
    """
    needs_folder, brief = request.direction == "push", request.command == "watch"
    try:
        with open_for_write(config, progress, needs_folder=needs_folder, brief=brief) as context:
            report, collected = create_plan(
                context,
                request,
                recover=recover_interrupted,
                narrow=lambda plan, _sides: _with_deleted_pages_read(context, narrow(plan)),
            )
            if collected is None or report.plan.refusals:
                return report
            save_stat_cache(context, collected)
            report = with_assets(context, report, collected.layout)
            report = with_link_notes(context.folder, report, collected, config.url)
            if has_writes(report.plan) and not ask(report):
                return replace(report, declined=True)
            save_bases(context, collected)
            if request.texts:
                report = replace(report, diffs=readable_diffs(context, report, collected))
                report = with_assets(context, report, collected.layout, contents=True)
            return finish_run(context, report, on_interrupt)
    except Locked as error:
        return locked_report(config, request, error)


def _with_deleted_pages_read(context: RunContext, plan: Plan) -> Plan:
    """Return the plan with the content of the pages that it deletes, as a precondition.

    A deletion whose page is gone, hidden or moved by now is left out.
    """
    unread = {
        action.key
        for action in plan.writes
        if isinstance(action, Delete)
        and action.side == "wiki"
        and action.remote is not None
        and action.remote.fingerprint is None
    }
    if not unread:
        return plan
    plan = with_remote_content(context.wiki, plan, only=unread, lenient=True)

    def is_gone(action: Action) -> bool:
        remote = action.remote
        return action.key in unread and remote is not None and remote.fingerprint is None

    return replace(plan, actions=tuple(a for a in plan.actions if not is_gone(a)))


def locked_report(config: Config, request: Request, error: Locked) -> Report:
    """Return the report of a command that another run has locked out."""
    holder = f"process {error.pid}" if error.pid else ""
    since = f"since {error.since}" if error.since else ""
    refusal = Refusal("locked", detail=", ".join(filter(None, (holder, since))))
    return Report(request, config.url, config.folder_name, Plan(refusals=(refusal,)))


def save_bases(context: RunContext, collected: CollectedState) -> None:
    """Store the recovered bases, and which wiki and folder the state is of. Raises StateError."""
    locales = collected.layout.locales
    with context.state.transaction():
        if collected.without_state:
            _reset_state(context)
        for found in collected.recovered.values():
            context.state.bases.put(found)
        context.state.set_meta(
            url=context.config.url,
            folder=context.config.folder_name,
            root=context.config.root,
            locales=" ".join((locales.default, *locales.installed)),
            namespacing=str(locales.namespacing).lower(),
            long_texts=str(keeps_long_texts(collected.listed)).lower(),
        )


def _reset_state(context: RunContext) -> None:
    """Delete the bases of another wiki and end what is open on it; the backups stay."""
    context.state.bases.drop(context.state.bases.load())
    for entry in context.state.journal.open_entries():
        context.state.journal.end(entry.number, "unknown")
    context.state.journal.end_interrupted(now())
    wiki_writes.mark_clean(context.state)
    context.state.asset_bases.drop(context.state.asset_bases.load())
    context.state.asset_folders.store(())
    for asset in context.state.asset_journal.open_entries():
        context.state.asset_journal.end(asset.number, "unknown")
    unshown.clear(context.state)
    tag_spelling.clear(context.state)
    # Its runs cannot be undone on this wiki, where their page ids mean other pages.
    context.state.set_meta(
        foreign_runs=str(max((r.number for r in context.state.journal.runs()), default=0))
    )


def finish_run(
    context: RunContext,
    report: Report,
    on_interrupt: Callable[[], None],
    *,
    on_result: Callable[[ActionResult | AssetResult], None] = lambda _outcome: None,
    plan_id: str | None = None,
) -> Report:
    """Execute the plan of a report as a run of the journal. Return the report with the results.

    ``on_result`` is called with each result as soon as it is known; ``plan_id`` is the id of the
    plan file that is applied.
    """
    plan, command = report.plan, report.request.command
    earlier = unshown.load(context.state)
    if is_empty(plan):
        return _after_writes(context, report, earlier)
    if (doubt := clock_note(context)) is not None:
        report = replace(report, notes=(*report.notes, doubt))
    results = execute_run(
        context,
        command,
        lambda run, stop: _report_each(
            execute_plan(context, report.request, plan, run, stop), on_result
        ),
        on_interrupt,
        plan=plan_id,
    )
    outcomes = _in_order(results.pages, plan.actions)
    assets = _in_order(results.assets, () if plan.assets is None else plan.assets.actions)
    report = replace(
        report,
        outcomes=outcomes,
        asset_outcomes=assets,
        interrupted=results.stopped,
        notes=(*report.notes, *results.notes),
    )
    if results.stopped:
        return report
    if any(o.action.side == "wiki" and o.result == "done" for o in outcomes):
        report = replace(
            report, outcomes=find_missing(outcomes, _refresh_times(context), context.wiki)
        )
    if any(o.fatal_error for o in report.all_outcomes):
        return report
    return _after_writes(context, report, earlier)


def _after_writes(context: RunContext, report: Report, earlier: Iterable[int]) -> Report:
    """Repair the wiki's page tree and rendering. Return the report with notes of what failed.

    ``earlier`` are the ids of pages that earlier runs left unrendered: they are written again.
    """
    if report.request.direction == "pull":  # a pull writes nothing to the wiki
        return report
    try:
        unshown.rewrite(
            context.wiki,
            context.state,
            [n for n in earlier if n in unshown.load(context.state)],
        )
        notes = (
            *wiki_writes.rebuild_if_dirty(context.wiki, context.state),
            *unshown.note(context.state),
        )
        return replace(report, notes=(*report.notes, *notes))
    except StateError:  # the results have it already if a page needed the state
        return report


def _report_each(
    outcomes: Iterable[ActionResult | AssetResult],
    on_result: Callable[[ActionResult | AssetResult], None],
) -> Iterator[ActionResult | AssetResult]:
    for outcome in outcomes:
        on_result(outcome)
        yield outcome


def _in_order(outcomes: Iterable[_Result], actions: Iterable[object]) -> tuple[_Result, ...]:
    """Return results in the order of the plan's actions."""
    place = {id(action): number for number, action in enumerate(actions)}
    return tuple(sorted(outcomes, key=lambda outcome: place[id(outcome.action)]))


def _refresh_times(context: RunContext) -> Collection[Listed] | None:
    """Store the new times of pages that the run's writes touched. Return the wiki's list of pages.

    A page's ``updatedAt`` also moves when a page that it links to is written (wikijs.md, *Dates and
    versions*); with the new times the next run needs one request. Return None if the wiki cannot be
    asked.
    """
    answer, connection = run_in_thread(context.wiki.connect), None
    try:
        bases = context.state.bases.load()
        connection = answer.result()
        listed = {page.key: page for page in connection.pages}
        moved = [page for page in pages_to_fetch(bases, (), listed).read if page.key in bases]
        renewed = []
        with context.progress("Noting the wiki's new times", len(moved)) as step:
            for page, got in context.wiki.read(moved):
                step()
                if isinstance(got, WikiError):
                    continue
                base, current = bases[page.key], fingerprint(got.page)
                unchanged = not base.remote.changed_fields(current)
                if unchanged and shows_fields_of(got.page, base.local):
                    renewed.append(Remote(page, current.with_defaults_from(base.remote)))
        context.state.bases.update_times(renewed)
    except (WikiError, StateError):
        return None if connection is None else connection.pages
    return connection.pages
