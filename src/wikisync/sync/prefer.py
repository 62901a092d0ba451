"""What the user's preference makes of a conflict or a deletion. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wikisync.sync.plan import Action

if TYPE_CHECKING:
    from wikisync.sync.plan import Conflict, ConflictKind, Side, Verb


def bring_back(action: Action) -> Action:
    """The creation of what was deleted on one side, instead of its deletion on the other."""
    side: Side = "folder" if action.side == "wiki" else "wiki"
    return replace(action, verb="create", side=side, settles=True)


def settle_by(side: str, conflict: Conflict) -> Action | None:
    """The action that ends a conflict in favour of ``local`` or ``wiki``; None: not to be settled.

    What loses is kept first, like everything that is overwritten (promise 1).
    """
    here, there, key = conflict.here, conflict.there, conflict.key
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
        fields = here.fingerprint.differs(there.fingerprint)
    return Action(
        verb,
        where,
        key,
        conflict.file,
        fields,
        here,
        there,
        there.listed.id if there else None,
        settles=True,
        # What is made anew goes over nothing: the other side had deleted it.
        overwrites=None if verb == "create" else where,
    )
