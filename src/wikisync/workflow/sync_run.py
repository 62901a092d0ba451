"""The program as a list of steps: settle, look, decide, guard, ask, do, tidy up, report.

Every command goes through the same steps; those that only look leave out the last ones. Nothing
here prints: progress and questions are passed in.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from wikisync.apply import ActionResult, apply, unshown, wiki_writes
from wikisync.apply.result import find_missing
from wikisync.apply.transaction import now
from wikisync.concurrency import run_in_thread
from wikisync.errors import Locked, StateError, WikiError, WikisyncError
from wikisync.page.fingerprint import fingerprint
from wikisync.planning.model import Note, Plan, Refusal, Remote
from wikisync.planning.reconcile import pages_to_fetch
from wikisync.request import CommandName, Report, Request
from wikisync.workflow.context import (
    RunContext,
    doubt_clock_of,
    execute_run,
    open_for_write,
    open_readonly,
)
from wikisync.workflow.diff import page_diffs, with_remote_content
from wikisync.workflow.plan import create_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from wikisync.config import Config
    from wikisync.page.model import Listed
    from wikisync.planning.model import Action, Command
    from wikisync.planning.snapshot import Snapshot
    from wikisync.progress import Progress
    from wikisync.request import PageDiff
    from wikisync.snapshot.collect import CollectedState

__all__ = ["CommandName", "Report", "Request", "dry_run", "locked_report", "run_sync"]

TEXTS: frozenset[CommandName] = frozenset({"diff", "plan", "review"})
"""The commands that show the pages' texts."""


def dry_run(config: Config, request: Request, progress: Progress) -> Report:
    """Find out what would be done, and do nothing: ``status``, ``diff`` and every dry run."""
    with open_readonly(config, progress, needs_folder=request.direction == "push") as desk:
        report, surveyed = create_plan(desk, request)
        if request.command in TEXTS and surveyed is not None:
            plan = with_remote_content(desk.wiki, report.plan)
            texts = page_diffs(
                desk.folder, desk.wiki, desk.state, plan, surveyed, exact=not request.offline
            )
            report = replace(report, plan=plan, diffs=texts)
        elif request.texts and surveyed is not None:
            report = replace(report, diffs=_texts(desk, report, surveyed))
        if surveyed is not None:
            save_stat_cache(desk, surveyed)
        notes = report.notes
        if surveyed is not None and surveyed.unnoticed:
            notes = (*notes, _mend(desk, surveyed))
        if surveyed is not None and request.direction != "pull":
            notes = (*notes, *unshown.note(desk.state))
        return replace(report, unsettled=len(desk.state.journal.open_entries()), notes=notes)


def run_sync(
    config: Config,
    request: Request,
    progress: Progress,
    ask: Callable[[Report], bool],
    notice: Callable[[], None] = lambda: None,
) -> Report:
    """Do what was asked: ``push``, ``pull`` and ``sync``.

    ``ask`` is shown the plan before the first write and may decline; ``notice`` is called when the
    user asks to stop.
    """
    try:
        with open_for_write(config, progress, needs_folder=request.direction == "push") as desk:
            report, surveyed = create_plan(
                desk, request, settle=True, narrow=partial(_readied, desk)
            )
            if surveyed is None or report.plan.refusals:
                return report
            save_stat_cache(desk, surveyed)
            if report.plan.writes and not ask(report):
                return replace(report, declined=True)
            save_bases(desk, surveyed)
            if request.texts:
                report = replace(report, diffs=_texts(desk, report, surveyed))
            return finish_run(desk, report, notice)
    except Locked as error:
        return locked_report(config, request, error)


def _readied(desk: RunContext, plan: Plan, _sides: Snapshot) -> Plan:
    """The plan with each page read that it deletes and that nothing was known of."""
    unread = {
        action.key
        for action in plan.writes
        if (action.verb, action.side) == ("delete", "wiki")
        and action.remote is not None
        and action.remote.fingerprint is None
    }
    if not unread:
        return plan
    plan = with_remote_content(desk.wiki, plan, only=unread, lenient=True)

    def is_gone(action: Action) -> bool:
        there = action.remote
        return action.key in unread and there is not None and there.fingerprint is None

    return replace(plan, actions=tuple(a for a in plan.actions if not is_gone(a)))


def _texts(desk: RunContext, report: Report, surveyed: CollectedState) -> tuple[PageDiff, ...]:
    """The texts for a command that does not need them: where they cannot be read, it has none."""
    try:
        return page_diffs(desk.folder, desk.wiki, desk.state, report.plan, surveyed)
    except WikisyncError:
        return ()


def locked_report(config: Config, request: Request, error: Locked) -> Report:
    """The report of a run that found another one at work."""
    holder = f"process {error.pid}" if error.pid else ""
    since = f"since {error.since}" if error.since else ""
    refusal = Refusal("locked", detail=", ".join(filter(None, (holder, since))))
    return Report(request, config.url, config.folder_name, Plan(refusals=(refusal,)))


def save_stat_cache(desk: RunContext, surveyed: CollectedState) -> None:
    """Note what was read of the folder, so that the next run need not. That it fails costs time."""
    scanned = surveyed.scanned
    if scanned.read or scanned.unseen:
        with suppress(StateError):
            desk.state.files.note(scanned.read, scanned.unseen)


