"""Ask the wiki which page it finds at a key that looks like another page's.

Some databases take paths that differ in case or accents for one (wikijs.md, *Other databases*).
Which do is not assumed: the wiki is asked, only for a key that resembles a page's, and once.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from wikisync.errors import Forbidden, PageHidden
from wikisync.page.lookalikes import fold
from wikisync.planning.model import Hidden, Remote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.page.model import Key
    from wikisync.planning.model import RemoteState
    from wikisync.wiki.client import Wiki


class NameLookup:
    """Return the key of the page that the wiki finds at a key; the same key if it finds no other.

    ``remote`` are the wiki's pages by key. A call may raise WikiError.
    """

    def __init__(self, wiki: Wiki, remote: Mapping[Key, RemoteState]) -> None:
        self._wiki = wiki
        self._remote = remote
        self._found: dict[Key, Key] = {}
        self._alike: dict[tuple[str, str], list[Key]] | None = None

    def __call__(self, key: Key) -> Key:
        """Return the key of the page that the wiki finds at ``key``."""
        if key not in self._found:
            self._found[key] = self._look_up(key) if self._resembles_another(key) else key
        return self._found[key]

    def _resembles_another(self, key: Key) -> bool:
        if not self._remote or self._remote.get(key) is not None:
            return False
        if self._alike is None:
            self._alike = defaultdict(list)
            for other, found in self._remote.items():
                if isinstance(found, Remote | Hidden):
                    self._alike[other.locale, fold(other.path)].append(other)
        return (key.locale, fold(key.path)) in self._alike

    def _look_up(self, key: Key) -> Key:
        try:
            record = self._wiki.look_up(key)
        except (PageHidden, Forbidden):  # if there is a page, the write will say so
            return key
        return key if record is None else record.key
