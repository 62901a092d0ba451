"""Format a report as the JSON object of ``--json`` (json.md), and compute its exit code."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final, Literal

from wikisync.errors import StateError, Unauthenticated, UntrustedCheckout, UsageError
from wikisync.page.line_matching import shared_budget
from wikisync.planning.model import (
    Adopt,
    Move,
    Plan,
    is_temporary_move,
    item_id,
    original_file,
)
from wikisync.report.asset_data import asset_actions_data, asset_conflicts_data, asset_counts
from wikisync.report.asset_plan_messages import report_notes
from wikisync.report.asset_rows import asset_conflicts, assets_of
from wikisync.report.diff.page_diff import unified
from wikisync.report.error_messages import error_message
from wikisync.report.plan_messages import conflict_message, refusal_message
from wikisync.report.text import shown_json, withheld
from wikisync.request import Report

if TYPE_CHECKING:
    from wikisync.apply.result import ActionResult
    from wikisync.errors import BadAsset, BadName, BadPage, WikisyncError
    from wikisync.planning.model import Action, Conflict, Refusal
    from wikisync.request import Request

VERSION: Final = 1

DONE, FAILED, USAGE, CONFLICTS, REFUSED, DIFFERENT, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130


def exit_code(report: Report, *, tell_differences: bool = False) -> int:
    """Return the exit code of a command (json.md, *Exit codes*).

    A problem counts as a failure. Planned differences count only with ``tell_differences``.
    """
    if report.interrupted:
        return INTERRUPTED
    if report.plan.refusals or report.declined:
        return REFUSED
    unshown = any(note.kind == "unshown" for note in report.notes)
    problems = report.plan.problems or assets_of(report.plan).problems
    if unshown or problems or has_failed(report):
        return FAILED
    if conflicts(report) or asset_conflicts(report):
        return CONFLICTS
    return DIFFERENT if tell_differences and differs(report) else DONE


def has_failed(report: Report) -> bool:
    """Return whether the write of a page or an asset failed."""
    return any(o.failed for o in report.all_outcomes)


def error_exit_code(error: WikisyncError) -> int:
    """Return the exit code of a command that ended with an error (json.md, *Exit codes*)."""
    if isinstance(error, UsageError):
        return USAGE
    refused = isinstance(error, StateError | Unauthenticated | UntrustedCheckout)
    return REFUSED if refused else FAILED


def differs(report: Report) -> bool:
    """Return whether the two sides differ anywhere in the plan."""
    plan, assets = report.plan, assets_of(report.plan)
    writes = any(not isinstance(action, Adopt) for action in plan.actions)
    asset_writes = any(action.verb != "adopt" for action in assets.actions)
    of_assets = asset_writes or assets.conflicts or assets.other_way
    return bool(writes or plan.conflicts or plan.other_way or of_assets)


def conflicts(report: Report) -> tuple[Conflict, ...]:
    """Return the remaining conflicts: the plan's, and pages found changed before their write."""
    undo = report.request.command == "undo"
    changed = [
        replace(found, kind="changed-since-run", backups=o.backups)
        if undo and found.kind == "changed-before-write"
        else found
        for o in report.outcomes
        if (found := o.conflict) is not None
    ]
    return (*report.plan.conflicts, *changed)


def to_json(report: Report) -> str:
    """Return the report as one line of JSON."""
    return one_line(as_data(report))


def one_line(data: dict[str, Any]) -> str:
    """Return an object as one line of JSON, escaped for any encoding and any terminal."""
    return shown_json(json.dumps(data, ensure_ascii=False))


def error_json(request: Request, error: WikisyncError) -> str:
    """Return an error that ended a command as JSON, in the same shape as a report."""
    empty = as_data(Report(request, "", "", Plan()))
    unknown = {"wiki": None, "folder": None, "error": str(error_message(error))}
    return one_line({**empty, **unknown})