def save_bases(desk: RunContext, surveyed: CollectedState) -> None:
    """Note what a look found that is no write: whose state this is, and bases recovered."""
    locales = surveyed.locales
    with desk.state.transaction():
        if surveyed.without_state:
            _reset_state(desk)
        for found in surveyed.recovered.values():
            desk.state.bases.put(found)
        desk.state.set_meta(
            url=desk.config.url,
            folder=desk.config.folder_name,
            locales=" ".join((locales.default, *locales.installed)),
            namespacing=str(locales.namespacing).lower(),
        )


def _reset_state(desk: RunContext) -> None:
    """Forget what was agreed with another wiki, and what was begun on it. What was kept stays."""
    desk.state.bases.drop(desk.state.bases.load())
    for noted in desk.state.journal.open_entries():
        desk.state.journal.end(noted.number, "unknown")
    desk.state.journal.end_interrupted(now())
    wiki_writes.mark_clean(desk.state)
    unshown.forget_all(desk.state)
    # Its runs cannot be taken back on this one, whose pages have ids of their own.
    desk.state.set_meta(others=str(max((r.number for r in desk.state.journal.runs()), default=0)))


def finish_run(
    desk: RunContext,
    report: Report,
    notice: Callable[[], None],
    *,
    tell: Callable[[ActionResult], None] = lambda _outcome: None,
    plan_id: str | None = None,
) -> Report:
    """The report of a plan once it is carried out, as a run of the log.

    ``tell`` hears each outcome as it is known; ``plan_id`` is of the plan file that is applied.
    """
    plan, command = report.plan, report.request.command
    earlier = unshown.remembered(desk.state)
    if not (plan.actions or plan.base_updates or plan.base_deletes or plan.base_renames):
        return _with_tree(desk, report, earlier)
    if (doubt := doubt_clock_of(desk)) is not None:
        report = replace(report, notes=(*report.notes, doubt))
    outcomes, stopped = execute_run(
        desk,
        command,
        _DOING[report.request.direction],
        len(plan.actions),
        lambda run, stop: _told(apply(plan, run, stop=stop), tell),
        notice,
        plan=plan_id,
    )
    place = {id(action): number for number, action in enumerate(plan.actions)}
    outcomes = tuple(sorted(outcomes, key=lambda outcome: place[id(outcome.action)]))
    report = replace(report, outcomes=outcomes, interrupted=stopped)
    if stopped:
        return report
    if any(o.action.side == "wiki" and o.result == "done" for o in outcomes):
        report = replace(report, outcomes=find_missing(outcomes, _refresh_times(desk), desk.wiki))
    if any(o.fatal_error for o in outcomes):
        return report
    return _with_tree(desk, report, earlier)


def _mend(desk: RunContext, surveyed: CollectedState) -> Note:
    """Have the next run read the pages that changed without their time; the note of them."""
    desk.state.bases.doubt(surveyed.unnoticed)
    files = sorted(surveyed.snapshot.bases[key].file for key in surveyed.unnoticed)
    return Note("unnoticed", len(files), ", ".join(files))


def _with_tree(desk: RunContext, report: Report, earlier: Iterable[int]) -> Report:
    """The report, once the wiki's tree holds every page that this run or an earlier one made.

    And once the pages that ``earlier`` runs left as not shown to readers were written once more.
    """
    if report.request.direction == "pull":  # which writes nothing to the wiki
        return report
    try:
        unshown.write_again(
            desk.wiki, desk.state, [n for n in earlier if n in unshown.remembered(desk.state)]
        )
        notes = (*wiki_writes.rebuild_if_dirty(desk.wiki, desk.state), *unshown.note(desk.state))
        return replace(report, notes=(*report.notes, *notes))
    except StateError:  # which has been told already, if it was needed for a page
        return report


def _told(
    outcomes: Iterable[ActionResult], tell: Callable[[ActionResult], None]
) -> Iterator[ActionResult]:
    for outcome in outcomes:
        tell(outcome)
        yield outcome


_DOING: dict[Command, str] = {"push": "Pushing", "pull": "Pulling", "sync": "Syncing"}


def _refresh_times(desk: RunContext) -> Collection[Listed] | None:
    """Look at what the run's own writes did to the times of other pages; every page there is now.

    A page's ``updatedAt`` also moves when a page that it links to is written (facts, *Reading*);
    noting it now lets the next run do with one request. That it fails costs only that.
    """
    answer, connection = run_in_thread(desk.wiki.connect), None
    try:
        bases = desk.state.bases.load()
        connection = answer.result()
        listed = {page.key: page for page in connection.pages}
        moved = [page for page in pages_to_fetch(bases, (), listed).read if page.key in bases]
        renewed = []
        with desk.progress("Noting the wiki's new times", len(moved)) as step:
            for page, got in desk.wiki.read(moved):
                step()
                if isinstance(got, WikiError):
                    continue
                now_there = fingerprint(got.page)
                if not bases[page.key].remote.changed_fields(now_there):
                    renewed.append(Remote(page, now_there))
        desk.state.bases.update_times(renewed)
    except (WikiError, StateError):
        return None if connection is None else connection.pages
    return connection.pages
