"""From both sides and the base to a plan: every page through the table, then filtered and ordered.

Pure. ``status``, ``diff``, ``push``, ``pull`` and ``sync`` all come through here; what differs is
which side the command may write to, and what the user asked for (``Wish``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.page.model import Key
from wikisync.sync.draft import Draft, file_at
from wikisync.sync.known import Sides, Wish
from wikisync.sync.moves import in_order
from wikisync.sync.plan import Action, Plan

if TYPE_CHECKING:
    from wikisync.sync.plan import Side

__all__ = ["Sides", "Wish", "file_at", "make_plan"]

_ORDER = {"adopt": 0, "create": 1, "move": 2, "merge": 3, "update": 4, "delete": 5}
"""Creations first and deletions last, so that no moment shows less than both ends."""


def make_plan(sides: Sides, wish: Wish) -> Plan:
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
        renewed=tuple(draft.renewed),
        forgotten=tuple(draft.forgotten),
        rekeyed=tuple(draft.rekeyed),
        pages=draft.pages,
        in_sync=draft.in_sync,
        other_way=dict(draft.other_way),
        undeleted=dict(draft.undeleted),
    )


def _drafted(sides: Sides, wish: Wish, vacated: frozenset[tuple[Side, Key]]) -> Draft:
    """Every page decided; ``vacated`` are places that deletions make free."""
    problems = [p for p in sides.problems if wish.chosen(Key("", ""), p.name)]
    draft = Draft(sides, wish, problems=problems)
    decided = draft.follow_courses(vacated)
    for key in sorted({*sides.bases, *sides.here, *sides.there}):
        if key not in sides.blocked and key not in decided:
            draft.decide_one(key)
    for key in sorted(decided):
        draft.decide_newcomer(key)
    return draft


def _ordered(actions: list[Action], sides: Sides) -> tuple[Action, ...]:
    """The actions in order; moves among themselves so that each finds its place free."""
    moves: list[Action] = []
    for side in ("wiki", "folder"):
        taken = {*sides.bases, *sides.here, *sides.there, *sides.blocked}
        moves += in_order([a for a in actions if (a.verb, a.side) == ("move", side)], taken)
    left = {(move.side, move.origin) for move in moves}
    rest = [action for action in actions if action.verb != "move"]
    arrived = {move.key for move in moves}
    # A deletion comes before what takes its place.
    wanted = {(a.side, a.key) for a in (*moves, *rest) if a.verb in {"move", "create"}}
    early = [
        a for a in rest if a.verb == "delete" and a.withheld is None and (a.side, a.key) in wanted
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
