"""Keep a list of pages that the wiki stored as sent but may not have rendered for its readers.

Wiki.js stores a page's content before it renders it, so a failed or unanswered write can leave the
new content beside the old rendering. The state has the ids of such pages until they are written
again without an error.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wikisync.errors import PageGone, WikiError
from wikisync.page.fingerprint import fingerprint
from wikisync.planning.notes import Note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wikisync.page.model import Record
    from wikisync.state import State
    from wikisync.wiki.client import Wiki

_META_KEY = "unshown"


def load(state: State) -> frozenset[int]:
    """Return the ids of the pages that may not be rendered. Raises StateError."""
    return frozenset(int(number) for number in (state.meta(_META_KEY) or "").split())


def add(state: State, page_id: int) -> None:
    """Add a page that may not be rendered. Raises StateError."""
    _set(state, load(state) | {page_id})


def remove(state: State, page_id: int) -> None:
    """Remove a page that was written without an error, or is deleted. Raises StateError."""
    if page_id in (ids := load(state)):
        _set(state, ids - {page_id})


def clear(state: State) -> None:
    """Remove all pages, since they are of another wiki. Raises StateError."""
    if load(state):
        _set(state, frozenset())


def note(state: State) -> tuple[Note, ...]:
    """Return a note that names the pages that may not be rendered, if any. Raises StateError."""
    ids = load(state)
    if not ids:
        return ()
    files = sorted(base.file for base in state.bases.load().values() if base.id in ids)
    return (Note("unshown", len(ids), ", ".join(files)),)


def rewrite(wiki: Wiki, state: State, pages: Iterable[int]) -> None:
    """Update each of these pages with the values that it has. Raises StateError.

    A page that differs from its base was changed, and thereby rendered, since: it is left alone. A
    page that the wiki refuses stays in the list.
    """
    for page_id in pages:
        try:
            record = wiki.read_one(page_id)
            if _is_as_sent(state, record):
                wiki.update(record.id, record.key, record.page)
                record = wiki.read_one(page_id)
                _note_time(state, record)
        except PageGone:
            pass
        except WikiError:
            continue
        remove(state, page_id)


def _is_as_sent(state: State, record: Record) -> bool:
    ids = state.bases.get(record.key)
    return ids is not None and not ids.base.remote.changed_fields(fingerprint(record.page))


def _note_time(state: State, record: Record) -> None:
    """Store the page's new time in its base, so that the next run need not read the page."""
    if (ids := state.bases.get(record.key)) is not None and _is_as_sent(state, record):
        state.bases.put(replace(ids, base=replace(ids.base, updated_at=record.updated_at)))


def _set(state: State, pages: frozenset[int]) -> None:
    state.set_meta(unshown=" ".join(map(str, sorted(pages))))
