"""Check a plan against the guards, each of which may refuse the whole plan.

Pure. A guard examines all pages of both sides, not only the selected ones.

A wiki restored from a backup is recognized by times and ids: a page's ``updatedAt`` never goes
back, and a deleted page never returns under its id, unless the database was restored. (A reused id
proves nothing: older MySQL and MariaDB give the last ids again after a restart.) Affected are the
pages that differ between the two sides.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wikisync.page.model import parse_instant
from wikisync.planning.model import (
    WRITES,
    Adopt,
    Create,
    Delete,
    Hidden,
    MovedAway,
    Refusal,
    Remote,
)
from wikisync.planning.reconcile import changed_locally, changed_remotely

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from wikisync.page.model import Key, Listed
    from wikisync.planning.model import Base, Command, Plan
    from wikisync.planning.snapshot import Snapshot


ALL_CHANGED_FROM = 20
"""The number of pages from which a plan that changes every page is refused."""


@dataclass(frozen=True, slots=True)
class GuardOptions:
    """Limits of a run. ``max_delete`` overrides the built-in limit; ``allow`` disables rules."""

    max_delete: int | None = None
    allow: frozenset[str] = frozenset()


def check_authenticated(authenticated: bool, snapshot: Snapshot) -> tuple[Refusal, ...]:
    """Return a refusal where the wiki does not accept the token, or shows it no page.

    Both look like an empty wiki (wikijs.md, *Permissions*).
    """
    if not authenticated:
        return (Refusal("guest", side="wiki"),)
    sees = any(isinstance(remote, Remote) for remote in snapshot.remote.values())
    hidden = sum(isinstance(remote, Hidden) for remote in snapshot.remote.values())
    return () if sees or not hidden else (Refusal("guest", count=hidden, side="wiki"),)


def is_same_wiki(bases: Iterable[Base], listed: Iterable[Listed]) -> bool:
    """Return whether the bases were made with this wiki, whatever its address.

    Pages keep their id and their time of creation, to the millisecond, for as long as they exist.
    """
    pages = {(page.id, page.created_at) for page in listed}
    known = [(base.id, base.created_at) in pages for base in bases]
    return bool(known) and sum(known) * 2 >= len(known)


def is_other_wiki(bases: Iterable[Base], listed: Iterable[Listed]) -> bool:
    """Return whether the wiki uses the ids of the bases for pages created at other times.

    Then it is another wiki at the same address, such as one that was installed again.
    """
    born = {page.id: page.created_at for page in listed}
    known = [born[base.id] == base.created_at for base in bases if base.id in born]
    return known.count(False) > known.count(True)


def foreign_state(reason: str, *, same: bool) -> Refusal:
    """Return the refusal of a state that another wiki or folder wrote; ``reason`` is a clause.

    ``same`` is whether the pages that the state knows are those of this wiki.
    """
    return Refusal("foreign-state", count=int(same), detail=reason)


def foreign_root(then: str, now: str) -> Refusal:
    """Return the refusal of a state that was written with another ``root``."""
    was, is_ = (f"`{root}`" if root else "the whole wiki" for root in (then, now))
    reason = f"The folder stands for {is_} by wikisync.toml, but in the last run it was {was}"
    return Refusal("foreign-state", side="folder", detail=reason)


DEFAULT_LIMIT: Final = "default"
"""Detail of a refusal: the user has set no limit."""


def delete_limit(pages: int, max_delete: int | None) -> int:
    """Return how many deletions a run may do: 10 pages or 10 %, the lesser, at least 1."""
    return max(1, min(10, pages // 10)) if max_delete is None else max_delete


def guards(
    snapshot: Snapshot,
    plan: Plan,
    command: Command,
    limits: GuardOptions,
    deleted: Collection[tuple[int, str]] = (),
) -> tuple[Refusal, ...]:
    """Return the refusals of every guard that the user did not disable.

    ``deleted`` are pages that the log lists as deleted, by id and time of creation.
    """
    found = [
        *rewound(snapshot, command, deleted),
        *_emptied(snapshot, plan),
        *_all_changed(snapshot, plan, command),
        *_max_delete(snapshot, plan, limits),
    ]
    return tuple(r for r in found if r.rule not in limits.allow)


def _emptied(snapshot: Snapshot, plan: Plan) -> list[Refusal]:
    local = {*snapshot.local, *snapshot.blocked, *snapshot.moved_locally}
    remote = {key for key, found in snapshot.remote.items() if found is not None}
    remote |= snapshot.moved_remotely.keys()
    known = len(snapshot.bases.keys() & (local | remote))
    if not known:
        return []
    # A page that is created again, because the user asked for it, is on that side afterwards.
    restored = {a.side for a in plan.writes if isinstance(a, Create) and a.forced}
    # New files do not count where the pages of the known files are to be deleted.
    deletes = {a.side for a in plan.writes if isinstance(a, Delete)}
    folder_has_pages = bool(snapshot.bases.keys() & local) or "folder" in restored
    folder_has_pages = folder_has_pages or (
        bool(local or snapshot.problems) and "wiki" not in deletes
    )
    wiki_has_pages = bool(snapshot.bases.keys() & remote) or "wiki" in restored
    wiki_has_pages = wiki_has_pages or (bool(remote) and "folder" not in deletes)
    found = [] if folder_has_pages else [Refusal("emptied", count=known, side="folder")]
    return found if wiki_has_pages else [*found, Refusal("emptied", count=known, side="wiki")]


def _all_changed(snapshot: Snapshot, plan: Plan, command: Command) -> list[Refusal]:
    known = len(snapshot.bases)
    if known < ALL_CHANGED_FROM or not plan.writes or _adopted(snapshot, plan):
        # Both sides changed in the same way, such as by another machine's run.
        return []
    found = []
    if "wiki" in WRITES[command] and all(
        (local := snapshot.local.get(key)) is not None and changed_locally(base, local)
        for key, base in snapshot.bases.items()
    ):
        found.append(Refusal("all-changed", count=known, side="folder"))
    if "folder" in WRITES[command] and all(
        isinstance(remote := snapshot.remote.get(key), Remote)
        and changed_remotely(base, remote, snapshot.local.get(key))
        for key, base in snapshot.bases.items()
    ):
        found.append(Refusal("all-changed", count=known, side="wiki"))
    return found


def _max_delete(snapshot: Snapshot, plan: Plan, limits: GuardOptions) -> list[Refusal]:
    count = sum(1 for action in plan.writes if isinstance(action, Delete))
    # Without a base, a page that is equal on both sides counts as known.
    known = len(snapshot.bases) + _adopted(snapshot, plan)
    limit = delete_limit(known, limits.max_delete)
    detail = DEFAULT_LIMIT if limits.max_delete is None else ""
    refusal = Refusal("max-delete", count=count, limit=limit, detail=detail)
    return [refusal] if count > limit else []


def _adopted(snapshot: Snapshot, plan: Plan) -> int:
    """Return the number of pages without a base that are equal on both sides."""
    return sum(1 for a in plan.actions if isinstance(a, Adopt) and a.key not in snapshot.bases)


def rewound(
    snapshot: Snapshot, command: Command, deleted: Collection[tuple[int, str]] = ()
) -> tuple[Refusal, ...]:
    """Return a refusal with the files affected where the wiki is older than the bases.

    ``deleted`` are pages that the log lists as deleted, by id and time of creation. A page that
    reappeared counts only for a ``command`` that would write it to the folder.
    """
    pages = {
        remote.listed.id: remote
        for remote in snapshot.remote.values()
        if isinstance(remote, Remote)
    }
    reappeared = [
        remote
        for key, remote in snapshot.remote.items()
        if isinstance(remote, Remote)
        and key not in snapshot.bases
        and (remote.listed.id, remote.listed.created_at) in deleted
    ]
    if not reappeared and not any(_goes_back(base, pages) for base in snapshot.bases.values()):
        return ()
    files = set(_affected_files(snapshot, pages))
    if "folder" in WRITES[command]:
        files |= {
            str(one.listed.key.path) for one in reappeared if one.listed.key not in snapshot.local
        }
    affected = tuple(sorted(files))
    return (
        (Refusal("rewound", count=len(affected), side="wiki", files=affected),) if affected else ()
    )


def _goes_back(base: Base, pages: dict[int, Remote]) -> bool:
    """Return whether a page is older than at its base."""
    remote = pages.get(base.id)
    return (
        remote is not None
        and remote.listed.created_at == base.created_at
        and _is_older(base, remote)
    )


def _is_older(base: Base, remote: Remote) -> bool:
    if base.updated_at == remote.listed.updated_at:
        return False
    then, now = parse_instant(base.updated_at), parse_instant(remote.listed.updated_at)
    return then is not None and now is not None and now < then


def _affected_files(snapshot: Snapshot, pages: dict[int, Remote]) -> Iterator[str]:
    """Yield the files of pages that are older than their base, or that the restore removed."""
    for key, base in snapshot.bases.items():
        remote = pages.get(base.id)
        if remote is None or remote.listed.created_at != base.created_at:
            at = snapshot.displaced.get(key, snapshot.remote.get(key))
            changed = not isinstance(at, Hidden | MovedAway)
        else:
            moved = remote.listed.key != key
            changed = _is_older(base, remote) and (moved or _differs(base, remote))
        if changed and not _agree(snapshot, key):
            local = snapshot.local.get(snapshot.moved_locally.get(key, key))
            yield base.file if local is None else local.file


def _differs(base: Base, remote: Remote) -> bool:
    return remote.fingerprint is not None and bool(base.remote.changed_fields(remote.fingerprint))


def _agree(snapshot: Snapshot, key: Key) -> bool:
    """Return whether both sides are equal at the place of a page's file, whatever the base has."""
    at = snapshot.moved_locally.get(key, key)
    local, remote = snapshot.local.get(at), snapshot.remote.get(at)
    if local is None:
        return remote is None and at not in snapshot.blocked
    if not isinstance(remote, Remote) or remote.fingerprint is None:
        return False
    return not local.fingerprint.changed_fields(remote.fingerprint)
