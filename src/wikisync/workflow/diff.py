"""Return the content of each page of a plan, before and after."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wikisync.errors import PageGone, PageHidden, WikisyncError
from wikisync.page.document import parse
from wikisync.page.fingerprint import fingerprint
from wikisync.planning.model import Action, Conflict, Delete, Merge, Move, Remote
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
    collected: CollectedState,
    *,
    exact: bool = False,
) -> tuple[PageDiff, ...]:
    """Return a PageDiff for every action that writes and every conflict, in the plan's order.

    Pages that the plan has no content of are read, in batches. ``exact`` also reads pages that
    changed in nothing that their file has. Raises WikiError and FolderError.
    """
    plan = with_remote_content(wiki, plan)
    unfiltered: list[Action | Conflict] = [*plan.writes, *plan.conflicts]
    items = [
        item for item in unfiltered if not (isinstance(item, Move) and item.via_temporary_name)
    ]
    files = {local.digest: local.file for local in collected.snapshot.local.values()}
    known = {base.id: key for key, base in collected.snapshot.bases.items()}
    remote_pages = [_remote_page(item, known, state) for item in items]
    if exact:
        changed = [
            item.remote
            for item, page in zip(items, remote_pages, strict=True)
            if _is_outdated(item, page)
        ]
        newest = {remote.listed.id: remote for remote in _read(wiki, changed)}
        remote_pages = [
            _newest(item, page, newest) for item, page in zip(items, remote_pages, strict=True)
        ]
    return tuple(
        _page_diff(item, _local_page(folder, item.local, files), page)
        for item, page in zip(items, remote_pages, strict=True)
    )


def with_remote_content(
    wiki: Wiki, plan: Plan, *, only: Collection[Key] | None = None, lenient: bool = False
) -> Plan:
    """Return the plan with the content of the wiki's pages that it has no fingerprint of.

    ``only`` limits this to pages with these keys. With ``lenient``, a page that is gone, hidden or
    moved by now is left without content. Raises WikiError.
    """
    unfiltered: list[Action | Conflict] = [*plan.writes, *plan.conflicts]
    items = [item for item in unfiltered if only is None or item.key in only]
    unread = [item.remote for item in items if item.remote and item.remote.fingerprint is None]
    by_id = {remote.listed.id: remote for remote in _read(wiki, unread, lenient=lenient)}
    if not by_id:
        return plan
    return replace(
        plan,
        actions=tuple(replace(a, remote=_with_content(a.remote, by_id)) for a in plan.actions),
        conflicts=tuple(replace(c, remote=_with_content(c.remote, by_id)) for c in plan.conflicts),
    )


def _read(
    wiki: Wiki, unread: Iterable[Remote | None], *, lenient: bool = False
) -> Iterator[Remote]:
    """Read pages and yield them with their content. ``lenient`` is as in the caller."""
    wanted = [remote.listed for remote in unread if remote is not None]
    for listed, got in wiki.read(wanted) if wanted else ():
        if isinstance(got, WikisyncError):
            if lenient and isinstance(got, PageGone | PageHidden):
                continue
            raise got
        if not lenient or got.key == listed.key:
            yield Remote(listed, fingerprint(got.page), got)


def _with_content(remote: Remote | None, by_id: dict[int, Remote]) -> Remote | None:
    if remote is None or remote.fingerprint is not None:
        return remote
    return by_id.get(remote.listed.id, remote)


def _page_diff(item: Action | Conflict, local: Page | None, remote: Page | None) -> PageDiff:
    if isinstance(item, Move):
        return PageDiff(item, local, local)
    if isinstance(item, Merge) and not item.writes_markers:
        return PageDiff(item, remote, item.merged, local)
    if isinstance(item, Action) and item.side == "folder":
        return PageDiff(item, local, None if isinstance(item, Delete) else remote)
    if isinstance(item, Delete):
        return PageDiff(item, remote, None)
    return PageDiff(item, remote, local.with_defaults_from(remote) if local and remote else local)


def _remote_page(item: Action | Conflict, keys: dict[int, Key], state: State) -> Page | None:
    """Return the wiki's page of an action or conflict: as read, else as its base has it."""
    if item.remote is None:
        return None
    if item.remote.record is not None:
        return item.remote.record.page
    stored = state.bases.get(keys.get(item.remote.listed.id, item.key))
    return None if stored is None else stored.page


def _is_outdated(item: Action | Conflict, page: Page | None) -> bool:
    """Return whether the content to show differs from the fingerprint in the plan."""
    if item.remote is None or isinstance(item, Move):
        return False
    return page is None or fingerprint(page) != item.remote.fingerprint


def _newest(item: Action | Conflict, page: Page | None, by_id: dict[int, Remote]) -> Page | None:
    found = None if item.remote is None else by_id.get(item.remote.listed.id)
    return page if found is None or found.record is None else found.record.page


def _local_page(folder: Folder, local: Local | None, files: dict[bytes, str]) -> Page | None:
    if local is None:
        return None
    # The plan has the future name of a file whose page is to be moved.
    file = files.get(local.digest, local.file)
    data = folder.read(file)
    return parse(data, local.content_type, file=file, link_folder=local.link_folder).page
