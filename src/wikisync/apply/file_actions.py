"""Execute the actions that write to the folder: create, update, move, delete and adopt a file.

An update changes only the lines of the fields that differ (promise 8). Every write has the file's
digest as its precondition.

New files are written in batches. Each file has its own intent, check and outcome; what a batch
shares is one transaction for its intents, one wait for the disk, and one transaction for its
outcomes. The next batch is prepared while one is written. The next run recovers each intent that a
stopped run leaves open (promise 5).
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from wikisync.apply.transaction import (
    ApplyContext,
    JournaledWrite,
    ParsedFile,
    base_of_equal_page,
    commit_write,
    journaled_write,
    open_file,
)
from wikisync.concurrency import run_in_thread
from wikisync.errors import (
    BadPage,
    FileChanged,
    FolderError,
    PageChanged,
    PageHidden,
    StateError,
    WikisyncError,
)
from wikisync.folder.batch_write import write_new_files
from wikisync.folder.folder import digest_of
from wikisync.page.document import compose, parse, update
from wikisync.page.fingerprint import OPT_IN_FIELDS, fingerprint
from wikisync.page.model import FIELDS, has_file_form, parse_instant
from wikisync.state.journal import Intent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from wikisync.apply.transaction import ApplyContext
    from wikisync.page.document import Document
    from wikisync.page.fingerprint import Fingerprint
    from wikisync.page.model import ContentType, Key, Listed, Page, Record
    from wikisync.planning.model import Action, Adopt, Create, Delete, Update
    from wikisync.state.bases import StoredBase


def create_file(context: ApplyContext, action: Create, record: Record) -> None:
    """Write a new file for a page."""
    intent, data = new_file(context, action, record)
    write(context, intent, data)


def new_file(
    context: ApplyContext, action: Create, record: Record, *, has_base: bool = True
) -> tuple[Intent, bytes]:
    """Return the intent and the bytes of a new file for a page. Raises BadPage.

    ``has_base`` is False if the state is known to have no base of the page.
    """
    kind = _content_type(record, action.file)
    folder = context.folder.layout.link_folder(action.file, action.key)
    try:
        data = compose(
            record.page,
            date=record.updated_at,
            date_created=record.created_at,
            content_type=kind,
            link_folder=folder,
        )
    except BadPage as error:
        raise BadPage(action.file, error.line, error.what) from error
    document = parse(data, kind, file=action.file, link_folder=folder)
    local = _check_reads_back(action, document, record.page)
    before = context.state.bases.get(action.key) if has_base else None
    return _intent(context, action, record, (data, local), before, expected=None), data


def update_file(context: ApplyContext, action: Update, record: Record) -> None:
    """Update a file to the current values of its page."""
    parsed = _open(context, action)
    document = update(
        parsed.document,
        page=record.page,
        # The others could not be read.
        fields=[f for f in action.fields if getattr(record.page, FIELDS[f]) is not None],
        date=record.updated_at,
        date_created=_earlier_date(parsed.document.date_created, record.created_at),
    )
    local = _check_reads_back(action, document, record.page)
    before = context.state.bases.get(action.key)
    new = document.data, local
    intent = _intent(context, action, record, new, before, expected=parsed.digest)
    write(context, intent, document.data)


def delete_file(context: ApplyContext, action: Delete) -> None:
    """Delete a file whose page is gone. Raises PageChanged if there is a page at its key again.

    A page of another base that was moved to that key does not count.
    """
    found = _page_at(context, action.key)
    if found is not None and not _has_moved(context, action, found):
        raise PageChanged(action.key, "there is a page again")
    parsed = _open(context, action)
    intent = Intent(
        context.run_number,
        "delete",
        "folder",
        action.key,
        action.file,
        action.id,
        parsed.digest.hex(),
        None,
        before=context.state.bases.get(action.base_key or action.key),
    )
    delete(context, intent)


def _page_at(context: ApplyContext, key: Key) -> Record | Listed | None:
    """Return the page at a key: its entry in the list, where the page itself may not be read."""
    try:
        return context.wiki.find(key)
    except PageHidden:
        listed = next((page for page in context.wiki.pages_now() if page.key == key), None)
        if listed is None:
            raise
        return listed


def _has_moved(context: ApplyContext, action: Delete, found: Record | Listed) -> bool:
    """Return whether a page is that of a base other than the one whose file is to be deleted."""
    identity = (found.id, found.created_at)
    return any(
        (base.id, base.created_at) == identity
        for key, base in context.state.bases.load().items()
        if key != (action.base_key or action.key)
    )


def adopt(context: ApplyContext, action: Adopt, record: Record) -> None:
    """Store the base of a page that is already equal on both sides."""
    parsed = _open(context, action)
    context.state.bases.put(
        base_of_equal_page(context, action, record, parsed.fingerprint, parsed.digest)
    )


def _intent(
    context: ApplyContext,
    action: Action,
    record: Record,
    new: tuple[bytes, Fingerprint],
    before: StoredBase | None,
    expected: bytes | None,
) -> Intent:
    """Return the intent to write ``new``: the file's bytes, and the fingerprint of its page."""
    data, local = new
    digest = digest_of(data)
    return Intent(
        context.run_number,
        action.verb,
        "folder",
        action.key,
        action.file,
        record.id,
        None if expected is None else expected.hex(),
        digest.hex(),
        after=base_of_equal_page(context, action, record, local, digest),
        before=before,
    )


def _open(context: ApplyContext, action: Action) -> ParsedFile:
    if action.local is None:
        raise AssertionError(f"{action.key}: a write over a file needs one")
    return open_file(context, action.key, action.local)


