"""Say why a push would leave a file out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.errors import BadName
from wikisync.page.conflict_blocks import CONFLICT_MESSAGE, new_conflict
from wikisync.page.model import reason_unsendable
from wikisync.page.paths import key_of

if TYPE_CHECKING:
    from wikisync.errors import BadPage
    from wikisync.page.document import Document
    from wikisync.preview.base import Version
    from wikisync.preview.library import Entry, Snapshot


def header_problem(error: BadPage) -> str:
    """Return why a file could not be read as a page."""
    return f"Line {error.line}: {error.what}." if error.line else f"{error.what}."


def page_problem(document: Document, synced: Version | None, *, long_texts: bool) -> str:
    """Return what the wiki or wikisync would refuse in a page; "" if nothing.

    ``long_texts``: the wiki keeps titles and descriptions of any length.
    """
    unsendable = reason_unsendable(document.page)
    if unsendable is not None and not (unsendable.field and long_texts):
        return _sentence(unsendable.reason)
    if document.has_markers:
        known = [synced.page.content] if synced is not None else []
        if new_conflict(document.file_content, known, document.content_type) is not None:
            return _sentence(f"it {CONFLICT_MESSAGE}")
    return ""


def name_problem(entry: Entry, snapshot: Snapshot) -> str:
    """Return why the name of a file keeps it from being a page; "" if it does not."""
    if entry.file in snapshot.places.shared:
        return "Another file of the folder is the same page."
    try:
        key_of(entry.file, snapshot.places.layout)
    except BadName as error:
        return f"{error.rule}."
    return ""


def _sentence(clause: str) -> str:
    return f"{clause[0].upper()}{clause[1:]}."
