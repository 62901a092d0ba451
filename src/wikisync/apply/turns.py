"""Several pages under way at once, and one of them at work: the others wait for the wiki.

Each page has a lane, a thread of its own, and takes the steps that it would take alone. A lane has
the turn while it works on the state and on files, and gives it away for as long as the wiki has a
request of its. So nothing but round trips happens at the same time, and no step needs to know that
there are others.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from wikisync.errors import WikiError
    from wikisync.page.model import Record
    from wikisync.wiki.client import Wiki
    from wikisync.wiki.responses import Answer
    from wikisync.wiki.transport import Transport

T = TypeVar("T")

FRESH: Final = 2.0
"""Seconds for which a look at a page counts as one before its write (promise 3)."""


class Abandoned(BaseException):
    """The run is over for this lane: it has no further effect."""


class StateLock:
    """Who is at work. ``over`` ends it for all lanes that are not."""

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._over = False

    @contextmanager
    def hold(self) -> Iterator[None]:
        """The turn, from the start of a lane to its end; what is raised inside ends all lanes."""
        self._take()
        try:
            yield
        except Abandoned:  # raised where the turn was not to be had
            raise
        except BaseException:
            self._over = True
            self._turn.release()
            raise
        self._turn.release()

    @contextmanager
    def released(self) -> Iterator[None]:
        """The turn is anyone's inside, and this lane's again afterwards. Raises Abandoned."""
        self._turn.release()
        try:
            yield
        finally:
            self._take()

    def shut_down(self) -> None:
        """From here on no lane has a turn any more; waits for the one that has it."""
        self._over = True  # before the wait, which may be broken off
        with self._turn:
            pass

    def _take(self) -> None:
        self._turn.acquire()
        if self._over:
            self._turn.release()
            raise Abandoned


class WriteSlots:
    """Writes in flight: one begins with a look at its page and ends with the wiki's answer.

    Pages that are about to be written are looked at together, in one request.
    """

    def __init__(self, wiki: Wiki, turns: StateLock, most: int, ids: Sequence[int]) -> None:
        self._wiki = wiki
        self._turns = turns
        self._most = most
        self._free = threading.Semaphore(most)
        self._looking = threading.Lock()
        self._waiting = list(ids)
        self._looked: dict[int, tuple[float, Record | WikiError]] = {}

    def take(self) -> None:
        """Wait for a free slot, without the turn."""
        with self._turns.released():
            self._free.acquire()

    def leave(self) -> None:
        """Let another have the slot."""
        self._free.release()

    def look(self, page: int) -> Record | None:
        """The page as a look of this moment shows it; None where it has to be looked at alone.

        Raises what the wiki says of the page.
        """
        with self._turns.released(), self._looking:
            if self._most > 1 and not self._is_fresh(page):
                self._look_ahead(page)
            fresh = self._is_fresh(page)
            _, found = self._looked.pop(page, (0.0, None))
        if page in self._waiting:
            self._waiting.remove(page)
        if isinstance(found, Exception) and fresh:
            raise found
        return found if fresh and not isinstance(found, Exception) else None

    def _is_fresh(self, page: int) -> bool:
        at, _ = self._looked.get(page, (float("-inf"), None))
        return time.monotonic() - at < FRESH

    def _look_ahead(self, page: int) -> None:
        others = [other for other in self._waiting if other != page]
        asked = [page, *others[: self._most - 1]]
        found: Mapping[int, Record | WikiError] = (
            self._wiki.read_current(asked) if len(asked) > 1 else {}
        )
        now = time.monotonic()
        self._looked |= {number: (now, record) for number, record in found.items()}


class Worker:
    """The wire of one lane: round trips are made away from the turn, writes in a slot."""

    def __init__(self, wire: Transport, turns: StateLock, slots: WriteSlots) -> None:
        self._wire = wire
        self._turns = turns
        self._slots = slots
        self._has_slot = False

    @property
    def url(self) -> str:
        """The wiki's address."""
        return self._wire.url

    def begin(self) -> None:
        """Wait for a slot to write in."""
        if not self._has_slot:
            self._slots.take()
            self._has_slot = True

    def look(self, page: int) -> Record | None:
        """As ``Slots.look``, in a slot: the look is to be right before the write."""
        self.begin()
        return self._slots.look(page)

    def end(self) -> None:
        """Give the slot back, if this lane still has it."""
        if self._has_slot:
            self._has_slot = False
            self._slots.leave()

    def query(self, text: str, variables: Mapping[str, object], read: Callable[[Answer], T]) -> T:
        """As ``Wire.query``."""
        with self._turns.released():
            return self._wire.query(text, variables, read)

    def mutate(self, text: str, variables: Mapping[str, object], read: Callable[[Answer], T]) -> T:
        """As ``Wire.mutate``; a second write of a page, which mends the first, waits as well."""
        self.begin()
        try:
            with self._turns.released():
                return self._wire.mutate(text, variables, read)
        finally:
            self.end()
