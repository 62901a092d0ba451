"""What the user's preference makes of a conflict or a deletion. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wikisync.planning.model import WRITES, Action, Conflict
from wikisync.planning.reconcile import fixed

if TYPE_CHECKING:
    from wikisync.planning.model import ConflictKind, Side, Verb
    from wikisync.planning.snapshot import PlanOptions


def restore_deleted(action: Action) -> Action:
    """The creation of what was deleted on one side, instead of its deletion on the other."""
    side: Side = "folder" if action.side == "wiki" else "wiki"
    return replace(action, verb="create", side=side, forced=True)


def turned(action: Action) -> Action | Conflict:
    """The step that undoes on one side what changed there alone, instead of taking it over.

    An edit is overwritten, a new page or file deleted, a deleted one made anew. Returns a conflict
    where no update of the wiki can do it (facts, *Writing*).
    """
    if action.verb == "delete":
        return restore_deleted(action)
    side: Side = "folder" if action.side == "wiki" else "wiki"
    if action.verb == "create":
        return replace(action, verb="delete", side=side, fields=(), forced=True, overwrites=side)
    here, there, fields = action.local, action.remote, action.fields
    if here is not None and there is not None and there.fingerprint is not None:
        fields = here.fingerprint.changed_fields(there.fingerprint)
    if side == "wiki" and (kind := fixed(fields)):
        return Conflict(action.key, action.file, kind, fields, "", here, there)
    return replace(action, side=side, fields=fields, forced=True, overwrites=side)


def resolve_with(side: str, conflict: Conflict) -> Action | None:
    """The action that ends a conflict in favour of ``local`` or ``wiki``; None: not to be settled.

    What loses is kept first, like everything that is overwritten (promise 1).
    """
    here, there, key = conflict.local, conflict.remote, conflict.key
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
    if verb == "update" and here is not None and there is not None and there.fingerprint:
        # All that differs, also what would have merged: one side is taken whole.
        fields = here.fingerprint.changed_fields(there.fingerprint)
    return Action(
        verb,
        where,
        key,
        conflict.file,
        fields,
        here,
        there,
        there.listed.id if there else None,
        forced=True,
        # What is made anew goes over nothing: the other side had deleted it.
        overwrites=None if verb == "create" else where,
        base_key=conflict.from_key,
    )


def settles_here(conflict: Conflict, wish: PlanOptions) -> bool:
    """Whether the user's preference ends a conflict in this very run."""
    settled = resolve_with(wish.prefer, conflict) if wish.prefer else None
    if settled is None or settled.side not in WRITES[wish.command]:
        return False
    return settled.verb != "delete" or wish.delete
