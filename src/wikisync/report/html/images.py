"""Find the images that a page shows among those that a report has. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wikisync.page.asset_links import asset_paths, asset_target
from wikisync.page.paths import Layout, Locales
from wikisync.planning.asset_model import AssetConflict
from wikisync.report.html.assets import data_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wikisync.page.model import Key
    from wikisync.planning.model import Side
    from wikisync.report.html.limits import SizeBudget
    from wikisync.request import AssetDiff

_WHOLE_WIKI: Final = Layout(Locales("en", ("en",)))
"""A layout without a root: an image may be anywhere on the wiki."""


@dataclass(frozen=True, slots=True)
class PageImages:
    """The bytes of images by their paths on the wiki, and the characters left to show them.

    ``before`` are those that the plan replaces or deletes, as they are on the side that it writes
    to; None for one that is not there yet.
    """

    found: Mapping[str, bytes]
    before: Mapping[Side, Mapping[str, bytes | None]]
    wiki: str
    room: SizeBudget

    def on_page(self, key: Key, before: Side | None = None) -> ShownImages:
        """Return the images as the targets of one page refer to them.

        With ``before``, as they are on that side until the plan is carried out.
        """
        return ShownImages(self, key, {} if before is None else self.before.get(before, {}))


def replaced_images(diffs: Iterable[AssetDiff]) -> dict[Side, dict[str, bytes | None]]:
    """Return the images that a plan writes or deletes, as they are before, by side and path."""
    found: dict[Side, dict[str, bytes | None]] = {"wiki": {}, "folder": {}}
    for diff in diffs:
        item, data = diff.item, None if diff.old is None else diff.old.data
        if isinstance(item, AssetConflict):
            found["wiki"][item.path] = data
        elif item.verb == "move":
            found[item.side] |= {item.path: None, item.from_path: data}
        else:
            found[item.side][item.path] = data
    return found


class ShownImages:
    """The images that one preview shows; ``size`` is how many characters they take in it."""

    def __init__(self, images: PageImages, key: Key, before: Mapping[str, bytes | None]) -> None:
        self._images = images
        self._key = key
        self._before = before
        self.size = 0

    def address(self, source: str) -> str | None:
        """Return the ``data:`` address of the image that an ``src`` refers to; None without one."""
        target = asset_target(source, self._images.wiki)
        paths = asset_paths([target] if target else [], self._key, _WHOLE_WIKI)
        for path in paths:
            data = self._before.get(path, self._images.found.get(path))
            found = None if data is None else data_address(path, data)
            if found is not None and self._images.room.take(len(found)):
                self.size += len(found)
                return found
        return None
