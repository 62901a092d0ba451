"""Fetch assets of the wiki into the folder, several at a time.

Each is streamed into a temporary file beside its file. Those that arrived are journaled, put in
place and recorded in batches, while others are on their way.
"""

from __future__ import annotations

import shutil
import threading
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from wikisync.apply.asset_context import (
    BATCH,
    BATCH_BYTES,
    AssetRun,
    KeptBackup,
    PendingWrite,
    back_up_file,
    begin,
    commit,
    end_failed,
    listed,
)
from wikisync.concurrency import bounded_map
from wikisync.errors import AssetChanged, WikisyncError
from wikisync.folder.directory import PIECE
from wikisync.folder.streamed_files import (
    Draft,
    DraftWriter,
    discard,
    new_draft,
    publish,
    sync_folders,
)
from wikisync.planning.asset_model import AssetBase, is_svg
from wikisync.progress import counted
from wikisync.state.asset_journal import AssetIntent

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wikisync.apply.asset_context import AssetContext
    from wikisync.apply.asset_result import AssetResult
    from wikisync.planning.asset_model import AssetAction, RemoteAsset


@dataclass(frozen=True, slots=True)
class Fetched:
    """An asset under a temporary name in the folder, and the backup of the file it replaces."""

    action: AssetAction
    draft: Draft
    backup: KeptBackup | None


def download_all(run: AssetRun, actions: Sequence[AssetAction]) -> Iterator[AssetResult]:
    """Write the files of these actions and yield the result of each."""
    active = threading.Semaphore(run.context.jobs)
    calls = (partial(_fetch, run, active, action) for action in actions)
    batch: list[Fetched] = []
    size = 0
    fetched = bounded_map(calls, run.context.jobs + BATCH)
    for action, found in zip(actions, fetched, strict=True):
        if isinstance(found, Skipped):
            yield run.skip(action, found.error)
        elif isinstance(found, WikisyncError):
            yield run.result(action, found)
        else:
            batch.append(found)
            size += found.draft.hash.size
            if len(batch) >= BATCH or size >= BATCH_BYTES:
                yield from _publish(run, batch)
                batch, size = [], 0
    if batch:
        yield from _publish(run, batch)


@dataclass(frozen=True, slots=True)
class Skipped:
    """An asset that was not fetched, because the run had ended."""

    error: WikisyncError


def _fetch(
    run: AssetRun, active: threading.Semaphore, action: AssetAction
) -> Fetched | Skipped | WikisyncError:
    """Fetch one asset, or return why it was not. Called in a thread."""
    try:
        return _fetch_one(run, active, action)
    except _Stopped as stopped:
        return Skipped(stopped.error)
    except WikisyncError as error:
        run.note_fatal(error)
        return error


class _Stopped(Exception):
    """Raised where the run ended before an asset was asked for."""

    def __init__(self, error: WikisyncError) -> None:
        super().__init__()
        self.error = error


def _fetch_one(run: AssetRun, active: threading.Semaphore, action: AssetAction) -> Fetched:
    context, folder = run.context, run.context.run.folder
    remote, local = _remote(action), action.local
    if (fatal := run.stopped()) is not None:
        raise _Stopped(fatal)
    backup = None
    if local is not None:
        backup = back_up_file(context, local.file, local.sha256)
    # The wait for the disk, at the end of a draft, is no part of what ``active`` limits.
    with new_draft(folder, action.file) as (writer, name):
        with active:
            if (fatal := run.stopped()) is not None:
                raise _Stopped(fatal)
            _fill(run, action, remote, writer)
        found = writer.hash()
        if remote.sha256:
            changed = found.sha256 != remote.sha256
        else:
            differs = found.size != remote.size and not is_svg(remote.path, remote.mime)
            changed = differs and not _is_listed(context, remote)
        if changed:
            raise AssetChanged(action.path, "it was changed on the wiki")
    return Fetched(action, Draft(action.file, name, found), backup)


def _is_listed(context: AssetContext, remote: RemoteAsset) -> bool:
    """Return whether the list still has an asset as the plan saw it: then its size is wrong."""
    found = context.run.wiki.assets.list_folder(remote.folder).assets
    return (remote.id, remote.updated_at) in {(one.id, one.updated_at) for one in found}


def _fill(run: AssetRun, action: AssetAction, remote: RemoteAsset, writer: DraftWriter) -> None:
    """Write the bytes of an asset, or of the backup that an action brings back."""
    context, source = run.context, run.source(action)
    target = counted(writer, context.moved)
    if source is None:
        context.run.wiki.assets.download(listed(remote), target)
        return
    with context.run.state.asset_backups.open(source) as kept:
        shutil.copyfileobj(kept, target, PIECE)


def _remote(action: AssetAction) -> RemoteAsset:
    if action.remote is None:
        raise AssertionError(f"{action.path}: a download needs an asset")
    return action.remote


def _publish(run: AssetRun, batch: Sequence[Fetched]) -> Iterator[AssetResult]:
    """Give the files of a batch their names, record them, and yield the results."""
    context, folder = run.context, run.context.run.folder
    try:
        begun = begin(context, ((one.action, _intent(run, one), one.backup) for one in batch))
    except WikisyncError as error:
        for one in batch:
            discard(folder, one.action.file, one.draft.name)
        yield from (run.result(one.action, error) for one in batch)
        return
    errors = [_place(context, one) for one in batch]
    sync_folders(folder, (one.action.file for one in batch))
    with context.run.state.transaction():
        for write, failure in zip(begun, errors, strict=True):
            _end(context, write, failure)
    for write, failure in zip(begun, errors, strict=True):
        yield run.result(write.action, failure, write.backups)


def _place(context: AssetContext, fetched: Fetched) -> WikisyncError | None:
    expected = None if fetched.backup is None else fetched.backup.hash.digest
    try:
        publish(context.run.folder, fetched.draft, expected)
    except WikisyncError as error:
        return error
    return None


def _end(context: AssetContext, write: PendingWrite, error: WikisyncError | None) -> None:
    if error is None:
        commit(context, write, write.intent.after)
    else:
        end_failed(context, write, error)


def _intent(run: AssetRun, fetched: Fetched) -> AssetIntent:
    context, action = run.context, fetched.action
    remote, found = _remote(action), fetched.draft.hash
    base = AssetBase(
        path=action.path,
        file=action.file,
        id=remote.id,
        size=found.size,
        local=found.sha256,
        remote=found.sha256,
        created_at=remote.created_at,
        updated_at=remote.updated_at,
    )
    return AssetIntent(
        context.run.run_number,
        action.verb,
        "folder",
        action.path,
        action.file,
        remote.id or None,
        None if action.local is None else action.local.sha256,
        found.sha256,
        after=run.base_after(action, base),
        before=context.run.state.asset_bases.get(action.path),
    )
