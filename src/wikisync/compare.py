"""The texts behind a plan: each page as it is and as it would be, for those who review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wikisync.errors import WikisyncError
from wikisync.page.document import parse
from wikisync.sync.plan import Action, Conflict

if TYPE_CHECKING:
    from wikisync.page.model import Page
    from wikisync.sides.folder import Folder
    from wikisync.sides.wiki import Wiki
    from wikisync.state import State
    from wikisync.sync.plan import Local, Plan


@dataclass(frozen=True, slots=True)
class Pair:
    """A page of the plan as it is (``old``) and as it would be (``new``); None: not there.

    For a conflict, ``old`` is the wiki's and ``new`` the folder's.
    """

    item: Action | Conflict
    old: Page | None
    new: Page | None


def pairs(folder: Folder, wiki: Wiki, state: State, plan: Plan) -> tuple[Pair, ...]:
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
    return tuple(_pair(item, folder, state, whole) for item in items)


def _pair(item: Action | Conflict, folder: Folder, state: State, whole: dict[int, Page]) -> Pair:
    here = _here(folder, item.here)
    there = None
    if item.there is not None:
        record = item.there.record
        there = record.page if record else whole.get(item.there.listed.id)
        if there is None and (remembered := state.bases.get(item.key)) is not None:
            there = remembered.page
    if isinstance(item, Action) and item.side == "folder":
        return Pair(item, here, None if item.verb == "delete" else there)
    if isinstance(item, Action) and item.verb == "delete":
        return Pair(item, there, None)
    return Pair(item, there, here.over(there) if here and there else here)


def _here(folder: Folder, local: Local | None) -> Page | None:
    if local is None:
        return None
    return parse(folder.read(local.file), local.content_type, file=local.file).page
