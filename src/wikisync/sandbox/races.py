"""Let concurrent writes race, and some of them lose.

Creations, moves and deletions of pages race for the page tree; writes that add the same new tag
race for that tag (wikijs.md, *Races*). With a rate above 0 some of them lose, at random. Creations
of assets or of folders with one name make several of that name (wikijs.md, *Assets*).
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from wikisync.sandbox.asset_names import folder_slug
from wikisync.sandbox.faults import Duplicate, LoseTags, TreeRace
from wikisync.sandbox.validation import clean_tags

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

    from wikisync.sandbox.execution import RequestedField
    from wikisync.sandbox.faults import FieldEffect

REBUILDS_TREE: Final = frozenset({"pages.create", "pages.move", "pages.delete"})
WRITES_TAGS: Final = frozenset({"pages.create", "pages.update"})


CREATES_ASSETS: Final = frozenset({"assets.upload", "assets.createFolder"})


class Races:
    """Track concurrent writes and let some of them lose.

    ``tree``, ``tags`` and ``assets`` are the probabilities that a write which meets another loses.
    ``under_way`` are the writes that run now, ``max_under_way`` is the most that ran at once,
    ``lost`` counts the losers.
    """

    def __init__(self, dice: random.Random, known: Callable[[], set[str]]) -> None:
        self.tree = 0.0
        self.tags = 0.0
        self.assets = 1.0
        self.lost = {"tree": 0, "tags": 0, "assets": 0}
        self.max_under_way = 0
        self._random = dice
        self._known_tags = known
        self.under_way: list[RequestedField] = []
        self._creating: list[tuple[RequestedField, Duplicate]] = []
        self._lock = threading.Lock()

    def begin(self, asked: Sequence[RequestedField]) -> dict[int, FieldEffect]:
        """Register a request's writes; return the races that they lose, by position."""
        found: dict[int, FieldEffect] = {}
        with self._lock:
            for place, one in enumerate(asked):
                effect = self._race_effect(one) if one.is_mutation else None
                if effect is not None:
                    found[place] = effect
            self.under_way += [one for one in asked if one.is_mutation]
            self.max_under_way = max(self.max_under_way, len(self.under_way))
        return found

    def end(self, asked: Sequence[RequestedField]) -> None:
        """Remove a request's writes."""
        with self._lock:
            for one in asked:
                if one.is_mutation:
                    self.under_way.remove(one)
            self._creating = [
                pair for pair in self._creating if not any(pair[0] is one for one in asked)
            ]

    def _race_effect(self, one: RequestedField) -> FieldEffect | None:
        if one.field in CREATES_ASSETS:
            return self._meet_rivals(one)
        if self.tags and self._shared_new_tags(one) and self._loses(self.tags):
            self.lost["tags"] += 1
            return LoseTags()
        others = any(other.field in REBUILDS_TREE for other in self.under_way)
        if self.tree and others and one.field in REBUILDS_TREE and self._loses(self.tree):
            self.lost["tree"] += 1
            return TreeRace()
        return None

    def _meet_rivals(self, one: RequestedField) -> Duplicate:
        """Return an effect that applies if another creates the same meanwhile, which it tells."""
        effect = Duplicate(threading.Event())
        rivals = [other for name, other in self._creating if _created(name) == _created(one)]
        if rivals and self.assets and self._loses(self.assets):
            self.lost["assets"] += 1
            for each in (effect, *rivals):
                if each.met is not None:
                    each.met.set()
        self._creating.append((one, effect))
        return effect

    def _shared_new_tags(self, one: RequestedField) -> set[str]:
        """Return the new tags that this write adds at the same time as another."""
        if one.field not in WRITES_TAGS:
            return set()
        others = (_tags(other) for other in self.under_way if other.field in WRITES_TAGS)
        return (_tags(one) & set().union(*others)) - self._known_tags()

    def _loses(self, rate: float) -> bool:
        return rate >= 1 or self._random.random() < rate


def _tags(one: RequestedField) -> set[str]:
    return set(clean_tags(one.arguments.get("tags") or ()))


def _created(one: RequestedField) -> tuple[object, ...] | None:
    """Return what an upload or a creation of a folder creates; None for any other field."""
    sent = one.arguments
    if one.field == "assets.upload":
        return one.field, sent["folderId"], sent["path"]
    if one.field == "assets.createFolder":
        return one.field, sent.get("parentFolderId"), folder_slug(str(sent.get("slug")))
    return None
