"""A plan's writes here: what the wiki's pages say, in the lines concerned alone (promise 8).

Many new files from the wiki, a few dozen at a time: the bracket of ``context``, around a batch.

Each file has its own intent, its own check and its own end, as if it were alone. What is shared is
the waiting for the disk: one transaction notes the intents, one wait brings the files to disk, and
one transaction notes what became of them. While a batch is on its way to the disk, the next one is
made ready. A run that is stopped amid it leaves some intents open, and the next run settles each
(promise 5).

Writes here: a file brought to some bytes, or removed, under the lease of its own.
"""

from __future__ import annotations

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
from wikisync.errors import BadPage, FileChanged, FolderError, PageChanged, WikisyncError
from wikisync.folder.batch_write import write_new_files
from wikisync.folder.folder import digest_of
from wikisync.page.document import compose, parse, update
from wikisync.page.fingerprint import OPT_IN_FIELDS, fingerprint
from wikisync.page.model import has_file_form, parse_instant
from wikisync.state.journal import Intent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from wikisync.apply.transaction import ApplyContext
    from wikisync.page.document import Document
    from wikisync.page.model import ContentType, Page, Record
    from wikisync.planning.model import Action


def create_file(context: ApplyContext, action: Action, record: Record) -> None:
    """Write the file of a page that has none here."""
    intent, data = new_file(context, action, record)
    write(context, intent, data)


def new_file(context: ApplyContext, action: Action, record: Record) -> tuple[Intent, bytes]:
    """The intent and the bytes of a file for a page that has none. Raises BadPage."""
    kind = _content_type(record, action.file)
    try:
        data = compose(
            record.page, date=record.updated_at, date_created=record.created_at, content_type=kind
        )
    except BadPage as error:
        raise BadPage(action.file, error.line, error.what) from error
    document = parse(data, kind, file=action.file)
    _check_reads_back(action, document, record.page)
    return _intent(context, action, record, document, expected=None), data


def update_file(context: ApplyContext, action: Action, record: Record) -> None:
    """Bring a file to what its page says now."""
    parsed = _open(context, action)
    document = update(
        parsed.document,
        page=record.page,
        fields=action.fields,
        date=record.updated_at,
        date_created=_earlier_date(parsed.document.date_created, record.created_at),
    )
    _check_reads_back(action, document, record.page)
    intent = _intent(context, action, record, document, expected=parsed.digest)
    write(context, intent, document.data)


def delete_file(context: ApplyContext, action: Action) -> None:
    """Delete a file whose page is gone. Raises PageChanged where there is one again.

    A page that the state knows by another name, and that only moved there, is not that one.
    """
    found = context.wiki.find(action.key)
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


def _has_moved(context: ApplyContext, action: Action, found: Record) -> bool:
    """Whether a page is that of a base other than the one whose file is to be deleted."""
    identity = (found.id, found.created_at)
    return any(
        (base.id, base.created_at) == identity
        for key, base in context.state.bases.load().items()
        if key != (action.base_key or action.key)
    )


def adopt(context: ApplyContext, action: Action, record: Record) -> None:
    """Record as base what is already equal on both sides."""
    parsed = _open(context, action)
    context.state.bases.put(base_of_equal_page(action, record, parsed.fingerprint, parsed.digest))


def _intent(
    context: ApplyContext,
    action: Action,
    record: Record,
    document: Document,
    expected: bytes | None,
) -> Intent:
    digest = digest_of(document.data)
    return Intent(
        context.run_number,
        action.verb,
        "folder",
        action.key,
        action.file,
        record.id,
        None if expected is None else expected.hex(),
        digest.hex(),
        after=base_of_equal_page(action, record, fingerprint(document.page), digest),
        before=context.state.bases.get(action.key),
    )


def _open(context: ApplyContext, action: Action) -> ParsedFile:
    if action.local is None:
        raise AssertionError(f"{action.key}: a write over a file needs one")
    return open_file(context, action.local)


def _content_type(record: Record, file: str) -> ContentType:
    if not has_file_form(record.content_type):
        raise BadPage(file, None, f"a page of {record.content_type} has no file form")
    return record.content_type


def _check_reads_back(action: Action, document: Document, page: Page) -> None:
    """A file that would not read back as the page is not written."""
    differing = fingerprint(document.page).changed_fields(fingerprint(page))
    lost = [name for name in differing if name in action.fields and name not in OPT_IN_FIELDS]
    if lost:
        raise BadPage(action.file, None, f"its {', '.join(lost)} cannot be written in a file")


def _earlier_date(in_file: str | None, on_wiki: str) -> str | None:
    """``dateCreated`` never moves later (design, *Dates*)."""
    if (
        in_file is None
        or (file_time := parse_instant(in_file)) is None
        or (wiki_time := parse_instant(on_wiki)) is None
    ):
        return in_file
    return on_wiki if wiki_time < file_time else in_file


def write(context: ApplyContext, intent: Intent, data: bytes) -> None:
    """Bring the file of an intent to ``data``; what it held is kept.

    Raises FileChanged where it is not as the lease says, FolderError where the disk refuses.
    """
    with journaled_write(context, intent) as write:
        _backup_file(write)
        write.sent = True
        expected = None if intent.expected is None else bytes.fromhex(intent.expected)
        context.folder.write(intent.file, data, expected)
        write.done()
    context.files_written.add((intent.file, digest_of(data)))


def move(context: ApplyContext, intent: Intent) -> None:
    """Give the file of an intent its new name.

    Raises FileChanged where it is not as the lease says, or a file bears the name; FolderError
    where the disk refuses.
    """
    with journaled_write(context, intent) as write:
        write.sent = True
        digest = bytes.fromhex(intent.expected or "")
        context.folder.move(intent.from_file, intent.file, digest)
        write.done()
    context.files_written.add((intent.file, digest))


def delete(context: ApplyContext, intent: Intent) -> None:
    """Delete the file of an intent; what it held is kept.

    Raises FileChanged where it is not as the lease says, FolderError where the disk refuses.
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
        raise FileChanged(intent.file, "read", "it was edited meanwhile")
    write.backup(data)


BATCH_SIZE: Final = 50
"""Files that are written together."""

PreparedFile = tuple["Intent", bytes] | WikisyncError
"""A file to be written, or why it cannot be."""


@dataclass(frozen=True)
class Batch:
    """Files on their way: each action with the number of its intent, or with its error."""

    actions: Sequence[Action]
    entries: Sequence[tuple[int, Intent] | WikisyncError]
    written: Future[list[FolderError | None]]


def create_files(
    context: ApplyContext, actions: Sequence[Action], record_of: Callable[[Action], Record]
) -> Iterator[tuple[Action, WikisyncError | None]]:
    """Write the files of pages that have none here; each with None, or why it was not written.

    ``record_of`` gives a page whole, or raises why it cannot be. After a StateError nothing of its
    batch is known to be done.
    """
    batch: Batch | None = None
    for start in range(0, len(actions), BATCH_SIZE):
        group = actions[start : start + BATCH_SIZE]
        prepared = [_prepare(context, action, record_of) for action in group]
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
    context: ApplyContext, action: Action, record_of: Callable[[Action], Record]
) -> PreparedFile:
    try:
        return new_file(context, action, record_of(action))
    except WikisyncError as error:
        return error


def _begin_batch(
    context: ApplyContext, actions: Sequence[Action], prepared: Sequence[PreparedFile]
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


def _end_batch(context: ApplyContext, batch: Batch) -> list[tuple[Action, WikisyncError | None]]:
    written = iter(batch.written.result())
    results: list[tuple[Action, WikisyncError | None]] = []
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
