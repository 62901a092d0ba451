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


def create_file(run: ApplyContext, action: Action, record: Record) -> None:
    """Write the file of a page that has none here."""
    intent, data = new_file(run, action, record)
    write(run, intent, data)


def new_file(run: ApplyContext, action: Action, record: Record) -> tuple[Intent, bytes]:
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
    return _intent(run, action, record, document, lease=None), data


def update_file(run: ApplyContext, action: Action, record: Record) -> None:
    """Bring a file to what its page says now."""
    opened = _opened(run, action)
    document = update(
        opened.document,
        page=record.page,
        fields=action.fields,
        date=record.updated_at,
        date_created=_earlier_date(opened.document.date_created, record.created_at),
    )
    _check_reads_back(action, document, record.page)
    intent = _intent(run, action, record, document, lease=opened.digest)
    write(run, intent, document.data)


def delete_file(run: ApplyContext, action: Action) -> None:
    """Delete a file whose page is gone. Raises PageChanged where there is one again.

    A page that the state knows by another name, and that only moved there, is not that one.
    """
    found = run.wiki.find(action.key)
    if found is not None and not _has_moved(run, action, found):
        raise PageChanged(action.key, "there is a page again")
    opened = _opened(run, action)
    intent = Intent(
        run.number,
        "delete",
        "folder",
        action.key,
        action.file,
        action.id,
        opened.digest.hex(),
        None,
        before=run.state.bases.get(action.base_key or action.key),
    )
    delete(run, intent)


def _has_moved(run: ApplyContext, action: Action, found: Record) -> bool:
    """Whether a page is that of a base other than the one whose file is to be deleted."""
    born = (found.id, found.created_at)
    return any(
        (base.id, base.created_at) == born
        for key, base in run.state.bases.load().items()
        if key != (action.base_key or action.key)
    )


def adopt(run: ApplyContext, action: Action, record: Record) -> None:
    """Record as base what is already equal on both sides."""
    opened = _opened(run, action)
    run.state.bases.put(base_of_equal_page(action, record, opened.fingerprint, opened.digest))


def _intent(
    run: ApplyContext, action: Action, record: Record, document: Document, lease: bytes | None
) -> Intent:
    digest = digest_of(document.data)
    return Intent(
        run.number,
        action.verb,
        "folder",
        action.key,
        action.file,
        record.id,
        None if lease is None else lease.hex(),
        digest.hex(),
        after=base_of_equal_page(action, record, fingerprint(document.page), digest),
        before=run.state.bases.get(action.key),
    )


def _opened(run: ApplyContext, action: Action) -> ParsedFile:
    if action.local is None:
        raise AssertionError(f"{action.key}: a write over a file needs one")
    return open_file(run, action.local)


def _content_type(record: Record, file: str) -> ContentType:
    if not has_file_form(record.content_type):
        raise BadPage(file, None, f"a page of {record.content_type} has no file form")
    return record.content_type


def _check_reads_back(action: Action, document: Document, page: Page) -> None:
    """A file that would not read back as the page is not written."""
    unlike = fingerprint(document.page).changed_fields(fingerprint(page))
    lost = [name for name in unlike if name in action.fields and name not in OPT_IN_FIELDS]
    if lost:
        raise BadPage(action.file, None, f"its {', '.join(lost)} cannot be written in a file")


def _earlier_date(here: str | None, there: str) -> str | None:
    """``dateCreated`` never moves later (design, *Dates*)."""
    if (
        here is None
        or (was := parse_instant(here)) is None
        or (made := parse_instant(there)) is None
    ):
        return here
    return there if made < was else here


def write(run: ApplyContext, intent: Intent, data: bytes) -> None:
    """Bring the file of an intent to ``data``; what it held is kept.

    Raises FileChanged where it is not as the lease says, FolderError where the disk refuses.
    """
    with journaled_write(run, intent) as held:
        _keep(held)
        held.sent = True
        lease = None if intent.expected is None else bytes.fromhex(intent.expected)
        run.folder.write(intent.file, data, lease)
        held.done()
    run.files_written.add((intent.file, digest_of(data)))


