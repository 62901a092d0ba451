"""Resolve the fields of the API about assets and their folders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wikisync.sandbox import assets
from wikisync.sandbox.resolvers import mutation, query

if TYPE_CHECKING:
    from wikisync.sandbox.resolvers import Resolver

ASSET_RESOLVERS: Final[dict[str, dict[str, Resolver]]] = {
    "AssetQuery": {
        "list": query(
            lambda r, a: assets.list_assets(r.store, r.principal, a["folderId"], a["kind"])
        ),
        "folders": query(
            lambda r, a: assets.list_folders(r.store, r.principal, a["parentFolderId"])
        ),
    },
    "AssetMutation": {
        "createFolder": mutation("Asset Folder has been created successfully.")(
            lambda r, a, races: assets.create_folder(r.store, a, races)
        ),
        "renameAsset": mutation("Asset has been renamed successfully.")(
            lambda r, a, _: assets.rename(r.store, r.principal, a["id"], a["filename"])
        ),
        "deleteAsset": mutation("Asset has been deleted successfully.")(
            lambda r, a, _: assets.delete(r.store, r.principal, a["id"])
        ),
        "flushTempUploads": mutation("Temporary Uploads have been flushed successfully.")(
            lambda *_: None
        ),
    },
}
