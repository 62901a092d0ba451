"""Match the assets of a reviewed plan with today's plan: which steps may still be done. Pure.

As for pages (``reviewed``), only steps of today's plan are done, and of these only those that were
reviewed: the same write, of the same bytes, over the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wikisync.errors import StalePlan
from wikisync.page.model import Key
from wikisync.planning.asset_decisions import equal
from wikisync.planning.asset_model import AssetPlan, AssetSnapshot, asset_item_id

if TYPE_CHECKING:
    from collections.abc import Callable

    from wikisync.planning.asset_model import AssetAction, LocalAsset, RemoteAsset


@dataclass(frozen=True, slots=True)
class ReviewedAssets:
    """The steps that remain of the assets of a reviewed plan; the fields of ``ReviewedSteps``."""

    plan: AssetPlan
    stale: tuple[tuple[AssetAction, StalePlan], ...] = ()
    earlier: int = 0
    unplanned: int = 0


def match_reviewed_assets(
    reviewed: AssetPlan | None,
    fresh: AssetPlan,
    snapshot: AssetSnapshot,
    chosen: Callable[[AssetAction], bool] = lambda _action: True,
    *,
    begun: bool = False,
) -> ReviewedAssets:
    """Return the steps of ``reviewed`` that may be done, given today's plan and snapshot.

    ``chosen`` selects reviewed steps; the others are neither done nor stale. ``begun``: a run of
    the plan was interrupted, so that a step whose result exists was done by it.
    """
    reviewed = reviewed or AssetPlan()
    today = {asset_item_id(action): action for action in fresh.writes}
    wanted = {asset_item_id(a): a for a in reviewed.writes if chosen(a)}
    accepted: set[tuple[str, str]] = set()
    stale: list[tuple[AssetAction, StalePlan]] = []
    earlier = 0
    for name, action in wanted.items():
        fresh_action = today.get(name)
        done = is_done(action, snapshot)
        if fresh_action is not None and same_step(action, fresh_action):
            accepted.add(name)
        elif begun and done:
            earlier += 1
        else:
            reason = describe_drift(action, fresh_action, snapshot)
            stale.append((action, StalePlan(Key("", action.path), action.file, reason, done)))
    seen = {asset_item_id(a) for a in reviewed.writes}
    named = {conflict.path for conflict in reviewed.conflicts}
    unplanned = len(today.keys() - seen)
    unplanned += len({conflict.path for conflict in fresh.conflicts} - named)
    skipped = {action.path for action in reviewed.actions if action.skip_reason is not None}
    problems = {problem.name for problem in reviewed.problems}

    def stays(action: AssetAction) -> bool:
        if action.verb == "adopt":
            return True
        if action.skip_reason is not None:
            return action.path in skipped
        return asset_item_id(action) in accepted

    plan = replace(
        fresh,
        actions=tuple(action for action in fresh.actions if stays(action)),
        conflicts=tuple(conflict for conflict in fresh.conflicts if conflict.path in named),
        problems=tuple(problem for problem in fresh.problems if problem.name in problems),
    )
    return ReviewedAssets(plan, tuple(stale), earlier, unplanned)


def same_step(reviewed: AssetAction, fresh: AssetAction) -> bool:
    """Return whether two steps do the same to the same asset, under the same preconditions."""
    same = (
        (reviewed.verb, reviewed.side, reviewed.path) == (fresh.verb, fresh.side, fresh.path)
        and (reviewed.file, reviewed.from_file) == (fresh.file, fresh.from_file)
        and reviewed.from_path == fresh.from_path
    )
    # The reviewer did not approve of overwriting an edit that the reviewed step does not show.
    same = same and fresh.overwrites in {None, reviewed.overwrites}
    return (
        same
        and _same_local(reviewed.local, fresh.local)
        and _same_remote(reviewed.remote, fresh.remote)
    )


def is_done(reviewed: AssetAction, snapshot: AssetSnapshot) -> bool:
    """Return whether the result of a step exists already, regardless of who wrote it."""
    path = reviewed.path
    local, remote = snapshot.local.get(path), snapshot.remote.get(path)
    if reviewed.verb == "delete":
        found = remote if reviewed.side == "wiki" else local
        return found is None and path not in snapshot.blocked
    if local is None or remote is None or not equal(local, remote):
        return False
    if reviewed.side == "wiki":
        return _same_local(reviewed.local, local)
    return _same_remote(reviewed.remote, remote)


def describe_drift(
    reviewed: AssetAction, fresh: AssetAction | None, snapshot: AssetSnapshot
) -> str:
    """Return how an asset differs from what the reviewed step expects, as a clause."""
    if is_done(reviewed, snapshot):
        return "it is already as planned"
    path = reviewed.from_path or reviewed.path
    local = snapshot.local.get(reviewed.local.path if reviewed.local else path)
    remote = snapshot.remote.get(reviewed.remote.path if reviewed.remote else path)
    parts = [_local_drift(reviewed.local, local), _remote_drift(reviewed.remote, remote)]
    if reviewed.path in snapshot.blocked:
        parts = ["its file or its name has a problem, or the API key can no longer see it"]
    if found := " and ".join(filter(None, parts)):
        return found
    return "a new plan would treat it differently" if fresh else "there is nothing left to do"


def _local_drift(expected: LocalAsset | None, current: LocalAsset | None) -> str:
    if _same_local(expected, current):
        return ""
    if current is None:
        return "its file was deleted"
    return "a file of that name exists now" if expected is None else "its file changed"


def _remote_drift(expected: RemoteAsset | None, current: RemoteAsset | None) -> str:
    if _same_remote(expected, current):
        return ""
    if current is None:
        return "it was deleted on the wiki"
    return "it exists on the wiki now" if expected is None else "it changed on the wiki"


def _same_local(reviewed: LocalAsset | None, fresh: LocalAsset | None) -> bool:
    if reviewed is None or fresh is None:
        return reviewed is fresh
    return reviewed.sha256 == fresh.sha256


def _same_remote(reviewed: RemoteAsset | None, fresh: RemoteAsset | None) -> bool:
    """Return whether an asset is unchanged; one that was not read is compared by id and time."""
    if reviewed is None or fresh is None:
        return reviewed is fresh
    if reviewed.sha256 and fresh.sha256:
        return reviewed.sha256 == fresh.sha256
    return (reviewed.id, reviewed.updated_at) == (fresh.id, fresh.updated_at)
