"""Settling: look at what an interrupted run had begun, and record what became of it (promise 5).

Only the state is written; what a killed write left lying about in the folder is cleared away. What
was done gets its base; what was not done is forgotten, and planned again; a half-written page gets
a base that makes the plan write it whole; anything else is left to the table, which names it where
both sides changed.

What became of a write that was interrupted, told by values alone (promise 5). Pure.

Whoever wrote it, and whatever the wiki answered, does not matter: what stands there now is as it
was wanted, or as it was before, or half of what was wanted, or something else.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from wikisync.apply import unshown
from wikisync.apply.transaction import commit_write, now
from wikisync.apply.verify import UNSENT
from wikisync.errors import FolderError, PageGone, PageHidden
from wikisync.folder.folder import digest_of
from wikisync.page.fingerprint import Fingerprint, fingerprint
from wikisync.state.bases import StoredBase

if TYPE_CHECKING:
    from wikisync.folder.folder import Folder
    from wikisync.page.model import Key, Record
    from wikisync.state import State
    from wikisync.state.journal import JournalEntry
    from wikisync.wiki.client import Wiki


def recover(state: State, folder: Folder, wiki: Wiki) -> int:
    """Settle every intent that no run has ended; returns how many there were.

    Raises WikiError where the wiki cannot be asked: nothing is then settled that needs it.
    """
    folder.remove_temporary_files()  # first: what a file holds tells what became of a write
    entries = state.journal.open_entries()
    for entry in entries:
        if entry.intent.side == "folder":
            _recover_file(state, folder, entry)
        else:
            _recover_page(state, wiki, entry)
    _recover_date_rewrites(state, folder)
    state.journal.end_interrupted(now())
    return len(entries)


def recover_files(state: State, folder: Folder) -> None:
    """Settle what interrupted runs had begun in the folder; the wiki's part stays open."""
    folder.remove_temporary_files()
    for entry in state.journal.open_entries():
        if entry.intent.side == "folder":
            _recover_file(state, folder, entry)
    _recover_date_rewrites(state, folder)


def _recover_date_rewrites(state: State, folder: Folder) -> None:
    for run, page_id, file, _digest in state.journal.unfinished_date_rewrites():
        with suppress(FolderError):  # else it is looked at the next time
            state.journal.end_date_rewrite(run, page_id, digest_of(folder.read(file)).hex())


def _recover_file(state: State, folder: Folder, entry: JournalEntry) -> None:
    intent = entry.intent
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
    _record(state, entry, classify_file_write(found, before, intent.wanted), None)


def _recover_page(state: State, wiki: Wiki, entry: JournalEntry) -> None:
    intent = entry.intent
    try:
        record = wiki.read_one(intent.page_id) if intent.page_id else wiki.find(intent.key)
    except PageGone:
        record = None
    except PageHidden:
        return
    if intent.verb == "move":
        at = None if record is None else record.key
        outcome = classify_move(at, intent.from_key, intent.key)
        _record(state, entry, outcome, record)
        return
    found = None if record is None else fingerprint(record.page)
    expected = None if intent.expected is None else Fingerprint.parse(intent.expected)
    wanted = None if intent.wanted is None else Fingerprint.parse(intent.wanted)
    if (
        expected is not None
        and wanted is not None
        and expected.changed_fields(wanted) == ("editor",)
    ):
        # No update changes that alone: the wiki was to convert the page.
        outcome = classify_conversion(found, expected, wanted)
    else:
        outcome = classify_page_write(found, expected, wanted, UNSENT)
    _record(state, entry, outcome, record)


def _record(
    state: State, entry: JournalEntry, outcome: WriteOutcome, record: Record | None
) -> None:
    intent, number = entry.intent, entry.number
    match outcome:
        case "done":
            if record is not None and intent.verb in {"create", "update", "merge"}:
                unshown.add(state, record.id)  # nobody heard that it was written whole
            commit_write(state, number, intent, record)
        case "undone":
            state.journal.end(number, "failed")
        case "half" if record is not None and intent.after is not None and intent.follows_file:
            # Here differs from this base in the tags, the wiki does not: the plan will write them.
            print_now = fingerprint(record.page)
            partial_base = replace(
                intent.after.base,
                id=record.id,
                local=print_now,
                remote=print_now,
                created_at=record.created_at,
                updated_at=record.updated_at,
                digest=b"",  # no file's, so that the file is read
            )
            with state.transaction():
                state.bases.put(StoredBase(partial_base, record.page))
                state.journal.end(number, "unknown")
        case _:
            page_id = None if record is None else record.id
            state.journal.end(number, "unknown", page_id=page_id)


WriteOutcome = Literal["done", "undone", "half", "changed"]


def classify_page_write(
    found: Fingerprint | None,
    expected: Fingerprint | None,
    wanted: Fingerprint | None,
    unsent: frozenset[str],
) -> WriteOutcome:
    """The verdict on a write to the wiki. ``None``: no page, now, before or wanted.

    ``unsent`` are fields that the wiki may keep otherwise than sent. *half* is our content without
    our tags, which the wiki leaves behind when creations race (facts, *Speed and races of writes*).
    """
    if found is None or wanted is None:
        return _classify_by_existence(found, expected, wanted)
    differing = set(wanted.changed_fields(found))
    # First: a write of nothing but what is unsent would else be done before it is.
    if differing and expected is not None and not expected.changed_fields(found):
        return "undone"
    differing -= unsent
    if not differing:
        return "done"
    return "half" if differing == {"tags"} else "changed"


def _classify_by_existence(
    found: Fingerprint | None, expected: Fingerprint | None, wanted: Fingerprint | None
) -> WriteOutcome:
    if found is None and wanted is None:
        return "done"
    if found is None:
        return "undone" if expected is None else "changed"
    return "undone" if expected is not None and not expected.changed_fields(found) else "changed"


def classify_conversion(
    found: Fingerprint | None, expected: Fingerprint, wanted: Fingerprint
) -> WriteOutcome:
    """The verdict on a page that the wiki was to convert: its editor tells, whatever its text."""
    if found is None:
        return "changed"
    if "editor" not in wanted.changed_fields(found):
        return "done"
    return "changed" if expected.changed_fields(found) else "undone"


def classify_file_write(
    found: str | None, expected: str | None, wanted: str | None
) -> WriteOutcome:
    """The verdict on a write here, by the digests of the file's bytes. ``None``: no file."""
    if found == wanted:
        return "done"
    return "undone" if found == expected else "changed"


def classify_move(found: Key | None, origin: Key | None, target: Key) -> WriteOutcome:
    """The verdict on a move on the wiki, by where the page is now. ``None``: it is gone."""
    if found == target:
        return "done"
    return "undone" if found is not None and found == origin else "changed"
