"""Back up, journal and commit the writes of assets.

The state is used by one thread alone. What other threads do for it (downloads, backups) leaves
files of which the state does not know yet, and which nobody misses if the run is stopped there.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeVar

from wikisync.apply.asset_result import AssetResult
from wikisync.apply.result import FATAL
from wikisync.concurrency import bounded_map
from wikisync.errors import (
    AssetChanged,
    AssetGone,
    FileChanged,
    Forbidden,
    Interrupted,
    WikisyncError,
)
from wikisync.folder.streamed_files import FileHash, hash_unchanged
from wikisync.planning.asset_model import RemoteAsset
from wikisync.state.asset_journal import AssetStamp
from wikisync.state.journal import now
from wikisync.wiki.asset_responses import ListedAsset

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from wikisync.apply.transaction import ApplyContext
    from wikisync.planning.asset_model import AssetAction, AssetBase
    from wikisync.state import State
    from wikisync.state.asset_backups import AssetBackup
    from wikisync.state.asset_journal import AssetIntent
    from wikisync.state.intents import Outcome

T = TypeVar("T")

BATCH: Final = 40
"""The most assets whose intents are stored together, and whose folders are listed together."""

BATCH_BYTES: Final = 32 * 1024 * 1024
"""The most bytes of such assets, unless one alone is larger."""


@dataclass
class AssetContext:
    """What the writes of assets in one run share.

    ``jobs`` is the number of requests in flight; ``room`` how many bytes of backups may be made,
    None: any number. ``moved`` is called with each number of bytes that were sent or received.
    """

    run: ApplyContext
    jobs: int = 4
    room: int | None = None
    moved: Callable[[int], None] = lambda _size: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def reserve(self, size: int) -> bool:
        """Return whether there is room for a backup of this size, and take it."""
        with self.lock:
            if self.room is None:
                return True
            if size > self.room:
                return False
            self.room -= size
            return True


@dataclass(frozen=True, slots=True)
class UndoSource:
    """What takes back a write: the base before it, and the backup of what it replaced."""

    base: AssetBase | None
    backup: AssetBackup | None


@dataclass
class AssetRun:
    """The part of a run that is about assets: the actions' results, and what ends it.

    ``undo`` are the actions that take back a write of an earlier run, by ``id(action)``.
    """

    context: AssetContext
    stop: Callable[[], bool]
    fatal_error: WikisyncError | None = None
    undo: dict[int, UndoSource] = field(default_factory=dict)

    def undoes(self, action: AssetAction) -> bool:
        """Return whether an action takes back a write of an earlier run."""
        return id(action) in self.undo

    def source(self, action: AssetAction) -> AssetBackup | None:
        """Return the backup whose bytes an action writes; None where it writes the other side's."""
        found = self.undo.get(id(action))
        return None if found is None else found.backup

    def base_after(self, action: AssetAction, base: AssetBase | None) -> AssetBase | None:
        """Return the base after an action: ``base``, or that before the run that it takes back."""
        found = self.undo.get(id(action))
        return base if found is None else found.base

    def stopped(self) -> WikisyncError | None:
        """Return why no further action may begin; None if one may."""
        if self.fatal_error is None and self.stop():
            self.fatal_error = Interrupted()
        return self.fatal_error

    def note_fatal(self, error: WikisyncError) -> None:
        """Let no further action begin after an error that every other one would meet too."""
        if self.fatal_error is None and isinstance(error, FATAL):
            self.fatal_error = error

    def result(
        self, action: AssetAction, error: WikisyncError | None, backups: tuple[int, ...] = ()
    ) -> AssetResult:
        """Return the result of an action that is done, or was ended by an error."""
        if error is None:
            return AssetResult(action, "done", None, backups)
        if isinstance(error, Forbidden):
            # An expired token makes a guest, and the wiki answers a guest with the same error.
            try:
                self.context.run.check_token()
            except WikisyncError as other:
                error = other
        if isinstance(error, AssetGone):
            error = AssetChanged(action.path, "it was deleted on the wiki")
        skips = isinstance(error, AssetChanged | FileChanged | Interrupted)
        result = AssetResult(action, "skipped" if skips else "failed", error, backups)
        self.fatal_error = self.fatal_error or result.fatal_error
        return result

    def skip(self, action: AssetAction, error: WikisyncError) -> AssetResult:
        """Return the result of an action that was not begun."""
        return AssetResult(action, "skipped", error)


@dataclass(frozen=True, slots=True)
class KeptBackup:
    """The bytes that a write replaces. ``kept`` is whether they are in a file of the backups."""

    hash: FileHash
    kept: bool


@dataclass
class PendingWrite:
    """A write that has begun: its action and intent, its number in the journal, its backup."""

    action: AssetAction
    intent: AssetIntent
    number: int
    backups: tuple[int, ...] = ()


def batches(actions: Sequence[AssetAction]) -> Iterator[Sequence[AssetAction]]:
    """Yield the actions in groups that are written together."""
    start, size = 0, 0
    for end, action in enumerate(actions):
        more = transfer_size(action)
        if end > start and (end - start >= BATCH or size + more > BATCH_BYTES):
            yield actions[start:end]
            start, size = end, 0
        size += more
    if actions:
        yield actions[start:]


def transfer_size(action: AssetAction) -> int:
    """Return how many bytes an action sends or receives, without its backup."""
    if action.verb not in {"create", "update"}:
        return 0
    source = action.local if action.side == "wiki" else action.remote
    return 0 if source is None else source.size


