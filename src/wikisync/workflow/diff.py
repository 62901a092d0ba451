"""The texts behind a plan: each page as it is and as it would be, for those who review."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wikisync.errors import PageGone, PageHidden, WikisyncError
from wikisync.page.document import parse
from wikisync.page.fingerprint import fingerprint
from wikisync.planning.model import Action, Conflict, Remote
from wikisync.request import PageDiff

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from wikisync.folder.folder import Folder
    from wikisync.page.model import Key, Page
    from wikisync.planning.model import Local, Plan
    from wikisync.snapshot.collect import CollectedState
    from wikisync.state import State
    from wikisync.wiki.client import Wiki


def page_diffs(
    folder: Folder,
    wiki: Wiki,
    state: State,
    plan: Plan,
    surveyed: CollectedState,
    *,
    exact: bool = False,
) -> tuple[PageDiff, ...]:
    """A pair for every action that writes and every conflict, in the plan's order.

    What the plan did not need to read is read now, in batches; with ``exact``, so is a page that
    changed since it was last read, though in nothing that counts for its file. Raises WikiError and
    FolderError.
    """
    plan = with_remote_content(wiki, plan)
    both: list[Action | Conflict] = [*plan.writes, *plan.conflicts]
    items = [item for item in both if not (isinstance(item, Action) and item.via_temporary_name)]
    files = {local.digest: local.file for local in surveyed.snapshot.local.values()}
    known = {base.id: key for key, base in surveyed.snapshot.bases.items()}
    there = [_there(item, known, state) for item in items]
    if exact:
        changed = [
            item.remote for item, page in zip(items, there, strict=True) if _is_old(item, page)
        ]
        whole = {remote.listed.id: remote for remote in _read(wiki, changed)}
        there = [_newest(item, page, whole) for item, page in zip(items, there, strict=True)]
    return tuple(
        _pair(item, _here(folder, item.local, files), page)
        for item, page in zip(items, there, strict=True)
    )


def with_remote_content(
    wiki: Wiki, plan: Plan, *, only: Collection[Key] | None = None, lenient: bool = False
) -> Plan:
    """The plan with what it did not need to read of the pages that it writes or names, read now.

    What is to be done to a page is then told with the page as it was seen; ``only`` those of these
    keys. Raises WikiError; with ``lenient``, a page that is gone, hidden or moved meanwhile is left
    as it was listed.
    """
    both: list[Action | Conflict] = [*plan.writes, *plan.conflicts]
    items = [item for item in both if only is None or item.key in only]
    unread = [item.remote for item in items if item.remote and item.remote.fingerprint is None]
    whole = {remote.listed.id: remote for remote in _read(wiki, unread, lenient=lenient)}
    if not whole:
        return plan
    return replace(
        plan,
        actions=tuple(replace(a, remote=_whole(a.remote, whole)) for a in plan.actions),
        conflicts=tuple(replace(c, remote=_whole(c.remote, whole)) for c in plan.conflicts),
    )


def _read(
    wiki: Wiki, unread: Iterable[Remote | None], *, lenient: bool = False
) -> Iterator[Remote]:
    """The pages, read whole, as far as they are there and where they were listed."""
    wanted = [there.listed for there in unread if there is not None]
    for listed, got in wiki.read(wanted) if wanted else ():
        if isinstance(got, WikisyncError):
            if lenient and isinstance(got, PageGone | PageHidden):
                continue
            raise got
        if not lenient or got.key == listed.key:
            yield Remote(listed, fingerprint(got.page), got)


def _whole(there: Remote | None, whole: dict[int, Remote]) -> Remote | None:
    if there is None or there.fingerprint is not None:
        return there
    return whole.get(there.listed.id, there)


def _pair(item: Action | Conflict, here: Page | None, there: Page | None) -> PageDiff:
    if isinstance(item, Action) and item.verb == "move":
        return PageDiff(item, here, here)
    if isinstance(item, Action) and item.merged is not None and not item.writes_markers:
        return PageDiff(item, there, item.merged, here)
    if isinstance(item, Action) and item.side == "folder":
        return PageDiff(item, here, None if item.verb == "delete" else there)
    if isinstance(item, Action) and item.verb == "delete":
        return PageDiff(item, there, None)
    return PageDiff(item, there, here.with_defaults_from(there) if here and there else here)


def _there(item: Action | Conflict, known: dict[int, Key], state: State) -> Page | None:
    """The page on the wiki as it was read, or as the base has it, under whatever key."""
    if item.remote is None:
        return None
    if item.remote.record is not None:
        return item.remote.record.page
    remembered = state.bases.get(known.get(item.remote.listed.id, item.key))
    return None if remembered is None else remembered.page


def _is_old(item: Action | Conflict, page: Page | None) -> bool:
    """Whether a page that is to be shown is not the one that was seen."""
    if item.remote is None or (isinstance(item, Action) and item.verb == "move"):
        return False
    return page is None or fingerprint(page) != item.remote.fingerprint


def _newest(item: Action | Conflict, page: Page | None, whole: dict[int, Remote]) -> Page | None:
    found = None if item.remote is None else whole.get(item.remote.listed.id)
    return page if found is None or found.record is None else found.record.page


def _here(folder: Folder, local: Local | None, files: dict[bytes, str]) -> Page | None:
    if local is None:
        return None
    # A page that is to move has the name already that its file will get.
    file = files.get(local.digest, local.file)
    return parse(folder.read(file), local.content_type, file=file).page
