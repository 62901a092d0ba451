"""Choose the faults to inject, as a test orders them.

    sandbox.faults.add(Drop(after=True), on="create", nth=2)      # the second create, after writing
    sandbox.faults.add(Status(502), on="list", times=3)           # the next three lists
    sandbox.faults.add(Refuse("PageUpdateForbidden", "…", 6009), on="update", path="guide/a")
    sandbox.faults.add(Hook(lambda: sandbox.edit("home", content="x")), on="update")   # before it
    sandbox.faults.add(LoseTags(), on="create", rate=0.04)        # at random, with a seed
    sandbox.faults.add(LoseUpload(), on="upload", path="img/a.png")   # "ok", and nothing is kept

An effect on a request (``Drop``, ``Status``, ``Late``, ``Html``, ``Redirect``, ``Truncated``,
``Hook``) counts the requests that have a matching field; an effect on a field (``Refuse``,
``WriteThenFail``, ``LoseTags``, ``TreeRace``, ``LoseUpload``, ``Duplicate``) counts the fields, so
it can apply to one alias among fifty. An upload counts as a field ``assets.upload``, the download
of an asset as ``assets.download``.
"""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

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


@dataclass(frozen=True)
class LoseUpload:
    """Answer "ok" to an upload, and keep nothing: a failure that Wiki.js only logs."""


@dataclass(frozen=True)
class Duplicate:
    """Do not notice an asset or folder of the same name, and create another.

    With ``met`` only once that is set.
    """

    met: threading.Event | None = field(default=None, repr=False)

    @property
    def applies(self) -> bool:
        """Whether the name is not noticed."""
        return self.met is None or self.met.is_set()


RequestEffect = Drop | Status | Late | Html | Redirect | Truncated | Hook
FieldEffect = Refuse | WriteThenFail | LoseTags | TreeRace | LoseUpload | Duplicate
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
