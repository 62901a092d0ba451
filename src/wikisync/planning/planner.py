"""Make a plan: decide about every page by the decision table, then filter and order.

Pure. ``status``, ``diff``, ``push``, ``pull`` and ``sync`` all use it; they differ in the side
written to and in the user's options (``PlanOptions``).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from wikisync.page.model import Key
from wikisync.planning.model import Action, Adopt, Create, Delete, Move, Plan
from wikisync.planning.moves import order_moves
from wikisync.planning.plan_builder import PlanBuilder, file_for
from wikisync.planning.snapshot import PlanOptions, Snapshot

if TYPE_CHECKING:
    from wikisync.errors import BadName, BadPage
    from wikisync.planning.model import Side

__all__ = ["PlanOptions", "Snapshot", "file_for", "make_plan"]

_ORDER = {"adopt": 0, "create": 1, "move": 2, "merge": 3, "update": 4, "delete": 5}
"""Creations first and deletions last, so that no page is missing at any time in between."""


def make_plan(snapshot: Snapshot, options: PlanOptions) -> Plan:
    """Return the plan of one command, without refusals (see ``guards``)."""
    builder = _decide_all(snapshot, options, frozenset())
    # Moves are decided before deletions: with the keys that these free, decide once more.
    if freed := builder.places_freed():
        builder = _decide_all(snapshot, options, freed)
    builder.drop_blocked_creations()
    return Plan(
        actions=_ordered(builder.actions, snapshot),
        conflicts=tuple(builder.conflicts),
        problems=tuple(sorted(builder.problems, key=_by_path)),
        base_updates=tuple(builder.base_updates),
        base_deletes=tuple(builder.base_deletes),
        base_renames=tuple(builder.base_renames),
        pages=builder.pages,
        in_sync=builder.in_sync,
        other_way=dict(builder.other_way),
        undeleted=dict(builder.undeleted),
    )


def _decide_all(
    snapshot: Snapshot, options: PlanOptions, freed: frozenset[tuple[Side, Key]]
) -> PlanBuilder:
    """Decide about every page; ``freed`` are the sides and keys that deletions free."""
    problems = [p for p in snapshot.problems if _is_selected(p, options)]
    builder = PlanBuilder(snapshot, options, problems=problems)
    decided = builder.add_moves(freed)
    for key in sorted({*snapshot.bases, *snapshot.local, *snapshot.remote}):
        if key not in snapshot.blocked and key not in decided:
            builder.add_page(key)
    for key in sorted(decided):
        builder.add_new_remote_page(key)
    return builder


def _is_selected(problem: BadPage | BadName, options: PlanOptions) -> bool:
    return any(options.is_selected(Key("", ""), name) for name in problem.names)


def _occupant(snapshot: Snapshot, side: Side, key: Key) -> Key:
    return snapshot.place(side, key)[1]


def _ordered(actions: list[Action], snapshot: Snapshot) -> tuple[Action, ...]:
    """Return the actions in order. Moves are ordered so that each target is free."""
    moves: list[Move] = []
    for side in ("wiki", "folder"):
        of_side = [a for a in actions if isinstance(a, Move) and a.side == side]
        if not of_side:
            continue
        taken = {*snapshot.bases, *snapshot.local, *snapshot.remote, *snapshot.blocked}
        moves += order_moves(of_side, taken, partial(_occupant, snapshot, side))
    vacated = {(move.side, move.from_key) for move in moves}
    rest = [action for action in actions if not isinstance(action, Move)]
    targets = {move.key for move in moves}
    # A deletion comes before the action that needs its key.
    needing = [a for a in (*moves, *rest) if isinstance(a, Move | Create)]
    needed = {snapshot.place(a.side, a.key) for a in needing}
    early = [
        a
        for a in rest
        if isinstance(a, Delete) and a.skip_reason is None and (a.side, a.key) in needed
    ]
    vacated |= {(a.side, a.key) for a in early}
    rest = [action for action in rest if action not in early]
    # Creations at a key that a move frees, and adoptions of moved pages, come after the moves.
    creations = [action for action in rest if isinstance(action, Create)]
    late = {id(a) for a in creations if snapshot.place(a.side, a.key) in vacated}
    late |= {id(a) for a in rest if isinstance(a, Adopt) and a.key in targets}
    rest.sort(
        key=lambda a: (_ORDER["move"] if id(a) in late else _ORDER[a.verb], a.side != "wiki", a.key)
    )
    first = sum(_ORDER[action.verb] < _ORDER["move"] and id(action) not in late for action in rest)
    return (*rest[:first], *early, *moves, *rest[first:])


def _by_path(problem: BadPage | BadName) -> tuple[list[str], int]:
    return problem.name.split("/"), getattr(problem, "line", None) or 0
