"""The wiki's tree of pages, which creations that meet each other may leave without some of them.

A write that rebuilds it alone leaves it whole (facts, *Speed and races of writes*). Until there was
one, the state remembers that there has to be; so the next run mends it where this one is killed, or
where its last creation is refused.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from wikisync.errors import Forbidden, StateError, WikiError
from wikisync.planning.model import Note

if TYPE_CHECKING:
    from wikisync.state import State
    from wikisync.wiki.client import Wiki

_FACT = "tree"


def mark_dirty(state: State) -> None:
    """From here on the tree may lack pages. A state that cannot be written is told by the pages."""
    with suppress(StateError):
        if not _is_dirty(state):
            state.set_meta(tree="doubted")


def mark_clean(state: State) -> None:
    """The tree was rebuilt by a write that was alone; where that cannot be noted, it is again."""
    with suppress(StateError):
        if _is_dirty(state):
            state.set_meta(tree="whole")


def rebuild_if_dirty(wiki: Wiki, state: State) -> tuple[Note, ...]:
    """Have the wiki rebuild a tree that may lack pages; what to tell where it does not.

    A key that may not is told of once: the next creation, or an administrator, mends it. Raises
    StateError.
    """
    if not _is_dirty(state):
        return ()
    try:
        wiki.rebuild_tree()
    except Forbidden:
        if not _is_somebody(wiki):  # who says no to a guest says nothing of the key
            return (Note("tree", detail="the token is not known any more"),)
        mark_clean(state)
        return (Note("tree"),)
    except WikiError:
        return (Note("tree", detail="the wiki did not rebuild it"),)
    mark_clean(state)
    return ()


def _is_somebody(wiki: Wiki) -> bool:
    try:
        return wiki.connect().authenticated
    except WikiError:
        return False


def _is_dirty(state: State) -> bool:
    return state.meta(_FACT) == "doubted"
