"""Recover from an interrupted run: find out which of its writes were done (promise 5).

Each open intent is compared with the page or file as it is now. A write that was done gets its
base; one that was not is planned again; a page that lacks only its tags gets a base that makes the
plan write it again; anything else is left to the decision table, which reports it as a conflict if
both sides changed. Only the state is written, and temporary files are removed from the folder.

The ``classify_*`` functions are pure.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from wikisync.apply import unshown
from wikisync.apply.asset_recovery import recover_asset_files, recover_assets
from wikisync.apply.transaction import commit_write
from wikisync.apply.verify import UNSENT
from wikisync.errors import FolderError, PageGone, PageHidden
from wikisync.folder.folder import digest_of
from wikisync.page.fingerprint import Fingerprint, fingerprint
from wikisync.state.bases import StoredBase
from wikisync.state.journal import now

if TYPE_CHECKING:
    from wikisync.folder.folder import Folder
    from wikisync.page.model import Key, Record
    from wikisync.state import State
    from wikisync.state.journal import Intent, JournalEntry
    from wikisync.wiki.client import Wiki


def recover(state: State, folder: Folder, wiki: Wiki) -> int:
    """End every open intent of earlier runs. Return their number.

    Raises WikiError if the wiki cannot be asked; intents that need it then stay open.
    """
    folder.remove_temporary_files()  # may restore a file, so before files are read
    entries = state.journal.open_entries()
    for entry in entries:
        if entry.intent.side == "folder":
            _recover_file(state, folder, entry)
        else:
            _recover_page(state, wiki, entry)
    _recover_date_rewrites(state, folder)
    assets = recover_assets(state, folder, wiki)
    state.journal.end_interrupted(now())
    return len(entries) + assets


def recover_files(state: State, folder: Folder) -> None:
    """End the open intents of writes to the folder; those of writes to the wiki stay open."""
    folder.remove_temporary_files()
    for entry in state.journal.open_entries():
        if entry.intent.side == "folder":
            _recover_file(state, folder, entry)
    recover_asset_files(state, folder)
    _recover_date_rewrites(state, folder)


def _recover_date_rewrites(state: State, folder: Folder) -> None:
    for run, page_id, file, _digest in state.journal.unfinished_date_rewrites():
        with suppress(FolderError):  # the next run tries again
            state.journal.end_date_rewrite(run, page_id, digest_of(folder.read(file)).hex())


def _recover_file(state: State, folder: Folder, entry: JournalEntry) -> None:
    intent = entry.intent
    if intent.verb == "move":
        folder.finish_move(intent.from_file, intent.file)
        _finish_relinked_move(folder, intent)
    try:
        found = digest_of(folder.read(intent.file)).hex()
    except FolderError as error:
        if not isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
            return  # the file may exist: the intent stays open
        found = None
        with suppress(FolderError):
            folder.remove_empty_folders(intent.file)
    before = None if intent.verb == "move" else intent.expected  # no file had the new name
    _record(state, entry, classify_file_write(found, before, intent.wanted), None)


def _finish_relinked_move(folder: Folder, intent: Intent) -> None:
    """Delete the old file of a move that wrote the new one, with other links, and was stopped."""
    if intent.expected is None or intent.wanted == intent.expected:
        return
    with suppress(FolderError):
        if digest_of(folder.read(intent.file)).hex() == intent.wanted:
            folder.delete(intent.from_file, bytes.fromhex(intent.expected))


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
        # An update never changes the editor alone: this was a conversion.
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
                unshown.add(state, record.id)  # without an answer, it may not be rendered
            commit_write(state, number, intent, record)
        case "undone":
            state.journal.end(number, "failed")
        case "half" if record is not None and intent.after is not None and intent.follows_file:
            # The file differs from this base in its tags and the page does not: a plan writes them.
            print_now = fingerprint(record.page)
            partial_base = replace(
                intent.after.base,
                id=record.id,
                local=print_now,
                remote=print_now,
                created_at=record.created_at,
                updated_at=record.updated_at,
                digest=b"",  # no file has this digest, so the next scan reads the file
            )
            with state.transaction():
                state.bases.put(StoredBase(partial_base, record.page))
                state.journal.end(number, "unknown")
        case _:
            page_id = None if record is None else record.id
            state.journal.end(number, "unknown", id=page_id)


WriteOutcome = Literal["done", "undone", "half", "changed"]


def classify_page_write(
    found: Fingerprint | None,
    expected: Fingerprint | None,
    wanted: Fingerprint | None,
    unsent: frozenset[str],
) -> WriteOutcome:
    """Return the outcome of a write to the wiki from the page's fingerprints; None is no page.

    ``found`` is the page now, ``expected`` before the write, ``wanted`` after it. ``unsent`` are
    fields that may differ from what was sent. "half" is a page that lacks only its tags, as
    concurrent creations can leave it (wikijs.md, *Races*).
    """
    if found is None or wanted is None:
        return _classify_by_existence(found, expected, wanted)
    differing = set(wanted.changed_fields(found))
    # First: else a write of ``unsent`` fields alone would count as done before it is.
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
    """Return the outcome of a conversion, which the page's editor tells, not its content."""
    if found is None:
        return "changed"
    if "editor" not in wanted.changed_fields(found):
        return "done"
    return "changed" if expected.changed_fields(found) else "undone"


def classify_file_write(
    found: str | None, expected: str | None, wanted: str | None
) -> WriteOutcome:
    """Return the outcome of a write to a file from its digests (hexadecimal); None is no file."""
    if found == wanted:
        return "done"
    return "undone" if found == expected else "changed"


def classify_move(found: Key | None, origin: Key | None, target: Key) -> WriteOutcome:
    """Return the outcome of a move from the page's present key; None if it is gone."""
    if found == target:
        return "done"
    return "undone" if found is not None and found == origin else "changed"
