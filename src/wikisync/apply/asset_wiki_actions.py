"""Rename and delete assets on the wiki, in batches whose folders are listed before and after."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from wikisync.apply import asset_folders, second_look
from wikisync.apply.asset_context import (
    AssetContext,
    AssetRun,
    KeptBackup,
    PendingWrite,
    back_up_remote,
    batches,
    begin,
    commit,
    end_failed,
    in_parallel,
    stamp_of,
    stored_base,
    text_of,
)
from wikisync.apply.asset_folders import RecentAssets, check_listed, list_assets
from wikisync.errors import (
    AssetChanged,
    AssetGone,
    WikiError,
    WikisyncError,
    WriteUncertain,
)
from wikisync.folder.streamed_files import hash_unchanged
from wikisync.state.asset_journal import AssetIntent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from wikisync.apply.asset_folders import FoundAssets
    from wikisync.apply.asset_result import AssetResult
    from wikisync.planning.asset_model import AssetAction, AssetBase, RemoteAsset


@dataclass
class Written:
    """A write that was tried. ``error`` is why nothing was written; None where it may be done."""

    write: PendingWrite
    error: WikisyncError | None = None
    begun: bool = True


def rename_assets(run: AssetRun, actions: Sequence[AssetAction]) -> Iterator[AssetResult]:
    """Rename the assets whose files were renamed, and yield the results."""
    for batch in batches(actions):
        yield from _write_batch(run, batch, _check_renamed, backs_up=False)


def delete_assets(run: AssetRun, actions: Sequence[AssetAction]) -> Iterator[AssetResult]:
    """Delete the assets whose files are missing, and yield the results.

    A file must be missing at two looks, at least a second apart, unless a creation is taken back.
    """
    if run.stopped() is None and not all(map(run.undoes, actions)):
        second_look.wait_for_second_look(run.context.run)
    for batch in batches(actions):
        yield from _write_batch(run, batch, _check_missing, backs_up=True)


def _check_renamed(run: AssetRun, action: AssetAction) -> None:
    """Raise AssetChanged or FileChanged if the file has its old name again, or other bytes."""
    folder = run.context.run.folder
    if run.undoes(action):
        return
    if action.local is not None:
        hash_unchanged(folder, action.local.file, action.local.sha256)
    if action.from_file and not folder.is_missing(action.from_file):
        raise AssetChanged(action.path, f"its file {action.from_file} is there again")


def _check_missing(run: AssetRun, action: AssetAction) -> None:
    """Raise AssetChanged if the file is there again."""
    if not run.undoes(action) and not run.context.run.folder.is_missing(action.file):
        raise AssetChanged(action.path, f"its file {action.file} is there again")


def _write_batch(
    run: AssetRun,
    batch: Sequence[AssetAction],
    check: Callable[[AssetRun, AssetAction], None],
    *,
    backs_up: bool,
) -> Iterator[AssetResult]:
    context = run.context
    if (fatal := run.stopped()) is not None:
        yield from (run.skip(action, fatal) for action in batch)
        return
    folders = {_remote(action).folder for action in batch}
    listed_at = asset_folders.now()
    try:
        found = list_assets(context.run, folders)
    except WikisyncError as error:
        yield from (run.result(action, error) for action in batch)
        return
    ready: list[AssetAction] = []
    for action in batch:
        try:
            check(run, action)
            check_listed(action, found, _remote(action).folder)
            ready.append(action)
        except WikisyncError as error:
            yield run.result(action, error)
    kept = in_parallel(
        context, (partial(back_up_remote, context, _remote(a)) for a in ready if backs_up)
    )
    writes: list[tuple[AssetAction, AssetIntent, KeptBackup | None]] = []
    for action in ready:
        backup = next(kept) if backs_up else None
        if isinstance(backup, WikisyncError):
            yield run.result(action, backup)
        else:
            writes.append((action, _intent(run, action, backup), backup))
    recent = RecentAssets(context.run, folders, found, listed_at)
    tried = [_write(run, write, recent) for write in begin(context, writes)]
    yield from _end_batch(run, tried)


def _write(run: AssetRun, write: PendingWrite, recent: RecentAssets) -> Written:
    if (fatal := run.stopped()) is not None:
        return Written(write, fatal, begun=False)
    action, assets = write.action, run.context.run.wiki.assets
    try:
        recent.check(action, _remote(action).folder)
        if action.verb == "move":
            assets.rename(_remote(action).id, action.path.rpartition("/")[2])
        else:
            assets.delete(_remote(action).id)
    except WriteUncertain:
        return Written(write)
    except AssetGone as error:
        return Written(write, None if action.verb == "delete" else error)
    except WikisyncError as error:
        run.note_fatal(error)
        return Written(write, error)
    return Written(write)


def _end_batch(run: AssetRun, tried: Sequence[Written]) -> Iterator[AssetResult]:
    """List the folders again, record what was written, and yield the results."""
    context = run.context
    folders = {_remote(one.write.action).folder for one in tried if one.error is None}
    unknown: WikiError | None = None
    found: FoundAssets = {}
    try:
        found = list_assets(context.run, folders) if folders else {}
    except WikiError as error:
        unknown = error
    with context.run.state.transaction():
        errors = [_end(context, one, found, unknown) for one in tried]
    for one, failure in zip(tried, errors, strict=True):
        if not one.begun and failure is not None:
            yield run.skip(one.write.action, failure)
        else:
            yield run.result(one.write.action, failure, one.write.backups)


def _end(
    context: AssetContext, one: Written, found: FoundAssets, unknown: WikiError | None
) -> WikisyncError | None:
    """End the intent of a write; return its error, or None if it is done."""
    write, action = one.write, one.write.action
    error = one.error
    if error is not None:
        end_failed(context, write, error)
        return error
    if unknown is not None:
        end_failed(context, write, unknown, certain=False)
        return unknown
    remote = _remote(action)
    there = next((a for a in found[remote.folder] if a.id == remote.id), None)
    if action.verb == "delete":
        if there is None:
            commit(context, write, write.intent.after)
            return None
    elif there is not None and there.name == action.path.rpartition("/")[2]:
        base = write.intent.after
        if base is not None:
            # Without its time, the next look reads what somebody uploaded since.
            is_same = there.size == remote.size
            base = replace(base, id=there.id, updated_at=there.updated_at if is_same else "")
        commit(context, write, base, stamp=stamp_of(there, remote.sha256))
        return None
    undone = WriteUncertain(context.run.wiki.url, "the list of the wiki does not show it")
    end_failed(context, write, undone)
    return undone


def _intent(run: AssetRun, action: AssetAction, backup: KeptBackup | None) -> AssetIntent:
    remote, context = _remote(action), run.context
    before = stored_base(context.run, action)
    sha256 = remote.sha256 if backup is None else backup.hash.sha256
    stamp = stamp_of(remote, sha256)
    after: AssetBase | None = None
    if action.verb == "move" and before is not None:
        after = replace(before, path=action.path, file=action.file)
    after = run.base_after(action, after)
    return AssetIntent(
        context.run.run_number,
        action.verb,
        "wiki",
        action.path,
        action.file,
        remote.id,
        text_of(stamp),
        text_of(stamp) if action.verb == "move" else None,
        after=after,
        before=before,
        from_path=action.from_path,
        from_file=action.from_file,
    )


def _remote(action: AssetAction) -> RemoteAsset:
    if action.remote is None:
        raise AssertionError(f"{action.path}: a change on the wiki needs an asset")
    return action.remote
