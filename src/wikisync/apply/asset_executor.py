"""Run the actions on assets: all but deletions before the pages that show them, deletions last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.apply.asset_downloads import download_all
from wikisync.apply.asset_file_actions import delete_files, move_files
from wikisync.apply.asset_result import AssetResult
from wikisync.apply.asset_uploads import upload_all
from wikisync.apply.asset_wiki_actions import delete_assets, rename_assets
from wikisync.errors import WikisyncError
from wikisync.planning.asset_decisions import base_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from wikisync.apply.asset_context import AssetRun
    from wikisync.planning.asset_model import AssetAction, AssetPlan, AssetVerb
    from wikisync.planning.model import Side


def apply_assets(plan: AssetPlan, run: AssetRun) -> Iterator[AssetResult]:
    """Run the actions of a plan that are no deletions, and yield the result of each.

    Actions that are skipped are yielded too. Errors of one asset are in its result. Raises
    StateError where the plan's changes of the bases cannot be written.
    """
    state = run.context.run.state
    with state.transaction():
        state.asset_bases.update_times(plan.base_updates)
        state.asset_bases.drop(plan.base_deletes)
    yield from (AssetResult(a, "skipped") for a in plan.actions if a.skip_reason is not None)
    yield from _all(run, _adopt, _select(plan, "folder", "adopt"))
    yield from _all(run, move_files, _select(plan, "folder", "move"))
    yield from _all(run, rename_assets, _select(plan, "wiki", "move"))
    yield from _all(run, upload_all, _select(plan, "wiki", "create", "update"))
    yield from _all(run, download_all, _select(plan, "folder", "create", "update"))


def apply_asset_deletions(plan: AssetPlan, run: AssetRun) -> Iterator[AssetResult]:
    """Delete what a plan deletes, on both sides, and yield the result of each."""
    yield from _all(run, delete_assets, _select(plan, "wiki", "delete"))
    yield from _all(run, delete_files, _select(plan, "folder", "delete"))


def _all(
    run: AssetRun,
    work: Callable[[AssetRun, Sequence[AssetAction]], Iterator[AssetResult]],
    actions: Sequence[AssetAction],
) -> Iterator[AssetResult]:
    """Yield the results of ``work``; an error of the state is that of all actions left."""
    left = {id(action): action for action in actions}
    try:
        for result in work(run, actions):
            del left[id(result.action)]
            yield result
    except WikisyncError as error:
        yield from (run.result(action, error) for action in left.values())


def _select(plan: AssetPlan, side: Side, *verbs: AssetVerb) -> list[AssetAction]:
    return [
        action
        for action in plan.actions
        if action.side == side and action.verb in verbs and action.skip_reason is None
    ]


def _adopt(run: AssetRun, actions: Sequence[AssetAction]) -> Iterator[AssetResult]:
    """Record as bases the assets that are equal on both sides."""
    if actions and (fatal := run.stopped()) is not None:
        yield from (run.skip(action, fatal) for action in actions)
        return
    run.context.run.state.asset_bases.put(
        *(
            base_of(action.local, action.remote)
            for action in actions
            if action.local is not None and action.remote is not None
        )
    )
    yield from (AssetResult(action, "done") for action in actions)
