"""The texts behind a plan: each page as it is and as it would be, for those who review."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wikisync.errors import PageGone, PageHidden, WikisyncError
from wikisync.page.document import parse
from wikisync.page.fingerprint import fingerprint
from wikisync.sync.plan import Action, Conflict, Remote

if TYPE_CHECKING:
    from wikisync.page.model import Key, Page
    from wikisync.sides.folder import Folder
    from wikisync.sides.wiki import Wiki
    from wikisync.state import State
    from wikisync.survey import Survey
    from wikisync.sync.plan import Local, Plan


@dataclass(frozen=True, slots=True)
class Pair:
    """A page of the plan as it is (``old``) and as it would be (``new``); None: not there.

    For a conflict, ``old`` is the wiki's and ``new`` the folder's. A merge writes to both sides:
    ``old`` is the wiki's, and ``here`` the folder's.
    """

    item: Action | Conflict
    old: Page | None
    new: Page | None
    here: Page | None = None


def pairs(
    folder: Folder, wiki: Wiki, state: State, plan: Plan, surveyed: Survey
) -> tuple[Pair, ...]:
    """A pair for every action that writes and every conflict, in the plan's order.

    What the plan did not need to read is read now, in batches. Raises WikiError and FolderError.
    """
    plan = filled(wiki, plan)
    items: list[Action | Conflict] = [*plan.writes, *plan.conflicts]
    files = {local.digest: local.file for local in surveyed.sides.here.values()}
    known = {base.id: key for key, base in surveyed.sides.bases.items()}
    return tuple(
        _pair(item, _here(folder, item.here, files), _known(item, known, state))
        for item in items
        if not (isinstance(item, Action) and item.aside)
    )


def filled(wiki: Wiki, plan: Plan, *, lenient: bool = False) -> Plan:
    """The plan with what it did not need to read of the pages that it writes or names, read now.

    What is to be done to a page is then told with the page as it was seen. Raises WikiError; with
    ``lenient``, a page that is gone, hidden or moved meanwhile is left as it was listed.
    """
    items: list[Action | Conflict] = [*plan.writes, *plan.conflicts]
    unread = [
        item.there.listed
        for item in items
        if item.there is not None and item.there.record is None and item.there.fingerprint is None
    ]
    whole: dict[int, Remote] = {}
    for listed, got in wiki.read(unread) if unread else ():
        if isinstance(got, WikisyncError):
            if lenient and isinstance(got, PageGone | PageHidden):
                continue
            raise got
        if lenient and got.key != listed.key:
            continue
        whole[listed.id] = Remote(listed, fingerprint(got.page), got)
    if not whole:
        return plan
    return replace(
        plan,
        actions=tuple(replace(a, there=_whole(a.there, whole)) for a in plan.actions),
        conflicts=tuple(replace(c, there=_whole(c.there, whole)) for c in plan.conflicts),
    )


def _whole(there: Remote | None, whole: dict[int, Remote]) -> Remote | None:
    if there is None or there.fingerprint is not None:
        return there
    return whole.get(there.listed.id, there)


def _pair(item: Action | Conflict, here: Page | None, known: Page | None) -> Pair:
    if isinstance(item, Action) and item.verb == "move":
        return Pair(item, here, here)
    there = None
    if item.there is not None:
        there = item.there.record.page if item.there.record else known
    if isinstance(item, Action) and item.merged is not None and not item.marks:
        return Pair(item, there, item.merged, here)
    if isinstance(item, Action) and item.side == "folder":
        return Pair(item, here, None if item.verb == "delete" else there)
    if isinstance(item, Action) and item.verb == "delete":
        return Pair(item, there, None)
    return Pair(item, there, here.over(there) if here and there else here)


def _known(item: Action | Conflict, known: dict[int, Key], state: State) -> Page | None:
    """The page as the base has it, under whatever key."""
    if item.there is None or item.there.record is not None:
        return None
    remembered = state.bases.get(known.get(item.there.listed.id, item.key))
    return None if remembered is None else remembered.page


def _here(folder: Folder, local: Local | None, files: dict[bytes, str]) -> Page | None:
    if local is None:
        return None
    # A page that is to move has the name already that its file will get.
    file = files.get(local.digest, local.file)
    return parse(folder.read(file), local.content_type, file=file).page
