"""Turn conflicts and deletions into the actions that the user's preference asks for. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wikisync.planning.model import WRITES, Action, Conflict, Create, Delete, Update
from wikisync.planning.reconcile import unchangeable

if TYPE_CHECKING:
    from wikisync.planning.model import Prefer, Side
    from wikisync.planning.snapshot import PlanOptions


def restore_deleted(action: Delete) -> Create:
    """Return the creation of a page deleted on one side, instead of its deletion on the other."""
    return Create(
        side=_other(action.side),
        key=action.key,
        file=action.file,
        fields=action.fields,
        local=action.local,
        remote=action.remote,
        id=action.id,
        forced=True,
        overwrites=action.overwrites,
        skip_reason=action.skip_reason,
        base_key=action.base_key,
    )


def reverse(action: Action) -> Action | Conflict:
    """Return the action that reverts a change made on one side alone, instead of copying it.

    An edit is overwritten, a new page or file deleted, a deleted one created again. Returns a
    conflict where no update of the wiki can do it (wikijs.md, *Fields*).
    """
    if isinstance(action, Delete):
        return restore_deleted(action)
    side = _other(action.side)
    if isinstance(action, Create):
        return Delete(
            side=side,
            key=action.key,
            file=action.file,
            local=action.local,
            remote=action.remote,
            id=action.id,
            forced=True,
            overwrites=side,
            base_key=action.base_key,
        )
    local, remote, fields = action.local, action.remote, action.fields
    if local is not None and remote is not None and remote.fingerprint is not None:
        fields = local.fingerprint.changed_fields(remote.fingerprint)
    if side == "wiki" and (kind := unchangeable(fields)):
        return Conflict(action.key, action.file, kind, fields, "", local, remote)
    return replace(action, side=side, fields=fields, forced=True, overwrites=side)


def _other(side: Side) -> Side:
    return "folder" if side == "wiki" else "wiki"


def resolve_with(prefer: Prefer, conflict: Conflict) -> Create | Update | Delete | None:
    """Return the action that gives both sides the preferred side's version of a page.

    None if there is no such action. The replaced version is stored as a backup first.
    """
    side: Side = "wiki" if prefer == "local" else "folder"
    local, remote = conflict.local, conflict.remote
    page_id = remote.listed.id if remote else None
    match conflict.kind, prefer:
        case ("both-new" | "both-changed" | "mergeable", _) | ("editor", "wiki"):
            fields: tuple[str, ...] = ()
            if local is not None and remote is not None and remote.fingerprint:
                # All fields that differ: one side's version is taken whole.
                fields = local.fingerprint.changed_fields(remote.fingerprint)
            return Update(
                side=side,
                key=conflict.key,
                file=conflict.file,
                fields=fields,
                local=local,
                remote=remote,
                id=page_id,
                forced=True,
                overwrites=side,
            )
        case ("deleted-locally", "wiki") | ("deleted-remotely", "local"):
            return Create(  # which overwrites no edit: the other side had deleted the page
                side=side,
                key=conflict.key,
                file=conflict.file,
                local=local,
                remote=remote,
                id=page_id,
                forced=True,
                base_key=conflict.from_key,
            )
        case ("deleted-locally", "local") | ("deleted-remotely", "wiki"):
            return Delete(
                side=side,
                key=conflict.key,
                file=conflict.file,
                local=local,
                remote=remote,
                id=page_id,
                forced=True,
                overwrites=side,
                base_key=conflict.from_key,
            )
    return None


def resolves_now(conflict: Conflict, options: PlanOptions) -> bool:
    """Return whether the user's preference resolves a conflict in this run."""
    action = resolve_with(options.prefer, conflict) if options.prefer else None
    if action is None or action.side not in WRITES[options.command]:
        return False
    return not isinstance(action, Delete) or options.delete
