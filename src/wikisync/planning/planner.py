"""From both sides and the base to a plan: every page through the table, then filtered and ordered.

Pure. ``status``, ``diff``, ``push``, ``pull`` and ``sync`` all come through here; what differs is
which side the command may write to, and what the user asked for (``PlanOptions``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.page.model import Key
from wikisync.planning.model import Action, Plan
from wikisync.planning.moves import order_moves
from wikisync.planning.plan_builder import PlanBuilder, file_for
from wikisync.planning.snapshot import PlanOptions, Snapshot

if TYPE_CHECKING:
    from wikisync.planning.model import Side

__all__ = ["PlanOptions", "Snapshot", "file_for", "make_plan"]

_ORDER = {"adopt": 0, "create": 1, "move": 2, "merge": 3, "update": 4, "delete": 5}
"""Creations first and deletions last, so that no moment shows less than both ends."""


def make_plan(sides: Snapshot, wish: PlanOptions) -> Plan:
    """The plan of one command. Refusals are not its business (``guard``)."""
    draft = _drafted(sides, wish, frozenset())
    # What a deletion makes free is no longer in the way of a move, which is decided before it.
    if vacated := draft.vacated():
        draft = _drafted(sides, wish, vacated)
    draft.drop_blocked_creations()
    return Plan(
        actions=_ordered(draft.actions, sides),
        conflicts=tuple(draft.conflicts),
        problems=tuple(draft.problems),
        base_updates=tuple(draft.base_updates),
        base_deletes=tuple(draft.base_deletes),
        base_renames=tuple(draft.base_renames),
        pages=draft.pages,
        in_sync=draft.in_sync,
        other_way=dict(draft.other_way),
        undeleted=dict(draft.undeleted),
    )


def _drafted(
    sides: Snapshot, wish: PlanOptions, vacated: frozenset[tuple[Side, Key]]
) -> PlanBuilder:
    """Every page decided; ``vacated`` are places that deletions make free."""
    problems = [p for p in sides.problems if wish.is_selected(Key("", ""), p.name)]
    draft = PlanBuilder(sides, wish, problems=problems)
    decided = draft.add_moves(vacated)
    for key in sorted({*sides.bases, *sides.local, *sides.remote}):
        if key not in sides.blocked and key not in decided:
            draft.add_page(key)
    for key in sorted(decided):
        draft.add_new_remote_page(key)
    return draft


def _ordered(actions: list[Action], sides: Snapshot) -> tuple[Action, ...]:
    """The actions in order; moves among themselves so that each finds its place free."""
    moves: list[Action] = []
    for side in ("wiki", "folder"):
        taken = {*sides.bases, *sides.local, *sides.remote, *sides.blocked}
        moves += order_moves([a for a in actions if (a.verb, a.side) == ("move", side)], taken)
    left = {(move.side, move.from_key) for move in moves}
    rest = [action for action in actions if action.verb != "move"]
    arrived = {move.key for move in moves}
    # A deletion comes before what takes its place.
    wanted = {(a.side, a.key) for a in (*moves, *rest) if a.verb in {"move", "create"}}
    early = [
        a
        for a in rest
        if a.verb == "delete" and a.skip_reason is None and (a.side, a.key) in wanted
    ]
    left |= {(a.side, a.key) for a in early}
    rest = [action for action in rest if action not in early]
    # What is new in a place that a move leaves, and what is equal once it is done, come after it.
    late = {a for a in rest if a.verb == "create" and (a.side, a.key) in left}
    late |= {a for a in rest if a.verb == "adopt" and a.key in arrived}
    rest.sort(
        key=lambda a: (_ORDER["move"] if a in late else _ORDER[a.verb], a.side != "wiki", a.key)
    )
    first = sum(_ORDER[action.verb] < _ORDER["move"] and action not in late for action in rest)
    return (*rest[:first], *early, *moves, *rest[first:])
