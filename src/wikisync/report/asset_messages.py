"""Format the errors of images and files as (what happened, what to do)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.errors import AssetGone, AssetTooLarge, UploadsNeedAuthorization

if TYPE_CHECKING:
    from wikisync.errors import WikiError


def asset_message(error: WikiError) -> tuple[str, str] | None:
    """Return the statement and the hint for an error of a file; None for any other error."""
    match error:
        case AssetGone(_url, id, path):
            name = path or f"The file {id}"
            return f"{name} does not exist on the wiki, or cannot be read there.", ""
        case AssetTooLarge(_url, path, size):
            return (
                f"{path} is larger than the wiki takes: it has {size:,} bytes.",
                "Make it smaller, or raise uploads.maxFileSize in the wiki's configuration (5 MiB"
                " by default).",
            )
        case UploadsNeedAuthorization(url):
            return (
                f"{url}: files cannot be sent while WIKISYNC_HEADERS has Authorization.",
                "Wiki.js takes the API key for an upload in that header alone. Let the gateway"
                " accept another header, or let requests to /u through.",
            )
    return None