def move(run: ApplyContext, intent: Intent) -> None:
    """Give the file of an intent its new name.

    Raises FileChanged where it is not as the lease says, or a file bears the name; FolderError
    where the disk refuses.
    """
    with journaled_write(run, intent) as held:
        held.sent = True
        digest = bytes.fromhex(intent.expected or "")
        run.folder.move(intent.from_file, intent.file, digest)
        held.done()
    run.files_written.add((intent.file, digest))


def delete(run: ApplyContext, intent: Intent) -> None:
    """Delete the file of an intent; what it held is kept.

    Raises FileChanged where it is not as the lease says, FolderError where the disk refuses.
    """
    with journaled_write(run, intent) as held:
        _keep(held)
        held.sent = True
        run.folder.delete(intent.file, bytes.fromhex(intent.expected or ""))
        held.done()


def _keep(held: JournaledWrite) -> None:
    intent = held.intent
    if intent.expected is None:
        return
    try:
        data = held.run.folder.read(intent.file)
    except FolderError as error:
        raise FileChanged(intent.file, error.doing, error.reason) from error
    if digest_of(data).hex() != intent.expected:
        raise FileChanged(intent.file, "read", "it was edited meanwhile")
    held.backup(data)


GROUP: Final = 50
"""Files that are written together."""

PreparedFile = tuple["Intent", bytes] | WikisyncError
"""A file to be written, or why it cannot be."""


@dataclass(frozen=True)
class Batch:
    """Files on their way: each action with the number of its intent, or with its error."""

    actions: Sequence[Action]
    begun: Sequence[tuple[int, Intent] | WikisyncError]
    written: Future[list[FolderError | None]]


def create_files(
    run: ApplyContext, actions: Sequence[Action], record_of: Callable[[Action], Record]
) -> Iterator[tuple[Action, WikisyncError | None]]:
    """Write the files of pages that have none here; each with None, or why it was not written.

    ``record_of`` gives a page whole, or raises why it cannot be. After a StateError nothing of its
    batch is known to be done.
    """
    flying: Batch | None = None
    for start in range(0, len(actions), GROUP):
        part = actions[start : start + GROUP]
        ready = [_ready(run, action, record_of) for action in part]
        if flying is not None:
            yield from _end(run, flying)
        flying = None
        try:
            flying = _begin(run, part, ready)
        except WikisyncError as error:
            yield from ((action, error) for action in part)
    if flying is not None:
        yield from _end(run, flying)


def _ready(
    run: ApplyContext, action: Action, record_of: Callable[[Action], Record]
) -> PreparedFile:
    try:
        return new_file(run, action, record_of(action))
    except WikisyncError as error:
        return error


def _begin(run: ApplyContext, actions: Sequence[Action], ready: Sequence[PreparedFile]) -> Batch:
    begun: list[tuple[int, Intent] | WikisyncError] = []
    files: list[tuple[str, bytes]] = []
    with run.state.transaction():
        for one in ready:
            if isinstance(one, WikisyncError):
                begun.append(one)
                continue
            intent, data = one
            begun.append((run.state.journal.begin(intent), intent))
            files.append((intent.file, data))
    return Batch(actions, begun, run_in_thread(partial(write_new_files, run.folder, files)))


def _end(run: ApplyContext, batch: Batch) -> list[tuple[Action, WikisyncError | None]]:
    written = iter(batch.written.result())
    found: list[tuple[Action, WikisyncError | None]] = []
    try:
        with run.state.transaction():
            for action, one in zip(batch.actions, batch.begun, strict=True):
                error = one if isinstance(one, WikisyncError) else _ended(run, *one, next(written))
                found.append((action, error))
    except WikisyncError as error:
        return [(action, error) for action in batch.actions]
    return found


def _ended(
    run: ApplyContext, number: int, intent: Intent, error: FolderError | None
) -> FolderError | None:
    if error is None:
        commit_write(run.state, number, intent, None)
    else:
        run.state.journal.end(number, "skipped" if isinstance(error, FileChanged) else "failed")
    return error
