"""A plan's moves: a page or a file gets another name, and nothing else of it changes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from wikisync.apply import in_folder, on_wiki, second_look
from wikisync.apply.context import ApplyContext, open_file
from wikisync.apply.dates import update_date_line
from wikisync.errors import FolderError, PageChanged, WikisyncError
from wikisync.state.bases import StoredBase
from wikisync.state.journal import Intent

if TYPE_CHECKING:
    from wikisync.page.model import Record
    from wikisync.planning.model import Action


def move_page(run: ApplyContext, action: Action) -> WikisyncError | None:
    """Move a page to where its file is. Returns what went wrong beside, if anything.

    Raises PageMoved where the file is no longer there, or back where it was, at a second look.
    """
    there = action.remote
    if there is None or there.fingerprint is None:
        raise AssertionError(f"{action.key}: a move of a page needs a lease")
    lease = str(there.fingerprint)
    intent = replace(_intent(run, action), expected=lease, wanted=lease)
    second_look.wait_for_second_look(run)
    look = partial(second_look.check_still_renamed, run, action)
    record, overtook = on_wiki.move(run, intent, look)
    if overtook is not None or action.via_temporary_name:
        return overtook
    return _write_back(run, action, record)


def move_file(run: ApplyContext, action: Action) -> None:
    """Rename a file as its page was. Raises PageMoved where the page is not there any more."""
    here = action.local
    if here is None:
        raise AssertionError(f"{action.key}: a move of a file needs one")
    page = action.remote.listed.key if action.remote is not None else action.key
    if run.wiki.find(page) is None:
        raise PageChanged(page, "it is not there any more")
    lease = run.rewritten_digests.get((action.from_file, here.digest), here.digest).hex()
    in_folder.move(run, replace(_intent(run, action), expected=lease, wanted=lease))


def _intent(run: ApplyContext, action: Action) -> Intent:
    if action.base_key is None or action.base is None:
        raise AssertionError(f"{action.key}: a move needs the base that it begins and ends with")
    before = run.state.bases.get(action.base_key)
    after = None if before is None else StoredBase(action.base, before.page)
    return Intent(
        run.number,
        "move",
        action.side,
        action.key,
        action.file,
        action.id,
        None,
        None,
        after=after,
        before=before,
        from_key=action.from_key,
        from_file=action.from_file,
    )


def _write_back(run: ApplyContext, action: Action, record: Record) -> WikisyncError | None:
    if action.local is None or not run.write_back:
        return None
    try:
        digest = update_date_line(run, action.file, open_file(run, action.local), record)
    except FolderError as error:
        return error
    if digest is not None:
        run.rewritten_digests[action.file, action.local.digest] = digest
    return None
