"""Pages that moved on either side: what is to move, and what else is to happen to them. Pure.

A move changes a page's name and nothing else. What was edited too is decided by the table, as if
the page had borne its new name all along, and is done after it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wikisync.page.fingerprint import Fingerprint, fingerprint
from wikisync.page.model import Key, Page
from wikisync.planning.model import Action, Conflict, Hidden, Remote
from wikisync.planning.reconcile import decide

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from wikisync.planning.model import Base, ConflictKind, Local, RemoteState, Side
    from wikisync.planning.reconcile import Decision


@dataclass(frozen=True, slots=True)
class Moved:
    """A page of the base that bears another name now, on one side or on both.

    ``local_key`` and ``remote_key`` are its keys by its file and by its page.
    """

    base: Base
    local_key: Key
    remote_key: Key
    local: Local
    remote: RemoteState

    @property
    def keys(self) -> frozenset[Key]:
        """Every key that the page bore or bears."""
        return frozenset({self.base.key, self.local_key, self.remote_key})


@dataclass(frozen=True, slots=True)
class MoveDecision:
    """What is to happen to a page that moved.

    ``move`` is the step that gives both sides one name (None: they have it), ``then`` what
    the table says once it has it, under the ``base`` as it is then.
    """

    move: Action | None
    base: Base
    after_move: Decision


def decide_move(moved: Moved, file_there: str) -> MoveDecision | Conflict:
    """What is to happen to a page that moved; ``file_there`` is the file of its key on the wiki."""
    base, here, there = moved.base, moved.local, moved.remote
    if not isinstance(there, Remote):
        return _missing_remotely(moved)
    if moved.local_key == moved.remote_key:
        after = _with_current_time(_renamed_base(base, moved.local_key, here.file), there)
        return _move_decision(None, after, here, there)
    if base.key not in (moved.local_key, moved.remote_key):
        return _conflict(moved, "moved", str(moved.remote_key))
    if moved.local_key == base.key:
        return move_in_folder(moved, file_there)
    return move_on_wiki(moved)


def move_on_wiki(moved: Moved) -> MoveDecision:
    """The page goes where its file went."""
    base, here = moved.base, moved.local
    there = _remote(moved)
    move = Action(
        "move",
        "wiki",
        moved.local_key,
        here.file,
        local=here,
        remote=there,
        id=there.listed.id,
        from_key=moved.remote_key,
        from_file=base.file,
        base_key=base.key,
    )
    after = _renamed_base(base, moved.local_key, here.file)
    move = replace(move, base=after)
    listed = replace(there.listed, key=moved.local_key)
    return _move_decision(move, after, here, replace(there, listed=listed))


def move_in_folder(moved: Moved, file: str) -> MoveDecision:
    """The file goes where its page went."""
    base, here = moved.base, moved.local
    there = _remote(moved)
    move = Action(
        "move",
        "folder",
        moved.remote_key,
        file,
        local=here,
        remote=there,
        id=there.listed.id,
        from_key=moved.local_key,
        from_file=here.file,
        base_key=base.key,
    )
    after = _renamed_base(base, moved.remote_key, file)
    if (titled := with_title_set_by_move(base, there)) is not None:
        # The wiki gave it that title; the file's is what a person wrote, and is put back.
        # That digest is no file's, so that the file is read, whoever goes on from here.
        here_too = base.local.with_fields_from(("title",), titled)
        after = replace(after, local=here_too, remote=titled, digest=b"")
    after = _with_current_time(after, there)
    move = replace(move, base=after)
    return _move_decision(move, after, replace(here, file=file), there)


def with_title_set_by_move(base: Base, there: Remote) -> Fingerprint | None:
    """The base's fingerprint with the title that the wiki made of the page's new path.

    None where the title is not the wiki's doing: it rewrites a title that equals the last segment
    of the path, along with it (facts, *Writing*).
    """
    old, new = (key.path.rpartition("/")[2] for key in (base.key, there.listed.key))
    if old == new or not _is_title(base.remote, old) or there.fingerprint is None:
        return None
    if not _is_title(there.fingerprint, new):
        return None
    return base.remote.with_fields_from(("title",), there.fingerprint)


def target_occupied(moved: Moved, side: Side, key: Key) -> Conflict:
    """The conflict of a page that cannot go where it should: something else is there."""
    return _conflict(moved, "in-the-way", f"{key} {side}")


def name_reserved(moved: Moved, key: Key) -> Conflict:
    """The conflict of a page that is to have the name of one which moved on and is not settled."""
    return _conflict(moved, "name-held", str(key))


def needs_other_command(course: MoveDecision) -> Conflict | None:
    """The conflict of a page that moved on the side that a command does not write to.

    None where nothing else is to happen to it: then its move waits for the other command.
    """
    move, then = course.move, course.after_move
    if move is None or not isinstance(then, Action) or then.verb == "adopt":
        return None
    if then.side == move.side and then.verb != "merge":
        return None
    return Conflict(
        move.key,
        move.file if move.side == "wiki" else move.from_file,
        "moved-on",
        then.fields,
        move.side,
        move.local,
        move.remote,
        from_key=move.from_key,
        from_file=move.from_file,
    )


def order_moves(moves: Iterable[Action], taken: Collection[Key]) -> tuple[Action, ...]:
    """The moves of one side, so that each finds its place free.

    Pages that change places with one another get a step ``aside`` first. ``taken`` are keys that no
    page may be put aside to.
    """
    waiting = {move.from_key: move for move in moves if move.from_key is not None}
    taken = {*taken, *waiting, *(move.key for move in waiting.values())}
    done: list[Action] = []
    while waiting:
        free = [origin for origin, move in waiting.items() if move.key not in waiting]
        if free:
            done += [waiting.pop(origin) for origin in sorted(free)]
            continue
        origin = min(waiting)
        move = waiting.pop(origin)
        key, name = _via_temporary(move, taken)
        taken.add(key)
        if move.base is None:
            raise AssertionError(f"{move.key}: a move needs the base that it leads to")
        base = replace(move.base, key=key, file=name)
        done.append(replace(move, key=key, file=name, base=base, via_temporary_name=True))
        waiting[key] = replace(
            move, from_key=key, from_file=name, base_key=key, first_file=move.from_file
        )
    return tuple(done)


def _via_temporary(move: Action, taken: Collection[Key]) -> tuple[Key, str]:
    """A free key beside where the page is, and the name of its file."""
    origin = move.from_key or move.key
    stem, dot, suffix = move.from_file.rpartition(".")
    number = 1
    while True:
        mark = "-moving" if number == 1 else f"-moving-{number}"
        key = Key(origin.locale, origin.path + mark)
        if key not in taken:
            return key, f"{stem}{mark}{dot}{suffix}"
        number += 1


def _move_decision(move: Action | None, base: Base, here: Local, there: Remote) -> MoveDecision:
    return MoveDecision(move, base, decide(base.key, base, here, there))


def _renamed_base(base: Base, key: Key, file: str) -> Base:
    return replace(base, key=key, file=file)


def _with_current_time(base: Base, there: Remote) -> Base:
    """The base with the page's present time, where nothing but the name changed with it."""
    if there.fingerprint is None or base.remote.changed_fields(there.fingerprint):
        return base
    return replace(base, updated_at=there.listed.updated_at)


def _missing_remotely(moved: Moved) -> Conflict:
    """Renamed here, and gone or out of sight on the wiki."""
    if isinstance(moved.remote, Hidden):
        return _conflict(moved, "hidden", moved.remote.message)
    return _conflict(moved, "gone-there")


def _conflict(moved: Moved, kind: ConflictKind, detail: str = "") -> Conflict:
    there = moved.remote if isinstance(moved.remote, Remote) else None
    return Conflict(
        moved.local_key,
        moved.local.file,
        kind,
        (),
        detail,
        moved.local,
        there,
        from_key=moved.base.key,
        from_file=moved.base.file,
    )


def _remote(moved: Moved) -> Remote:
    there = moved.remote
    if isinstance(there, Remote):
        return there
    raise AssertionError(f"{moved.base.key}: no page to move to or from")


def _is_title(known: Fingerprint, title: str) -> bool:
    named = fingerprint(Page("", title=title)).restricted_to("title")
    return not known.restricted_to("title").changed_fields(named)
