"""A file that shows both versions of a page, between conflict marks as git writes them. Pure.

Such a file is no page until a person has chosen: the marks make it a problem (``damage``).
"""

from __future__ import annotations

from dataclasses import replace
from difflib import Match
from typing import TYPE_CHECKING

from wikisync.page.document import OUR_MARK, update
from wikisync.page.fingerprint import plain_content
from wikisync.page.line_matching import Budget, matching

if TYPE_CHECKING:
    from collections.abc import Collection

    from wikisync.page.document import Document
    from wikisync.page.model import Page

HERE, MIDDLE, WIKI = OUR_MARK, "=======", ">>>>>>> wiki"


def with_conflict_markers(
    doc: Document, there: Page, merged: Page | None, fields: Collection[str]
) -> bytes:
    """The bytes of a file with both versions of the ``fields`` that differ.

    ``merged`` is the page with all that does merge, and with marks in its content where that does
    not; None: nothing is known of how the two came about, and whatever differs is marked.
    """
    ours = doc
    if merged is not None:
        ours = update(doc, page=replace(merged, content=doc.page.content))
    wiki = update(ours, page=replace(there, content=doc.page.content), fields=fields)
    end = "\r\n" if "\r\n" in doc.text else "\n"
    header = interleave(_header(ours), _header(wiki), end)
    content = doc.page.content
    if "content" in fields:
        if merged is not None and HERE in merged.content:
            content = _ending(merged.content, end)
        else:
            content = interleave(doc.page.content, _ending(there.content, end), end)
    elif merged is not None:
        content = _ending(merged.content, end)
    bom = "\ufeff" if doc.bom else ""
    return (bom + header + content).encode()


def interleave(here: str, wiki: str, end: str) -> str:
    """Two texts as one: lines that both have once, others between marks."""
    if plain_content(here) == plain_content(wiki):
        return here
    ours, theirs = _lines(here), _lines(wiki)
    out: list[str] = []
    i = j = 0
    for match in (*matching(ours, theirs, Budget()), Match(len(ours), len(theirs), 0)):
        if i < match.a or j < match.b:
            out += [HERE, *ours[i : match.a], MIDDLE, *theirs[j : match.b], WIKI]
        i, j = match.a + match.size, match.b + match.size
        out += ours[match.a : i]
    return end.join([*out, ""])


def _lines(text: str) -> list[str]:
    return text.replace("\r\n", "\n").removesuffix("\n").split("\n") if text else []


def _header(doc: Document) -> str:
    return doc.header.text if doc.header is not None else ""


def _ending(text: str, end: str) -> str:
    return text.replace("\r\n", "\n").replace("\n", end)
