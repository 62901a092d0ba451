"""Refuse files with git's conflict markers, but for those that show the markers of their page.

A page about git may have such markers in its text. So ``scan`` takes such a file as a page, and it
is refused here, once the page's content on the wiki and at the base is known.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wikisync.errors import BadPage
from wikisync.page.conflict_blocks import CONFLICT_MESSAGE, new_conflict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from wikisync.folder.scan import KeyedPages, Problem, Scan
    from wikisync.page.model import Key


def refuse_conflicts(
    pages: KeyedPages, scanned: Scan, known_contents: Callable[[Key, str], Iterable[str]]
) -> KeyedPages:
    """Return the pages without the files that have a conflict; these are problems.

    ``known_contents`` returns the page's content on the wiki and at the base, by key and file. It
    is called only for files with conflict markers.
    """
    refused: dict[Key, Problem] = {}
    for key, local in pages.local.items() if scanned.marked else ():
        document = scanned.marked.get(local.file)
        if document is None:
            continue
        known = known_contents(key, local.file)
        block = new_conflict(document.file_content, known, local.content_type)
        if block is not None:
            refused[key] = BadPage(local.file, document.line_of(block.start), CONFLICT_MESSAGE)
    if not refused:
        return pages
    return replace(
        pages,
        local={key: local for key, local in pages.local.items() if key not in refused},
        blocked=pages.blocked | refused.keys(),
        problems=(*pages.problems, *refused.values()),
    )
