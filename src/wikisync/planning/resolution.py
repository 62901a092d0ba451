"""Turn conflicts and deletions into the actions that the user's preference asks for. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wikisync.planning.model import WRITES, Action, Conflict
from wikisync.planning.reconcile import fixed

if TYPE_CHECKING:
    from wikisync.planning.model import ConflictKind, Side, Verb
    from wikisync.planning.snapshot import PlanOptions


def restore_deleted(action: Action) -> Action:
    """Return the creation of a page deleted on one side, instead of its deletion on the other."""
    side: Side = "folder" if action.side == "wiki" else "wiki"
    return replace(action, verb="create", side=side, forced=True)


def turned(action: Action) -> Action | Conflict:
    """Return the step that reverts a change made on one side alone, instead of copying it.

    An edit is overwritten, a new page or file deleted, a deleted one created again. Returns a
    conflict where no update of the wiki can do it (wikijs.md, *Fields*).
    """
    if action.verb == "delete":
        return restore_deleted(action)
    side: Side = "folder" if action.side == "wiki" else "wiki"
    if action.verb == "create":
        return replace(action, verb="delete", side=side, fields=(), forced=True, overwrites=side)
    local, remote, fields = action.local, action.remote, action.fields
    if local is not None and remote is not None and remote.fingerprint is not None:
        fields = local.fingerprint.changed_fields(remote.fingerprint)
    if side == "wiki" and (kind := fixed(fields)):
        return Conflict(action.key, action.file, kind, fields, "", local, remote)
    return replace(action, side=side, fields=fields, forced=True, overwrites=side)


def resolve_with(side: str, conflict: Conflict) -> Action | None:
    """Return the action that ends a conflict in favour of ``local`` or ``wiki``, or None.

    The version that is replaced becomes a backup first, as everywhere.
    """
    local, remote, key = conflict.local, conflict.remote, conflict.key
    table: dict[tuple[ConflictKind, str], tuple[Verb, Side]] = {
        ("both-new", "local"): ("update", "wiki"),
        ("both-new", "wiki"): ("update", "folder"),
        ("editor", "wiki"): ("update", "folder"),
        ("both-changed", "local"): ("update", "wiki"),
        ("both-changed", "wiki"): ("update", "folder"),
        ("mergeable", "local"): ("update", "wiki"),
        ("mergeable", "wiki"): ("update", "folder"),
        ("gone-here", "local"): ("delete", "wiki"),
        ("gone-here", "wiki"): ("create", "folder"),
        ("gone-there", "local"): ("create", "wiki"),
        ("gone-there", "wiki"): ("delete", "folder"),
    }
    if (row := table.get((conflict.kind, side))) is None:
        return None
    verb, where = row
    fields: tuple[str, ...] = ()
    if verb == "update" and local is not None and remote is not None and remote.fingerprint:
        # All that differs, also what would have merged: one side is taken whole.
        fields = local.fingerprint.changed_fields(remote.fingerprint)
    return Action(
        verb,
        where,
        key,
        conflict.file,
        fields,
        local,
        remote,
        remote.listed.id if remote else None,
        forced=True,
        # What is made anew goes over nothing: the other side had deleted it.
        overwrites=None if verb == "create" else where,
        base_key=conflict.from_key,
    )


def settles_here(conflict: Conflict, options: PlanOptions) -> bool:
    """Return whether the user's preference ends a conflict in this run."""
    settled = resolve_with(options.prefer, conflict) if options.prefer else None
    if settled is None or settled.side not in WRITES[options.command]:
        return False
    return settled.verb != "delete" or options.delete
