"""Format the last lines of a report: the totals, and what to do next."""

from __future__ import annotations

import shlex
from collections import Counter
from typing import TYPE_CHECKING, Final

from wikisync.planning.model import Adopt, Merge, is_temporary_move
from wikisync.report.asset_rows import assets_of, has_writes
from wikisync.report.asset_summary import asset_totals
from wikisync.report.json_output import counts
from wikisync.report.text import (
    EDITED,
    NOT_DELETED,
    TO_MERGE,
    done_label,
    pages_and_files,
    planned_label,
    plural,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.planning.model import Plan, Side
    from wikisync.request import Report
_SHOWN: Final = 5
"""The most backups to list one by one."""


def summary(report: Report) -> Iterator[str]:
    """Yield the totals of a report in one line, then a line for each possible next step."""
    plan = report.plan
    if plan.refusals:
        yield "Nothing was written."
        return
    if report.declined:
        yield "Cancelled. Nothing was written."
        return
    assets = assets_of(plan)
    undoes = plan.actions or plan.conflicts or assets.actions or assets.conflicts
    if report.request.command == "undo" and not undoes:
        yield f"Run {report.request.run} has nothing left to undo."
    elif report.request.command == "restore" and not (plan.actions or assets.actions):
        pass
    elif plan.pages or plan.problems:
        pages = f"{plural(plan.pages, 'page')}: " if plan.pages else ""
        yield f"{pages}{_figures(report)}."
    elif not (assets.assets or assets.problems):
        yield "There are no pages in the folder or on the wiki. Write one, then: wikisync push."
    yield from asset_totals(report)
    untried = any(o.fatal_error for o in report.all_outcomes)
    if report.interrupted:
        yield f"Interrupted.{' Run it again to do the rest.' if untried else ''}"
    if report.unsettled:
        what = plural(report.unsettled, "write")
        yield (
            f"An interrupted run left {what} unconfirmed: the next push, pull or sync checks"
            " them first."
        )
    yield from _next(report)


def _figures(report: Report) -> str:
    plan, figures = report.plan, counts(report)
    if report.all_outcomes:
        phrases = Counter(
            done_label(o.action)
            for o in report.outcomes
            if o.result == "done"
            and not isinstance(o.action, Adopt)
            and not is_temporary_move(o.action)
        )
    else:
        phrases = Counter(f"to {planned_label(a)}" for a in plan.writes if not is_temporary_move(a))
    equal = figures["in_sync"] + figures["adopt"]
    withheld = sum(action.skip_reason is not None for action in plan.actions)
    parts = [f"{count:,} {phrase}" for phrase, count in phrases.items()]
    parts += [f"{equal:,} in sync"] if equal else []
    parts += [f"{withheld:,} {NOT_DELETED}"] if withheld else []
    undone = sum(o.fatal_error is not None and o.result == "skipped" for o in report.outcomes)
    parts += [f"{undone:,} not tried"] if undone else []
    parts += [f"{report.unticked:,} not ticked"] if report.unticked else []
    to_merge = sum(conflict.kind == "mergeable" for conflict in plan.conflicts)
    parts += [f"{to_merge:,} {TO_MERGE}"] if to_merge else []
    conflicts = figures["conflict"] - to_merge
    parts += [plural(conflicts, "conflict")] if conflicts else []
    parts += [f"{figures['failed']:,} failed"] if figures["failed"] else []
    parts += [plural(len(plan.problems), "problem")] if plan.problems else []
    return ", ".join(parts) or "0 in sync"


def _overwritten(report: Report) -> Iterator[str]:
    """Yield how many edits the plan overwrites, or the run overwrote, on each side."""
    plan = report.plan
    pages, assets = plan.writes, assets_of(plan).writes
    ran = bool(report.all_outcomes)
    if ran:
        pages = tuple(o.action for o in report.outcomes if o.result == "done")
        assets = tuple(o.action for o in report.asset_outcomes if o.result == "done")
    verb = "overwrote" if ran else "overwrite"
    for side, where in EDITED.items():
        keys = {a.key for a in pages if a.overwrites == side and a.verb != "delete"}
        files = {a.path for a in assets if a.overwrites == side and a.verb != "delete"}
        if count := len(keys) + len(files):
            said = f"{verb}{'s' if verb == 'overwrite' and count == 1 else ''}"
            what = "an edit" if count == 1 else "edits"
            yield f"{pages_and_files(len(keys), len(files))} {said} {what} made {where}."
        lost = sum(a.overwrites == side and a.verb == "delete" for a in pages)
        files_lost = sum(a.overwrites == side and a.verb == "delete" for a in assets)
        if count := lost + files_lost:
            were, are = ("was", "is") if count == 1 else ("were", "are")
            which = f"{pages_and_files(lost, files_lost)} that {were} added or changed {where}"
            yield f"{which} {were if ran else are} deleted."


def _next(report: Report) -> Iterator[str]:
    plan, request = report.plan, report.request
    yield from _overwritten(report)
    yield from _only_there(plan) if request.mirror else _elsewhere(report)
    if report.earlier:
        count = plural(report.earlier, "step")
        yield f"{count} of the plan had been done before it was interrupted."
    if report.unplanned:
        count = plural(report.unplanned, "other page")
        yield f"{count} changed after the plan was made: left alone."
    if report.unticked:
        direction = "" if request.direction == "push" else f" {request.direction}"
        yield f"To see the rest again: wikisync review{direction}."
    if request.command in {"plan", "show"}:
        yield from _with_plan(report)
    if request.command == "status" and has_writes(plan):
        yield _after_status(plan)
    if request.dry_run and has_writes(plan):
        yield "Nothing was written. To do it, leave out --dry-run."
    if any(o.fatal_error for o in report.all_outcomes) and not report.interrupted:
        yield "Run it again to do the rest."
    if request.command == "restore":
        yield from _restored(report)
        return
    yield from _backups(report)
    yield from ways_back(report)


def ways_back(report: Report) -> Iterator[str]:
    """Yield how to bring back what an undo deletes, or deleted; nothing for another command."""
    if report.request.command != "undo":
        return
    actions = (*report.plan.writes, *assets_of(report.plan).writes)
    deletes = [action for action in actions if action.verb == "delete"]
    for side, what, command in (
        ("wiki", "publish again what it deletes on the wiki", "push"),
        ("folder", "fetch again what it deletes in the folder", "pull"),
    ):
        if any(action.side == side for action in deletes):
            yield f"To {what}: wikisync {command}."


def _after_status(plan: Plan) -> str:
    """Return the commands that show and do what ``status`` lists."""
    both = any(isinstance(action, Merge) and not action.writes_markers for action in plan.writes)
    sides = {action.side for action in (*plan.writes, *assets_of(plan).writes)}
    if both or len(sides) > 1:
        return (
            "See what changed: wikisync diff --sync. Publish: wikisync push. Fetch: wikisync pull."
            " Both: wikisync sync."
        )
    if "wiki" in sides:
        return "See what changed: wikisync diff. Publish: wikisync push."
    return "See what changed: wikisync diff --pull. Fetch: wikisync pull."


def _backups(report: Report) -> Iterator[str]:
    """Name the backups of what was deleted, or overwritten for one side."""
    lost = [
        (o.action.file, o.backups[-1])
        for o in report.all_outcomes
        if o.result == "done" and o.backups
        if o.action.verb == "delete" or o.action.forced or o.action.overwrites
    ]
    for file, backup in lost[:_SHOWN]:
        yield f"The old version of {file} is backup {backup}: wikisync restore {backup}."
    if len(lost) > _SHOWN:
        yield f"… and {len(lost) - _SHOWN:,} more backups. List a page's: wikisync log PATH."
    if lost and report.request.command != "undo":
        yield "To undo all that this run wrote: wikisync undo."


def _restored(report: Report) -> Iterator[str]:
    todo = report.restoration
    if todo is None:
        return
    file, number = todo.file, todo.backup.number
    if not (report.plan.actions or assets_of(report.plan).actions):
        yield f"{file} is already as in backup {number}."
    for o in report.all_outcomes:
        if o.result != "done":
            continue
        for backup in o.backups:
            yield f"The version before is backup {backup}: wikisync restore {backup}."
        yield f"To publish it: wikisync push {shlex.quote(file)}."


def _only_there(plan: Plan) -> Iterator[str]:
    """Yield what a mirror with --delete would delete."""
    ways: tuple[tuple[Side, str, str], ...] = (
        ("wiki", "on the wiki", "push"),
        ("folder", "in the folder", "pull"),
    )
    for side, where, command in ways:
        pages, files = plan.undeleted.get(side, 0), assets_of(plan).undeleted.get(side, 0)
        if pages or files:
            yield (
                f"{pages_and_files(pages, files)} only {where}. To delete {_it(pages + files)}:"
                f" wikisync {command} --mirror --delete."
            )


def _it(count: int) -> str:
    return "it" if count == 1 else "them"


def _differing(pages: int, files: int, delete: str) -> str:
    """Return a count of what the other command would write or, with --delete, delete."""
    verbs = "new, changed or deleted" if delete else "new or changed"
    count = pages_and_files(pages, files)
    return f"{count} {'is' if pages + files == 1 else 'are'} {verbs}"


def _elsewhere(report: Report) -> Iterator[str]:
    """Yield which changes need the other command, or --delete."""
    plan, assets, wish = report.plan, assets_of(report.plan), report.request
    # The other command needs the same options to do the rest.
    pull = " --prefer wiki" if wish.prefer == "wiki" else ""
    push = " --prefer local" if wish.prefer == "local" else ""
    delete = " --delete" if wish.delete else ""
    pages, files = plan.other_way.get("folder", 0), assets.other_way.get("folder", 0)
    if pages or files:
        command, what = f"wikisync pull{pull}{delete}", _differing(pages, files, delete)
        fetch = "To do the same in the folder" if delete else f"To fetch {_it(pages + files)}"
        yield f"{what} on the wiki. {fetch}: {command}."
    pages, files = plan.other_way.get("wiki", 0), assets.other_way.get("wiki", 0)
    if pages or files:
        command, what = f"wikisync push{push}{delete}", _differing(pages, files, delete)
        yield f"{what} in the folder. To publish {_it(pages + files)}: {command}."
    ways: tuple[tuple[Side, str, str, str], ...] = (
        ("wiki", "deleted in the folder", "pull PATH --prefer wiki", "on the wiki: wikisync push"),
        (
            "folder",
            "deleted on the wiki",
            "push PATH --prefer local",
            "in the folder: wikisync pull",
        ),
    )
    for side, gone, back, delete in ways:
        pages, files = plan.undeleted.get(side, 0), assets.undeleted.get(side, 0)
        if pages or files:
            it = _it(pages + files)
            what = (
                f"{pages_and_files(pages, files)} {'was' if pages + files == 1 else 'were'} {gone}"
            )
            yield f"{what}. To restore {it}: wikisync {back}."
            yield f"To delete {it} {delete} --delete."


def _with_plan(report: Report) -> Iterator[str]:
    file, writes = shlex.quote(report.request.file), has_writes(report.plan)
    if report.request.command == "show":
        sides = f"{report.folder} ↔ {report.remote_name}"
        yield f"This plan is a {report.request.direction} of {sides}."
    elif writes:
        yield f"Wrote {file}. To see the differences: wikisync show {file}."
    if writes:
        yield f"To do exactly this: wikisync apply {file}."
    elif report.request.command == "plan":
        yield f"Wrote {file}. It has nothing to do."
