"""Define what an upload is, and what became of it. Pure."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from wikisync.wiki.asset_responses import ListedAsset
    from wikisync.wiki.file_transport import Downloaded

UploadOutcome = Literal["stored", "rewritten", "lost", "different", "several"]
"""What an upload came to:

- stored: the asset has the bytes that were sent
- rewritten: an SVG, which the wiki sanitised: it has other bytes
- lost: there is no asset of this name, or it is as it was before
- different: it has other bytes, which somebody else may have uploaded since
- several: there are several assets of this name now; readers get the newest
"""

_TYPES: Final = mimetypes.MimeTypes()
_BINARY: Final = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Upload:
    """What was sent: where to, how many bytes, and their SHA-256 in hexadecimal digits."""

    folder: int
    path: str
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """Return the file name."""
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class CheckedUpload:
    """What there is after an upload: the asset in the list, and its bytes as read again.

    Both are None where the upload was lost. ``others`` are the other assets of this name.
    """

    outcome: UploadOutcome
    asset: ListedAsset | None = None
    found: Downloaded | None = None
    others: tuple[ListedAsset, ...] = ()


def is_unchanged(found: ListedAsset, before: ListedAsset | None) -> bool:
    """Return whether an asset is as it was listed ``before`` an upload."""
    return before is not None and (found.id, found.updated_at) == (before.id, before.updated_at)


def is_rewritten(asset: ListedAsset) -> bool:
    """Return whether the wiki stores an asset with other bytes than those that were uploaded."""
    return asset.path.endswith(".svg") or asset.mime.lower().startswith("image/svg")


def media_type(name: str) -> str:
    """Return the type of a file by the ending of its name, as it is told to the wiki."""
    kind, packed = _TYPES.guess_type(name, strict=False)
    if packed is not None:
        return f"application/{packed}" if packed == "gzip" else _BINARY
    return kind or _BINARY
