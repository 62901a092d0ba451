"""Where the pages of a test are: their places, on the wiki, and in a folder of some layout.

A *place* is a name below the folder without ``.md``, as in the usual layout: ``guide/one`` is
English, ``fr/guide/one`` French. What is outside the root has a place that no folder has.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Places:
    """The places of a layout: ``root``, ``locale_folders``, ``index`` as in ``wikisync.toml``."""

    root: str = ""
    locale_folders: str = "others"
    index: str = ""

    @property
    def settings(self) -> str:
        """The lines of ``wikisync.toml``."""
        given = {"root": self.root, "locale_folders": self.locale_folders, "index": self.index}
        return "".join(f"{name} = {json.dumps(value)}\n" for name, value in given.items() if value)

    def at(self, place: str) -> tuple[str, str]:
        """(path, locale) of a place."""
        locale, _, path = place.partition("/")
        path, locale = (path, "fr") if locale == "fr" else (place, "en")
        return (f"{self.root}/{path}" if self.root else path), locale

    def contains(self, row: Mapping[str, Any]) -> bool:
        """Whether a page of the wiki is below the root."""
        return not self.root or str(row["path"]).startswith(f"{self.root}/")

    def of(self, row: Mapping[str, Any]) -> str:
        """Where a page of the wiki is."""
        path, locale = str(row["path"]), row["locale"]
        if not self.contains(row):
            return f"outside: {locale}/{path}"
        path = path.removeprefix(f"{self.root}/") if self.root else path
        return path if locale == "en" else f"{locale}/{path}"

    def files(self, place: str) -> tuple[str, ...]:
        """The names that the file of a place may have; of a new file, the first."""
        english = not place.startswith("fr/")
        name = f"en/{place}.md" if english and self.locale_folders == "all" else f"{place}.md"
        if not self.index:
            return (name,)
        if place == "home":
            return f"{self.index}.md", name
        below = f"{place}/{self.index}.md"
        return (below, name) if place == "guide" else (name, below)

    def of_file(self, name: str) -> str:
        """Where the page of a file is."""
        place = name.removesuffix(".md")
        if self.index and place.rpartition("/")[2] == self.index:
            place = place.rpartition("/")[0] or "home"
        return place.removeprefix("en/") if self.locale_folders == "all" else place

    def link_folder(self, name: str) -> str:
        """The folder from which a file is read, and its page is not."""
        place = self.of_file(name)
        index = self.index and name.removesuffix(".md").rpartition("/")[2] == self.index
        return place.rpartition("/")[2] if index and place != "home" else ""
