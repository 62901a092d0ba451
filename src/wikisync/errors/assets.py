"""Define the exceptions of images and other files of the wiki."""

from __future__ import annotations

from dataclasses import dataclass

from wikisync.errors.wiki import WikiError


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
class UploadsNeedAuthorization(WikiError):
    """Raised before an upload where a gateway has the header Authorization to itself: Wiki.js
    accepts a key for an upload in no other place."""
