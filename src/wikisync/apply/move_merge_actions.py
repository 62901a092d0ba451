"""Execute the actions that move or merge a page or file.

A merge writes the merged page into the file first, with the wiki's page as its base. From then on
the file counts as edited, and an ordinary update follows: a run that is stopped in between is
completed by the next one (promise 5). A move changes nothing but the name.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from wikisync.apply import file_actions, file_moves, second_look, wiki_writes
from wikisync.apply.page_actions import update_date_line, update_page
from wikisync.apply.transaction import ApplyContext, ParsedFile, open_file
from wikisync.errors import BadPage, FolderError, PageChanged, WikisyncError
from wikisync.folder.folder import digest_of
from wikisync.page.conflict_markers import with_conflict_markers
from wikisync.page.document import update
from wikisync.page.fingerprint import OPT_IN_FIELDS, Fingerprint, fingerprint, shows_fields_of
from wikisync.planning.model import Base, Local
from wikisync.state.bases import StoredBase
from wikisync.state.journal import Intent

if TYPE_CHECKING:
    from wikisync.errors import WikisyncError
    from wikisync.page.model import Page, Record
    from wikisync.planning.model import Merge, Move


def move_page(context: ApplyContext, action: Move) -> WikisyncError | None:
    """Move a page to the key of its file, which was renamed.

    Return an error that came with it: an edit that was replaced, or a ``date`` line that was not
    written. Raises PageChanged if the page or the file is not as planned, and WikiError.
    """
    remote = action.remote
    if remote is None or remote.fingerprint is None:
        raise AssertionError(f"{action.key}: a move of a page needs a precondition")
    expected = str(remote.fingerprint)
    intent = replace(_intent(context, action), expected=expected, wanted=expected)
    second_look.wait_for_second_look(context)
    precheck = partial(second_look.check_still_renamed, context, action)
    record, overwritten = wiki_writes.move(context, intent, precheck)
    if overwritten is not None or action.via_temporary_name:
        return overwritten
    return _write_back(context, action, record)


def move_file(context: ApplyContext, action: Move) -> None:
    """Rename a file whose page was moved. Raises PageChanged if the page is gone."""
    local = action.local
    if local is None:
        raise AssertionError(f"{action.key}: a move of a file needs one")
    page = action.remote.listed.key if action.remote is not None else action.key
    if not context.wiki.exists(page):
        raise PageChanged(page, "it is not there any more")
    expected = context.rewritten_digests.get((action.from_file, local.digest), local.digest)
    digest = file_moves.move(
        context, replace(_intent(context, action), expected=expected.hex(), wanted=expected.hex())
    )
    if digest != local.digest:
        context.rewritten_digests[action.file, local.digest] = digest


def _intent(context: ApplyContext, action: Move) -> Intent:
    if action.base_key is None or action.base is None:
        raise AssertionError(f"{action.key}: a move needs its base before and after")
    before = context.state.bases.get(action.base_key)
    after = None if before is None else StoredBase(action.base, before.page)
    return Intent(
        context.run_number,
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


def _write_back(context: ApplyContext, action: Move, record: Record) -> WikisyncError | None:
    if action.local is None or not context.write_back:
        return None
    try:
        parsed = open_file(context, action.key, action.local)
        digest = update_date_line(context, action.file, parsed, record)
    except FolderError as error:
        return error
    if digest is not None:
        context.rewritten_digests[action.file, action.local.digest] = digest
    return None


def merge(context: ApplyContext, action: Merge) -> WikisyncError | None:
    """Write the merged page into the file, then update the wiki's page. Return its error if any."""
    parsed, record = _open_both(context, action)
    merged = _merged_page(action)
    document = update(
        parsed.document, page=merged, fields=action.remote_changes, date=record.updated_at
    )
    on_wiki = fingerprint(record.page)
    merged_print = fingerprint(document.page)
    lost = [
        name
        for name in merged_print.changed_fields(fingerprint(merged))
        if name in action.remote_changes and name not in OPT_IN_FIELDS
    ]
    if lost:
        raise BadPage(action.file, None, f"its {', '.join(lost)} cannot be written in a file")
    _write(context, action, parsed, document.data, record)
    if action.local is None or action.remote is None:
        raise AssertionError(f"{action.key}: a merge needs both sides")
    local = Local(action.file, action.local.content_type, merged_print, digest_of(document.data))
    changed_action = replace(
        action,
        fields=merged_print.changed_fields(on_wiki),
        local=local,
        remote=replace(action.remote, fingerprint=on_wiki),
    )
    return update_page(context, changed_action)


def write_conflict_markers(context: ApplyContext, action: Merge) -> None:
    """Write both versions of a page into its file, between conflict markers."""
    parsed, record = _open_both(context, action)
    data = with_conflict_markers(
        parsed.document, record.page, action.merged, action.fields, action.remote_changes
    )
    _write(context, action, parsed, data, record)


def _write(
    context: ApplyContext, action: Merge, parsed: ParsedFile, data: bytes, record: Record
) -> None:
    intent = Intent(
        context.run_number,
        "merge",
        "folder",
        action.key,
        action.file,
        record.id,
        parsed.digest.hex(),
        digest_of(data).hex(),
        after=_base_of_merged_file(context, action, record, parsed.document.content_type),
        before=context.state.bases.get(action.key),
    )
    file_actions.write(context, intent, data)


def _base_of_merged_file(
    context: ApplyContext, action: Merge, record: Record, kind: str
) -> StoredBase:
    """Return the base of a file with the wiki's changes. Where the file differs, it is edited."""
    remote, updated_at = fingerprint(record.page), record.updated_at
    known = context.state.bases.get(action.key)
    local: Fingerprint = remote
    if known is not None:
        if not shows_fields_of(record.page, known.base.local):
            updated_at = ""  # a key that may read more reads the page again
        remote = remote.with_defaults_from(known.base.remote)
        local = known.base.local.with_defaults_from(known.base.remote).with_fields_from(
            action.remote_changes, remote
        )
    base = Base(
        action.key,
        record.id,
        action.file,
        kind,
        local,
        remote,
        record.created_at,
        updated_at,
        b"",  # no file has this digest, so the next scan reads the file
    )
    return StoredBase(base, record.page)


def _open_both(context: ApplyContext, action: Merge) -> tuple[ParsedFile, Record]:
    if action.local is None or action.remote is None or action.remote.record is None:
        raise AssertionError(f"{action.key}: a merge needs both sides with their content")
    return open_file(context, action.key, action.local), action.remote.record


def _merged_page(action: Merge) -> Page:
    if action.merged is None:
        raise AssertionError(f"{action.key}: nothing merged")
    return action.merged
