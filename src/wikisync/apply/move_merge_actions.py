"""A plan's merges: both sides' changes into the file, and from there to the wiki.

The file is written first, with the wiki's page as it was seen for its base. From then on it is a
file that was edited here, and what follows is an ordinary update: wherever a run is stopped, the
next one ends where this one would have (promise 5).

A plan's moves: a page or a file gets another name, and nothing else of it changes.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from wikisync.apply import file_actions, second_look, wiki_writes
from wikisync.apply.page_actions import update_date_line, update_page
from wikisync.apply.transaction import ApplyContext, ParsedFile, open_file
from wikisync.errors import BadPage, FolderError, PageChanged, WikisyncError
from wikisync.folder.folder import digest_of
from wikisync.page.conflict_markers import with_conflict_markers
from wikisync.page.document import update
from wikisync.page.fingerprint import OPT_IN_FIELDS, Fingerprint, fingerprint
from wikisync.planning.model import Action, Base, Local
from wikisync.state.bases import StoredBase
from wikisync.state.journal import Intent

if TYPE_CHECKING:
    from wikisync.errors import WikisyncError
    from wikisync.page.model import Page, Record
    from wikisync.planning.model import Action


def move_page(run: ApplyContext, action: Action) -> WikisyncError | None:
    """Move a page to where its file is. Returns what went wrong beside, if anything.

    Raises PageChanged where the file is no longer there, or back where it was, at a second look.
    """
    there = action.remote
    if there is None or there.fingerprint is None:
        raise AssertionError(f"{action.key}: a move of a page needs a lease")
    lease = str(there.fingerprint)
    intent = replace(_intent(run, action), expected=lease, wanted=lease)
    second_look.wait_for_second_look(run)
    look = partial(second_look.check_still_renamed, run, action)
    record, overtook = wiki_writes.move(run, intent, look)
    if overtook is not None or action.via_temporary_name:
        return overtook
    return _write_back(run, action, record)


def move_file(run: ApplyContext, action: Action) -> None:
    """Rename a file as its page was. Raises PageChanged where the page is not there any more."""
    here = action.local
    if here is None:
        raise AssertionError(f"{action.key}: a move of a file needs one")
    page = action.remote.listed.key if action.remote is not None else action.key
    if run.wiki.find(page) is None:
        raise PageChanged(page, "it is not there any more")
    lease = run.rewritten_digests.get((action.from_file, here.digest), here.digest).hex()
    file_actions.move(run, replace(_intent(run, action), expected=lease, wanted=lease))


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


def merge(run: ApplyContext, action: Action) -> WikisyncError | None:
    """Bring both sides to the merged page. Returns what went wrong beside, if anything."""
    opened, record = _opened(run, action)
    merged = _merged(action)
    document = update(
        opened.document, page=merged, fields=action.remote_changes, date=record.updated_at
    )
    there = fingerprint(record.page)
    now = fingerprint(document.page)
    lost = [name for name in now.changed_fields(fingerprint(merged)) if name not in OPT_IN_FIELDS]
    if lost:
        raise BadPage(action.file, None, f"its {', '.join(lost)} cannot be written in a file")
    _write(run, action, opened, document.data, record)
    if action.local is None or action.remote is None:
        raise AssertionError(f"{action.key}: a merge needs both sides")
    local = Local(action.file, action.local.content_type, now, digest_of(document.data))
    changed_action = replace(
        action,
        fields=now.changed_fields(there),
        local=local,
        remote=replace(action.remote, fingerprint=there),
    )
    return update_page(run, changed_action)


def write_conflict_markers(run: ApplyContext, action: Action) -> None:
    """Write both versions of a page into its file, between conflict marks."""
    opened, record = _opened(run, action)
    data = with_conflict_markers(opened.document, record.page, action.merged, action.fields)
    _write(run, action, opened, data, record)


def _write(
    run: ApplyContext, action: Action, opened: ParsedFile, data: bytes, record: Record
) -> None:
    intent = Intent(
        run.number,
        "merge",
        "folder",
        action.key,
        action.file,
        record.id,
        opened.digest.hex(),
        digest_of(data).hex(),
        after=_seen(run, action, record, opened.document.content_type),
        before=run.state.bases.get(action.key),
    )
    file_actions.write(run, intent, data)


def _seen(run: ApplyContext, action: Action, record: Record, kind: str) -> StoredBase:
    """The base of a file that has taken in what the wiki has: where it differs, it was edited."""
    there = fingerprint(record.page)
    known = run.state.bases.get(action.key)
    here: Fingerprint = there
    if known is not None:
        here = known.base.local.with_defaults_from(known.base.remote).with_fields_from(
            action.remote_changes, there
        )
    base = Base(
        action.key,
        record.id,
        action.file,
        kind,
        here,
        there,
        record.created_at,
        record.updated_at,
        b"",  # no file's, so that the file is read
    )
    return StoredBase(base, record.page)


def _opened(run: ApplyContext, action: Action) -> tuple[ParsedFile, Record]:
    if action.local is None or action.remote is None or action.remote.record is None:
        raise AssertionError(f"{action.key}: a merge needs both sides, whole")
    return open_file(run, action.local), action.remote.record


def _merged(action: Action) -> Page:
    if action.merged is None:
        raise AssertionError(f"{action.key}: nothing merged")
    return action.merged
