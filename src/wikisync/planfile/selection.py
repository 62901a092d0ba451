"""Limit the report of a plan file to the pages and files that PATH arguments select."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from wikisync.page.model import Key
from wikisync.planning.path_filter import check_selected, page_selector, parse_paths

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from wikisync.planning.asset_model import AssetPlan
    from wikisync.request import Report

_NO_PAGE = Key("", "")


def select(report: Report, paths: Sequence[str]) -> Report:
    """Return the report with what ``paths`` select of its actions, conflicts and problems.

    Its counts are those of what is left. Raises NoSuchPath for a path that selects nothing.
    """
    filters = parse_paths(paths, Path.cwd() / report.folder, Path.cwd(), report.root)
    means = page_selector(filters)
    plan, assets = report.plan, report.plan.assets
    names = [(item.key, item.file) for item in (*plan.actions, *plan.conflicts)]
    names += [(_NO_PAGE, problem.name) for problem in plan.problems]
    if assets is not None:
        names += [(_NO_PAGE, action.file) for action in assets.actions]
        names += [(_NO_PAGE, conflict.file) for conflict in assets.conflicts]
    check_selected(filters, names)
    plan = replace(
        plan,
        actions=tuple(a for a in plan.actions if means(a.key, a.file)),
        conflicts=tuple(c for c in plan.conflicts if means(c.key, c.file)),
        problems=tuple(p for p in plan.problems if means(_NO_PAGE, p.name)),
        assets=None if assets is None else _select_assets(assets, means),
        in_sync=0,
        other_way={},
        undeleted={},
    )
    plan = replace(plan, pages=len({item.key for item in (*plan.actions, *plan.conflicts)}))
    return replace(
        report,
        plan=plan,
        diffs=tuple(d for d in report.diffs if means(d.item.key, d.item.file)),
        asset_diffs=tuple(d for d in report.asset_diffs if means(_NO_PAGE, d.item.file)),
    )


def _select_assets(plan: AssetPlan, means: Callable[[Key, str], bool]) -> AssetPlan:
    actions = tuple(a for a in plan.actions if means(_NO_PAGE, a.file))
    conflicts = tuple(c for c in plan.conflicts if means(_NO_PAGE, c.file))
    return replace(
        plan,
        actions=actions,
        conflicts=conflicts,
        problems=tuple(p for p in plan.problems if means(_NO_PAGE, p.name)),
        assets=len({a.path for a in actions} | {c.path for c in conflicts}),
        in_sync=0,
        other_way={},
        undeleted={},
    )
