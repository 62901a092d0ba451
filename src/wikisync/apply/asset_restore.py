"""Restore a backup of an asset into its file; the base stays, as for a page (``restore``)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from wikisync.apply.asset_context import AssetContext, AssetRun, UndoSource
from wikisync.apply.asset_downloads import download_all
from wikisync.errors import FolderError
from wikisync.folder.streamed_files import hash_file
from wikisync.page.paths import EXTENSIONS
from wikisync.planning.asset_model import AssetAction, LocalAsset, RemoteAsset

if TYPE_CHECKING:
    from wikisync.apply.asset_result import AssetResult
    from wikisync.apply.transaction import ApplyContext
    from wikisync.folder.folder import Folder
    from wikisync.planning.asset_model import AssetBase
    from wikisync.state import State
    from wikisync.state.asset_backups import AssetBackup


@dataclass(frozen=True, slots=True)
class AssetRestoration:
    """A backup of an asset, and the file to restore it into.

    ``action`` is the restore as an action of a plan. ``base`` is the asset's base, if there is one.
    ``unpushed`` is whether the file has content that was never pushed.
    """

    backup: AssetBackup
    action: AssetAction
    base: AssetBase | None
    unpushed: bool

    @property
    def file(self) -> str:
        """Return the name of the file."""
        return self.action.file

    @property
    def is_done(self) -> bool:
        """Return whether the file has the bytes of the backup already."""
        local = self.action.local
        return local is not None and local.sha256 == self.backup.sha256


def plan_asset_restore(state: State, folder: Folder, backup: AssetBackup) -> AssetRestoration:
    """Return the file of a backup's asset, under its present name.

    Raises FolderError and StateError.
    """
    base = _base(state, backup)
    path, file = (backup.path, backup.file) if base is None else (base.path, base.file)
    _check_name(file)
    current = None
    if not folder.is_missing(file):
        found = hash_file(folder, file)
        current = LocalAsset(path, file, found.size, found.sha256)
    action = AssetAction(
        verb="create" if current is None else "update",
        side="folder",
        path=path,
        file=file,
        local=current,
        remote=RemoteAsset(path, 0, 0, backup.size, "", "", "", backup.sha256),
        base=base,
    )
    unpushed = current is not None and (base is None or current.sha256 != base.local)
    return AssetRestoration(backup, action, base, unpushed)


def restore_asset(context: ApplyContext, restoration: AssetRestoration) -> AssetResult:
    """Write the file of a restoration. Raises StateError where the state cannot be written."""
    run = AssetRun(AssetContext(context), lambda: False)
    action = restoration.action
    run.undo[id(action)] = UndoSource(restoration.base, restoration.backup)
    [result] = download_all(run, [action])
    return result


def _base(state: State, backup: AssetBackup) -> AssetBase | None:
    """Return the base of the backup's asset, found by its id, else by its path."""
    if not state.from_another_wiki(backup.run):
        for base in state.asset_bases.load().values():
            if base.id == backup.asset_id:
                return base
    return state.asset_bases.get(backup.path)


def _check_name(file: str) -> None:
    """Raise FolderError for a name that no asset has: a planted state may hold any name."""
    parts = PurePosixPath(file)
    if parts.suffix in EXTENSIONS or any(part.startswith(".") for part in parts.parts):
        raise FolderError(file, "write", "it is not the file of an image or another file")
