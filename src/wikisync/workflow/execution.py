"""Execute the actions of a plan: images and files before the pages that show them, and after.

What deletes images and files comes last, so that no page shows one that is gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from wikisync.apply.asset_context import AssetContext, AssetRun, transfer_size
from wikisync.apply.asset_executor import apply_asset_deletions, apply_assets
from wikisync.apply.executor import apply
from wikisync.planning.asset_model import AssetPlan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from wikisync.apply.asset_result import AssetResult
    from wikisync.apply.result import ActionResult
    from wikisync.apply.transaction import ApplyContext
    from wikisync.planning.model import Command, Plan
    from wikisync.progress import Progress
    from wikisync.request import Request
    from wikisync.workflow.context import RunContext

T = TypeVar("T", bound="ActionResult | AssetResult")

_LABELS: Final[dict[Command, str]] = {"push": "Pushing", "pull": "Pulling", "sync": "Syncing"}
_ASSET_LABELS: Final[dict[Command, str]] = {
    "push": "Sending images and files",
    "pull": "Fetching images and files",
    "sync": "Syncing images and files",
}


def is_empty(plan: Plan) -> bool:
    """Return whether a plan changes neither side nor the state."""
    assets = plan.assets or AssetPlan()
    return not (
        plan.actions
        or plan.base_updates
        or plan.base_deletes
        or plan.base_renames
        or assets.actions
        or assets.base_updates
        or assets.base_deletes
    )


def has_writes(plan: Plan) -> bool:
    """Return whether a plan would change a page, an image or a file."""
    return bool(plan.writes or (plan.assets is not None and plan.assets.writes))


def execute_plan(
    context: RunContext,
    request: Request,
    plan: Plan,
    run: ApplyContext,
    stop: Callable[[], bool],
) -> Iterator[ActionResult | AssetResult]:
    """Run each action of a plan and yield its result as soon as it is known.

    A fatal error of an asset ends the pages' actions too, and the other way round.
    """
    if plan.assets is None:
        yield from _pages(context, request, plan, apply(plan, run, stop=stop))
        return
    room = None
    if "keep-size" in request.allow:
        room = max(context.config.keep_size - context.state.asset_backups.total_size(), 0)
    assets = AssetRun(AssetContext(run, context.config.jobs, room), stop)
    total = sum(transfer_size(action) for action in plan.assets.writes)
    with context.progress(_ASSET_LABELS[request.direction], total, in_bytes=True) as moved:
        assets.context.moved = moved
        yield from apply_assets(plan.assets, assets)
    pages = apply(plan, run, stop=stop, fatal_error=assets.fatal_error)
    for outcome in _pages(context, request, plan, pages):
        assets.fatal_error = assets.fatal_error or outcome.fatal_error
        yield outcome
    yield from apply_asset_deletions(plan.assets, assets)


def _pages(
    context: RunContext, request: Request, plan: Plan, outcomes: Iterable[ActionResult]
) -> Iterator[ActionResult]:
    label = _LABELS[request.direction]
    yield from in_progress(context.progress, label, len(plan.actions), outcomes)


def in_progress(progress: Progress, label: str, total: int, outcomes: Iterable[T]) -> Iterator[T]:
    """Yield the results of an operation, each as a step of its progress."""
    with progress(label, total) as step:
        for outcome in outcomes:
            step(name=outcome.action.file)
            yield outcome
