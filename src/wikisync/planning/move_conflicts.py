"""Decide about all pages that moved, and find the moves that block each other.

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
from wikisync.planning.resolution import resolves_now

if TYPE_CHECKING:
    from collections.abc import Collection

    from wikisync.page.model import Key
    from wikisync.planning.model import Prefer, Side
    from wikisync.planning.snapshot import PlanOptions, Snapshot


@dataclass(slots=True)
class MoveDecisions:
    """The decisions about the pages that moved.

    ``accepted`` are the moves to do, by their base keys. ``waiting`` has the side of each move that
    only the other command may do. ``decided`` are the base keys of all pages that moved.
    ``blocked`` are the targets of moves that are occupied. ``not_selected`` are the sides and keys
    of pages that moved and are not within the given PATHs.
    """

    accepted: list[tuple[Key, MoveDecision]] = field(default_factory=list)
    waiting: list[Side] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    problems: list[BadName] = field(default_factory=list)
    decided: set[Key] = field(default_factory=set)
    blocked: set[Key] = field(default_factory=set)
    not_selected: set[tuple[Side, Key]] = field(default_factory=set)


def decide_moves(
    snapshot: Snapshot, options: PlanOptions, freed: Collection[tuple[Side, Key]] = frozenset()
) -> MoveDecisions:
    """Decide about every page that moved, and is among those that the user chose.

    ``freed`` are the sides and keys that deletions of the same plan free.
    """
    found = MoveDecisions()
    resolved: set[Key] = set()
    decisions: list[tuple[Moved, MoveDecision]] = []
    for moved in _all_moved(snapshot):
        found.decided.add(moved.base.key)
        if not _is_selected(moved, options):
            found.not_selected |= {("folder", moved.local_key), ("wiki", moved.remote_key)}
            continue
        try:
            decision = _decide(moved, snapshot, options)
        except BadName as problem:
            found.problems.append(problem)
            continue
        if isinstance(decision, Conflict):
            found.conflicts.append(decision)
            if decision.kind == "deleted-remotely" and resolves_now(decision, options):
                resolved.add(moved.base.key)
            else:
                found.blocked.add(
                    moved.remote_key
                )  # a new file there would find the page in its way
        else:
            decisions.append((moved, decision))
    _reject_occupied_targets(decisions, snapshot, options, found, freed)
    _defer_reserved_names(decisions, options, found, resolved)
    for moved, decision in decisions:
        if decision.move is None or decision.move.side in WRITES[options.command]:
            found.accepted.append((moved.base.key, decision))
        elif (conflict := needs_other_command(decision)) is not None:
            found.conflicts.append(conflict)
        else:
            found.waiting.append(decision.move.side)
    return found


def remote_at(key: Key, snapshot: Snapshot, targets: frozenset[Key]) -> RemoteState:
    """Return the page that has this key and did not move here from another (``taken``)."""
    return snapshot.displaced.get(key) if key in targets else snapshot.remote.get(key)


def _all_moved(snapshot: Snapshot) -> list[Moved]:
    local_targets = frozenset(snapshot.moved_locally.values())
    remote_targets = frozenset(snapshot.moved_remotely.values())
    found = []
    for key in sorted({*snapshot.moved_locally, *snapshot.moved_remotely} - snapshot.blocked):
        local_key = snapshot.moved_locally.get(key, key)
        local = snapshot.local.get(local_key)
        if local is None or (local_key == key and key in local_targets):
            continue  # the file was deleted: the page is decided under its new key
        remote_key = snapshot.moved_remotely.get(key, key)
        if remote_key == key:
            remote = remote_at(key, snapshot, remote_targets)
        else:
            remote = snapshot.remote.get(remote_key)
        found.append(Moved(snapshot.bases[key], local_key, remote_key, local, remote))
    return found


def _is_selected(moved: Moved, options: PlanOptions) -> bool:
    files = (moved.base.file, moved.local.file)
    return any(options.is_selected(key, "") for key in moved.keys) or any(
        options.is_selected(moved.local_key, file) for file in files
    )


def _decide(moved: Moved, snapshot: Snapshot, options: PlanOptions) -> MoveDecision | Conflict:
    decision = decide_move(moved, _remote_file(moved, snapshot))
    if isinstance(decision, Conflict) and decision.kind == "moved" and options.prefer:
        return _preferred(moved, snapshot, options.prefer)
    if (
        isinstance(decision, MoveDecision)
        and decision.move
        and options.reverses(decision.move.side)
    ):
        decision = _reversed(moved, decision, _remote_file(moved, snapshot))
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
    return _as_overwriting(decision)


def _check_name(decision: MoveDecision, snapshot: Snapshot) -> None:
    """Raise BadName for a move to a name that its side cannot have."""
    move = decision.move
    if move is not None and move.side == "wiki" and (why := snapshot.reason_unreachable(move.key)):
        raise BadName(move.file, why, proposal=snapshot.propose_name(move.file))
    if move is not None and move.side == "folder" and snapshot.ignores(move.file):
        why = "is left out: by `ignore`, by a .gitignore, or as a folder that a program made"
        rule = f"its page was moved to {move.key}, and {move.file} {why}"
        raise BadName(move.from_file, rule)


def _as_overwriting(decision: MoveDecision) -> MoveDecision:
    """Return the same decision, marked as replacing a name given on the side of its move."""
    if decision.move is None:
        return decision
    return replace(
        decision, move=replace(decision.move, forced=True, overwrites=decision.move.side)
    )


def _reversed(moved: Moved, decision: MoveDecision, file: str) -> MoveDecision:
    """Return the move back to the name that the page has on the other side."""
    if decision.move is None or decision.move.side == "wiki":
        return _as_overwriting(move_in_folder(moved, file))
    reversed_move = _as_overwriting(move_on_wiki(moved))
    if reversed_move.move is None:
        return reversed_move
    return replace(reversed_move, move=replace(reversed_move.move, from_file=decision.move.file))


def _remote_file(moved: Moved, snapshot: Snapshot) -> str:
    if moved.remote_key == moved.local_key:
        return moved.local.file
    if moved.remote_key == moved.base.key or not isinstance(moved.remote, Remote):
        return moved.base.file
    # The name for the file's content type: under any other, its header would be parsed as content.
    listed = replace(moved.remote.listed, content_type=moved.local.content_type)
    return snapshot.file_of(moved.remote_key, listed, moved.local.file)


def _reject_occupied_targets(
    decisions: list[tuple[Moved, MoveDecision]],
    snapshot: Snapshot,
    options: PlanOptions,
    found: MoveDecisions,
    freed: Collection[tuple[Side, Key]],
) -> None:
    """Make conflicts of the moves whose target stays occupied; each may block further moves.

    If the user prefers the other side, the page is moved back to its former name instead, once.
    """
    original_conflicts: dict[Key, Conflict] = {}
    while True:
        leaving = {(c.move.side, c.move.from_key) for _, c in decisions if c.move is not None}
        leaving |= set(freed)
        stopped = [
            (moved, decision)
            for moved, decision in decisions
            if decision.move is not None
            and _is_taken(decision.move.side, decision.move.key, snapshot)
            and snapshot.place(decision.move.side, decision.move.key) not in leaving
        ]
        if not stopped:
            return
        reverted = [
            (moved, decision, former_name)
            for moved, decision in stopped
            if moved.base.key not in original_conflicts
            and (former_name := _former_name(moved, decision, snapshot, options)) is not None
        ]
        for moved, decision, former_name in reverted:  # which may free the target of others
            decisions.remove((moved, decision))
            decisions.append((moved, former_name))
            original_conflicts[moved.base.key] = _in_the_way(moved, decision, snapshot, found)
        for moved, decision in stopped if not reverted else ():
            decisions.remove((moved, decision))
            conflict = original_conflicts.get(moved.base.key)
            found.conflicts.append(conflict or _in_the_way(moved, decision, snapshot, found))
            if decision.move is not None:
                found.blocked.add(decision.move.key)


def _in_the_way(
    moved: Moved, decision: MoveDecision, snapshot: Snapshot, found: MoveDecisions
) -> Conflict:
    """Return the conflict of a page whose target is occupied.

    It has no ``from_key`` if the page there has moved and is not selected: it may free the target.
    """
    if decision.move is None:
        raise AssertionError(f"{moved.base.key}: nothing is in the way of no move")
    place = snapshot.place(decision.move.side, decision.move.key)
    conflict = target_occupied(moved, *place)
    if place not in found.not_selected:
        return conflict
    return replace(conflict, from_key=None, from_file="")


def _former_name(
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
    resolved: Collection[Key],
) -> None:
    """Leave out moves to a key under which the state still has the base of another page.

    A move is a conflict if that page is not moved in this run. A page that both sides moved to the
    same key needs no move, only a new base key: the next run does that.
    """
    while True:
        accepted = [
            (moved, decision)
            for moved, decision in decisions
            if decision.move is None or decision.move.side in WRITES[options.command]
        ]
        renamed = {moved.base.key for moved, decision in accepted if decision.move is None}
        reserved = found.decided - {moved.base.key for moved, _decision in accepted} - set(resolved)
        waiting = [
            (moved, decision)
            for moved, decision in accepted
            if decision.base.key in (found.decided - renamed if decision.move is None else reserved)
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
    return snapshot.remote.get(snapshot.wiki_key(key)) is not None