def _content_type(record: Record, file: str) -> ContentType:
    if not has_file_form(record.content_type):
        raise BadPage(file, None, f"pages of type {record.content_type} cannot be saved as files")
    return record.content_type


def _check_reads_back(action: Action, document: Document, page: Page) -> Fingerprint:
    """Return the fingerprint of a file's page. Raises BadPage if the file loses fields of it."""
    local = fingerprint(document.page)
    differing = local.changed_fields(fingerprint(page))
    lost = [name for name in differing if name in action.fields and name not in OPT_IN_FIELDS]
    if lost:
        raise BadPage(action.file, None, f"its {', '.join(lost)} cannot be written in a file")
    return local


def _earlier_date(in_file: str | None, on_wiki: str) -> str | None:
    """Return the earlier ``dateCreated`` (files.md, *Dates*), or the file's if one is no date."""
    if (
        in_file is None
        or (file_time := parse_instant(in_file)) is None
        or (wiki_time := parse_instant(on_wiki)) is None
    ):
        return in_file
    return on_wiki if wiki_time < file_time else in_file


def write(context: ApplyContext, intent: Intent, data: bytes) -> None:
    """Write ``data`` to the file of an intent; its old content becomes a backup.

    Raises FileChanged if the file is not as expected, and FolderError.
    """
    with journaled_write(context, intent) as write:
        _backup_file(write)
        write.sent = True
        expected = None if intent.expected is None else bytes.fromhex(intent.expected)
        context.folder.write(intent.file, data, expected)
        write.done()
    context.files_written.add((intent.file, digest_of(data)))


def delete(context: ApplyContext, intent: Intent) -> None:
    """Delete the file of an intent; its content becomes a backup.

    Raises FileChanged if the file is not as expected, and FolderError.
    """
    with journaled_write(context, intent) as write:
        _backup_file(write)
        write.sent = True
        context.folder.delete(intent.file, bytes.fromhex(intent.expected or ""))
        write.done()


def _backup_file(write: JournaledWrite) -> None:
    intent = write.intent
    if intent.expected is None:
        return
    try:
        data = write.context.folder.read(intent.file)
    except FolderError as error:
        raise FileChanged(intent.file, error.doing, error.reason) from error
    if digest_of(data).hex() != intent.expected:
        raise FileChanged(intent.file, "read", "it was edited during the run")
    write.backup(data)


BATCH_SIZE: Final = 50
"""The number of files in a batch."""

PreparedFile = tuple["Intent", bytes] | WikisyncError
"""The intent and the bytes of a file, or the error that prevents writing it."""


@dataclass(frozen=True)
class Batch:
    """Files that are being written: for each action its open intent, or its error."""

    actions: Sequence[Create]
    entries: Sequence[tuple[int, Intent] | WikisyncError]
    written: Future[list[FolderError | None]]


def create_files(
    context: ApplyContext, actions: Sequence[Create], record_of: Callable[[Create], Record]
) -> Iterator[tuple[Create, WikisyncError | None]]:
    """Write new files and yield each action with its error, or None if its file was written.

    ``record_of`` returns the page of an action with its content, or raises a WikisyncError. After a
    StateError every action of the batch has that error.
    """
    batch: Batch | None = None
    known = {action.key for action in actions}
    with suppress(StateError):  # each page will have the error
        known = set(context.state.bases.keys())
    for start in range(0, len(actions), BATCH_SIZE):
        group = actions[start : start + BATCH_SIZE]
        prepared = [_prepare(context, action, record_of, action.key in known) for action in group]
        if batch is not None:
            yield from _end_batch(context, batch)
        batch = None
        try:
            batch = _begin_batch(context, group, prepared)
        except WikisyncError as error:
            yield from ((action, error) for action in group)
    if batch is not None:
        yield from _end_batch(context, batch)


def _prepare(
    context: ApplyContext,
    action: Create,
    record_of: Callable[[Create], Record],
    has_base: bool,
) -> PreparedFile:
    try:
        return new_file(context, action, record_of(action), has_base=has_base)
    except WikisyncError as error:
        return error


def _begin_batch(
    context: ApplyContext, actions: Sequence[Create], prepared: Sequence[PreparedFile]
) -> Batch:
    entries: list[tuple[int, Intent] | WikisyncError] = []
    files: list[tuple[str, bytes]] = []
    with context.state.transaction():
        for file in prepared:
            if isinstance(file, WikisyncError):
                entries.append(file)
                continue
            intent, data = file
            entries.append((context.state.journal.begin(intent), intent))
            files.append((intent.file, data))
    return Batch(actions, entries, run_in_thread(partial(write_new_files, context.folder, files)))


def _end_batch(context: ApplyContext, batch: Batch) -> list[tuple[Create, WikisyncError | None]]:
    written = iter(batch.written.result())
    results: list[tuple[Create, WikisyncError | None]] = []
    try:
        with context.state.transaction():
            for action, entry in zip(batch.actions, batch.entries, strict=True):
                error = (
                    entry
                    if isinstance(entry, WikisyncError)
                    else _end_entry(context, *entry, next(written))
                )
                results.append((action, error))
    except WikisyncError as error:
        return [(action, error) for action in batch.actions]
    return results


def _end_entry(
    context: ApplyContext, number: int, intent: Intent, error: FolderError | None
) -> FolderError | None:
    if error is None:
        commit_write(context.state, number, intent, None)
    else:
        context.state.journal.end(number, "skipped" if isinstance(error, FileChanged) else "failed")
    return error
