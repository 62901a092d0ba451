"""Format the errors of images and files as (what happened, what to do)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.errors import (
    AssetChanged,
    AssetFolderHidden,
    AssetGone,
    AssetLost,
    AssetTooLarge,
    BadAsset,
    SeveralAssets,
    UploadsNeedAuthorization,
)
from wikisync.report.text import size_text

if TYPE_CHECKING:
    from wikisync.errors import WikisyncError


def asset_message(error: WikisyncError) -> tuple[str, str] | None:
    """Return the statement and the hint for an error of a file; None for any other error."""
    match error:
        case BadAsset(file, what, size, limit):
            if not limit:
                return f"{file}: {what}", ""
            return (
                f"{file}: {what}: it has {size_text(size)}, and the limit is {size_text(limit)}",
                "Make it smaller, or raise max_asset_size if the wiki takes more.",
            )
        case AssetChanged(_path, found):
            return f"{found}; the file was left alone.", "Run the command again."
        case AssetGone(_url, id, path):
            name = path or f"The file {id}"
            return f"{name} does not exist on the wiki, or cannot be read there.", ""
        case AssetTooLarge(_url, path, size):
            return (
                f"{path} is larger than the wiki takes: it has {size:,} bytes.",
                "Make it smaller, or raise uploads.maxFileSize in the wiki's configuration (5 MiB"
                " by default).",
            )
        case AssetLost(_url, path):
            return (
                f"The wiki answered that it stored {path}, and it did not, twice.",
                "Its log says why: a full disk, or a database that refuses so large a file.",
            )
        case AssetFolderHidden(_url, needs, folder=folder):
            return (
                f"The wiki has the folder {folder}, and does not list it for this API key: the key"
                f" lacks {needs[0]} there.",
                f"Give its group {needs[0]} (Administration → Groups → Permissions), and a page"
                f" rule with it for the path {folder} (the same group, Page Rules).",
            )
        case SeveralAssets(_url, path, count):
            return (
                f"The wiki has {count} files of the name {path}; readers get the newest.",
                "Delete the others in the wiki's file manager.",
            )
        case UploadsNeedAuthorization(url):
            return (
                f"{url}: files cannot be sent while WIKISYNC_HEADERS has Authorization.",
                "Wiki.js takes the API key for an upload in that header alone. Let the gateway"
                " accept another header, or let requests to /u through.",
            )
    return None
