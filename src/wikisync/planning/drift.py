"""Describe how a page changed after its plan was made, in a clause.

Pure. The preconditions of the step are compared with the present state of both sides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.page.fingerprint import fingerprint
from wikisync.page.paths import to_nfc
from wikisync.planning.model import (
    Delete,
    Hidden,
    Merge,
    Move,
    MovedAway,
    Remote,
    Update,
    original_file,
)

if TYPE_CHECKING:
    from wikisync.page.fingerprint import Fingerprint
    from wikisync.page.model import Key
    from wikisync.planning.model import Action, Local, RemoteState
    from wikisync.planning.snapshot import Snapshot


def describe_drift(reviewed: Action, fresh: Action | None, snapshot: Snapshot) -> str:
    """Return how a page differs from what the reviewed step expects; ``fresh`` is today's step."""
    if is_done(reviewed, snapshot):
        return "it is already as planned"
    remote = _remote_now(reviewed, snapshot)
    if fresh is not None and isinstance(remote, Remote) and remote.fingerprint is None:
        remote = fresh.remote  # only the plan needed to read it
    parts = [_local_drift(reviewed, snapshot), _remote_drift(reviewed, remote, snapshot)]
    found = " and ".join(filter(None, parts))
    if found:
        return found
    return "a new plan would treat it differently" if fresh else "there is nothing left to do"


def is_done(reviewed: Action, snapshot: Snapshot) -> bool:
    """Return whether the result of a step exists already, regardless of who wrote it."""
    local, remote = snapshot.local.get(reviewed.key), snapshot.remote.get(reviewed.key)
    if isinstance(reviewed, Delete):
        if reviewed.side == "wiki":
            return remote is None and not _key_of_id(reviewed.id, snapshot)
        return local is None and reviewed.key not in snapshot.blocked
    if isinstance(reviewed, Move):
        if reviewed.side == "wiki":
            return isinstance(remote, Remote) and remote.listed.id == reviewed.id
        return local is not None and to_nfc(local.file) == to_nfc(reviewed.file)
    if isinstance(reviewed, Update) and reviewed.converts:
        return False
    if isinstance(reviewed, Merge) and reviewed.writes_markers:
        return False
    current = (
        _fingerprint_of(remote)
        if reviewed.side == "wiki"
        else None
        if local is None
        else local.fingerprint
    )
    result = expected_result(reviewed)
    return current is not None and result is not None and not result.changed_fields(current)


def expected_result(action: Action) -> Fingerprint | None:
    """Return the fingerprint of the page that a step writes."""
    if isinstance(action, Merge) and action.merged is not None:
        return fingerprint(action.merged)
    if action.side == "wiki":
        return None if action.local is None else action.local.fingerprint
    return None if action.remote is None else action.remote.fingerprint


def _remote_now(action: Action, snapshot: Snapshot) -> RemoteState:
    """Return what is now where the step expects its page; before a move, at its old path."""
    if isinstance(action, Move) and action.side == "wiki" and action.remote is not None:
        return snapshot.remote.get(action.remote.listed.key)
    return snapshot.remote.get(action.key)


def _local_now(action: Action, snapshot: Snapshot) -> tuple[str, Local | None]:
    """Return the name of the file that the step expects, and the file that has it now."""
    if not isinstance(action, Move) or action.side == "wiki":
        return action.file, snapshot.local.get(action.key)
    file = original_file(action)
    same = (found for found in snapshot.local.values() if to_nfc(found.file) == to_nfc(file))
    return file, next(same, None)


def _local_drift(action: Action, snapshot: Snapshot) -> str:
    expected, (file, current) = action.local, _local_now(action, snapshot)
    if any(file in problem.names for problem in snapshot.problems):
        return "its file is no longer a valid page"
    if current is None:
        return _missing_locally(expected, snapshot) if expected is not None else ""
    if expected is None:
        return "a file of that name exists now"
    if current.content_type != expected.content_type:
        return "its file has another content type now"
    return _describe_edit(expected.fingerprint, current.fingerprint, "in the folder")


def _missing_locally(expected: Local, snapshot: Snapshot) -> str:
    new_names = [
        local.file for local in snapshot.local.values() if local.fingerprint == expected.fingerprint
    ]
    if len(new_names) == 1:
        return f"its file is {new_names[0]} now"
    return "its file was deleted"


def _remote_drift(action: Action, current: RemoteState, snapshot: Snapshot) -> str:
    expected = action.remote
    match current:
        case Hidden():
            return "the API key can no longer see the page"
        case MovedAway(key):
            return f"the page was moved to {key} on the wiki"
        case None:
            return "" if expected is None else _missing_remotely(expected, snapshot)
    if expected is None:
        return "the page exists on the wiki now"
    if current.listed.id != expected.listed.id:
        return "there is another page on the wiki now"
    if expected.fingerprint is None or current.fingerprint is None:
        same = current.listed.updated_at == expected.listed.updated_at
        return "" if same else "the page was edited on the wiki"
    fields = expected.fingerprint.changed_fields(
        current.fingerprint
    )  # some may not have been readable
    return f"its {', '.join(fields)} changed on the wiki" if fields else ""


def _missing_remotely(expected: Remote, snapshot: Snapshot) -> str:
    key = _key_of_id(expected.listed.id, snapshot)
    if key is not None:
        return f"the page was moved to {key} on the wiki"
    return "the page was deleted on the wiki"


def _key_of_id(page_id: int | None, snapshot: Snapshot) -> Key | None:
    """Return the present key of the page with this id."""
    for key, remote in snapshot.remote.items():
        if isinstance(remote, Remote) and remote.listed.id == page_id:
            return key
    return None


def _describe_edit(expected: Fingerprint, current: Fingerprint, where: str) -> str:
    if expected == current:
        return ""
    fields = expected.changed_fields(current)
    return f"its {', '.join(fields)} changed {where}" if fields else f"it changed {where}"


def _fingerprint_of(remote: RemoteState) -> Fingerprint | None:
    return remote.fingerprint if isinstance(remote, Remote) else None
