"""Many new files from the wiki, a few dozen at a time: the bracket of ``context``, around a batch.

Each file has its own intent, its own check and its own end, as if it were alone. What is shared is
the waiting for the disk: one transaction notes the intents, one wait brings the files to disk, and
one transaction notes what became of them. While a batch is on its way to the disk, the next one is
made ready. A run that is stopped amid it leaves some intents open, and the next run settles each
(promise 5).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from wikisync.apply.context import commit_write
from wikisync.apply.pull import new_file
from wikisync.concurrency import run_in_thread
from wikisync.errors import FileChanged, WikisyncError
from wikisync.folder.batch_write import write_new_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from concurrent.futures import Future

    from wikisync.apply.context import ApplyContext
    from wikisync.errors import FolderError
    from wikisync.page.model import Record
    from wikisync.planning.model import Action
    from wikisync.state.journal import Intent

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
