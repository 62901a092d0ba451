"""How a page moved on since its plan was made, in a clause: what to tell those who reviewed it.

Pure. The leases of the step are compared with both sides as they are now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.page.fingerprint import fingerprint
from wikisync.sync.plan import Action, Elsewhere, Hidden, Remote

if TYPE_CHECKING:
    from wikisync.page.fingerprint import Fingerprint
    from wikisync.page.model import Key
    from wikisync.sync.known import Sides
    from wikisync.sync.plan import Local, There


def since(reviewed: Action, fresh: Action | None, sides: Sides) -> str:
    """What is other than the reviewed step saw it; ``fresh`` is today's step about the page."""
    if is_done(reviewed, sides):
        return "what was to be done is done already"
    there_now = _there(reviewed, sides)
    if fresh is not None and isinstance(there_now, Remote) and there_now.fingerprint is None:
        there_now = fresh.there  # the look did not need to read it, and the plan did
    parts = [_here_since(reviewed, sides), _there_since(reviewed, there_now, sides)]
    found = " and ".join(filter(None, parts))
    if found:
        return found
    return "it would be done otherwise now" if fresh else "there is nothing to do to it now"


def is_done(reviewed: Action, sides: Sides) -> bool:
    """Whether what the step would do is so already, whoever did it."""
    here, there = sides.here.get(reviewed.key), sides.there.get(reviewed.key)
    if reviewed.verb == "delete":
        if reviewed.side == "wiki":
            return there is None and not _at(reviewed.id, sides)
        return here is None and reviewed.key not in sides.blocked
    if reviewed.verb == "move":
        if reviewed.side == "wiki":
            return isinstance(there, Remote) and there.listed.id == reviewed.id
        return here is not None and here.file == reviewed.file
    if reviewed.converts or reviewed.marks:
        return False
    now = _print(there) if reviewed.side == "wiki" else None if here is None else here.fingerprint
    end = end_of(reviewed)
    return now is not None and end is not None and not end.changed_fields(now)


def end_of(action: Action) -> Fingerprint | None:
    """What the page that a step writes is to be."""
    if action.merged is not None:
        return fingerprint(action.merged)
    if action.side == "wiki":
        return None if action.here is None else action.here.fingerprint
    return None if action.there is None else action.there.fingerprint


def _there(action: Action, sides: Sides) -> There:
    """What is now where the step expects its page: one that is to move is where it was seen."""
    if action.verb == "move" and action.side == "wiki" and action.there is not None:
        return sides.there.get(action.there.listed.key)
    return sides.there.get(action.key)


def _here(action: Action, sides: Sides) -> tuple[str, Local | None]:
    """The file that the step expects, by name, and what is there now."""
    if action.verb != "move" or action.side == "wiki":
        return action.file, sides.here.get(action.key)
    file = action.first_file or action.old_file
    return file, next((local for local in sides.here.values() if local.file == file), None)


def _here_since(action: Action, sides: Sides) -> str:
    was, (file, now) = action.here, _here(action, sides)
    if any(problem.name == file for problem in sides.problems):
        return "its file is no valid page now"
    if now is None:
        return _gone_here(was, sides) if was is not None else ""
    if was is None:
        return "there is a file now"
    if now.content_type != was.content_type:
        return "its file is of another kind now"
    return _edited(was.fingerprint, now.fingerprint, "here")


def _gone_here(was: Local, sides: Sides) -> str:
    moved = [local.file for local in sides.here.values() if local.fingerprint == was.fingerprint]
    if len(moved) == 1:
        return f"its file is {moved[0]} now"
    return "its file was deleted here"


def _there_since(action: Action, now: There, sides: Sides) -> str:
    was = action.there
    match now:
        case Hidden():
            return "the key may no longer see the page"
        case Elsewhere(key):
            return f"the page was moved to {key} on the wiki"
        case None:
            return "" if was is None else _gone_there(was, sides)
    if was is None:
        return "there is a page on the wiki now"
    if now.listed.id != was.listed.id:
        return "there is another page on the wiki now"
    if was.fingerprint is None or now.fingerprint is None:
        same = now.listed.updated_at == was.listed.updated_at
        return "" if same else "the page was edited on the wiki"
    return _edited(was.fingerprint, now.fingerprint, "on the wiki")


def _gone_there(was: Remote, sides: Sides) -> str:
    key = _at(was.listed.id, sides)
    if key is not None:
        return f"the page was moved to {key} on the wiki"
    return "the page was deleted on the wiki"


def _at(page_id: int | None, sides: Sides) -> Key | None:
    """Where the page of an id is now."""
    for key, there in sides.there.items():
        if isinstance(there, Remote) and there.listed.id == page_id:
            return key
    return None


def _edited(was: Fingerprint, now: Fingerprint, where: str) -> str:
    if was == now:
        return ""
    fields = was.changed_fields(now)
    return f"its {', '.join(fields)} changed {where}" if fields else f"it changed {where}"


def _print(there: There) -> Fingerprint | None:
    return there.fingerprint if isinstance(there, Remote) else None
