"""Pages that moved on either side: what is to move, and what else is to happen to them. Pure.

A move changes a page's name and nothing else. What was edited too is decided by the table, as if
the page had borne its new name all along, and is done after it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wikisync.page.fingerprint import Fingerprint, fingerprint
from wikisync.page.model import Key, Page
from wikisync.sync.plan import Action, Conflict, Hidden, Remote
from wikisync.sync.reconcile import decide

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from wikisync.sync.plan import Base, ConflictKind, Local, Side, There
    from wikisync.sync.reconcile import Decision


@dataclass(frozen=True, slots=True)
class Moved:
    """A page of the base that bears another name now, on one side or on both.

    ``at_here`` and ``at_there`` are its keys by its file and by its page.
    """

    base: Base
    at_here: Key
    at_there: Key
    here: Local
    there: There

    @property
    def keys(self) -> frozenset[Key]:
        """Every key that the page bore or bears."""
        return frozenset({self.base.key, self.at_here, self.at_there})


@dataclass(frozen=True, slots=True)
class Course:
    """What is to happen to a page that moved.

    ``move`` is the step that gives both sides one name (None: they have it), ``then`` what the
    table says once it has it, under the ``base`` as it is then.
    """

    move: Action | None
    base: Base
    then: Decision


def decide_moved(moved: Moved, file_there: str) -> Course | Conflict:
    """What is to happen to a page that moved; ``file_there`` is the file of its key on the wiki."""
    base, here, there = moved.base, moved.here, moved.there
    if not isinstance(there, Remote):
        return _not_there(moved)
    if moved.at_here == moved.at_there:
        after = _seen(_under(base, moved.at_here, here.file), there)
        return _course(None, after, here, there)
    if base.key not in (moved.at_here, moved.at_there):
        return _conflict(moved, "moved", str(moved.at_there))
    if moved.at_here == base.key:
        return to_folder(moved, file_there)
    return to_wiki(moved)


def to_wiki(moved: Moved) -> Course:
    """The page goes where its file went."""
    base, here = moved.base, moved.here
    there = _remote(moved)
    move = Action(
        "move",
        "wiki",
        moved.at_here,
        here.file,
        here=here,
        there=there,
        id=there.listed.id,
        origin=moved.at_there,
        old_file=base.file,
        was=base.key,
    )
    after = _under(base, moved.at_here, here.file)
    move = replace(move, base=after)
    listed = replace(there.listed, key=moved.at_here)
    return _course(move, after, here, replace(there, listed=listed))


def to_folder(moved: Moved, file: str) -> Course:
    """The file goes where its page went."""
    base, here = moved.base, moved.here
    there = _remote(moved)
    move = Action(
        "move",
        "folder",
        moved.at_there,
        file,
        here=here,
        there=there,
        id=there.listed.id,
        origin=moved.at_here,
        old_file=here.file,
        was=base.key,
    )
    after = _under(base, moved.at_there, file)
    if (titled := titled_by_wiki(base, there)) is not None:
        # The wiki gave it that title; the file's is what a person wrote, and is put back.
        # That digest is no file's, so that the file is read, whoever goes on from here.
        here_too = base.here.with_fields_from(("title",), titled)
        after = replace(after, here=here_too, there=titled, digest=b"")
    after = _seen(after, there)
    move = replace(move, base=after)
    return _course(move, after, replace(here, file=file), there)


def titled_by_wiki(base: Base, there: Remote) -> Fingerprint | None:
    """The base's fingerprint with the title that the wiki made of the page's new path.

    None where the title is not the wiki's doing: it rewrites a title that equals the last segment
    of the path, along with it (facts, *Writing*).
    """
    old, new = (key.path.rpartition("/")[2] for key in (base.key, there.listed.key))
    if old == new or not _is_title(base.there, old) or there.fingerprint is None:
        return None
    if not _is_title(there.fingerprint, new):
        return None
    return base.there.with_fields_from(("title",), there.fingerprint)


def in_the_way(moved: Moved, side: Side, key: Key) -> Conflict:
    """The conflict of a page that cannot go where it should: something else is there."""
    return _conflict(moved, "in-the-way", f"{key} {side}")


def name_held(moved: Moved, key: Key) -> Conflict:
    """The conflict of a page that is to have the name of one which moved on and is not settled."""
    return _conflict(moved, "name-held", str(key))


def other_first(course: Course) -> Conflict | None:
    """The conflict of a page that moved on the side that a command does not write to.

    None where nothing else is to happen to it: then its move waits for the other command.
    """
    move, then = course.move, course.then
    if move is None or not isinstance(then, Action) or then.verb == "adopt":
        return None
    if then.side == move.side and then.verb != "merge":
        return None
    return Conflict(
        move.key,
        move.file if move.side == "wiki" else move.old_file,
        "moved-on",
        then.fields,
        move.side,
        move.here,
        move.there,
        origin=move.origin,
        old_file=move.old_file,
    )


def in_order(moves: Iterable[Action], taken: Collection[Key]) -> tuple[Action, ...]:
    """The moves of one side, so that each finds its place free.

    Pages that change places with one another get a step ``aside`` first. ``taken`` are keys that no
    page may be put aside to.
    """
    waiting = {move.origin: move for move in moves if move.origin is not None}
    taken = {*taken, *waiting, *(move.key for move in waiting.values())}
    done: list[Action] = []
    while waiting:
        free = [origin for origin, move in waiting.items() if move.key not in waiting]
        if free:
            done += [waiting.pop(origin) for origin in sorted(free)]
            continue
        origin = min(waiting)
        move = waiting.pop(origin)
        key, name = _aside(move, taken)
        taken.add(key)
        if move.base is None:
            raise AssertionError(f"{move.key}: a move needs the base that it leads to")
        base = replace(move.base, key=key, file=name)
        done.append(replace(move, key=key, file=name, base=base, aside=True))
        waiting[key] = replace(move, origin=key, old_file=name, was=key, first_file=move.old_file)
    return tuple(done)


def _aside(move: Action, taken: Collection[Key]) -> tuple[Key, str]:
    """A free key beside where the page is, and the name of its file."""
    origin = move.origin or move.key
    stem, dot, suffix = move.old_file.rpartition(".")
    number = 1
    while True:
        mark = "-moving" if number == 1 else f"-moving-{number}"
        key = Key(origin.locale, origin.path + mark)
        if key not in taken:
            return key, f"{stem}{mark}{dot}{suffix}"
        number += 1


def _course(move: Action | None, base: Base, here: Local, there: Remote) -> Course:
    return Course(move, base, decide(base.key, base, here, there))


def _under(base: Base, key: Key, file: str) -> Base:
    return replace(base, key=key, file=file)


def _seen(base: Base, there: Remote) -> Base:
    """The base with the page's present time, where nothing but the name changed with it."""
    if there.fingerprint is None or base.there.changed_fields(there.fingerprint):
        return base
    return replace(base, updated_at=there.listed.updated_at)


def _not_there(moved: Moved) -> Conflict:
    """Renamed here, and gone or out of sight on the wiki."""
    if isinstance(moved.there, Hidden):
        return _conflict(moved, "hidden", moved.there.why)
    return _conflict(moved, "gone-there")


def _conflict(moved: Moved, kind: ConflictKind, detail: str = "") -> Conflict:
    there = moved.there if isinstance(moved.there, Remote) else None
    return Conflict(
        moved.at_here,
        moved.here.file,
        kind,
        (),
        detail,
        moved.here,
        there,
        origin=moved.base.key,
        old_file=moved.base.file,
    )


def _remote(moved: Moved) -> Remote:
    there = moved.there
    if isinstance(there, Remote):
        return there
    raise AssertionError(f"{moved.base.key}: no page to move to or from")


def _is_title(known: Fingerprint, title: str) -> bool:
    named = fingerprint(Page("", title=title)).restricted_to("title")
    return not known.restricted_to("title").changed_fields(named)
