"""Misbehaviour on order: what a test wants to go wrong, when, and how often.

    box.faults.add(Drop(after=True), on="create", nth=2)      # the second create: done, never
    answered
    box.faults.add(Status(502), on="list", times=3)           # three lists fail, then all is well
    box.faults.add(Refuse("PageUpdateForbidden", "…", 6009), on="update", path="guide/a")
    box.faults.add(Hook(lambda: box.edit("home", content="x")), on="update")   # just before it
    box.faults.add(LoseTags(), on="create", rate=0.04)        # now and then, by a seeded dice

An effect on a request (``Drop``, ``Status``, ``Late``, ``Html``, ``Redirect``, ``Truncated``,
``Hook``) counts the requests that ask for a matching field; an effect on a field (``Refuse``,
``WriteThenFail``, ``LoseTags``, ``TreeRace``) counts the fields, so it can hit one alias among
fifty.

Writes that are under way at the same time, and what they do to each other.

Two creations, moves or deletions at once meet at the tree of pages; two writes that bring in the
same new tag at once meet at that tag (facts, *Speed and races of writes*). Which of them lose is
left to the dice of the faults; without rates none does.
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from wikisync.sandbox.validation import clean_tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from wikisync.sandbox.execution import Asked


@dataclass(frozen=True)
class Drop:
    """Cut the connection: before anything is done, or after it, in place of the answer."""

    after: bool = False


@dataclass(frozen=True)
class Status:
    """Answer with this HTTP status and a proxy's HTML page, before or after doing it."""

    status: int = 502
    after: bool = False
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Late:
    """Wait before doing it, or before answering: some seconds, or until ``until`` is set."""

    seconds: float = 0.0
    until: threading.Event | None = None
    after: bool = True


@dataclass(frozen=True)
class Html:
    """Answer 200 with a login page in place of JSON; nothing is done."""


@dataclass(frozen=True)
class Redirect:
    """Point elsewhere; nothing is done."""

    location: str
    status: int = 302


@dataclass(frozen=True)
class Truncated:
    """Do it, and answer with the first half of the JSON. ``cut`` ends the connection amid it."""

    cut: bool = False


@dataclass(frozen=True)
class Hook:
    """Call something before the request is done, or after it and before its answer."""

    call: Callable[[], object]
    after: bool = False


@dataclass(frozen=True)
class Refuse:
    """Answer that it failed, with nothing done: an error of a query, a result of a mutation."""

    slug: str = "Error"
    message: str = "refused by the sandbox"
    code: int = 1


@dataclass(frozen=True)
class WriteThenFail:
    """Do it, and answer that it failed (facts, *Writing*: a refusal is not a promise)."""

    slug: str = "Error"
    message: str = "Error when running job render-page: out of memory\n"
    code: int = 1


@dataclass(frozen=True)
class LoseTags:
    """Lose the race for a new tag: the page is written, its tags are not."""


@dataclass(frozen=True)
class TreeRace:
    """Lose the race for the tree: the page is written, the pages that link to it stay untouched."""


RequestEffect = Drop | Status | Late | Html | Redirect | Truncated | Hook
FieldEffect = Refuse | WriteThenFail | LoseTags | TreeRace
Matcher = str | tuple[str, ...] | None
"""A field's name (``single``, ``pages.single``), several of them, or None for whatever is asked."""


@dataclass(eq=False)
class Fault:
    """An effect with its conditions; ``struck`` counts how often it happened so far."""

    effect: RequestEffect | FieldEffect
    on: Matcher = None
    nth: int = 1
    times: int | None = 1
    rate: float | None = None
    path: str | None = None
    when: Callable[[Asked], bool] | None = None
    struck: int = 0
    met: int = field(default=0, repr=False)

    def suits(self, asked: Asked, path: str | None) -> bool:
        """Whether a field, about a page at ``path``, is one that this fault waits for."""
        names = (self.on,) if isinstance(self.on, str) else self.on
        return (
            (names is None or asked.name in names or asked.field in names)
            and (self.path is None or self.path == path)
            and (self.when is None or self.when(asked))
        )

    def strikes(self, dice: random.Random) -> bool:
        """Count one more match; whether it is one to strike."""
        self.met += 1
        due = self.met >= self.nth and (self.times is None or self.struck < self.times)
        hit = due and (self.rate is None or dice.random() < self.rate)
        self.struck += hit
        return hit


class Faults:
    """The faults that wait on a sandbox. Safe to change while requests come in."""

    def __init__(self, seed: int = 0) -> None:
        self.dice = random.Random(seed)  # noqa: S311  repeatable on purpose
        self._waiting: list[Fault] = []
        self._lock = threading.Lock()

    def add(
        self,
        effect: RequestEffect | FieldEffect,
        on: Matcher = None,
        *,
        nth: int = 1,
        times: int | None = 1,
        rate: float | None = None,
        path: str | None = None,
        when: Callable[[Asked], bool] | None = None,
    ) -> Fault:
        """Order a fault: from the ``nth`` match on, ``times`` times (None: always).

        With ``rate`` each match is left to the dice, without limit. ``path`` limits it to fields
        about one page, ``when`` to fields for which it is true.
        """
        limit = None if rate is not None else times
        fault = Fault(effect, on, nth, limit, rate, path, when)
        with self._lock:
            self._waiting.append(fault)
        return fault

    def clear(self) -> None:
        """Forget all faults."""
        with self._lock:
            self._waiting.clear()

    def seed(self, seed: int) -> None:
        """Start the dice anew."""
        self.dice.seed(seed)

    def strike(
        self, asked: list[Asked], path_of: Callable[[Asked], str | None]
    ) -> tuple[list[RequestEffect], dict[int, FieldEffect]]:
        """What goes wrong with a request: as a whole, and by the position of its fields."""
        whole: list[RequestEffect] = []
        fields: dict[int, FieldEffect] = {}
        with self._lock:
            if not self._waiting:
                return whole, fields
            paths = [path_of(one) for one in asked]
            for fault in self._waiting:
                hits = [n for n, one in enumerate(asked) if fault.suits(one, paths[n])]
                if isinstance(fault.effect, RequestEffect):
                    whole += [fault.effect] if self._meets(fault, hits, asked) else []
                else:
                    effect = fault.effect
                    fields |= {n: effect for n in hits if fault.strikes(self.dice)}
        return whole, fields

    def _meets(self, fault: Fault, hits: Iterable[int], asked: list[Asked]) -> bool:
        """Whether a request as a whole is struck; one that asks nothing counts for no field."""
        unasked = not asked and fault.on is None and fault.path is None and fault.when is None
        return bool(unasked or list(hits)) and fault.strikes(self.dice)


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
