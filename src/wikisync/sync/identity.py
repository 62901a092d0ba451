"""When a step of one plan is the same as a step of another: the same write, under the same leases.

Pure. Two plans of the same pages made at two times are compared with this, step by step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.page.fingerprint import fingerprint

if TYPE_CHECKING:
    from wikisync.page.fingerprint import Fingerprint
    from wikisync.sync.plan import Action, Local, Remote


def same_step(reviewed: Action, fresh: Action) -> bool:
    """Whether two steps do the same to the same page, under the same leases.

    What counts of a file is what counts everywhere: a new ``date`` line is no change.
    """
    same = (
        (reviewed.verb, reviewed.side, reviewed.file) == (fresh.verb, fresh.side, fresh.file)
        and _from(reviewed) == _from(fresh)
        and set(reviewed.fields) == set(fresh.fields)
        and set(reviewed.remote_changes) == set(fresh.remote_changes)
        and (reviewed.writes_markers, reviewed.converts) == (fresh.writes_markers, fresh.converts)
    )
    # A reviewer who was shown no edit that is gone over has not agreed to one.
    same = same and fresh.overwrites in {None, reviewed.overwrites}
    return (
        same
        and same_local(reviewed.local, fresh.local)
        and same_remote(reviewed.remote, fresh.remote)
        and merged_fingerprint(reviewed) == merged_fingerprint(fresh)
    )


def _from(action: Action) -> str:
    return action.first_file or action.from_file


def same_local(reviewed: Local | None, fresh: Local | None) -> bool:
    """Whether a file is as it was seen."""
    if reviewed is None or fresh is None:
        return reviewed is fresh
    known = (reviewed.content_type, reviewed.fingerprint)
    return known == (fresh.content_type, fresh.fingerprint)


def same_remote(reviewed: Remote | None, fresh: Remote | None) -> bool:
    """Whether a page is as it was seen; one that was never read is told by its time."""
    if reviewed is None or fresh is None:
        return reviewed is fresh
    if reviewed.listed.id != fresh.listed.id:
        return False
    if reviewed.fingerprint is None or fresh.fingerprint is None:
        return reviewed.listed.updated_at == fresh.listed.updated_at
    return reviewed.fingerprint == fresh.fingerprint


def merged_fingerprint(action: Action) -> Fingerprint | None:
    """The fingerprint of the page that a merge leads to."""
    return None if action.merged is None else fingerprint(action.merged)
