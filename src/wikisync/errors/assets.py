"""Define the exceptions of images and other files of the wiki."""

from __future__ import annotations

from dataclasses import dataclass

from wikisync.errors.base import WikisyncError
from wikisync.errors.wiki import Forbidden, WikiError


@dataclass(eq=False)
class AssetGone(WikiError):
    """Raised where the wiki has no such asset. ``id`` is 0 where only the path is known, and
    ``path`` empty where only the id is."""

    id: int = 0
    path: str = ""


@dataclass(eq=False)
class AssetTooLarge(WikiError):
    """Raised where a file is larger than the wiki takes; nothing was stored. ``size`` in bytes."""

    path: str
    size: int


@dataclass(eq=False)
class AssetLost(WikiError):
    """Raised where the wiki says twice that it stored a file, and has not."""

    path: str


@dataclass(eq=False)
class AssetFolderHidden(Forbidden):
    """Raised where the wiki has the folder of an asset, and does not list it for the key."""

    folder: str = ""


@dataclass(eq=False)
class SeveralAssets(WikiError):
    """Raised where the wiki has ``count`` assets of one path; readers get the newest."""

    path: str
    count: int


@dataclass(eq=False)
class UploadsNeedAuthorization(WikiError):
    """Raised before an upload where a gateway has the header Authorization to itself: Wiki.js
    accepts a key for an upload in no other place."""


@dataclass(eq=False)
class BadAsset(WikisyncError):
    """Raised for a file that cannot be an asset as it is. ``what`` is the reason, a clause.

    ``size`` and ``limit`` in bytes are set where the file is larger than the wiki takes.
    """

    file: str
    what: str
    size: int = 0
    limit: int = 0

    @property
    def name(self) -> str:
        """Return the file, as in BadName."""
        return self.file

    @property
    def names(self) -> tuple[str, ...]:
        """Return every file that the error is about."""
        return (self.file,)


@dataclass(eq=False)
class AssetChanged(WikisyncError):
    """Raised where an asset changed on the wiki between plan and write; it is not written.

    ``found`` says how.
    """

    path: str
    found: str
