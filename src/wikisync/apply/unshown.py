"""Pages that the wiki keeps as sent, and may not show so to its readers.

A write whose rendering failed, or whose answer never came, leaves the row and not what readers see.
The state remembers such a page by its id until a write of it succeeded whole.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wikisync.errors import PageGone, WikiError
from wikisync.page.fingerprint import fingerprint
from wikisync.planning.model import Note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wikisync.page.model import Record
    from wikisync.state import State
    from wikisync.wiki.client import Wiki

_FACT = "unshown"


def load(state: State) -> frozenset[int]:
    """Return the ids of the pages that may not be shown as they were sent. Raises StateError."""
    return frozenset(int(number) for number in (state.meta(_FACT) or "").split())


def add(state: State, page_id: int) -> None:
    """Note that a page may not be shown as it was sent. Raises StateError."""
    _set(state, load(state) | {page_id})


def remove(state: State, page_id: int) -> None:
    """Note that a write of a page succeeded whole, or that the page is gone. Raises StateError."""
    if page_id in (ids := load(state)):
        _set(state, ids - {page_id})


def clear(state: State) -> None:
    """Forget every such page: they are another wiki's. Raises StateError."""
    if load(state):
        _set(state, frozenset())


def note(state: State) -> tuple[Note, ...]:
    """Say which pages may not be shown as they were sent, if there are any. Raises StateError."""
    ids = load(state)
    if not ids:
        return ()
    files = sorted(base.file for base in state.bases.load().values() if base.id in ids)
    return (Note("unshown", len(ids), ", ".join(files)),)


def rewrite(wiki: Wiki, state: State, pages: Iterable[int]) -> None:
    """Write each of these pages once more as it is, if it is as it was sent. Raises StateError.

    A page that somebody changed since was written by them, and is not touched.
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
    """Note the page's new time, so that the next run need not read it."""
    if (ids := state.bases.get(record.key)) is not None and _is_as_sent(state, record):
        state.bases.put(replace(ids, base=replace(ids.base, updated_at=record.updated_at)))


def _set(state: State, pages: frozenset[int]) -> None:
    state.set_meta(unshown=" ".join(map(str, sorted(pages))))
