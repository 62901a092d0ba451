"""The pages of a plan that moved: which may go, and which are in each other's way.

Pure. What is to happen to one of them is ``moves``' affair.
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
    """What is to happen to the pages that moved.

    ``going`` are those that may, by their keys in the base; ``waiting`` those whose move is for
    another command, by the side it would be on; ``decided`` are the keys of the base that need no
    other look; ``stuck`` the places where something is in the way of a move.
    """

    accepted: list[tuple[Key, MoveDecision]] = field(default_factory=list)
    waiting: list[Side] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    problems: list[BadName] = field(default_factory=list)
    decided: set[Key] = field(default_factory=set)
    blocked: set[Key] = field(default_factory=set)


def decide_moves(
    sides: Snapshot, wish: PlanOptions, vacated: Collection[tuple[Side, Key]] = frozenset()
) -> MoveDecisions:
    """Decide about every page that moved, and is among those that the user chose.

    ``vacated`` are places that a deletion of the same plan makes free.
    """
    found = MoveDecisions()
    settled: set[Key] = set()
    courses: list[tuple[Moved, MoveDecision]] = []
    for moved in _all_moved(sides):
        found.decided.add(moved.base.key)
        if not _chosen(moved, wish):
            continue
        try:
            course = _decide(moved, sides, wish)
        except BadName as problem:
            found.problems.append(problem)
            continue
        if isinstance(course, Conflict):
            found.conflicts.append(course)
            if course.kind == "gone-there" and settles_here(course, wish):
                settled.add(moved.base.key)
            else:
                found.blocked.add(
                    moved.remote_key
                )  # a new file there would find the page in its way
        else:
            courses.append((moved, course))
    _reject_occupied_targets(courses, sides, wish, found, vacated)
    _defer_reserved_names(courses, wish, found, settled)
    for moved, course in courses:
        if course.move is None or course.move.side in WRITES[wish.command]:
            found.accepted.append((moved.base.key, course))
        elif (conflict := needs_other_command(course)) is not None:
            found.conflicts.append(conflict)
        else:
            found.waiting.append(course.move.side)
    return found


def remote_at(key: Key, sides: Snapshot, taken: frozenset[Key]) -> RemoteState:
    """A page of this key alone: not one that moved here from elsewhere (``taken``)."""
    return sides.displaced.get(key) if key in taken else sides.remote.get(key)


def _all_moved(sides: Snapshot) -> list[Moved]:
    taken_here = frozenset(sides.moved_locally.values())
    taken_there = frozenset(sides.moved_remotely.values())
    found = []
    for key in sorted({*sides.moved_locally, *sides.moved_remotely} - sides.blocked):
        at_here = sides.moved_locally.get(key, key)
        here = sides.local.get(at_here)
        if here is None or (at_here == key and key in taken_here):
            continue  # deleted here: what bears the new name on the wiki is decided there
        at_there = sides.moved_remotely.get(key, key)
        if at_there == key:
            there = remote_at(key, sides, taken_there)
        else:
            there = sides.remote.get(at_there)
        found.append(Moved(sides.bases[key], at_here, at_there, here, there))
    return found


def _chosen(moved: Moved, wish: PlanOptions) -> bool:
    files = (moved.base.file, moved.local.file)
    return any(wish.is_selected(key, "") for key in moved.keys) or any(
        wish.is_selected(moved.local_key, file) for file in files
    )


def _decide(moved: Moved, sides: Snapshot, wish: PlanOptions) -> MoveDecision | Conflict:
    course = decide_move(moved, _remote_file(moved, sides))
    if isinstance(course, Conflict) and course.kind == "moved" and wish.prefer:
        return _preferred(moved, sides, wish.prefer)
    if isinstance(course, MoveDecision) and course.move and wish.turns(course.move.side):
        course = _turned(moved, course, _remote_file(moved, sides))
    if isinstance(course, MoveDecision):
        _check_name(course, sides)
    return course


def _preferred(moved: Moved, sides: Snapshot, prefer: Prefer) -> MoveDecision:
    """The move that gives both sides the name of the preferred one. Raises BadName."""
    course = (
        move_on_wiki(moved)
        if prefer == "local"
        else move_in_folder(moved, _remote_file(moved, sides))
    )
    _check_name(course, sides)
    return _over_the_other_name(course)


def _check_name(course: MoveDecision, sides: Snapshot) -> None:
    """Raise BadName for a move to a name that its side cannot have."""
    move = course.move
    if move is not None and move.side == "wiki" and (why := sides.reason_unreachable(move.key)):
        raise BadName(move.file, why)
    if move is not None and move.side == "folder" and sides.ignores(move.file):
        where = f"its page was moved to {move.key}, and `ignore` leaves {move.file} out"
        raise BadName(move.from_file, where)


def _over_the_other_name(course: MoveDecision) -> MoveDecision:
    """The same course, whose move takes the place of a name given on the side that it is on."""
    if course.move is None:
        return course
    return replace(course, move=replace(course.move, forced=True, overwrites=course.move.side))


def _turned(moved: Moved, course: MoveDecision, file: str) -> MoveDecision:
    """The page goes back to the name that it has on the other side."""
    if course.move is None or course.move.side == "wiki":
        return _over_the_other_name(move_in_folder(moved, file))
    back = _over_the_other_name(move_on_wiki(moved))
    if back.move is None:
        return back
    return replace(back, move=replace(back.move, from_file=course.move.file))


def _remote_file(moved: Moved, sides: Snapshot) -> str:
    if moved.remote_key == moved.local_key:
        return moved.local.file
    if moved.remote_key == moved.base.key or not isinstance(moved.remote, Remote):
        return moved.base.file
    # Of the kind that the file is: were it named for another, its header would be content.
    listed = replace(moved.remote.listed, content_type=moved.local.content_type)
    return sides.file_of(moved.remote_key, listed)


def _reject_occupied_targets(
    courses: list[tuple[Moved, MoveDecision]],
    sides: Snapshot,
    wish: PlanOptions,
    found: MoveDecisions,
    vacated: Collection[tuple[Side, Key]],
) -> None:
    """Leave out the moves to a place that stays taken; each may keep others from moving.

    A preference for the other side takes such a move back instead, once.
    """
    first: dict[Key, Conflict] = {}
    while True:
        leaving = {(c.move.side, c.move.from_key) for _, c in courses if c.move is not None}
        leaving |= set(vacated)
        stopped = [
            (moved, course)
            for moved, course in courses
            if course.move is not None
            and _is_taken(course.move.side, course.move.key, sides)
            and (course.move.side, course.move.key) not in leaving
        ]
        if not stopped:
            return
        returning = [
            (moved, course, back)
            for moved, course in stopped
            if moved.base.key not in first
            and (back := _taken_back(moved, course, sides, wish)) is not None
        ]
        for moved, course, back in returning:  # what they leave may be where others go
            courses.remove((moved, course))
            courses.append((moved, back))
            first[moved.base.key] = _in_the_way(moved, course)
        for moved, course in stopped if not returning else ():
            courses.remove((moved, course))
            found.conflicts.append(first.get(moved.base.key) or _in_the_way(moved, course))
            if course.move is not None:
                found.blocked.add(course.move.key)


def _in_the_way(moved: Moved, course: MoveDecision) -> Conflict:
    if course.move is None:
        raise AssertionError(f"{moved.base.key}: nothing is in the way of no move")
    return target_occupied(moved, course.move.side, course.move.key)


def _taken_back(
    moved: Moved, course: MoveDecision, sides: Snapshot, wish: PlanOptions
) -> MoveDecision | None:
    """The course that gives the moved one its former name back, where the user prefers that."""
    keeps: Prefer = "local" if course.move and course.move.side == "folder" else "wiki"
    if wish.prefer != keeps:
        return None
    try:
        return _preferred(moved, sides, keeps)
    except BadName:
        return None


def _defer_reserved_names(
    courses: list[tuple[Moved, MoveDecision]],
    wish: PlanOptions,
    found: MoveDecisions,
    settled: Collection[Key],
) -> None:
    """Leave out what would get a name by which the state goes on knowing another page.

    What needs no move but the name waits in silence where that page is on its way: the next run
    sees to it. A move is told to wait for a page that stays as it is.
    """
    while True:
        going = [
            (moved, course)
            for moved, course in courses
            if course.move is None or course.move.side in WRITES[wish.command]
        ]
        renamed = {moved.base.key for moved, course in going if course.move is None}
        held = found.decided - {moved.base.key for moved, _course in going} - set(settled)
        waiting = [
            (moved, course)
            for moved, course in going
            if course.base.key in (found.decided - renamed if course.move is None else held)
        ]
        if not waiting:
            return
        for moved, course in waiting:
            courses.remove((moved, course))
            if course.move is not None:
                found.conflicts.append(name_reserved(moved, course.base.key))


def _is_taken(side: Side, key: Key, sides: Snapshot) -> bool:
    if side == "folder":
        return key in sides.local or key in sides.blocked
    return sides.remote.get(key) is not None
