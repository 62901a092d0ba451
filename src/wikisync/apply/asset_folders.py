"""Know the folders of the wiki, and what is in them right before files are sent there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.errors import Forbidden
from wikisync.wiki.asset_responses import READ_NEEDS, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wikisync.apply.transaction import ApplyContext
    from wikisync.wiki.asset_responses import ListedAsset

FoundAssets = dict[int, list["ListedAsset"]]
"""The assets of each folder that was listed, by its id; a path ends in the asset's name."""


class RemoteFolders:
    """The folders of the wiki by path; ``assets`` are those in them when they were listed last."""

    def __init__(self, context: ApplyContext) -> None:
        self._context = context
        self._ids: dict[str, int] | None = None
        self.assets: FoundAssets = {}

    def look(self, paths: Iterable[str]) -> None:
        """List the folders of these assets as they are now. Raises WikiError.

        The first call lists all folders, which tells their ids; later ones those that are needed.
        """
        if self._ids is None:
            self._ids = self._all()
            return
        parents = {self._ids.get(path.rpartition("/")[0]) for path in paths}
        wanted = [number for number in parents if number is not None]
        self.assets |= list_assets(self._context, wanted)

    def id_of(self, path: str) -> int | None:
        """Return the id of a folder; None where there is none."""
        return None if self._ids is None else self._ids.get(path)

    def create(self, path: str) -> int:
        """Return the id of a folder, which is created with those above it where they are missing.

        Raises Forbidden, Rejected, WriteUncertain and other WikiErrors.
        """
        if (known := self.id_of(path)) is not None:
            return known
        above, _, slug = path.rpartition("/")
        number = self._context.wiki.assets.create_folder(self.create(above), slug)
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
