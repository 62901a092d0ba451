"""Know the pages whose path the wiki has in another Unicode form than NFC.

Keys have their path in NFC. The wiki compares paths as they are, and an update with another path
moves the page, so such a page is asked for and updated by the path that the wiki has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.page.model import Key
from wikisync.page.paths import to_nfc

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wikisync.page.model import Listed, Record


class Spellings:
    """The paths of pages that are not in NFC, as the wiki last showed them."""

    def __init__(self) -> None:
        self._by_id: dict[int, Key] = {}

    def note(self, pages: Iterable[Listed | Record]) -> None:
        """Note how the wiki spells the paths of these pages."""
        for page in pages:
            if page.spelling:
                self._by_id[page.id] = Key(page.key.locale, page.spelling)
            elif self._by_id:
                self._by_id.pop(page.id, None)

    def of_page(self, page: int, key: Key) -> Key:
        """Return the key to send for a page that is, or is to be, at ``key``."""
        found = self._by_id.get(page)
        return found if found is not None and _is(found, key) else key

    def at(self, key: Key) -> Key:
        """Return the key by which the wiki finds the page at ``key``."""
        return next((found for found in self._by_id.values() if _is(found, key)), key)


def _is(spelled: Key, key: Key) -> bool:
    return spelled.locale == key.locale and to_nfc(spelled.path) == key.path