def as_data(report: Report) -> dict[str, Any]:
    """Return the report as the values of the JSON object."""
    request, plan = report.request, report.plan
    notes = [str(message) for message in report_notes(report, everything=True)]
    with shared_budget():
        texts = {item_id(pair.item): unified(pair) for pair in report.diffs}
    if request.command in {"diff", "plan", "show"}:  # an action without a diff has an empty one
        texts = {item_id(action): "" for action in plan.actions} | texts
    return {
        "version": VERSION,
        "command": request.command,
        "dry_run": request.dry_run,
        "wiki": report.wiki,
        "folder": report.folder,
        **({"root": report.root} if report.root else {}),
        "actions": [
            *(_action(action, outcome, texts) for action, outcome in results(report)),
            *asset_actions_data(report),
        ],
        "conflicts": [
            *(_conflict(conflict, texts) for conflict in conflicts(report)),
            *asset_conflicts_data(report),
        ],
        "refusals": [_refusal(refusal) for refusal in plan.refusals],
        "problems": [
            *(_problem(problem, "page") for problem in plan.problems),
            *(_problem(problem, "asset") for problem in assets_of(plan).problems),
        ],
        "counts": {**counts(report), "assets": asset_counts(report)},
        **({"notes": notes} if notes else {}),
        **({"unsettled": report.unsettled} if report.unsettled else {}),
        **({"backup": request.backup} if request.backup else {}),
        **({"run": request.run} if request.run else {}),
    }


def results(report: Report) -> list[tuple[Action, ActionResult | None]]:
    """Return each action with its result; None if it was only planned.

    A temporary move is included only if it failed.
    """
    if report.outcomes:
        return [
            (o.action, o)
            for o in report.outcomes
            if not is_temporary_move(o.action) or o.result != "done"
        ]
    return [(action, None) for action in report.plan.actions if not is_temporary_move(action)]


def counts(report: Report) -> dict[str, int]:
    """Return the counts of a report, by their names in the JSON."""
    plan = report.plan
    verbs = Counter(
        action.verb
        for action in plan.actions
        if action.skip_reason is None and not is_temporary_move(action)
    )
    failed = sum(outcome.failed for outcome in report.outcomes)
    return {
        "pages": plan.pages,
        "in_sync": plan.in_sync,
        "create": verbs["create"],
        "update": verbs["update"],
        "move": verbs["move"],
        "merge": verbs["merge"],
        "adopt": verbs["adopt"],
        "delete": verbs["delete"],
        "conflict": len(conflicts(report)),
        "failed": failed,
        "other_way": sum(plan.other_way.values()),
    }


def _from(action: Action) -> str | None:
    """Return the place from which a page moves, as PATH arguments name it."""
    if not isinstance(action, Move):
        return None
    return str(PurePosixPath(original_file(action)).with_suffix(""))


def _action(action: Action, outcome: ActionResult | None, texts: dict[Any, str]) -> dict[str, Any]:
    result, reason = "planned", None
    if outcome is not None:
        result = outcome.result
        reason = str(error_message(outcome.error)) if outcome.error else None
    if action.skip_reason is not None:
        result, reason = "skipped", withheld(action)
    data: dict[str, Any] = {
        "kind": "page",
        "action": action.verb,
        "side": action.side,
        "locale": action.key.locale,
        "path": action.key.path,
        "file": action.file,
        "from": _from(action),
        "fields": list(action.fields),
        "overwrites": action.overwrites,
        "outcome": result,
        "reason": reason,
    }
    if outcome is not None and outcome.backups:
        data["backups"] = list(outcome.backups)
    if item_id(action) in texts:
        data["diff"] = texts[item_id(action)]
    return data


def _conflict(conflict: Conflict, texts: dict[Any, str]) -> dict[str, Any]:
    data: dict[str, Any] = {
        "kind": "page",
        "locale": conflict.key.locale,
        "path": conflict.key.path,
        "file": conflict.file,
        "reason": str(conflict_message(conflict)),
    }
    if conflict.backups:
        data["backups"] = list(conflict.backups)
    # A page that changed before its write has the diff of its action.
    for item in (item_id(conflict), (conflict.key, "change")):
        if item in texts:
            return {**data, "diff": texts[item]}
    return data


def _refusal(refusal: Refusal) -> dict[str, Any]:
    data: dict[str, Any] = {"rule": refusal.rule, "message": str(refusal_message(refusal))}
    if refusal.files:
        data["files"] = list(refusal.files)
    return {**data, "file": refusal.file} if refusal.file else data


def _problem(
    problem: BadPage | BadName | BadAsset, kind: Literal["page", "asset"]
) -> dict[str, Any]:
    message = error_message(problem).text.removeprefix(f"{problem.name}:").lstrip()
    line = getattr(problem, "line", None)
    message = message.removeprefix(f"{line}: ")
    data = {"kind": kind, "file": problem.name, "line": line, "message": message}
    proposal = getattr(problem, "proposal", "")
    return {**data, "proposal": proposal} if proposal else data
