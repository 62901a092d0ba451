"""Convert the assets of a report to the values of the JSON object (json.md). Pure."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from wikisync.planning.asset_model import asset_item_id
from wikisync.report.asset_plan_messages import asset_conflict_message
from wikisync.report.asset_rows import (
    asset_conflicts,
    asset_diffs,
    asset_results,
    assets_of,
    versions,
)
from wikisync.report.error_messages import error_message
from wikisync.report.text import withheld

if TYPE_CHECKING:
    from wikisync.apply.asset_result import AssetResult
    from wikisync.planning.asset_model import AssetAction, AssetConflict
    from wikisync.request import AssetDiff, AssetVersion, Report

_CONTENT: Final = ("content",)


def asset_actions_data(report: Report) -> list[dict[str, Any]]:
    """Return the actions on assets as JSON has them, in the order of ``asset_results``."""
    diffs = asset_diffs(report)
    return [
        _action(action, outcome, diffs.get(asset_item_id(action)))
        for action, outcome in asset_results(report)
    ]


def asset_conflicts_data(report: Report) -> list[dict[str, Any]]:
    """Return the conflicts of assets as JSON has them, in the order of ``asset_conflicts``."""
    diffs = asset_diffs(report)
    return [
        _conflict(conflict, diffs.get(asset_item_id(conflict)))
        for conflict in asset_conflicts(report)
    ]


def asset_counts(report: Report) -> dict[str, int]:
    """Return the counts of assets, by the names that those of pages have."""
    plan = assets_of(report.plan)
    verbs = Counter(action.verb for action in plan.actions if action.skip_reason is None)
    return {
        "pages": plan.assets,
        "in_sync": plan.in_sync,
        "create": verbs["create"],
        "update": verbs["update"],
        "move": verbs["move"],
        "merge": 0,
        "adopt": verbs["adopt"],
        "delete": verbs["delete"],
        "conflict": len(asset_conflicts(report)),
        "failed": sum(outcome.failed for outcome in report.asset_outcomes),
        "other_way": sum(plan.other_way.values()),
    }


def _action(
    action: AssetAction, outcome: AssetResult | None, diff: AssetDiff | None
) -> dict[str, Any]:
    result, reason = "planned", None
    if outcome is not None:
        result = outcome.result
        reason = str(error_message(outcome.error)) if outcome.error else None
    if action.skip_reason is not None:
        result, reason = "skipped", withheld(action)
    old, new = versions(action, diff)
    data: dict[str, Any] = {
        "kind": "asset",
        "action": action.verb,
        "side": action.side,
        "locale": None,
        "path": action.path,
        "file": action.file,
        "from": action.from_path or None,
        "fields": list(_CONTENT if action.verb == "update" else ()),
        "overwrites": action.overwrites,
        "outcome": result,
        "reason": reason,
        "before": _version(old),
        "after": _version(new),
    }
    if outcome is not None and outcome.backups:
        data["backups"] = list(outcome.backups)
    return data


def _conflict(conflict: AssetConflict, diff: AssetDiff | None) -> dict[str, Any]:
    old, new = versions(conflict, diff)
    data: dict[str, Any] = {
        "kind": "asset",
        "locale": None,
        "path": conflict.path,
        "file": conflict.file,
        "reason": str(asset_conflict_message(conflict)),
        "before": _version(old),
        "after": _version(new),
    }
    return {**data, "backups": list(conflict.backups)} if conflict.backups else data


def _version(found: AssetVersion | None) -> dict[str, Any] | None:
    """Return an asset on one side; null for a digest or dimensions that are not known."""
    if found is None:
        return None
    return {
        "size": found.size,
        "sha256": found.sha256 or None,
        "width": None if found.pixels is None else found.pixels.width,
        "height": None if found.pixels is None else found.pixels.height,
    }
