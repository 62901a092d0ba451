"""The guards: reasons to do nothing at all, each by the name of its rule (promise 7).

Pure. A guard looks at the whole of both sides, not only at the pages that the user chose: what
makes a plan suspect is the state of the sides it was made from.

Tell a wiki that was restored from a backup from one that people changed. Pure.

A page's ``updatedAt`` never goes back, and a deleted page never returns under its id: either
happens only where the wiki's database was put back. (That an id is another page's tells nothing:
older MySQL and MariaDB give the last ids anew after a restart.) What is then at stake are the pages
on which both sides do not agree as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wikisync.page.model import parse_instant
from wikisync.planning.model import WRITES, Hidden, MovedAway, Refusal, Remote
from wikisync.planning.reconcile import changed_locally, changed_remotely

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from wikisync.page.model import Key, Listed
    from wikisync.planning.model import Base, Command, Plan
    from wikisync.planning.snapshot import Snapshot


MANY = 20
"""From this many pages on, "every one of them changed" is not believed."""


@dataclass(frozen=True, slots=True)
class GuardOptions:
    """What a run may do. ``max_delete`` overrides the built-in limit; ``allow`` lifts rules."""

    max_delete: int | None = None
    allow: frozenset[str] = frozenset()


def check_authenticated(authenticated: bool, sides: Snapshot) -> tuple[Refusal, ...]:
    """Refuses where the token is nobody's, or sees none of the pages that are there.

    Both look like an empty wiki (facts, *Endpoint, tokens, permissions*).
    """
    if not authenticated:
        return (Refusal("guest", side="wiki"),)
    sees = any(isinstance(there, Remote) for there in sides.remote.values())
    hidden = sum(isinstance(there, Hidden) for there in sides.remote.values())
    return () if sees or not hidden else (Refusal("guest", count=hidden, side="wiki"),)


def is_same_wiki(bases: Iterable[Base], listed: Iterable[Listed]) -> bool:
    """Whether a wiki is the one that the base knows, whatever its address.

    Pages keep their id and their time of creation, to the millisecond, for as long as they live.
    """
    pages = {(page.id, page.created_at) for page in listed}
    known = [(base.id, base.created_at) in pages for base in bases]
    return bool(known) and sum(known) * 2 >= len(known)


def is_other_wiki(bases: Iterable[Base], listed: Iterable[Listed]) -> bool:
    """Whether the wiki gives the ids that the base knows to pages made at other times.

    That is another wiki at the same address, such as one that was set up anew.
    """
    born = {page.id: page.created_at for page in listed}
    known = [born[base.id] == base.created_at for base in bases if base.id in born]
    return known.count(False) > known.count(True)


def foreign_state(url: str | None, folder: str | None, *, same: bool) -> Refusal:
    """Refuses a state that was made with another address or folder; ``same``: with this wiki."""
    return Refusal("foreign-state", count=int(same), detail=url or folder or "")


def delete_limit(pages: int, max_delete: int | None) -> int:
    """How many deletions a run may do: 10 pages or 10 %, whichever is less, at least 1."""
    return max(1, min(10, pages // 10)) if max_delete is None else max_delete


def guards(
    sides: Snapshot,
    plan: Plan,
    command: Command,
    limits: GuardOptions,
    deleted: Collection[tuple[int, str]] = (),
) -> tuple[Refusal, ...]:
    """Every guard's no to this plan, but for those that the user lifted.

    ``deleted`` are pages that the log knows as deleted, by id and time of creation.
    """
    found = [
        *rewound(sides, command, deleted),
        *_emptied(sides, plan),
        *_all_changed(sides, plan, command),
        *_max_delete(sides, plan, limits),
    ]
    return tuple(r for r in found if r.rule not in limits.allow)


def _emptied(sides: Snapshot, plan: Plan) -> list[Refusal]:
    here = {*sides.local, *sides.blocked, *sides.moved_locally}
    there = {key for key, found in sides.remote.items() if found is not None}
    there |= sides.moved_remotely.keys()
    known = len(sides.bases.keys() & (here | there))
    if not known:
        return []
    # What comes back, because the user asked for that, is no reason to refuse.
    back = {a.side for a in plan.writes if a.verb == "create" and a.forced}
    # Files that nobody knew are no sign of life where the known ones' pages are to be deleted.
    deletes = {a.side for a in plan.writes if a.verb == "delete"}
    has_here = bool(sides.bases.keys() & here) or "folder" in back
    has_here = has_here or (bool(here or sides.problems) and "wiki" not in deletes)
    has_there = bool(sides.bases.keys() & there) or "wiki" in back
    has_there = has_there or (bool(there) and "folder" not in deletes)
    found = [] if has_here else [Refusal("emptied", count=known, side="folder")]
    return found if has_there else [*found, Refusal("emptied", count=known, side="wiki")]


def _all_changed(sides: Snapshot, plan: Plan, command: Command) -> list[Refusal]:
    known = len(sides.bases)
    if known < MANY or not plan.writes or _adopted(sides, plan):
        # Changed on both sides alike, say by a colleague's run: there is nothing to protect.
        return []
    found = []
    if "wiki" in WRITES[command] and all(
        (here := sides.local.get(key)) is not None and changed_locally(base, here)
        for key, base in sides.bases.items()
    ):
        found.append(Refusal("all-changed", count=known, side="folder"))
    if "folder" in WRITES[command] and all(
        isinstance(there := sides.remote.get(key), Remote)
        and changed_remotely(base, there, sides.local.get(key))
        for key, base in sides.bases.items()
    ):
        found.append(Refusal("all-changed", count=known, side="wiki"))
    return found


def _max_delete(sides: Snapshot, plan: Plan, limits: GuardOptions) -> list[Refusal]:
    count = sum(1 for action in plan.writes if action.verb == "delete")
    # Without a memory, what is equal on both sides is known as well.
    known = len(sides.bases) + _adopted(sides, plan)
    limit = delete_limit(known, limits.max_delete)
    return [Refusal("max-delete", count=count, limit=limit)] if count > limit else []


def _adopted(sides: Snapshot, plan: Plan) -> int:
    """How many pages without a base are equal on both sides, which tells as much as a base."""
    return sum(1 for a in plan.actions if a.verb == "adopt" and a.key not in sides.bases)


def rewound(
    sides: Snapshot, command: Command, deleted: Collection[tuple[int, str]] = ()
) -> tuple[Refusal, ...]:
    """Refuse where the wiki is older than what both sides agreed on, and name the pages.

    ``deleted`` are pages that the log knows as deleted, by id and time of creation. A page that
    came back concerns only a ``command`` that would bring it here.
    """
    pages = {there.listed.id: there for there in sides.remote.values() if isinstance(there, Remote)}
    back = [
        there
        for key, there in sides.remote.items()
        if isinstance(there, Remote)
        and key not in sides.bases
        and (there.listed.id, there.listed.created_at) in deleted
    ]
    if not back and not any(_goes_back(base, pages) for base in sides.bases.values()):
        return ()
    files = set(_at_stake(sides, pages))
    if "folder" in WRITES[command]:
        files |= {str(one.listed.key.path) for one in back if one.listed.key not in sides.local}
    named = tuple(sorted(files))
    return (Refusal("rewound", count=len(named), side="wiki", files=named),) if named else ()


def _goes_back(base: Base, pages: dict[int, Remote]) -> bool:
    """Whether a page is older than it was."""
    there = pages.get(base.id)
    return (
        there is not None and there.listed.created_at == base.created_at and _is_older(base, there)
    )


def _is_older(base: Base, there: Remote) -> bool:
    then, now = parse_instant(base.updated_at), parse_instant(there.listed.updated_at)
    return then is not None and now is not None and now < then


def _at_stake(sides: Snapshot, pages: dict[int, Remote]) -> Iterator[str]:
    """The files of pages that are older than both sides agreed on, or gone with the restoring."""
    for key, base in sides.bases.items():
        there = pages.get(base.id)
        if there is None or there.listed.created_at != base.created_at:
            at = sides.displaced.get(key, sides.remote.get(key))
            changed = not isinstance(at, Hidden | MovedAway)
        else:
            moved = there.listed.key != key
            changed = _is_older(base, there) and (moved or _differs(base, there))
        if changed and not _agree(sides, key):
            here = sides.local.get(sides.moved_locally.get(key, key))
            yield base.file if here is None else here.file


def _differs(base: Base, there: Remote) -> bool:
    return there.fingerprint is not None and bool(base.remote.changed_fields(there.fingerprint))


def _agree(sides: Snapshot, key: Key) -> bool:
    """Whether both sides are the same at the place of a page's file, whatever the base says."""
    at = sides.moved_locally.get(key, key)
    here, there = sides.local.get(at), sides.remote.get(at)
    if here is None:
        return there is None and at not in sides.blocked
    if not isinstance(there, Remote) or there.fingerprint is None:
        return False
    return not here.fingerprint.changed_fields(there.fingerprint)
