"""Check the assets of a plan against the guards. Pure.

Each may refuse the whole plan, pages too. The limits are those of pages, counted by themselves.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wikisync.errors import BadAsset
from wikisync.planning.asset_decisions import remote_changed
from wikisync.planning.guards import ALL_CHANGED_FROM, DEFAULT_LIMIT, delete_limit
from wikisync.planning.model import WRITES, Refusal

if TYPE_CHECKING:
    from wikisync.planning.asset_model import AssetAction, AssetPlan, AssetSnapshot
    from wikisync.planning.guards import GuardOptions
    from wikisync.planning.model import Command, Side


def asset_guards(
    snapshot: AssetSnapshot,
    plan: AssetPlan,
    command: Command,
    limits: GuardOptions,
    room: int | None = None,
) -> tuple[Refusal, ...]:
    """Return the refusals of every guard that the user did not disable.

    ``room`` is how many bytes of backups fit into ``keep_size``; None: any number.
    """
    found = [
        *_emptied(snapshot, plan),
        *_all_changed(snapshot, plan, command),
        *_max_delete(snapshot, plan, limits),
        *_keep_size(plan, room),
    ]
    return tuple(refusal for refusal in found if refusal.rule not in limits.allow)


def _emptied(snapshot: AssetSnapshot, plan: AssetPlan) -> list[Refusal]:
    """Refuse to delete every asset of a side because the other one has none left.

    One asset alone may be deleted: nobody takes that for an accident.
    """
    known, blocked = snapshot.bases.keys(), snapshot.blocked
    deletes = {action.side for action in plan.writes if action.verb == "delete"}
    sides: list[tuple[Side, Side, bool]] = [
        ("folder", "wiki", bool(snapshot.local or known & blocked)),
        ("wiki", "folder", bool(snapshot.remote or known & blocked)),
    ]
    return [
        Refusal("emptied", count=len(known), side=side, kind="asset")
        for side, target, has_assets in sides
        if len(known) > 1 and target in deletes and not has_assets
    ]


def _all_changed(snapshot: AssetSnapshot, plan: AssetPlan, command: Command) -> list[Refusal]:
    bases = snapshot.bases
    adopted = any(action.verb == "adopt" for action in plan.actions)
    if len(bases) < ALL_CHANGED_FROM or not plan.writes or adopted:
        return []
    found = []
    if "wiki" in WRITES[command] and all(
        (local := snapshot.local.get(path)) is not None and local.sha256 != base.local
        for path, base in bases.items()
    ):
        found.append(Refusal("all-changed", count=len(bases), side="folder", kind="asset"))
    if "folder" in WRITES[command] and all(
        (remote := snapshot.remote.get(path)) is not None and remote_changed(base, remote)
        for path, base in bases.items()
    ):
        found.append(Refusal("all-changed", count=len(bases), side="wiki", kind="asset"))
    return found


def _max_delete(snapshot: AssetSnapshot, plan: AssetPlan, limits: GuardOptions) -> list[Refusal]:
    count = sum(action.verb == "delete" for action in plan.writes)
    adopted = {a.path for a in plan.actions if a.verb == "adopt"} - snapshot.bases.keys()
    limit = delete_limit(len(snapshot.bases) + len(adopted), limits.max_delete)
    detail = DEFAULT_LIMIT if limits.max_delete is None else ""
    refusal = Refusal("max-delete", count=count, limit=limit, detail=detail, kind="asset")
    return [refusal] if count > limit else []


def _keep_size(plan: AssetPlan, room: int | None) -> list[Refusal]:
    replaced = [action.replaced_size for action in plan.writes if action.replaced_size]
    if room is None or sum(replaced) <= room:
        return []
    size = sum(replaced)
    return [Refusal("keep-size", count=len(replaced), limit=room, kind="asset", size=size)]


def refuse_large(plan: AssetPlan, limit: int) -> AssetPlan:
    """Return the plan with a problem for each upload of more than ``limit`` bytes, instead of it.

    A larger file that need not be sent is no problem.
    """
    large = [action for action in plan.actions if _uploaded_size(action) > limit]
    if not large:
        return plan
    problems = (
        BadAsset(action.file, "it is larger than the wiki takes", _uploaded_size(action), limit)
        for action in large
    )
    return replace(
        plan,
        actions=tuple(action for action in plan.actions if action not in large),
        problems=(*plan.problems, *problems),
    )


def unread_files(plan: AssetPlan) -> frozenset[str]:
    """Return the paths of files that were not read, and whose digests the plan needs.

    A write in the folder replaces or deletes only the version that the plan saw, and a conflict is
    none if the wiki has the same bytes.
    """
    local = [*(one.local for one in plan.actions), *(one.local for one in plan.conflicts)]
    return frozenset(one.path for one in local if one is not None and not one.sha256)


def _uploaded_size(action: AssetAction) -> int:
    uploads = action.side == "wiki" and action.verb in {"create", "update"}
    return action.local.size if uploads and action.local is not None else 0
