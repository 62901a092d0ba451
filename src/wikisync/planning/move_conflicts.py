"""Decide which pages that moved may move, and which are in each other's way.

Pure. A single page is decided in ``moves``.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wikisync.errors import BadName
from wikisync.planning.model import WRITES, Conflict, Remote, RemoteState
from wikisync.planning.moves import (
    Moved,
    MoveDecision,
    decide_move,
    move_in_folder,
    move_on_wiki,
    name_reserved,
    needs_other_command,
    target_occupied,
)
from wikisync.planning.resolution import settles_here

if TYPE_CHECKING:
    from collections.abc import Collection

    from wikisync.page.model import Key
    from wikisync.planning.model import Prefer, Side
    from wikisync.planning.snapshot import PlanOptions, Snapshot


@dataclass(slots=True)
class MoveDecisions:
    """The decisions about the pages that moved.

    ``accepted`` are the moves to do, by their keys in the base; ``waiting`` those of the other
    command, by the side to write to; ``decided`` are the keys of the base that are settled;
    ``blocked`` the places where something is in the way of a move; ``not_chosen`` those of pages
    that moved and that the user did not choose.
    """

    accepted: list[tuple[Key, MoveDecision]] = field(default_factory=list)
    waiting: list[Side] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    problems: list[BadName] = field(default_factory=list)
    decided: set[Key] = field(default_factory=set)
    blocked: set[Key] = field(default_factory=set)
    not_chosen: set[tuple[Side, Key]] = field(default_factory=set)


def decide_moves(
    snapshot: Snapshot, options: PlanOptions, vacated: Collection[tuple[Side, Key]] = frozenset()
) -> MoveDecisions:
    """Decide about every page that moved, and is among those that the user chose.

    ``vacated`` are places that a deletion of the same plan makes free.
    """
    found = MoveDecisions()
    settled: set[Key] = set()
    decisions: list[tuple[Moved, MoveDecision]] = []
    for moved in _all_moved(snapshot):
        found.decided.add(moved.base.key)
        if not _chosen(moved, options):
            found.not_chosen |= {("folder", moved.local_key), ("wiki", moved.remote_key)}
            continue
        try:
            decision = _decide(moved, snapshot, options)
        except BadName as problem:
            found.problems.append(problem)
            continue
        if isinstance(decision, Conflict):
            found.conflicts.append(decision)
            if decision.kind == "gone-there" and settles_here(decision, options):
                settled.add(moved.base.key)
            else:
                found.blocked.add(
                    moved.remote_key
                )  # a new file there would find the page in its way
        else:
            decisions.append((moved, decision))
    _reject_occupied_targets(decisions, snapshot, options, found, vacated)
    _defer_reserved_names(decisions, options, found, settled)
    for moved, decision in decisions:
        if decision.move is None or decision.move.side in WRITES[options.command]:
            found.accepted.append((moved.base.key, decision))
        elif (conflict := needs_other_command(decision)) is not None:
            found.conflicts.append(conflict)
        else:
            found.waiting.append(decision.move.side)
    return found


def remote_at(key: Key, snapshot: Snapshot, taken: frozenset[Key]) -> RemoteState:
    """Return the page that has this key and did not move here from another (``taken``)."""
    return snapshot.displaced.get(key) if key in taken else snapshot.remote.get(key)


def _all_moved(snapshot: Snapshot) -> list[Moved]:
    taken_here = frozenset(snapshot.moved_locally.values())
    taken_there = frozenset(snapshot.moved_remotely.values())
    found = []
    for key in sorted({*snapshot.moved_locally, *snapshot.moved_remotely} - snapshot.blocked):
        at_here = snapshot.moved_locally.get(key, key)
        local = snapshot.local.get(at_here)
        if local is None or (at_here == key and key in taken_here):
            continue  # deleted here: what bears the new name on the wiki is decided there
        at_there = snapshot.moved_remotely.get(key, key)
        if at_there == key:
            remote = remote_at(key, snapshot, taken_there)
        else:
            remote = snapshot.remote.get(at_there)
        found.append(Moved(snapshot.bases[key], at_here, at_there, local, remote))
    return found


def _chosen(moved: Moved, options: PlanOptions) -> bool:
    files = (moved.base.file, moved.local.file)
    return any(options.is_selected(key, "") for key in moved.keys) or any(
        options.is_selected(moved.local_key, file) for file in files
    )


def _decide(moved: Moved, snapshot: Snapshot, options: PlanOptions) -> MoveDecision | Conflict:
    decision = decide_move(moved, _remote_file(moved, snapshot))
    if isinstance(decision, Conflict) and decision.kind == "moved" and options.prefer:
        return _preferred(moved, snapshot, options.prefer)
    if isinstance(decision, MoveDecision) and decision.move and options.turns(decision.move.side):
        decision = _turned(moved, decision, _remote_file(moved, snapshot))
    if isinstance(decision, MoveDecision):
        _check_name(decision, snapshot)
    return decision


def _preferred(moved: Moved, snapshot: Snapshot, prefer: Prefer) -> MoveDecision:
    """Return the move that gives both sides the preferred side's name. Raises BadName."""
    decision = (
        move_on_wiki(moved)
        if prefer == "local"
        else move_in_folder(moved, _remote_file(moved, snapshot))
    )
    _check_name(decision, snapshot)
    return _over_the_other_name(decision)


