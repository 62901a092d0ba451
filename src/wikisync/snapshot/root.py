"""Leave out the pages of the wiki that are outside the root, and note what is to be known of them.

They are neither read, counted, written nor deleted (files.md, *A part of the wiki*). Pure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.config import FILE
from wikisync.errors import BadConfig
from wikisync.planning.notes import Note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from wikisync.folder.scan import KeyedPages
    from wikisync.page.model import Key, Listed
    from wikisync.page.paths import Layout
    from wikisync.planning.model import Base
    from wikisync.snapshot.wiki_pages import WikiPages


def split_by_root(
    listed: Iterable[Listed], layout: Layout
) -> tuple[list[Listed], dict[tuple[int, str], Key]]:
    """Return the pages in the root, and the keys of the others by id and time of creation.

    Raises BadConfig where the wiki has no page below the root, and has some below the same path in
    another case: no new name may differ from an existing one in case alone (files.md, *Names*).
    """
    inside: list[Listed] = []
    outside: dict[tuple[int, str], Key] = {}
    for page in listed:
        if layout.contains(page.key):
            inside.append(page)
        else:
            outside[page.id, page.created_at] = page.key
    if layout.root and not inside:
        _check_case(layout.root, outside.values())
    return inside, outside


def _check_case(root: str, others: Iterable[Key]) -> None:
    folded, depth = f"{root}/".casefold(), root.count("/") + 1
    for key in others:
        if key.path.casefold().startswith(folded):
            spelt = "/".join(key.path.split("/")[:depth])
            raise BadConfig(FILE, "root", root, f"`{spelt}`, as the wiki spells it")


def root_notes(
    bases: Mapping[Key, Base],
    named: KeyedPages,
    wiki_pages: WikiPages,
    listed: Iterable[Listed],
    layout: Layout,
) -> Iterator[Note]:
    """Yield notes of pages that were moved out of the root, and of the page at the root itself."""
    left = {key: to for key, to in wiki_pages.left.items() if key in named.local}
    if left:
        unseen = "where the key sees no pages"
        files = tuple(f"{bases[key].file} → {left[key] or unseen}" for key in sorted(left))
        yield Note("left-root", len(left), layout.root, files)
    if any(page.key.path == layout.root and not layout.contains(page.key) for page in listed):
        yield Note("root-page", 1, layout.root)