def in_parallel(
    context: AssetContext, calls: Iterable[Callable[[], T]]
) -> Iterator[T | WikisyncError]:
    """Yield the result of each call, or its error, in order, with ``jobs`` calls at a time."""

    def caught(call: Callable[[], T]) -> T | WikisyncError:
        try:
            return call()
        except WikisyncError as error:
            return error

    return bounded_map((lambda call=call: caught(call) for call in calls), context.jobs)  # type: ignore[misc]


def begin(
    context: AssetContext,
    writes: Iterable[tuple[AssetAction, AssetIntent, KeptBackup | None]],
) -> list[PendingWrite]:
    """Store the intents and the backups of several writes, in one transaction."""
    state, begun = context.run.state, []
    with state.transaction():
        for action, intent, backup in writes:
            number = state.asset_journal.begin(intent)
            numbers: tuple[int, ...] = ()
            if backup is not None and backup.kept:
                found = backup.hash
                numbers = (state.asset_backups.add(number, now(), found.sha256, found.size),)
            begun.append(PendingWrite(action, intent, number, numbers))
    return begun


def commit(
    context: AssetContext,
    write: PendingWrite,
    base: AssetBase | None,
    *,
    stamp: AssetStamp | None = None,
) -> None:
    """Store the base after a write and end its intent as done."""
    commit_intent(context.run.state, write.number, write.intent, base, stamp)


def commit_intent(
    state: State,
    number: int,
    intent: AssetIntent,
    base: AssetBase | None,
    stamp: AssetStamp | None = None,
) -> None:
    """Store the base after the write of an intent and end it as done, in one transaction.

    ``stamp`` is the asset on the wiki as it is now, after a write there.
    """
    with state.transaction():
        gone = {intent.path, intent.from_path or intent.path}
        state.asset_bases.drop(gone if base is None else gone - {base.path})
        if base is not None:
            state.asset_bases.put(base)
        state.asset_journal.end(
            number,
            "done",
            id=None if stamp is None else stamp.id,
            wanted=None if stamp is None else str(stamp),
        )


def end_failed(
    context: AssetContext, write: PendingWrite, error: WikisyncError, *, certain: bool = True
) -> None:
    """End the intent of a write that was not done; it stays open where that is not certain."""
    if not certain:
        return
    outcome: Outcome = "skipped" if isinstance(error, AssetChanged | FileChanged) else "failed"
    context.run.state.asset_journal.end(write.number, outcome)


def back_up_remote(context: AssetContext, asset: RemoteAsset) -> KeptBackup:
    """Keep the bytes that the wiki has of an asset. Thread-safe.

    Raises AssetChanged where they are not those that the plan saw; WikiError; StateError.
    """
    keep = context.reserve(asset.size)
    with context.run.state.asset_backups.new_file() as new:
        found = context.run.wiki.assets.download(listed(asset), new.file)
        if asset.sha256 and found.sha256 != asset.sha256:
            raise AssetChanged(asset.path, "it was changed on the wiki")
        if keep:
            new.keep(found.sha256)
    return KeptBackup(FileHash(found.size, found.sha256, b""), keep)


def back_up_file(context: AssetContext, file: str, sha256: str) -> KeptBackup:
    """Keep the bytes of a file that has this SHA-256. Thread-safe.

    Raises FileChanged where it has another one; FolderError; StateError.
    """
    folder, backups = context.run.folder, context.run.state.asset_backups
    with backups.new_file() as new:
        found = hash_unchanged(folder, file, sha256, new.file)
        keep = context.reserve(found.size)
        if keep:
            new.keep(sha256)
    return KeptBackup(found, keep)


def listed(asset: RemoteAsset) -> ListedAsset:
    """Return an asset as the client of the wiki has it."""
    return ListedAsset(
        asset.id,
        asset.folder,
        asset.path,
        asset.mime,
        asset.size,
        asset.created_at,
        asset.updated_at,
    )


def remote_asset(asset: ListedAsset, sha256: str) -> RemoteAsset:
    """Return a listed asset with the digest of its bytes; empty where they were not read."""
    return RemoteAsset(
        path=asset.path,
        id=asset.id,
        folder=asset.folder,
        size=asset.size,
        mime=asset.mime,
        created_at=asset.created_at,
        updated_at=asset.updated_at,
        sha256=sha256,
    )


def check_unchanged(action: AssetAction, found: ListedAsset | None) -> None:
    """Raise AssetChanged where the wiki's asset is not as the plan saw it."""
    expected, path = action.remote, action.from_path or action.path
    if expected is None:
        if found is not None:
            raise AssetChanged(path, "it was created on the wiki")
        return
    if found is None:
        raise AssetChanged(path, "it was deleted on the wiki")
    if (found.id, found.updated_at) != (expected.id, expected.updated_at):
        raise AssetChanged(path, "it was changed on the wiki")


def stored_base(run: ApplyContext, action: AssetAction) -> AssetBase | None:
    """Return the base of an action's asset, which has its new name where a rename is reverted."""
    bases = run.state.asset_bases
    return bases.get(action.from_path or action.path) or bases.get(action.path)


def stamp_of(asset: RemoteAsset | ListedAsset | None, sha256: str = "") -> AssetStamp | None:
    """Return what identifies a version of an asset on the wiki; None for no asset."""
    return None if asset is None else AssetStamp(asset.id, asset.updated_at, sha256)


def text_of(stamp: AssetStamp | None) -> str | None:
    """Return a stamp as the journal has it."""
    return None if stamp is None else str(stamp)