def _check_name(decision: MoveDecision, snapshot: Snapshot) -> None:
    """Raise BadName for a move to a name that its side cannot have."""
    move = decision.move
    if move is not None and move.side == "wiki" and (why := snapshot.reason_unreachable(move.key)):
        raise BadName(move.file, why)
    if move is not None and move.side == "folder" and snapshot.ignores(move.file):
        why = "is left out: by `ignore`, by a .gitignore, or as a folder that a program made"
        rule = f"its page was moved to {move.key}, and {move.file} {why}"
        raise BadName(move.from_file, rule)


def _over_the_other_name(decision: MoveDecision) -> MoveDecision:
    """Return the same decision, marked as replacing a name given on the side of its move."""
    if decision.move is None:
        return decision
    return replace(
        decision, move=replace(decision.move, forced=True, overwrites=decision.move.side)
    )


def _turned(moved: Moved, decision: MoveDecision, file: str) -> MoveDecision:
    """Return the move back to the name that the page has on the other side."""
    if decision.move is None or decision.move.side == "wiki":
        return _over_the_other_name(move_in_folder(moved, file))
    back = _over_the_other_name(move_on_wiki(moved))
    if back.move is None:
        return back
    return replace(back, move=replace(back.move, from_file=decision.move.file))


def _remote_file(moved: Moved, snapshot: Snapshot) -> str:
    if moved.remote_key == moved.local_key:
        return moved.local.file
    if moved.remote_key == moved.base.key or not isinstance(moved.remote, Remote):
        return moved.base.file
    # Of the kind that the file is: were it named for another, its header would be content.
    listed = replace(moved.remote.listed, content_type=moved.local.content_type)
    return snapshot.file_of(moved.remote_key, listed, moved.local.file)


def _reject_occupied_targets(
    decisions: list[tuple[Moved, MoveDecision]],
    snapshot: Snapshot,
    options: PlanOptions,
    found: MoveDecisions,
    vacated: Collection[tuple[Side, Key]],
) -> None:
    """Drop the moves to a place that stays taken; each may block further moves.

    A preference for the other side moves such a page back instead, once.
    """
    first: dict[Key, Conflict] = {}
    while True:
        leaving = {(c.move.side, c.move.from_key) for _, c in decisions if c.move is not None}
        leaving |= set(vacated)
        stopped = [
            (moved, decision)
            for moved, decision in decisions
            if decision.move is not None
            and _is_taken(decision.move.side, decision.move.key, snapshot)
            and (decision.move.side, decision.move.key) not in leaving
        ]
        if not stopped:
            return
        returning = [
            (moved, decision, back)
            for moved, decision in stopped
            if moved.base.key not in first
            and (back := _taken_back(moved, decision, snapshot, options)) is not None
        ]
        for moved, decision, back in returning:  # what they leave may be where others go
            decisions.remove((moved, decision))
            decisions.append((moved, back))
            first[moved.base.key] = _in_the_way(moved, decision, found.not_chosen)
        for moved, decision in stopped if not returning else ():
            decisions.remove((moved, decision))
            conflict = first.get(moved.base.key) or _in_the_way(moved, decision, found.not_chosen)
            found.conflicts.append(conflict)
            if decision.move is not None:
                found.blocked.add(decision.move.key)


def _in_the_way(
    moved: Moved, decision: MoveDecision, not_chosen: Collection[tuple[Side, Key]]
) -> Conflict:
    """Return the conflict of a page whose target is taken.

    Without ``from_key`` where a page that the user did not choose has moved, and may leave it.
    """
    if decision.move is None:
        raise AssertionError(f"{moved.base.key}: nothing is in the way of no move")
    place = decision.move.side, decision.move.key
    conflict = target_occupied(moved, *place)
    return replace(conflict, from_key=None, from_file="") if place in not_chosen else conflict


def _taken_back(
    moved: Moved, decision: MoveDecision, snapshot: Snapshot, options: PlanOptions
) -> MoveDecision | None:
    """Return the decision to move a page back to its former name, where the user prefers it."""
    keeps: Prefer = "local" if decision.move and decision.move.side == "folder" else "wiki"
    if options.prefer != keeps:
        return None
    try:
        return _preferred(moved, snapshot, keeps)
    except BadName:
        return None


def _defer_reserved_names(
    decisions: list[tuple[Moved, MoveDecision]],
    options: PlanOptions,
    found: MoveDecisions,
    settled: Collection[Key],
) -> None:
    """Leave out what would get a name by which the state goes on knowing another page.

    What needs no move but the name waits in silence where that page is on its way: the next run
    sees to it. A move is told to wait for a page that stays as it is.
    """
    while True:
        going = [
            (moved, decision)
            for moved, decision in decisions
            if decision.move is None or decision.move.side in WRITES[options.command]
        ]
        renamed = {moved.base.key for moved, decision in going if decision.move is None}
        held = found.decided - {moved.base.key for moved, _course in going} - set(settled)
        waiting = [
            (moved, decision)
            for moved, decision in going
            if decision.base.key in (found.decided - renamed if decision.move is None else held)
        ]
        if not waiting:
            return
        for moved, decision in waiting:
            decisions.remove((moved, decision))
            if decision.move is not None:
                found.conflicts.append(name_reserved(moved, decision.base.key))


def _is_taken(side: Side, key: Key, snapshot: Snapshot) -> bool:
    if side == "folder":
        return key in snapshot.local or key in snapshot.blocked
    return snapshot.remote.get(key) is not None
