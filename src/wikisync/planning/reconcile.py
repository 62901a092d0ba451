"""Decide about a page by the decision table (architecture.md, *The decision table*).

Pure. ``pages_to_fetch`` returns the pages of the wiki that must be read first; ``decide`` has a
branch for each row of the table.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from wikisync.page.fingerprint import OPT_IN_FIELDS, is_listed_otherwise, shows_fields_of
from wikisync.planning.model import (
    Action,
    Adopt,
    Base,
    Conflict,
    ConflictKind,
    Create,
    Delete,
    Hidden,
    Local,
    MovedAway,
    Remote,
    RemoteState,
    Side,
    Update,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wikisync.page.fingerprint import Fingerprint
    from wikisync.page.model import Key, Listed


@dataclass(frozen=True, slots=True)
class NoChange:
    """Nothing to do. ``base_update``: the page with a new time and no other change."""

    base_update: Remote | None = None


@dataclass(frozen=True, slots=True)
class DropBase:
    """Deleted on both sides: the base is deleted too."""

    key: Key


Decision = Action | Conflict | NoChange | DropBase
_A = TypeVar("_A", Create, Update, Adopt, Delete)


@dataclass(frozen=True, slots=True)
class PagesToFetch:
    """Pages to read on the wiki before the decision."""

    read: tuple[Listed, ...]
    missing: tuple[Base, ...]


def pages_to_fetch(
    bases: Mapping[Key, Base],
    local: Iterable[Key],
    listed: Mapping[Key, Listed],
    moved: Mapping[Key, Key] | None = None,
) -> PagesToFetch:
    """Return the pages to read whole, and those of the base that the list lacks.

    A page is read where the list does not show whether it changed: its ``updatedAt`` or its listed
    fields are not the base's, or it has no base and a file has its name, or it ``moved`` (key of
    its base → key now). An unchanged ``updatedAt`` means unchanged content (wikijs.md,
    *Dates and versions*).
    """
    local, moved = set(local), moved or {}
    arrived = set(moved.values())
    read = [
        page
        for key, page in listed.items()
        if key in arrived or _must_read(bases.get(key), key in local, page)
    ]
    missing = [
        base
        for key, base in bases.items()
        if key not in moved and (key not in listed or key in arrived)
    ]
    return PagesToFetch(tuple(read), tuple(missing))


def _must_read(base: Base | None, has_file: bool, page: Listed) -> bool:
    if base is None:
        return has_file
    return (
        page.id != base.id
        or page.updated_at != base.updated_at
        or is_listed_otherwise(page, base.remote)
    )


def decide(key: Key, base: Base | None, local: Local | None, remote: RemoteState) -> Decision:
    """Return the table's decision about one page."""
    if isinstance(remote, Hidden | MovedAway):
        return _not_visible(key, base, local, remote)
    if local is not None and remote is not None:
        odd = _unchangeable_conflict(key, base, local, remote)
        if odd is not None:
            return odd
    if base is None:
        return _decide_without_base(key, local, remote)
    return _decide_with_base(key, base, local, remote)


def _decide_without_base(key: Key, local: Local | None, remote: Remote | None) -> Decision:
    # none | exists | missing: create on the wiki
    if local is not None and remote is None:
        return _action(Create, "wiki", key, local=local)
    # none | missing | exists: create in the folder
    if local is None and remote is not None:
        return _action(Create, "folder", key, remote=remote)
    if local is None or remote is None:
        return DropBase(key)
    fields = local.fingerprint.changed_fields(_fingerprint_of(remote))
    # none | exists | exists, equal: record as base
    if not fields:
        return _action(Adopt, "folder", key, local=local, remote=remote)
    # none | exists | exists, different: conflict (the histories had no base either)
    return _conflict(unchangeable(fields) or "both-new", key, fields, local=local, remote=remote)


def _decide_with_base(key: Key, base: Base, local: Local | None, remote: Remote | None) -> Decision:
    if remote is None:
        # known | missing | missing: remove the base
        return DropBase(key) if local is None else _deleted_remotely(key, base, local)
    on_wiki = changed_remotely(base, remote, local)
    if local is None:
        return _deleted_locally(key, base, remote, on_wiki)
    in_folder = changed_locally(base, local)
    match bool(in_folder), bool(on_wiki):
        # known | same | same: nothing
        case False, False:
            return _unchanged(key, base, local, remote)
        # known | changed | same: update the wiki
        case True, False:
            return _update_wiki(key, in_folder, local, remote)
        # known | same | changed: update the folder
        case False, True:
            return _action(Update, "folder", key, on_wiki, local=local, remote=remote)
    # A field that the key could not read is compared with what it was.
    fields = local.fingerprint.changed_fields(
        _fingerprint_of(remote).with_defaults_from(base.remote)
    )
    # known | changed | changed, equal: record as base
    if not fields:
        return _action(Adopt, "folder", key, local=local, remote=remote)
    # known | changed | changed, different: merge (which needs the texts); else conflict
    found = _conflict(
        unchangeable(fields) or "both-changed", key, fields, local=local, remote=remote
    )
    return replace(found, local_changes=in_folder, remote_changes=on_wiki)


