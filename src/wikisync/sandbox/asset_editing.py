"""Change and look at the assets of a sandbox, as a person does in a browser."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.sandbox import asset_names, asset_store, assets
from wikisync.sandbox.auth import administrator
from wikisync.sandbox.downloads import media_type
from wikisync.sandbox.validation import named_error

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wikisync.sandbox.store import Row, Store


class AssetEditor:
    """The assets of one sandbox, by path: ``img/a.png``."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self) -> list[Row]:
        """Return all assets with the API's names, and their ``path``, in the order of paths."""
        return self._store.rows("select * from assets order by path, id")

    def paths(self) -> list[str]:
        """Return the paths of all assets, in order; one that is there twice, twice."""
        return [row["path"] for row in self.all()]

    def get(self, path: str) -> Row | None:
        """Return the asset that is served at a path, or None."""
        return asset_store.shown_at(self._store, path)

    def read(self, path: str) -> bytes | None:
        """Return the bytes of an asset, or None without one."""
        asset = self.get(path)
        if asset is None:
            return None
        with asset_store.read(self._store, asset["id"]) as data:
            return data.read()

    def upload(self, path: str, data: bytes, mime: str | None = None) -> Row:
        """Upload a file; folders that are missing are created. Returns the asset."""
        folder, _, name = path.rpartition("/")
        name = asset_names.uploaded_name(name)
        with self._store.lock, asset_store.new_spool() as spool:
            spool.write(data)
            kind = mime or media_type({"ext": asset_names.extension(name)})
            saved = assets.save(self._store, self.create_folder(folder), name, kind, spool)
            if saved is None:
                raise named_error("AssetInvalid")
            return saved

    def fill(self, paths: Iterable[str], data: bytes) -> None:
        """Upload many equal files, quickly."""
        with self._store.lock, self._store.transaction():
            for path in paths:
                self.upload(path, data)

    def create_folder(self, path: str) -> int | None:
        """Create a folder and those above it, where they are missing, and return its id.

        Returns None for the root, the empty path.
        """
        folder: int | None = None
        with self._store.lock:
            for slug in filter(None, map(asset_names.folder_slug, path.split("/"))):
                sent = {"parentFolderId": folder or 0, "slug": slug}
                if slug not in self._slugs(folder):
                    assets.create_folder(self._store, sent)
                below = asset_store.folders_below(self._store, folder or 0)
                folder = next(row["id"] for row in below if row["slug"] == slug)
        return folder

    def folders(self) -> list[str]:
        """Return the paths of all folders, in order; one that is there twice, twice."""
        rows = self._store.rows("select id from assetFolders")
        return sorted(asset_store.folder_path(self._store, row["id"]) for row in rows)

    def rename(self, path: str, name: str) -> None:
        """Rename an asset in its folder."""
        with self._store.lock:
            assets.rename(self._store, administrator(self._store), self._id(path), name)

    def delete(self, path: str) -> None:
        """Delete an asset."""
        with self._store.lock:
            assets.delete(self._store, administrator(self._store), self._id(path))

    def list_with_size(self, path: str, size: int) -> None:
        """List an asset with another size than that of its bytes, as an import can leave it."""
        self._store.update("assets", self._id(path), {"fileSize": size})

    def limit_size(self, limit: int) -> None:
        """Set the most bytes of an upload (``uploads.maxFileSize``)."""
        self._store.set_settings({"maxFileSize": min(limit, asset_store.MAX_ASSET)})

    def _slugs(self, folder: int | None) -> list[str]:
        return [row["slug"] for row in asset_store.folders_below(self._store, folder or 0)]

    def _id(self, path: str) -> int:
        asset = self.get(path)
        if asset is None:
            raise named_error("AssetInvalid")
        return int(asset["id"])
