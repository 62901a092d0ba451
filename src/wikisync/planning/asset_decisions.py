"""Decide about an asset by the decision table (architecture.md, *The decision table*).

Pure. The table is that of pages; what differs is that two versions of an asset never merge.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from wikisync.planning.asset_model import AssetAction, AssetBase, AssetConflict, is_svg

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.planning.asset_model import (
        AssetConflictKind,
        AssetVerb,
        LocalAsset,
        RemoteAsset,
    )
    from wikisync.planning.model import Prefer, Side


@dataclass(frozen=True, slots=True)
class AssetUnchanged:
    """Nothing to do. ``base_update``: the base with the asset's new id and times, if they moved."""

    base_update: AssetBase | None = None


@dataclass(frozen=True, slots=True)
class AssetForgotten:
    """Deleted on both sides: the base is deleted too."""

    path: str


AssetDecision = AssetAction | AssetConflict | AssetUnchanged | AssetForgotten


@dataclass(frozen=True, slots=True)
class AssetAtPath:
    """What there is at a path: the base, and the asset on each side."""

    path: str
    file: str
    base: AssetBase | None = None
    local: LocalAsset | None = None
    remote: RemoteAsset | None = None

    def action(self, verb: AssetVerb, side: Side) -> AssetAction:
        """Return an action on this asset."""
        return AssetAction(
            verb=verb,
            side=side,
            path=self.path,
            file=self.file,
            base=self.base,
            local=self.local,
            remote=self.remote,
        )

    def conflict(self, kind: AssetConflictKind) -> AssetConflict:
        """Return a conflict about this asset."""
        return AssetConflict(
            kind=kind,
            path=self.path,
            file=self.file,
            base=self.base,
            local=self.local,
            remote=self.remote,
        )


def decide_asset(found: AssetAtPath) -> AssetDecision:
    """Return what is to be done about an asset."""
    base, local, remote = found.base, found.local, found.remote
    if base is None:
        return _without_base(found)
    here = None if local is None else local.sha256 != base.local
    there = None if remote is None else remote_changed(base, remote)
    match here, there:
        case None, None:
            return AssetForgotten(found.path)
        case False, False:
            return AssetUnchanged(_renewed(base, remote))
        case (None | True, False):
            return found.action("delete" if here is None else "update", "wiki")
        case (False, None | True):
            return found.action("delete" if there is None else "update", "folder")
        case None, True:
            return found.conflict("deleted-locally")
        case True, None:
            return found.conflict("deleted-remotely")
    if local is not None and remote is not None and equal(local, remote):
        return found.action("adopt", "folder")
    return found.conflict("both-changed")


def _without_base(found: AssetAtPath) -> AssetDecision:
    if found.local is None:
        return found.action("create", "folder")
    if found.remote is None:
        return found.action("create", "wiki")
    if equal(found.local, found.remote):
        return found.action("adopt", "folder")
    return found.conflict("both-new")


def remote_changed(base: AssetBase, remote: RemoteAsset) -> bool:
    """Return whether an asset has other bytes on the wiki than at its base.

    The same id and time mean the same bytes (wikijs.md, *Assets*). An SVG that the wiki rewrote is
    listed with the size of what was sent, so another size is another upload: the bytes of the base
    may be of one that came between the list and the reading.
    """
    if (remote.id, remote.updated_at) == (base.id, base.updated_at):
        return False
    sent_anew = base.local != base.remote and remote.size != base.size
    return sent_anew or remote.sha256 != base.remote


def equal(local: LocalAsset, remote: RemoteAsset) -> bool:
    """Return whether a file and an asset are the same.

    The wiki lists an SVG with the size of what was sent and stores other bytes. One that has the
    file's size is taken for it: nothing is overwritten by that.
    """
    if local.sha256 and remote.sha256 == local.sha256:
        return True
    return is_svg(remote.path, remote.mime) and remote.size == local.size


def base_of(local: LocalAsset, remote: RemoteAsset) -> AssetBase:
    """Return the base of a file and an asset that are the same; the asset's bytes were read."""
    return AssetBase(
        path=remote.path,
        file=local.file,
        id=remote.id,
        size=local.size,
        local=local.sha256,
        remote=remote.sha256,
        created_at=remote.created_at,
        updated_at=remote.updated_at,
    )


_RESOLVED: Final[Mapping[tuple[AssetConflictKind, Prefer], AssetVerb]] = {
    ("both-new", "local"): "update",
    ("both-new", "wiki"): "update",
    ("both-changed", "local"): "update",
    ("both-changed", "wiki"): "update",
    ("deleted-locally", "local"): "delete",
    ("deleted-locally", "wiki"): "create",
    ("deleted-remotely", "local"): "create",
    ("deleted-remotely", "wiki"): "delete",
}


_REVERSED: Final[Mapping[AssetVerb, AssetVerb]] = {"delete": "create", "create": "delete"}


def resolve_asset(prefer: Prefer, conflict: AssetConflict) -> AssetAction | None:
    """Return the action that gives both sides the preferred side's version of an asset.

    None if there is no such action. The replaced version is backed up first.
    """
    side: Side = "wiki" if prefer == "local" else "folder"
    verb = _RESOLVED.get((conflict.kind, prefer))
    if verb is None:
        return None
    at = AssetAtPath(conflict.path, conflict.file, conflict.base, conflict.local, conflict.remote)
    # Where the other side had deleted the asset, no edit is overwritten.
    overwrites = None if verb == "create" else side
    return replace(at.action(verb, side), forced=True, overwrites=overwrites)


def reverse_asset(action: AssetAction) -> AssetAction:
    """Return the action that reverts a change made on one side alone, instead of copying it.

    A change is overwritten, a new asset deleted, a deleted one created again.
    """
    side: Side = "folder" if action.side == "wiki" else "wiki"
    if action.verb == "move":
        return replace(
            action,
            side=side,
            path=action.from_path,
            file=action.from_file,
            from_path=action.path,
            from_file=action.file,
            forced=True,
            overwrites=side,
        )
    verb = _REVERSED.get(action.verb, action.verb)
    overwrites = None if action.verb == "delete" else side
    return replace(action, verb=verb, side=side, forced=True, overwrites=overwrites)


def _renewed(base: AssetBase, remote: RemoteAsset | None) -> AssetBase | None:
    if remote is None or (remote.id, remote.updated_at) == (base.id, base.updated_at):
        return None
    return replace(base, id=remote.id, created_at=remote.created_at, updated_at=remote.updated_at)
