"""Read one page from the wiki as it is now."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from wikisync.errors import BadName, Forbidden, PageHidden, Unauthenticated, WikisyncError
from wikisync.page.paths import Layout, Locales, key_of
from wikisync.workflow.context import open_wiki

if TYPE_CHECKING:
    from wikisync.config import Config
    from wikisync.page.model import Key, Record


def read_current_page(
    config: Config, key: Key, *, file: str | None = None, deadline: float = 60.0
) -> Record | None:
    """Return the page at ``key``; None where there is none that the API key may see.

    ``file`` is the page's file where the wiki's locales are not known yet, on which the key
    depends. ``deadline`` is in seconds, for each of at most three requests. Raises WikiError,
    BadConfig and NotConfigured.
    """
    with open_wiki(config, deadline) as wiki:
        if file is None:
            # A key that may only read is refused here whatever the page.
            with suppress(Forbidden, PageHidden):
                return wiki.find(key)
        index = wiki.connect()
        if not index.authenticated:
            raise Unauthenticated(wiki.url)
        if file is not None:
            locales = Locales(index.default_locale, index.locales, index.namespacing)
            layout = Layout(locales, config.locale_folders, config.root, config.index)
            with suppress(BadName):
                key = key_of(file, layout)
        listed = [page for page in index.pages if page.key == key]
        for _, found in wiki.read(listed):
            if isinstance(found, WikisyncError):
                raise found
            return found
        return None
