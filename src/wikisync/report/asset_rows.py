"""Convert the assets of a report to rows: what is done to each, with sizes and dimensions. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from wikisync.planning.asset_model import AssetAction, AssetConflict, AssetPlan, asset_item_id
from wikisync.report.text import size_text
from wikisync.request import AssetVersion

if TYPE_CHECKING:
    from wikisync.apply.asset_result import AssetResult
    from wikisync.planning.asset_model import LocalAsset, RemoteAsset
    from wikisync.planning.model import Plan
    from wikisync.request import AssetDiff, Report

Versions = tuple[AssetVersion | None, AssetVersion | None]
"""An asset before and after; None is no asset."""

NO_ASSETS: Final = AssetPlan()


def assets_of(plan: Plan) -> AssetPlan:
    """Return the part of a plan that is about assets; an empty one where it has none."""
    return plan.assets or NO_ASSETS


def has_writes(plan: Plan) -> bool:
    """Return whether a plan would change a page, an asset or a file in this run."""
    return bool(plan.writes or assets_of(plan).writes)


def asset_results(report: Report) -> list[tuple[AssetAction, AssetResult | None]]:
    """Return each action on an asset with its result; None if it was only planned."""
    if report.all_outcomes:
        return [(o.action, o) for o in report.asset_outcomes]
    return [(action, None) for action in assets_of(report.plan).actions]


def asset_conflicts(report: Report) -> tuple[AssetConflict, ...]:
    """Return the remaining conflicts: the plan's, and assets found changed before their write."""
    undo = report.request.command == "undo"
    changed = [
        replace(found, kind="changed-since-run", backups=o.backups)
        if undo and found.kind == "changed-before-write"
        else found
        for o in report.asset_outcomes
        if (found := o.conflict) is not None
    ]
    return (*assets_of(report.plan).conflicts, *changed)


def asset_diffs(report: Report) -> dict[tuple[str, str], AssetDiff]:
    """Return the contents of assets that a report has, by the ids of their items."""
    return {asset_item_id(diff.item): diff for diff in report.asset_diffs}


def versions(item: AssetAction | AssetConflict, diff: AssetDiff | None = None) -> Versions:
    """Return an asset before and after its action; of a conflict, the wiki's and the folder's.

    Without a ``diff``, these are as both sides listed it.
    """
    if diff is not None:
        return diff.old, diff.new
    wiki, folder = _version(item.remote), _version(item.local)
    if isinstance(item, AssetConflict):
        return wiki, folder
    if item.verb == "move":
        moved = wiki if item.side == "wiki" else folder
        return moved, moved
    old, new = (wiki, folder) if item.side == "wiki" else (folder, wiki)
    return old, None if item.verb == "delete" else new


def _version(asset: LocalAsset | RemoteAsset | None) -> AssetVersion | None:
    return None if asset is None else AssetVersion(asset.size, asset.sha256)


def sizes(found: Versions) -> str:
    """Return sizes and dimensions, as in ``12.3 kB → 15.1 kB, 640×480``.

    Dimensions of the old version alone are left out: they would be taken for those of the new one.
    """
    there = [one for one in found if one is not None]
    texts = [size_text(one.size) for one in there]
    pixels = [str(one.pixels) for one in there if one.pixels is not None]
    if there and there[-1].pixels is None:
        pixels = []
    return ", ".join(" → ".join(dict.fromkeys(each)) for each in (texts, pixels) if each)


def transferred(action: AssetAction) -> int:
    """Return how many bytes an action writes to its side."""
    if action.verb not in {"create", "update"}:
        return 0
    new = versions(action)[1]
    return 0 if new is None else new.size


def asset_name(item: AssetAction | AssetConflict) -> str:
    """Return the name of an asset's file; of one that moves, the old name and the new one."""
    return f"{item.from_file} → {item.file}" if item.from_file else item.file


def images_and_files(count: int) -> str:
    """Return a count of assets for a text that also counts pages."""
    return "1 image or file" if count == 1 else f"{count:,} images and files"
