"""Find what a page holds on the wiki and at the base, for files with conflict markers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.planning.model import Remote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from wikisync.folder.scan import KeyedPages
    from wikisync.page.model import Key
    from wikisync.planning.model import Base
    from wikisync.snapshot.wiki_pages import WikiPages
    from wikisync.state import State


def known_contents(
    state: State, bases: Mapping[Key, Base], wiki_pages: WikiPages, named: KeyedPages
) -> Callable[[Key, str], Iterator[str]]:
    """Return a function that yields a page's content on the wiki and at the base.

    A file without a base may have been renamed: then every page whose file is missing counts.
    """

    def contents(key: Key, _file: str) -> Iterator[str]:
        remote = wiki_pages.remote.get(wiki_pages.moved.get(key, key))
        if isinstance(remote, Remote) and remote.record is not None:
            yield remote.record.page.content
        for base_key in (key,) if key in bases else bases.keys() - named.local.keys():
            stored = state.bases.get(base_key)
            if stored is not None:
                yield stored.page.content

    return contents
