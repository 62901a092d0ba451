"""Decide about one page that moved on either side. Pure.

A move changes a page's name and nothing else. Edits are decided by the decision table, as if the
page had always had its new name, and are done after the move.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wikisync.page.fingerprint import Fingerprint, fingerprint
from wikisync.page.model import Key, Page
from wikisync.page.paths import to_nfc
from wikisync.planning.model import Action, Adopt, Conflict, Hidden, Merge, Move, Remote
from wikisync.planning.reconcile import decide, is_read_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from wikisync.planning.model import Base, ConflictKind, Local, RemoteState, Side
    from wikisync.planning.reconcile import Decision


@dataclass(frozen=True, slots=True)
class Moved:
    """A page of the base that has another name now, on one side or on both.

    ``local_key`` and ``remote_key`` are its keys by its file and by its page.
    """

    base: Base
    local_key: Key
    remote_key: Key
    local: Local
    remote: RemoteState

    @property
    def keys(self) -> frozenset[Key]:
        """Return the keys that the page has or had."""
        return frozenset({self.base.key, self.local_key, self.remote_key})


@dataclass(frozen=True, slots=True)
class MoveDecision:
    """The decision about a page that moved.

    ``move`` gives both sides the same name; None if they have it. ``base`` is the base after the
    move, and ``after_move`` the decision of the table under that base.
    """

    move: Move | None
    base: Base
    after_move: Decision


def decide_move(moved: Moved, remote_file: str) -> MoveDecision | Conflict:
    """Return the decision about a page; ``file_there`` is the file of its key on the wiki."""
    base, local, remote = moved.base, moved.local, moved.remote
    if not isinstance(remote, Remote):
        return _missing_remotely(moved)
    if moved.local_key == moved.remote_key:
        after = _with_current_time(_renamed_base(base, moved.local_key, local.file), local, remote)
        return _move_decision(None, after, local, remote)
    if base.key not in (moved.local_key, moved.remote_key):
        return _conflict(moved, "moved", str(moved.remote_key))
    if moved.local_key == base.key:
        return move_in_folder(moved, remote_file)
    return move_on_wiki(moved)


def move_on_wiki(moved: Moved) -> MoveDecision:
    """Return the move of the page to the key of its file."""
    base, local = moved.base, moved.local
    remote = _require_remote(moved)
    after = _renamed_base(base, moved.local_key, local.file)
    move = Move(
        side="wiki",
        key=moved.local_key,
        file=local.file,
        local=local,
        remote=remote,
        id=remote.listed.id,
        from_key=moved.remote_key,
        from_file=base.file,
        base_key=base.key,
        base=after,
    )
    listed = replace(remote.listed, key=moved.local_key)
    return _move_decision(move, after, local, replace(remote, listed=listed))


def move_in_folder(moved: Moved, file: str) -> MoveDecision:
    """Return the move of the file to the key of its page."""
    base, local = moved.base, moved.local
    remote = _require_remote(moved)
    after = _renamed_base(base, moved.remote_key, file)
    if (titled := with_title_set_by_move(base, remote)) is not None:
        # The wiki changed the title with the path: the file's title is written back to the wiki.
        # No file has an empty digest, so the next scan reads the file.
        here_too = base.local.with_fields_from(("title",), titled)
        after = replace(after, local=here_too, remote=titled, digest=b"")
    after = _with_current_time(after, local, remote)
    move = Move(
        side="folder",
        key=moved.remote_key,
        file=file,
        local=local,
        remote=remote,
        id=remote.listed.id,
        from_key=moved.local_key,
        from_file=local.file,
        base_key=base.key,
        base=after,
    )
    return _move_decision(move, after, replace(local, file=file), remote)


def with_title_set_by_move(base: Base, remote: Remote) -> Fingerprint | None:
    """Return the base's fingerprint with the title that the wiki derived from the new path.

    None where the wiki did not set the title: it rewrites a title that equals the last segment of
    the path, together with it (wikijs.md, *Moves, conversions, deletions*).
    """
    old, new = (key.path.rpartition("/")[2] for key in (base.key, remote.listed.key))
    if old == new or not _is_title(base.remote, old) or remote.fingerprint is None:
        return None
    if not _is_title(remote.fingerprint, new):
        return None
    return base.remote.with_fields_from(("title",), remote.fingerprint)


def target_occupied(moved: Moved, side: Side, key: Key) -> Conflict:
    """Return the conflict of a page whose target is occupied."""
    return _conflict(moved, "target-occupied", f"{key} {side}")


def name_reserved(moved: Moved, key: Key) -> Conflict:
    """Return the conflict of a page whose new name is the base key of an unsettled page."""
    return _conflict(moved, "name-reserved", str(key))


def needs_other_command(decision: MoveDecision) -> Conflict | None:
    """Return the conflict of a page that moved on the side that a command does not write to.

    None where the page has no other change: then its move waits for the other command.
    """
    move, then = decision.move, decision.after_move
    if move is None or not isinstance(then, Action) or isinstance(then, Adopt):
        return None
    if then.side == move.side and not isinstance(then, Merge):
        return None
    return Conflict(
        move.key,
        move.file if move.side == "wiki" else move.from_file,
        "moved-and-changed",
        then.fields,
        move.side,
        move.local,
        move.remote,
        from_key=move.from_key,
        from_file=move.from_file,
    )


def order_moves(
    moves: Iterable[Move],
    taken: Collection[Key],
    occupied: Callable[[Key], Key] = lambda key: key,
) -> tuple[Move, ...]:
    """Return the moves of one side, ordered so that each target is free.

    Pages that swap places move to a temporary name first, and so does a page whose new name is one
    with its present name there. ``taken`` are keys that no temporary name may have; ``occupied``
    returns the key of the page that is at a key.
    """
    waiting = {move.from_key: move for move in moves}
    taken = {*taken, *waiting, *(move.key for move in waiting.values())}
    done: list[Move] = []
    while waiting:
        free = [origin for origin, move in waiting.items() if occupied(move.key) not in waiting]
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


def _via_temporary(move: Move, taken: Collection[Key]) -> tuple[Key, str]:
    """Return a free key beside that of the page, and the name of its file."""
    origin = move.from_key
    stem, dot, suffix = move.from_file.rpartition(".")
    below = ""
    last = origin.path.rpartition("/")[2]
    if to_nfc(stem.rpartition("/")[2]) != last:  # the index file of a folder
        folder, slash, name = stem.rpartition("/")
        below = f"/{name}"
        stem = folder if to_nfc(folder.rpartition("/")[2]) == last else f"{folder}{slash}{last}"
    number = 1
    while True:
        mark = "-moving" if number == 1 else f"-moving-{number}"
        key = Key(origin.locale, origin.path + mark)
        if key not in taken:
            return key, f"{stem}{mark}{below}{dot}{suffix}"
        number += 1


def _move_decision(move: Move | None, base: Base, local: Local, remote: Remote) -> MoveDecision:
    return MoveDecision(move, base, decide(base.key, base, local, remote))


def _renamed_base(base: Base, key: Key, file: str) -> Base:
    return replace(base, key=key, file=file)


def _with_current_time(base: Base, local: Local, remote: Remote) -> Base:
    """Return the base with the page's present time, where nothing but the name changed."""
    if remote.fingerprint is None or base.remote.changed_fields(remote.fingerprint):
        return base
    if not is_read_whole(remote, local):
        return base
    return replace(base, updated_at=remote.listed.updated_at)


def _missing_remotely(moved: Moved) -> Conflict:
    """Return the conflict of a file that was renamed, and whose page is deleted or hidden."""
    if isinstance(moved.remote, Hidden):
        return _conflict(moved, "hidden", moved.remote.message)
    return _conflict(moved, "deleted-remotely")


def _conflict(moved: Moved, kind: ConflictKind, detail: str = "") -> Conflict:
    remote = moved.remote if isinstance(moved.remote, Remote) else None
    return Conflict(
        moved.local_key,
        moved.local.file,
        kind,
        (),
        detail,
        moved.local,
        remote,
        from_key=moved.base.key,
        from_file=moved.base.file,
    )


def _require_remote(moved: Moved) -> Remote:
    remote = moved.remote
    if isinstance(remote, Remote):
        return remote
    raise AssertionError(f"{moved.base.key}: no page to move to or from")


def _is_title(known: Fingerprint, title: str) -> bool:
    named = fingerprint(Page("", title=title)).restricted_to("title")
    return not known.restricted_to("title").changed_fields(named)
