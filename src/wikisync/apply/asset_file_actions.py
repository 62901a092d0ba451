"""Rename and delete files of the folder that are assets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wikisync.apply.asset_context import (
    AssetContext,
    AssetRun,
    KeptBackup,
    back_up_file,
    begin,
    commit,
    end_failed,
    stored_base,
)
from wikisync.apply.asset_folders import RemoteFolders, asset_in
from wikisync.errors import AssetChanged, WikisyncError
from wikisync.folder.streamed_files import hash_unchanged
from wikisync.state.asset_journal import AssetIntent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from wikisync.apply.asset_result import AssetResult
    from wikisync.planning.asset_model import AssetAction, AssetBase, LocalAsset


def move_files(run: AssetRun, actions: Sequence[AssetAction]) -> Iterator[AssetResult]:
    """Rename the files of assets that were renamed on the wiki, and yield the results."""
    for action in actions:
        yield _run_one(run, action, lambda action=action: _move(run, action))  # type: ignore[misc]


def delete_files(run: AssetRun, actions: Sequence[AssetAction]) -> Iterator[AssetResult]:
    """Delete the files of assets that are gone from the wiki, and yield the results."""
    folders = RemoteFolders(run.context.run)
    try:
        # What is on the wiki does not matter to a creation that is taken back.
        paths = [action.path for action in actions if not run.undoes(action)]
        if paths and run.stopped() is None:
            folders.look(paths)
    except WikisyncError as error:
        yield from (run.result(action, error) for action in actions)
        return
    for action in actions:
        yield _run_one(run, action, lambda action=action: _delete(run, folders, action))  # type: ignore[misc]


def _run_one(
    run: AssetRun, action: AssetAction, work: Callable[[], tuple[int, ...]]
) -> AssetResult:
    if (fatal := run.stopped()) is not None:
        return run.skip(action, fatal)
    try:
        return run.result(action, None, work())
    except WikisyncError as error:
        return run.result(action, error)


def _move(run: AssetRun, action: AssetAction) -> tuple[int, ...]:
    context, local, remote = run.context, _local(action), action.remote
    digest = hash_unchanged(context.run.folder, local.file, local.sha256).digest
    before = stored_base(context.run, action)
    after = None
    if before is not None and remote is not None:
        after = replace(
            before, path=action.path, file=action.file, id=remote.id, updated_at=remote.updated_at
        )
    after = run.base_after(action, after)
    intent = _intent(context, action, local.sha256, before, after)
    _write(
        context,
        action,
        intent,
        None,
        lambda: context.run.folder.move(local.file, action.file, digest),
    )
    return ()


def _delete(run: AssetRun, folders: RemoteFolders, action: AssetAction) -> tuple[int, ...]:
    context, local = run.context, _local(action)
    folder = folders.id_of(action.path.rpartition("/")[0])
    if folder is not None and asset_in(folders.assets, folder, action.path) is not None:
        raise AssetChanged(action.path, "it is on the wiki again")
    backup = back_up_file(context, local.file, local.sha256)
    before = context.run.state.asset_bases.get(action.path)
    intent = _intent(context, action, None, before, run.base_after(action, None))
    return _write(
        context,
        action,
        intent,
        backup,
        lambda: context.run.folder.delete(local.file, backup.hash.digest),
    )


def _intent(
    context: AssetContext,
    action: AssetAction,
    wanted: str | None,
    before: AssetBase | None,
    after: AssetBase | None,
) -> AssetIntent:
    return AssetIntent(
        context.run.run_number,
        action.verb,
        "folder",
        action.path,
        action.file,
        None if before is None else before.id,
        _local(action).sha256,
        wanted,
        after=after,
        before=before,
        from_path=action.from_path,
        from_file=action.from_file,
    )


def _write(
    context: AssetContext,
    action: AssetAction,
    intent: AssetIntent,
    backup: KeptBackup | None,
    work: Callable[[], None],
) -> tuple[int, ...]:
    """Journal a write of the folder around ``work``. Return the numbers of its backups."""
    [write] = begin(context, [(action, intent, backup)])
    try:
        work()
    except WikisyncError as error:
        end_failed(context, write, error)
        raise
    commit(context, write, intent.after)
    return write.backups


def _local(action: AssetAction) -> LocalAsset:
    if action.local is None:
        raise AssertionError(f"{action.path}: a change of a file needs a file")
    return action.local
