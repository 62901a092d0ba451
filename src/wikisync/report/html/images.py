"""Find the images that a page shows among those that a report has. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wikisync.page.asset_links import asset_paths, asset_target
from wikisync.page.paths import Layout, Locales
from wikisync.report.html.assets import data_address

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.page.model import Key
    from wikisync.report.html.limits import SizeBudget

_WHOLE_WIKI: Final = Layout(Locales("en", ("en",)))
"""A layout without a root: an image may be anywhere on the wiki."""


@dataclass(frozen=True, slots=True)
class PageImages:
    """The bytes of images by their paths on the wiki, and the characters left to show them."""

    found: Mapping[str, bytes]
    wiki: str
    room: SizeBudget

    def on_page(self, key: Key) -> ShownImages:
        """Return the images as the targets of one page refer to them."""
        return ShownImages(self, key)


class ShownImages:
    """The images that one preview shows; ``size`` is how many characters they take in it."""

    def __init__(self, images: PageImages, key: Key) -> None:
        self._images = images
        self._key = key
        self.size = 0

    def address(self, source: str) -> str | None:
        """Return the ``data:`` address of the image that an ``src`` refers to; None without one."""
        target = asset_target(source, self._images.wiki)
        paths = asset_paths([target] if target else [], self._key, _WHOLE_WIKI)
        for path in paths:
            data = self._images.found.get(path)
            found = None if data is None else data_address(path, data)
            if found is not None and self._images.room.take(len(found)):
                self.size += len(found)
                return found
        return None
