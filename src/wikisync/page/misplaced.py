"""Find files that are laid out otherwise than ``locale_folders`` says. Pure.

Read by the setting, such files would be other pages, so that a sync would move, create or delete
pages that nobody touched. They are reported once, and no page concerned is changed on either side
(files.md, *Languages*).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wikisync.errors import BadName
from wikisync.page.paths import key_of, looks_like_locale

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wikisync.config import LocaleFolders
    from wikisync.page.model import Key
    from wikisync.page.paths import Layout


@dataclass(frozen=True, slots=True)
class Misplaced:
    """The files that are in the wrong place for the setting, and the pages that they may be.

    ``keys`` are those by the setting and by the other one. ``usual``: most files of the default
    locale are so, which means that the setting is wrong, and not the files.
    """

    files: tuple[str, ...]
    keys: frozenset[Key]
    usual: bool


def find_misplaced(
    files: Iterable[str], layout: Layout, is_known: Callable[[Key], bool]
) -> Misplaced | None:
    """Return the files that contradict ``locale_folders``; None where there are none.

    ``is_known`` returns whether a page of this key exists: then a file of its name is in its place.
    """
    default = layout.locales.default
    if not default:  # the wiki was not read
        return None
    misplaced: dict[str, frozenset[Key]] = {}
    placed = 0
    for file in files:
        first = file.partition("/")[0] if "/" in file else ""
        if layout.locale_folders == "all":
            if first == default:
                placed += 1
            elif first not in layout.folders and not looks_like_locale(first):
                misplaced[file] = _keys(f"{default}/{file}", layout)
        elif first == default:
            own = _keys(file, layout)
            if own and not any(map(is_known, own)):
                misplaced[file] = own | _keys(file, replace(layout, locale_folders="all"))
        elif first not in layout.folders:
            placed += 1
    if not misplaced:
        return None
    keys = frozenset(key for found in misplaced.values() for key in found)
    return Misplaced(tuple(sorted(misplaced)), keys, len(misplaced) > placed)


def guess_locale_folders(files: Iterable[str], default: str = "") -> LocaleFolders:
    """Return the setting that fits a folder's files.

    ``default`` is the wiki's default locale. Where it is not known, every file must be in a folder
    whose name looks like a locale for the answer ``"all"``.
    """
    top = [file.partition("/")[0] if "/" in file else "" for file in files]
    if default:
        others = sum(not looks_like_locale(first) for first in top)
        return "all" if top.count(default) > others else "others"
    return "all" if top and all(map(looks_like_locale, top)) else "others"


def _keys(file: str, layout: Layout) -> frozenset[Key]:
    try:
        return frozenset({key_of(file, layout)})
    except BadName:
        return frozenset()
