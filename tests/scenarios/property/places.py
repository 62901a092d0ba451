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
    """The places of a layout. ``root`` and ``locale_folders`` are those of ``wikisync.toml``."""

    root: str = ""
    locale_folders: str = "others"

    @property
    def settings(self) -> str:
        """The lines of ``wikisync.toml``."""
        given = {"root": self.root, "locale_folders": self.locale_folders}
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

    def file(self, place: str) -> str:
        """The name of the file of a place."""
        english = not place.startswith("fr/")
        return f"en/{place}.md" if english and self.locale_folders == "all" else f"{place}.md"

    def of_file(self, name: str) -> str:
        """Where the page of a file is."""
        place = name.removesuffix(".md")
        return place.removeprefix("en/") if self.locale_folders == "all" else place
