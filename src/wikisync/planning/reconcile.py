"""The decision table: what is to happen to a page, from what each side and the base know of it.

Pure. ``pages_to_fetch`` says which pages of the wiki must be read before the table can be asked;
``decide`` is the table itself, one row a branch (design, *How a page is decided*).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wikisync.page.fingerprint import OPT_IN_FIELDS, listed_fingerprint
from wikisync.planning.model import (
    Action,
    Base,
    Conflict,
    ConflictKind,
    Hidden,
    Local,
    MovedAway,
    Remote,
    RemoteState,
    Side,
    Verb,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wikisync.page.fingerprint import Fingerprint
    from wikisync.page.model import Key, Listed


@dataclass(frozen=True, slots=True)
class NoChange:
    """Nothing to do. ``renewed``: the page as it is now, where it moved on without a change."""

    base_update: Remote | None = None


@dataclass(frozen=True, slots=True)
class DropBase:
    """Gone on both sides: the base can go too."""

    key: Key


Decision = Action | Conflict | NoChange | DropBase


@dataclass(frozen=True, slots=True)
class PagesToFetch:
    """What must be read on the wiki before the table can be asked."""

    read: tuple[Listed, ...]
    missing: tuple[Base, ...]


def pages_to_fetch(
    bases: Mapping[Key, Base],
    here: Iterable[Key],
    listed: Mapping[Key, Listed],
    moved: Mapping[Key, Key] | None = None,
) -> PagesToFetch:
    """Which pages to read whole, and which of the base to look at because the list lacks them.

    A page is read where the list cannot tell whether it changed: its ``updatedAt`` or what the
    list shows of it is not the base's, or there is no base and a file bears its name, or it
    ``moved`` (key of its base → key now). (Facts, *Reading*: unchanged ``updatedAt`` means
    unchanged content; a changed one means look.)
    """
    here, moved = set(here), moved or {}
    arrived = set(moved.values())
    read = [
        page
        for key, page in listed.items()
        if key in arrived or _unknown(bases.get(key), key in here, page)
    ]
    missing = [
        base
        for key, base in bases.items()
        if key not in moved and (key not in listed or key in arrived)
    ]
    return PagesToFetch(tuple(read), tuple(missing))


def _unknown(base: Base | None, has_file: bool, page: Listed) -> bool:
    if base is None:
        return has_file
    return (
        page.id != base.id
        or page.updated_at != base.updated_at
        or bool(listed_fingerprint(page).changed_fields(base.remote))
    )


def decide(key: Key, base: Base | None, local: Local | None, remote: RemoteState) -> Decision:
    """One row of the table for one page."""
    if isinstance(remote, Hidden | MovedAway):
        return _not_visible(key, base, local, remote)
    if local is not None and remote is not None:
        odd = _kind_conflict(key, base, local, remote)
        if odd is not None:
            return odd
    if base is None:
        return _decide_without_base(key, local, remote)
    return _decide_with_base(key, base, local, remote)


def _decide_without_base(key: Key, here: Local | None, there: Remote | None) -> Decision:
    # none | there | absent: create on the wiki
    if here is not None and there is None:
        return _action("create", "wiki", key, here=here)
    # none | absent | there: create here
    if here is None and there is not None:
        return _action("create", "folder", key, there=there)
    if here is None or there is None:
        return DropBase(key)
    fields = here.fingerprint.changed_fields(_fingerprint_of(there))
    # none | there | there, equal: adopt
    if not fields:
        return _action("adopt", "folder", key, here=here, there=there)
    # none | there | there, different: no common ancestor, conflict
    return _conflict(fixed(fields) or "both-new", key, fields, here=here, there=there)


def _decide_with_base(key: Key, base: Base, here: Local | None, there: Remote | None) -> Decision:
    if there is None:
        # known | gone | gone: forget
        return DropBase(key) if here is None else _deleted_remotely(key, base, here)
    on_wiki = changed_remotely(base, there, here)
    if here is None:
        return _deleted_locally(key, base, there, on_wiki)
    in_folder = changed_locally(base, here)
    match bool(in_folder), bool(on_wiki):
        # known | same | same: nothing
        case False, False:
            return _unchanged(key, base, here, there)
        # known | changed | same: update the wiki
        case True, False:
            return _update_wiki(key, in_folder, here, there)
        # known | same | changed: update here
        case False, True:
            return _action("update", "folder", key, on_wiki, here=here, there=there)
    fields = here.fingerprint.changed_fields(_fingerprint_of(there))
    # known | changed | changed, equal: adopt
    if not fields:
        return _action("adopt", "folder", key, here=here, there=there)
    # known | changed | changed, different: merge (which needs the texts); else conflict
    found = _conflict(fixed(fields) or "both-changed", key, fields, here=here, there=there)
    return replace(found, local_changes=in_folder, remote_changes=on_wiki)


def _unchanged(key: Key, base: Base, here: Local, there: Remote) -> Decision:
    if here.fingerprint != base.local:
        # It names other fields than before, with the values that the wiki has: noted, or what the
        # wiki changes in them later would be told by the wrong measure.
        return _action("adopt", "folder", key, here=here, there=there)
    listed = there.listed
    moved = (listed.updated_at, listed.id) != (base.updated_at, base.id)
    return NoChange(there if moved else None)


def changed_locally(base: Base, here: Local) -> tuple[str, ...]:
    """The fields that changed in the folder since the base."""
    # A field that the file names only now is compared with what the wiki had.
    if here.fingerprint == base.local:
        return ()
    return base.local.with_defaults_from(base.remote).changed_fields(here.fingerprint)


def changed_remotely(base: Base, there: Remote, here: Local | None) -> tuple[str, ...]:
    """The fields that changed on the wiki since the base, of those that count for the file."""
    fields = base.remote.changed_fields(_fingerprint_of(there))
    file = base.local if here is None else here.fingerprint
    return tuple(name for name in fields if name not in OPT_IN_FIELDS or file.has_field(name))


def _deleted_locally(key: Key, base: Base, there: Remote, on_wiki: tuple[str, ...]) -> Decision:
    # known | gone | changed: conflict (kept on the wiki)
    if on_wiki:
        return _conflict("gone-here", key, on_wiki, there=there, file=base.file)
    # known | gone | same: delete on the wiki, if asked
    return _action("delete", "wiki", key, there=there, file=base.file)


def _deleted_remotely(key: Key, base: Base, here: Local) -> Decision:
    changed = changed_locally(base, here)
    # known | changed | gone: conflict (kept here)
    if changed:
        return _conflict("gone-there", key, changed, here=here)
    # known | same | gone: delete here, if asked
    return _action("delete", "folder", key, here=here)


def _update_wiki(
    key: Key, fields: tuple[str, ...], here: Local, there: Remote
) -> Action | Conflict:
    if kind := fixed(fields):
        return _conflict(kind, key, fields, here=here, there=there)
    return _action("update", "wiki", key, fields, here=here, there=there)


def fixed(fields: tuple[str, ...]) -> ConflictKind | None:
    """The conflict that no update of the wiki ends: it ignores these (facts, *Writing*)."""
    return "editor" if "editor" in fields else "private" if "private" in fields else None


def _not_visible(
    key: Key, base: Base | None, here: Local | None, there: Hidden | MovedAway
) -> Decision:
    file = here.file if here else base.file if base else ""
    if isinstance(there, MovedAway):
        if here is None:
            # Gone from this key on both sides. What bears the new one now is decided there.
            return DropBase(key)
        return Conflict(key, file, "moved", detail=str(there.key), local=here)
    return Conflict(key, file, "hidden", detail=there.message, local=here)


def _kind_conflict(key: Key, base: Base | None, here: Local, there: Remote) -> Conflict | None:
    """The pairs of file and page that an update could not make the same."""
    listed = there.listed
    if listed.content_type != here.content_type:
        detail = f"{here.content_type}, {listed.content_type}"
        converted = base is not None and base.content_type != listed.content_type
        kind: ConflictKind = "kind-there" if converted else "kind"
        return Conflict(key, here.file, kind, ("editor",), detail, here, there)
    if listed.private and not here.fingerprint.has_field("private"):
        return Conflict(key, here.file, "private", ("private",), "", here, there)
    return None


def _fingerprint_of(there: Remote) -> Fingerprint:
    if there.fingerprint is None:
        raise AssertionError(f"{there.listed.key} had to be read before it was decided")
    return there.fingerprint


def _action(
    verb: Verb,
    side: Side,
    key: Key,
    fields: tuple[str, ...] = (),
    *,
    here: Local | None = None,
    there: Remote | None = None,
    file: str = "",
) -> Action:
    return Action(
        verb,
        side,
        key,
        here.file if here else file,
        fields,
        here,
        there,
        there.listed.id if there else None,
    )


def _conflict(
    kind: ConflictKind,
    key: Key,
    fields: tuple[str, ...],
    *,
    here: Local | None = None,
    there: Remote | None = None,
    file: str = "",
) -> Conflict:
    return Conflict(key, here.file if here else file, kind, fields, "", here, there)
