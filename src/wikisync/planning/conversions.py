"""Decide about a page whose file has another content type: the wiki can convert it. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wikisync.page.model import FIELD_NAMES
from wikisync.planning.model import Update

if TYPE_CHECKING:
    from wikisync.planning.model import Base, Conflict, Prefer, Side


def may_convert(conflict: Conflict) -> bool:
    """Return whether a conflict is that the file has another content type, and no other."""
    if conflict.kind == "editor":
        return conflict.fields == ("editor",)
    return conflict.kind == "content-type"


def has_unpushed_edits(conflict: Conflict, base: Base | None) -> bool:
    """Return whether the file of a page of another content type has edits that the wiki never had.

    ``base`` is the base of the page.
    """
    local, remote = conflict.local, conflict.remote
    if local is None or remote is None or remote.fingerprint is None:
        return False
    if base is None:
        agreed = remote.fingerprint
    elif local.digest == base.digest:
        return False  # the bytes of the base, under another name
    else:
        agreed = base.local.with_defaults_from(base.remote)
    return bool(set(agreed.changed_fields(local.fingerprint)) - {"editor"})


def conversion(
    conflict: Conflict, base: Base | None, *, edited: bool, prefer: Prefer | None
) -> Update:
    """Return the action that lets the wiki convert a page to the content type of its file.

    Where the file was ``edited``, the user's preference decides whose text both sides get.
    """
    local, remote = conflict.local, conflict.remote
    fields: tuple[str, ...] = ("editor",)
    if edited and prefer == "local" and local and remote and remote.fingerprint:
        unlike = {*local.fingerprint.changed_fields(remote.fingerprint), "editor"}
        fields = tuple(name for name in FIELD_NAMES if name in unlike)
    action = Update(
        side="wiki",
        key=conflict.key,
        file=conflict.file,
        fields=fields,
        local=local,
        remote=remote,
        id=None if remote is None else remote.listed.id,
        forced=edited,
        converts=True,
    )
    return replace(action, overwrites=_overwritten_side(action, base))


def _overwritten_side(action: Update, base: Base | None) -> Side | None:
    """Return the side whose edit a conversion overwrites, if the user chose between texts."""
    remote = action.remote
    if not action.forced or remote is None or remote.fingerprint is None:
        return None
    if action.takes_conversion:
        return "folder"
    same = base is not None and not base.remote.changed_fields(remote.fingerprint)
    return None if same else "wiki"
