"""Settling: look at what an interrupted run had begun, and record what became of it (promise 5).

Only the state is written; what a killed write left lying about in the folder is cleared away. What
was done gets its base; what was not done is forgotten, and planned again; a half-written page gets
a base that makes the plan write it whole; anything else is left to the table, which names it where
both sides changed.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from wikisync.apply import unshown
from wikisync.apply.context import commit_write, now
from wikisync.apply.read_back import UNSENT
from wikisync.errors import FolderError, PageGone, PageHidden
from wikisync.folder.folder import digest_of
from wikisync.page.fingerprint import Fingerprint, fingerprint
from wikisync.state.bases import StoredBase
from wikisync.sync.settle import (
    WriteOutcome,
    classify_conversion,
    classify_file_write,
    classify_move,
    classify_page_write,
)

if TYPE_CHECKING:
    from wikisync.folder.folder import Folder
    from wikisync.page.model import Record
    from wikisync.state import State
    from wikisync.state.journal import JournalEntry
    from wikisync.wiki.client import Wiki


def recover(state: State, folder: Folder, wiki: Wiki) -> int:
    """Settle every intent that no run has ended; returns how many there were.

    Raises WikiError where the wiki cannot be asked: nothing is then settled that needs it.
    """
    folder.remove_temporary_files()  # first: what a file holds tells what became of a write
    waiting = state.journal.open_entries()
    for noted in waiting:
        if noted.intent.side == "folder":
            _settle_file(state, folder, noted)
        else:
            _settle_page(state, wiki, noted)
    _settle_dates(state, folder)
    state.journal.end_interrupted(now())
    return len(waiting)


def settle_files(state: State, folder: Folder) -> None:
    """Settle what interrupted runs had begun in the folder; the wiki's part stays open."""
    folder.remove_temporary_files()
    for noted in state.journal.open_entries():
        if noted.intent.side == "folder":
            _settle_file(state, folder, noted)
    _settle_dates(state, folder)


def _settle_dates(state: State, folder: Folder) -> None:
    for run, page_id, file, _digest in state.journal.unfinished_date_rewrites():
        with suppress(FolderError):  # else it is looked at the next time
            state.journal.end_date_rewrite(run, page_id, digest_of(folder.read(file)).hex())


def _settle_file(state: State, folder: Folder, noted: JournalEntry) -> None:
    intent = noted.intent
    if intent.verb == "move":
        folder.finish_move(intent.from_file, intent.file)
    try:
        found = digest_of(folder.read(intent.file)).hex()
    except FolderError as error:
        if not isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
            return  # it may be there: nothing can be said yet
        found = None
        with suppress(FolderError):
            folder.remove_empty_folders(intent.file)
    before = None if intent.verb == "move" else intent.expected  # nothing bore the new name
    _record(state, noted, classify_file_write(found, before, intent.wanted), None)


def _settle_page(state: State, wiki: Wiki, noted: JournalEntry) -> None:
    intent = noted.intent
    try:
        record = wiki.read_one(intent.page_id) if intent.page_id else wiki.find(intent.key)
    except PageGone:
        record = None
    except PageHidden:
        return
    if intent.verb == "move":
        at = None if record is None else record.key
        verdict = classify_move(at, intent.from_key, intent.key)
        _record(state, noted, verdict, record)
        return
    found = None if record is None else fingerprint(record.page)
    lease = None if intent.expected is None else Fingerprint.parse(intent.expected)
    wanted = None if intent.wanted is None else Fingerprint.parse(intent.wanted)
    if lease is not None and wanted is not None and lease.changed_fields(wanted) == ("editor",):
        # No update changes that alone: the wiki was to convert the page.
        verdict = classify_conversion(found, lease, wanted)
    else:
        verdict = classify_page_write(found, lease, wanted, UNSENT)
    _record(state, noted, verdict, record)


def _record(
    state: State, noted: JournalEntry, verdict: WriteOutcome, record: Record | None
) -> None:
    intent, number = noted.intent, noted.number
    match verdict:
        case "done":
            if record is not None and intent.verb in {"create", "update", "merge"}:
                unshown.remember(state, record.id)  # nobody heard that it was written whole
            commit_write(state, number, intent, record)
        case "undone":
            state.journal.end(number, "failed")
        case "half" if record is not None and intent.after is not None and intent.follows_file:
            # Here differs from this base in the tags, the wiki does not: the plan will write them.
            print_now = fingerprint(record.page)
            half = replace(
                intent.after.base,
                id=record.id,
                local=print_now,
                remote=print_now,
                created_at=record.created_at,
                updated_at=record.updated_at,
                digest=b"",  # no file's, so that the file is read
            )
            with state.transaction():
                state.bases.put(StoredBase(half, record.page))
                state.journal.end(number, "unknown")
        case _:
            page_id = None if record is None else record.id
            state.journal.end(number, "unknown", page_id=page_id)
