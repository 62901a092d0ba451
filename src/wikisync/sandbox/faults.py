"""Inject faults that a test orders, and races between concurrent writes.

    sandbox.faults.add(Drop(after=True), on="create", nth=2)      # the second create, after writing
    sandbox.faults.add(Status(502), on="list", times=3)           # the next three lists
    sandbox.faults.add(Refuse("PageUpdateForbidden", "…", 6009), on="update", path="guide/a")
    sandbox.faults.add(Hook(lambda: sandbox.edit("home", content="x")), on="update")   # before it
    sandbox.faults.add(LoseTags(), on="create", rate=0.04)        # at random, with a seed

An effect on a request (``Drop``, ``Status``, ``Late``, ``Html``, ``Redirect``, ``Truncated``,
``Hook``) counts the requests that have a matching field; an effect on a field (``Refuse``,
``WriteThenFail``, ``LoseTags``, ``TreeRace``) counts the fields, so it can apply to one alias among
fifty.

Concurrent creations, moves or deletions race for the page tree; concurrent writes that add the same
new tag race for that tag (wikijs.md, *Races*). With a rate above 0 some of them lose, at random.
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from wikisync.sandbox.validation import clean_tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from wikisync.sandbox.execution import RequestedField


@dataclass(frozen=True)
class Drop:
    """Close the connection without an answer: before the request runs, or after it."""

    after: bool = False


@dataclass(frozen=True)
class Status:
    """Answer with this HTTP status and a proxy's HTML page, before or after the request runs."""

    status: int = 502
    after: bool = False
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Late:
    """Wait before the request runs or before its answer, for some seconds or until ``until``."""

    seconds: float = 0.0
    until: threading.Event | None = None
    after: bool = True


@dataclass(frozen=True)
class Html:
    """Answer 200 with a login page in place of JSON, and run nothing."""


@dataclass(frozen=True)
class Redirect:
    """Redirect to another address, and run nothing."""

    location: str
    status: int = 302


@dataclass(frozen=True)
class Truncated:
    """Run the request, send half of its JSON; ``cut`` closes the connection there."""

    cut: bool = False


@dataclass(frozen=True)
class Hook:
    """Call a function before the request runs, or between that and its answer."""

    call: Callable[[], object]
    after: bool = False


@dataclass(frozen=True)
class Refuse:
    """Report a failure and run nothing: an error for a query, a result for a mutation."""

    slug: str = "Error"
    message: str = "refused by the sandbox"
    code: int = 1


@dataclass(frozen=True)
class WriteThenFail:
    """Write, and report a failure (wikijs.md, *Results*)."""

    slug: str = "Error"
    message: str = "Error when running job render-page: out of memory\n"
    code: int = 1


@dataclass(frozen=True)
class LoseTags:
    """Lose the race for a new tag: the page is written, its tags are not."""


@dataclass(frozen=True)
class TreeRace:
    """Lose the race for the page tree: the page is written, pages linking to it are not touched."""


RequestEffect = Drop | Status | Late | Html | Redirect | Truncated | Hook
FieldEffect = Refuse | WriteThenFail | LoseTags | TreeRace
Matcher = str | tuple[str, ...] | None
"""A field's name (``single``, ``pages.single``), several names, or None for any request."""


@dataclass(eq=False)
class Fault:
    """Hold an effect with its conditions. ``applied`` counts how often it was injected."""

    effect: RequestEffect | FieldEffect
    on: Matcher = None
    nth: int = 1
    times: int | None = 1
    rate: float | None = None
    path: str | None = None
    when: Callable[[RequestedField], bool] | None = None
    applied: int = 0
    matches: int = field(default=0, repr=False)

    def concerns(self, asked: RequestedField, path: str | None) -> bool:
        """Return whether this fault applies to a field about a page at ``path``."""
        names = (self.on,) if isinstance(self.on, str) else self.on
        return (
            (names is None or asked.name in names or asked.field in names)
            and (self.path is None or self.path == path)
            and (self.when is None or self.when(asked))
        )

    def count_match(self, dice: random.Random) -> bool:
        """Count one more match; return whether the fault is to be injected now."""
        self.matches += 1
        due = self.matches >= self.nth and (self.times is None or self.applied < self.times)
        hit = due and (self.rate is None or dice.random() < self.rate)
        self.applied += hit
        return hit


class Faults:
    """Hold the faults of a sandbox. Thread-safe."""

    def __init__(self, seed: int = 0) -> None:
        self.random = random.Random(seed)  # noqa: S311  repeatable on purpose
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
        when: Callable[[RequestedField], bool] | None = None,
    ) -> Fault:
        """Add a fault: from the ``nth`` match on, ``times`` times (None: always).

        With ``rate`` each match is injected with this probability, without limit. ``path`` limits
        the fault to fields about one page, ``when`` to fields for which it returns true.
        """
        limit = None if rate is not None else times
        fault = Fault(effect, on, nth, limit, rate, path, when)
        with self._lock:
            self._waiting.append(fault)
        return fault

    def clear(self) -> None:
        """Remove all faults."""
        with self._lock:
            self._waiting.clear()

    def seed(self, seed: int) -> None:
        """Restart the random numbers."""
        self.random.seed(seed)

    def select(
        self, asked: list[RequestedField], path_of: Callable[[RequestedField], str | None]
    ) -> tuple[list[RequestEffect], dict[int, FieldEffect]]:
        """Return the faults to inject: of the whole request, and by the position of its fields."""
        whole: list[RequestEffect] = []
        fields: dict[int, FieldEffect] = {}
        with self._lock:
            if not self._waiting:
                return whole, fields
            paths = [path_of(one) for one in asked]
            for fault in self._waiting:
                hits = [n for n, one in enumerate(asked) if fault.concerns(one, paths[n])]
                if isinstance(fault.effect, RequestEffect):
                    whole += [fault.effect] if self._hits_request(fault, hits, asked) else []
                else:
                    effect = fault.effect
                    fields |= {n: effect for n in hits if fault.count_match(self.random)}
        return whole, fields

    def _hits_request(self, fault: Fault, hits: Iterable[int], asked: list[RequestedField]) -> bool:
        """Return whether a fault on whole requests applies.

        A request without fields matches only a fault without conditions.
        """
        unasked = not asked and fault.on is None and fault.path is None and fault.when is None
        return bool(unasked or list(hits)) and fault.count_match(self.random)


REBUILDS_TREE: Final = frozenset({"pages.create", "pages.move", "pages.delete"})
WRITES_TAGS: Final = frozenset({"pages.create", "pages.update"})


class Races:
    """Track concurrent writes and let some of them lose.

    ``tree`` and ``tags`` are the probabilities that a write which meets another one loses.
    ``under_way`` are the writes that run now, ``max_under_way`` is the most that ran at once,
    ``lost`` counts the losers.
    """

    def __init__(self, dice: random.Random, known: Callable[[], set[str]]) -> None:
        self.tree = 0.0
        self.tags = 0.0
        self.lost = {"tree": 0, "tags": 0}
        self.max_under_way = 0
        self._random = dice
        self._known_tags = known
        self.under_way: list[RequestedField] = []
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

    def _race_effect(self, one: RequestedField) -> FieldEffect | None:
        if self.tags and self._shared_new_tags(one) and self._loses(self.tags):
            self.lost["tags"] += 1
            return LoseTags()
        others = any(other.field in REBUILDS_TREE for other in self.under_way)
        if self.tree and others and one.field in REBUILDS_TREE and self._loses(self.tree):
            self.lost["tree"] += 1
            return TreeRace()
        return None

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
