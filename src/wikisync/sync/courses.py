"""The pages of a plan that moved: which may go, and which are in each other's way.

Pure. What is to happen to one of them is ``moves``' affair.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wikisync.errors import BadName
from wikisync.sync.moves import (
    Course,
    Moved,
    decide_moved,
    in_the_way,
    name_held,
    other_first,
    to_folder,
    to_wiki,
)
from wikisync.sync.plan import WRITES, Conflict, Remote, There
from wikisync.sync.prefer import settles_here

if TYPE_CHECKING:
    from collections.abc import Collection

    from wikisync.page.model import Key
    from wikisync.sync.known import Sides, Wish
    from wikisync.sync.plan import Prefer, Side


@dataclass(slots=True)
class Courses:
    """What is to happen to the pages that moved.

    ``going`` are those that may, by their keys in the base; ``waiting`` those whose move is for
    another command, by the side it would be on; ``decided`` are the keys of the base that need no
    other look; ``stuck`` the places where something is in the way of a move.
    """

    going: list[tuple[Key, Course]] = field(default_factory=list)
    waiting: list[Side] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    problems: list[BadName] = field(default_factory=list)
    decided: set[Key] = field(default_factory=set)
    stuck: set[Key] = field(default_factory=set)


def find_courses(
    sides: Sides, wish: Wish, vacated: Collection[tuple[Side, Key]] = frozenset()
) -> Courses:
    """Decide about every page that moved, and is among those that the user chose.

    ``vacated`` are places that a deletion of the same plan makes free.
    """
    found = Courses()
    settled: set[Key] = set()
    courses: list[tuple[Moved, Course]] = []
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
                found.stuck.add(moved.at_there)  # a new file there would find the page in its way
        else:
            courses.append((moved, course))
    _stop_where_taken(courses, sides, wish, found, vacated)
    _wait_for_names(courses, wish, found, settled)
    for moved, course in courses:
        if course.move is None or course.move.side in WRITES[wish.command]:
            found.going.append((moved.base.key, course))
        elif (conflict := other_first(course)) is not None:
            found.conflicts.append(conflict)
        else:
            found.waiting.append(course.move.side)
    return found


def place_there(key: Key, sides: Sides, taken: frozenset[Key]) -> There:
    """A page of this key alone: not one that moved here from elsewhere (``taken``)."""
    return sides.displaced.get(key) if key in taken else sides.there.get(key)


def _all_moved(sides: Sides) -> list[Moved]:
    taken_here = frozenset(sides.moved_here.values())
    taken_there = frozenset(sides.moved_there.values())
    found = []
    for key in sorted({*sides.moved_here, *sides.moved_there} - sides.blocked):
        at_here = sides.moved_here.get(key, key)
        here = sides.here.get(at_here)
        if here is None or (at_here == key and key in taken_here):
            continue  # deleted here: what bears the new name on the wiki is decided there
        at_there = sides.moved_there.get(key, key)
        if at_there == key:
            there = place_there(key, sides, taken_there)
        else:
            there = sides.there.get(at_there)
        found.append(Moved(sides.bases[key], at_here, at_there, here, there))
    return found


def _chosen(moved: Moved, wish: Wish) -> bool:
    files = (moved.base.file, moved.here.file)
    return any(wish.chosen(key, "") for key in moved.keys) or any(
        wish.chosen(moved.at_here, file) for file in files
    )


def _decide(moved: Moved, sides: Sides, wish: Wish) -> Course | Conflict:
    course = decide_moved(moved, _file_there(moved, sides))
    if isinstance(course, Conflict) and course.kind == "moved" and wish.prefer:
        return _preferred(moved, sides, wish.prefer)
    if isinstance(course, Course) and course.move and wish.turns(course.move.side):
        course = _turned(moved, course, _file_there(moved, sides))
    if isinstance(course, Course):
        _check_name(course, sides)
    return course


def _preferred(moved: Moved, sides: Sides, prefer: Prefer) -> Course:
    """The move that gives both sides the name of the preferred one. Raises BadName."""
    course = to_wiki(moved) if prefer == "local" else to_folder(moved, _file_there(moved, sides))
    _check_name(course, sides)
    return _over_the_other_name(course)


def _check_name(course: Course, sides: Sides) -> None:
    """Raise BadName for a move to a name that its side cannot have."""
    move = course.move
    if move is not None and move.side == "wiki" and (why := sides.unreachable(move.key)):
        raise BadName(move.file, why)
    if move is not None and move.side == "folder" and sides.ignores(move.file):
        where = f"its page was moved to {move.key}, and `ignore` leaves {move.file} out"
        raise BadName(move.old_file, where)


def _over_the_other_name(course: Course) -> Course:
    """The same course, whose move takes the place of a name given on the side that it is on."""
    if course.move is None:
        return course
    return replace(course, move=replace(course.move, settles=True, overwrites=course.move.side))


def _turned(moved: Moved, course: Course, file: str) -> Course:
    """The page goes back to the name that it has on the other side."""
    if course.move is None or course.move.side == "wiki":
        return _over_the_other_name(to_folder(moved, file))
    back = _over_the_other_name(to_wiki(moved))
    if back.move is None:
        return back
    return replace(back, move=replace(back.move, old_file=course.move.file))


def _file_there(moved: Moved, sides: Sides) -> str:
    if moved.at_there == moved.at_here:
        return moved.here.file
    if moved.at_there == moved.base.key or not isinstance(moved.there, Remote):
        return moved.base.file
    # Of the kind that the file is: were it named for another, its header would be content.
    listed = replace(moved.there.listed, content_type=moved.here.content_type)
    return sides.file_of(moved.at_there, listed)


def _stop_where_taken(
    courses: list[tuple[Moved, Course]],
    sides: Sides,
    wish: Wish,
    found: Courses,
    vacated: Collection[tuple[Side, Key]],
) -> None:
    """Leave out the moves to a place that stays taken; each may keep others from moving.

    A preference for the other side takes such a move back instead, once.
    """
    first: dict[Key, Conflict] = {}
    while True:
        leaving = {(c.move.side, c.move.origin) for _, c in courses if c.move is not None}
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
                found.stuck.add(course.move.key)


def _in_the_way(moved: Moved, course: Course) -> Conflict:
    if course.move is None:
        raise AssertionError(f"{moved.base.key}: nothing is in the way of no move")
    return in_the_way(moved, course.move.side, course.move.key)


def _taken_back(moved: Moved, course: Course, sides: Sides, wish: Wish) -> Course | None:
    """The course that gives the moved one its former name back, where the user prefers that."""
    keeps: Prefer = "local" if course.move and course.move.side == "folder" else "wiki"
    if wish.prefer != keeps:
        return None
    try:
        return _preferred(moved, sides, keeps)
    except BadName:
        return None


def _wait_for_names(
    courses: list[tuple[Moved, Course]], wish: Wish, found: Courses, settled: Collection[Key]
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
                found.conflicts.append(name_held(moved, course.base.key))


def _is_taken(side: Side, key: Key, sides: Sides) -> bool:
    if side == "folder":
        return key in sides.here or key in sides.blocked
    return sides.there.get(key) is not None
