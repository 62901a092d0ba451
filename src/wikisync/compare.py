"""The texts behind a plan: each page as it is and as it would be, for those who review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wikisync.errors import WikisyncError
from wikisync.page.document import parse
from wikisync.sync.plan import Action, Conflict

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
    items: list[Action | Conflict] = [*plan.writes, *plan.conflicts]
    unread = [
        item.there.listed
        for item in items
        if item.there is not None and item.there.record is None and item.there.fingerprint is None
    ]
    whole: dict[int, Page] = {}
    for listed, got in wiki.read(unread) if unread else ():
        if isinstance(got, WikisyncError):
            raise got
        whole[listed.id] = got.page
    files = {local.digest: local.file for local in surveyed.sides.here.values()}
    known = {base.id: key for key, base in surveyed.sides.bases.items()}
    return tuple(
        _pair(item, _here(folder, item.here, files), _known(item, known, state), whole)
        for item in items
        if not (isinstance(item, Action) and item.aside)
    )


def _pair(
    item: Action | Conflict, here: Page | None, known: Page | None, whole: dict[int, Page]
) -> Pair:
    if isinstance(item, Action) and item.verb == "move":
        return Pair(item, here, here)
    there = None
    if item.there is not None:
        record = item.there.record
        there = record.page if record else whole.get(item.there.listed.id)
        there = there or known
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
