"""Tell a wiki that was restored from a backup from one that people changed. Pure.

A page's ``updatedAt`` never goes back, and a deleted page never returns under its id: either
happens only where the wiki's database was put back. (That an id is another page's tells nothing:
older MySQL and MariaDB give the last ids anew after a restart.) What is then at stake are the pages
on which both sides do not agree as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.page.model import parse_instant
from wikisync.sync.plan import WRITES, Hidden, MovedAway, Refusal, Remote

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from wikisync.page.model import Key
    from wikisync.sync.known import Snapshot
    from wikisync.sync.plan import Base, Command


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