def _unchanged(key: Key, base: Base, local: Local, remote: Remote) -> Decision:
    if local.file != base.file:  # another layout, or ``guide.md`` became ``guide/README.md``
        return _action(Adopt, "folder", key, local=local, remote=remote)
    if local.fingerprint != base.local:
        # The file names other fields than its base, with the wiki's values: a later change of
        # them must be compared with these.
        return _action(Adopt, "folder", key, local=local, remote=remote)
    listed = remote.listed
    moved = (listed.updated_at, listed.id) != (base.updated_at, base.id)
    if not moved or not is_read_whole(remote, local):
        return NoChange()
    known = _fingerprint_of(remote)
    if listed.id == base.id:
        known = known.with_defaults_from(base.remote)
    return NoChange(replace(remote, fingerprint=known))


def is_read_whole(remote: Remote, local: Local) -> bool:
    """Return whether the page was not read, or read with each field that its file names.

    If not, the base keeps its time: a key that may read more reads the page again.
    """
    return remote.record is None or shows_fields_of(remote.record.page, local.fingerprint)


def changed_locally(base: Base, local: Local) -> tuple[str, ...]:
    """Return the fields that changed in the folder since the base."""
    # A field that the file names only now is compared with what the wiki had.
    if local.fingerprint == base.local:
        return ()
    return base.local.with_defaults_from(base.remote).changed_fields(local.fingerprint)


def changed_remotely(base: Base, remote: Remote, local: Local | None) -> tuple[str, ...]:
    """Return the fields that changed on the wiki since the base, as far as the file counts them.

    A field that the key could not read when the base was made is compared with the file's.
    """
    if remote.fingerprint == base.remote:  # as of every page that was not read
        return ()
    known = base.remote.with_defaults_from(base.local)
    fields = known.changed_fields(_fingerprint_of(remote))
    file = base.local if local is None else local.fingerprint
    return tuple(name for name in fields if name not in OPT_IN_FIELDS or file.has_field(name))


def _deleted_locally(key: Key, base: Base, remote: Remote, on_wiki: tuple[str, ...]) -> Decision:
    # known | missing | changed: conflict
    if on_wiki:
        return _conflict("deleted-locally", key, on_wiki, remote=remote, file=base.file)
    # known | missing | same: delete on the wiki, with --delete
    return _action(Delete, "wiki", key, remote=remote, file=base.file)


def _deleted_remotely(key: Key, base: Base, local: Local) -> Decision:
    changed = changed_locally(base, local)
    # known | changed | missing: conflict
    if changed:
        return _conflict("deleted-remotely", key, changed, local=local)
    # known | same | missing: delete in the folder, with --delete
    return _action(Delete, "folder", key, local=local)


def _update_wiki(
    key: Key, fields: tuple[str, ...], local: Local, remote: Remote
) -> Action | Conflict:
    if kind := unchangeable(fields):
        return _conflict(kind, key, fields, local=local, remote=remote)
    return _action(Update, "wiki", key, fields, local=local, remote=remote)


def unchangeable(fields: tuple[str, ...]) -> ConflictKind | None:
    """Return the conflict of fields that no update of the wiki changes (wikijs.md, *Fields*)."""
    return "editor" if "editor" in fields else "private" if "private" in fields else None


def _not_visible(
    key: Key, base: Base | None, local: Local | None, remote: Hidden | MovedAway
) -> Decision:
    file = local.file if local else base.file if base else ""
    if isinstance(remote, MovedAway):
        if local is None:
            # Missing at this key on both sides. The page is decided under its new key.
            return DropBase(key)
        return Conflict(key, file, "moved", detail=str(remote.key), local=local)
    return Conflict(key, file, "hidden", detail=remote.message, local=local)


def _unchangeable_conflict(
    key: Key, base: Base | None, local: Local, remote: Remote
) -> Conflict | None:
    """Return the conflict of a file and a page that no update can make equal."""
    listed = remote.listed
    if listed.content_type != local.content_type:
        detail = f"{local.content_type}, {listed.content_type}"
        converted = base is not None and base.content_type != listed.content_type
        kind: ConflictKind = "converted-remotely" if converted else "content-type"
        return Conflict(key, local.file, kind, ("editor",), detail, local, remote)
    if listed.private and not local.fingerprint.has_field("private"):
        return Conflict(key, local.file, "private", ("private",), "", local, remote)
    return None


def _fingerprint_of(remote: Remote) -> Fingerprint:
    if remote.fingerprint is None:
        raise AssertionError(f"{remote.listed.key} had to be read before it was decided")
    return remote.fingerprint


def _action(
    kind: type[_A],
    side: Side,
    key: Key,
    fields: tuple[str, ...] = (),
    *,
    local: Local | None = None,
    remote: Remote | None = None,
    file: str = "",
) -> _A:
    return kind(
        side=side,
        key=key,
        file=local.file if local else file,
        fields=fields,
        local=local,
        remote=remote,
        id=remote.listed.id if remote else None,
    )


def _conflict(
    kind: ConflictKind,
    key: Key,
    fields: tuple[str, ...],
    *,
    local: Local | None = None,
    remote: Remote | None = None,
    file: str = "",
) -> Conflict:
    return Conflict(key, local.file if local else file, kind, fields, "", local, remote)
