"""Know the folders of the wiki, and what is in them right before files are sent there."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from wikisync.apply.asset_context import check_unchanged
from wikisync.apply.parallel import MAX_AGE
from wikisync.errors import AssetChanged, Forbidden, WikiError
from wikisync.wiki.asset_responses import READ_NEEDS, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from wikisync.apply.transaction import ApplyContext
    from wikisync.planning.asset_model import AssetAction
    from wikisync.wiki.asset_responses import ListedAsset

FoundAssets = dict[int, list["ListedAsset"]]
"""The assets of each folder that was listed, by its id; a path ends in the asset's name."""

now = time.monotonic
"""Return seconds that never go back."""


class RemoteFolders:
    """The folders of the wiki by path; ``assets`` are those in them when they were listed last."""

    def __init__(self, context: ApplyContext) -> None:
        self._context = context
        self._ids: dict[str, int] | None = None
        self.assets: FoundAssets = {}
        self._listed_at = now()

    def look(self, paths: Iterable[str]) -> None:
        """List the folders of these assets as they are now. Raises WikiError.

        The first call lists all folders, which tells their ids; later ones those that are needed.
        """
        self._listed_at = now()
        if self._ids is None:
            self._ids = self._all()
            return
        parents = {self._ids.get(path.rpartition("/")[0]) for path in paths}
        wanted = [number for number in parents if number is not None]
        self.assets |= list_assets(self._context, wanted)

    def recent(self, ids: Iterable[int]) -> RecentAssets:
        """Return the assets of these folders as ``look`` found them, to be checked by writes."""
        return RecentAssets(self._context, ids, self.assets, self._listed_at)

    def id_of(self, path: str) -> int | None:
        """Return the id of a folder; None where there is none."""
        return None if self._ids is None else self._ids.get(path)

    def create(self, path: str) -> int:
        """Return the id of a folder, which is created with those above it where they are missing.

        Raises Forbidden, AssetFolderHidden, Rejected, WriteUncertain and other WikiErrors.
        """
        if (known := self.id_of(path)) is not None:
            return known
        above = self.create(path.rpartition("/")[0])
        number = self._context.wiki.assets.create_folder(above, path)
        if self._ids is not None:
            self._ids[path] = number
        self._context.state.asset_folders.add(number)
        return number

    def _all(self) -> dict[str, int]:
        index = self._context.wiki.assets.list(self._context.state.asset_folders.load())
        if not index.allowed:
            raise Forbidden(self._context.wiki.url, READ_NEEDS, message="Forbidden")
        ids = {"": ROOT}
        for folder in sorted(index.folders, key=lambda one: one.id, reverse=True):
            ids[folder.path] = folder.id  # of several folders of one name, the oldest
        for asset in index.assets:
            self.assets.setdefault(asset.folder, []).append(asset)
        return ids


class RecentAssets:
    """The assets of the folders of a batch, listed again where they were read too long ago.

    The writes of a batch follow one after the other, and its backups are made before them: the last
    one may come minutes after the batch's list.
    """

    def __init__(
        self, context: ApplyContext, ids: Iterable[int], found: FoundAssets, listed_at: float
    ) -> None:
        self._context = context
        self._ids = frozenset(ids)
        self._found = found
        self._listed_at = listed_at

    def check(self, action: AssetAction, folder: int) -> None:
        """Raise AssetChanged where the asset is not as the plan saw it, or its new name is taken.

        The list is at most ``MAX_AGE`` seconds old. Raises WikiError.
        """
        if now() - self._listed_at >= MAX_AGE:
            self._listed_at = now()
            self._found = list_assets(self._context, self._ids)
        check_listed(action, self._found, folder)


def check_listed(action: AssetAction, found: FoundAssets, folder: int) -> None:
    """Raise AssetChanged where the asset is not as the plan saw it, or its new name is taken."""
    check_unchanged(action, asset_in(found, folder, action.from_path or action.path))
    if action.from_path and asset_in(found, folder, action.path) is not None:
        raise AssetChanged(action.path, "an asset of that name exists now")


def list_assets(context: ApplyContext, folders: Iterable[int]) -> FoundAssets:
    """Return the assets that these folders have now. Raises WikiError."""
    contents = context.wiki.assets.list_folders(folders)
    return {number: list(content.assets) for number, content in contents.items()}


def asset_in(
    assets: Mapping[int, Iterable[ListedAsset]], folder: int, path: str
) -> ListedAsset | None:
    """Return the asset of a path in a folder that was listed; the newest of several, or None."""
    name = path.rpartition("/")[2]
    found = [one for one in assets.get(folder, ()) if one.name == name]
    return max(found, key=lambda one: (one.updated_at, one.id), default=None)


def remove_doubles(
    context: ApplyContext, kept: ListedAsset | None, others: Sequence[ListedAsset]
) -> int:
    """Delete the asset that an upload should have replaced; return how many others are left.

    The wiki makes two of one name where two uploads meet. Readers get the newest, and only that can
    be read. So another one is deleted only where it is ``kept``, the one that is in the backups.
    """
    left = 0
    for other in others:
        if kept is None or (other.id, other.updated_at) != (kept.id, kept.updated_at):
            left += 1
            continue
        try:
            context.wiki.assets.delete(other.id)
        except WikiError:
            left += 1
    return left
