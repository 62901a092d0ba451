"""Writes that are under way at the same time, and what they do to each other.

Two creations, moves or deletions at once meet at the tree of pages; two writes that bring in the
same new tag at once meet at that tag (facts, *Speed and races of writes*). Which of them lose is
left to the dice of the faults; without rates none does.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from wikisync.sandbox.faults import LoseTags, TreeRace
from wikisync.sandbox.text import clean_tags

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

    from wikisync.sandbox.execution import Asked
    from wikisync.sandbox.faults import FieldEffect

REBUILD: Final = frozenset({"pages.create", "pages.move", "pages.delete"})
TAGGED: Final = frozenset({"pages.create", "pages.update"})


class Races:
    """The writes under way. ``tree`` and ``tags`` are how often one that meets another loses.

    ``under_way`` are those of this moment, ``most`` is how many there were at once, ``lost`` counts
    the losers.
    """

    def __init__(self, dice: random.Random, known: Callable[[], set[str]]) -> None:
        self.tree = 0.0
        self.tags = 0.0
        self.lost = {"tree": 0, "tags": 0}
        self.most = 0
        self._dice = dice
        self._known = known
        self.under_way: list[Asked] = []
        self._lock = threading.Lock()

    def begin(self, asked: Sequence[Asked]) -> dict[int, FieldEffect]:
        """Fields of a request that begins now; what those lose that meet others, by position."""
        found: dict[int, FieldEffect] = {}
        with self._lock:
            for place, one in enumerate(asked):
                effect = self._met(one) if one.is_mutation else None
                if effect is not None:
                    found[place] = effect
            self.under_way += [one for one in asked if one.is_mutation]
            self.most = max(self.most, len(self.under_way))
        return found

    def end(self, asked: Sequence[Asked]) -> None:
        """The request was done."""
        with self._lock:
            for one in asked:
                if one.is_mutation:
                    self.under_way.remove(one)

    def _met(self, one: Asked) -> FieldEffect | None:
        if self.tags and self._new(one) and self._loses(self.tags):
            self.lost["tags"] += 1
            return LoseTags()
        others = any(other.field in REBUILD for other in self.under_way)
        if self.tree and others and one.field in REBUILD and self._loses(self.tree):
            self.lost["tree"] += 1
            return TreeRace()
        return None

    def _new(self, one: Asked) -> set[str]:
        """The new tags that this write brings in beside another."""
        if one.field not in TAGGED:
            return set()
        others = (_tags(other) for other in self.under_way if other.field in TAGGED)
        return (_tags(one) & set().union(*others)) - self._known()

    def _loses(self, rate: float) -> bool:
        return rate >= 1 or self._dice.random() < rate


def _tags(one: Asked) -> set[str]:
    return set(clean_tags(one.arguments.get("tags") or ()))
