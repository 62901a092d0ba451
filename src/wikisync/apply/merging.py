"""A plan's merges: both sides' changes into the file, and from there to the wiki.

The file is written first, with the wiki's page as it was seen for its base. From then on it is a
file that was edited here, and what follows is an ordinary update: wherever a run is stopped, the
next one ends where this one would have (promise 5).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wikisync.apply import in_folder
from wikisync.apply.context import ApplyContext, ParsedFile, open_file
from wikisync.apply.push import update_page
from wikisync.errors import BadPage
from wikisync.folder.folder import digest_of
from wikisync.page.conflict_markers import with_conflict_markers
from wikisync.page.document import update
from wikisync.page.fingerprint import ON_DEMAND, Fingerprint, fingerprint
from wikisync.planning.model import Action, Base, Local
from wikisync.state.bases import StoredBase
from wikisync.state.journal import Intent

if TYPE_CHECKING:
    from wikisync.errors import WikisyncError
    from wikisync.page.model import Page, Record


def merge(run: ApplyContext, action: Action) -> WikisyncError | None:
    """Bring both sides to the merged page. Returns what went wrong beside, if anything."""
    opened, record = _opened(run, action)
    merged = _merged(action)
    document = update(
        opened.document, page=merged, fields=action.remote_changes, date=record.updated_at
    )
    there = fingerprint(record.page)
    now = fingerprint(document.page)
    lost = [name for name in now.changed_fields(fingerprint(merged)) if name not in ON_DEMAND]
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
    in_folder.write(run, intent, data)


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
