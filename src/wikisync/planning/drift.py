"""How a page moved on since its plan was made, in a clause: what to tell those who reviewed it.

Pure. The leases of the step are compared with both sides as they are now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.page.fingerprint import fingerprint
from wikisync.planning.model import Action, Hidden, MovedAway, Remote

if TYPE_CHECKING:
    from wikisync.page.fingerprint import Fingerprint
    from wikisync.page.model import Key
    from wikisync.planning.model import Local, RemoteState
    from wikisync.planning.snapshot import Snapshot


def describe_drift(reviewed: Action, fresh: Action | None, sides: Snapshot) -> str:
    """What is other than the reviewed step saw it; ``fresh`` is today's step about the page."""
    if is_done(reviewed, sides):
        return "what was to be done is done already"
    there_now = _remote_now(reviewed, sides)
    if fresh is not None and isinstance(there_now, Remote) and there_now.fingerprint is None:
        there_now = fresh.remote  # the look did not need to read it, and the plan did
    parts = [_local_drift(reviewed, sides), _remote_drift(reviewed, there_now, sides)]
    found = " and ".join(filter(None, parts))
    if found:
        return found
    return "it would be done otherwise now" if fresh else "there is nothing to do to it now"


def is_done(reviewed: Action, sides: Snapshot) -> bool:
    """Whether what the step would do is so already, whoever did it."""
    here, there = sides.local.get(reviewed.key), sides.remote.get(reviewed.key)
    if reviewed.verb == "delete":
        if reviewed.side == "wiki":
            return there is None and not _key_of_id(reviewed.id, sides)
        return here is None and reviewed.key not in sides.blocked
    if reviewed.verb == "move":
        if reviewed.side == "wiki":
            return isinstance(there, Remote) and there.listed.id == reviewed.id
        return here is not None and here.file == reviewed.file
    if reviewed.converts or reviewed.writes_markers:
        return False
    now = _print(there) if reviewed.side == "wiki" else None if here is None else here.fingerprint
    end = expected_result(reviewed)
    return now is not None and end is not None and not end.changed_fields(now)


def expected_result(action: Action) -> Fingerprint | None:
    """What the page that a step writes is to be."""
    if action.merged is not None:
        return fingerprint(action.merged)
    if action.side == "wiki":
        return None if action.local is None else action.local.fingerprint
    return None if action.remote is None else action.remote.fingerprint


def _remote_now(action: Action, sides: Snapshot) -> RemoteState:
    """What is now where the step expects its page: one that is to move is where it was seen."""
    if action.verb == "move" and action.side == "wiki" and action.remote is not None:
        return sides.remote.get(action.remote.listed.key)
    return sides.remote.get(action.key)


def _local_now(action: Action, sides: Snapshot) -> tuple[str, Local | None]:
    """The file that the step expects, by name, and what is there now."""
    if action.verb != "move" or action.side == "wiki":
        return action.file, sides.local.get(action.key)
    file = action.first_file or action.from_file
    return file, next((local for local in sides.local.values() if local.file == file), None)


def _local_drift(action: Action, sides: Snapshot) -> str:
    was, (file, now) = action.local, _local_now(action, sides)
    if any(problem.name == file for problem in sides.problems):
        return "its file is no valid page now"
    if now is None:
        return _missing_locally(was, sides) if was is not None else ""
    if was is None:
        return "there is a file now"
    if now.content_type != was.content_type:
        return "its file is of another kind now"
    return _edited(was.fingerprint, now.fingerprint, "here")


def _missing_locally(was: Local, sides: Snapshot) -> str:
    moved = [local.file for local in sides.local.values() if local.fingerprint == was.fingerprint]
    if len(moved) == 1:
        return f"its file is {moved[0]} now"
    return "its file was deleted here"


def _remote_drift(action: Action, now: RemoteState, sides: Snapshot) -> str:
    was = action.remote
    match now:
        case Hidden():
            return "the key may no longer see the page"
        case MovedAway(key):
            return f"the page was moved to {key} on the wiki"
        case None:
            return "" if was is None else _missing_remotely(was, sides)
    if was is None:
        return "there is a page on the wiki now"
    if now.listed.id != was.listed.id:
        return "there is another page on the wiki now"
    if was.fingerprint is None or now.fingerprint is None:
        same = now.listed.updated_at == was.listed.updated_at
        return "" if same else "the page was edited on the wiki"
    return _edited(was.fingerprint, now.fingerprint, "on the wiki")


def _missing_remotely(was: Remote, sides: Snapshot) -> str:
    key = _key_of_id(was.listed.id, sides)
    if key is not None:
        return f"the page was moved to {key} on the wiki"
    return "the page was deleted on the wiki"


def _key_of_id(page_id: int | None, sides: Snapshot) -> Key | None:
    """Where the page of an id is now."""
    for key, there in sides.remote.items():
        if isinstance(there, Remote) and there.listed.id == page_id:
            return key
    return None


def _edited(was: Fingerprint, now: Fingerprint, where: str) -> str:
    if was == now:
        return ""
    fields = was.changed_fields(now)
    return f"its {', '.join(fields)} changed {where}" if fields else f"it changed {where}"


def _print(there: RemoteState) -> Fingerprint | None:
    return there.fingerprint if isinstance(there, Remote) else None
