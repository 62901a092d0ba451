"""Writes to the wiki several at a time: who goes next, who must wait, and what became of each.

Only updates and creations go together, each kind for itself, so that a plan's order is kept. Two
pages that bring in the same new tag are never under way at once, and the last creation of a run can
be made alone, so that the tree which it rebuilds holds every page (facts, *Speed and races*).

Several pages under way at once, and one of them at work: the others wait for the wiki.

Each page has a lane, a thread of its own, and takes the steps that it would take alone. A lane has
the turn while it works on the state and on files, and gives it away for as long as the wiki has a
request of its. So nothing but round trips happens at the same time, and no step needs to know that
there are others.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from typing import TYPE_CHECKING, Final, TypeVar

from wikisync.errors import BadPage, FolderError
from wikisync.page.document import parse
from wikisync.page.model import clean_tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from wikisync.apply.transaction import ApplyContext
    from wikisync.errors import WikiError
    from wikisync.page.model import Record
    from wikisync.planning.model import Action
    from wikisync.wiki.client import Wiki
    from wikisync.wiki.responses import Answer
    from wikisync.wiki.transport import Transport


T = TypeVar("T")


@dataclass
class Queue:
    """The actions that wait, in order. To be used by the one who has the turn.

    ``new`` are the tags that each action may bring in, ``known`` those that the wiki has; ``alone``
    is the one that begins when all others have ended.
    """

    waiting: list[Action]
    new: dict[int, frozenset[str]]
    known: frozenset[str]
    alone: Action | None = None
    under_way: set[int] = field(default_factory=set)

    def next(self) -> Action | None:
        """The next action that may begin; None where all that wait must wait."""
        busy = [self.new[number] - self.known for number in self.under_way]
        for place, action in enumerate(self.waiting):
            if action is self.alone and (busy or place):
                continue
            if any(self.new[id(action)] & others for others in busy):
                continue
            del self.waiting[place]
            self.under_way.add(id(action))
            return action
        return None

    def done(self, action: Action, *, written: bool) -> None:
        """An action is no more under way; where it was ``written``, the wiki has its tags."""
        self.under_way.remove(id(action))
        if written:
            self.known |= self.new[id(action)]


@dataclass
class Workers:
    """What the lanes of a run share."""

    run: ApplyContext
    queue: Queue
    turns: StateLock
    slots: WriteSlots
    changes: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def next(self) -> Action | None:
        """Wait, without the turn, for an action that may begin; None where none is left."""
        while self.queue.waiting:
            seen = self.changes
            if (action := self.queue.next()) is not None:
                return action
            with self.turns.released(), self.changed:
                self.changed.wait_for(lambda seen=seen: self.changes != seen)  # type: ignore[misc]
        return None

    def done(self, action: Action, *, written: bool) -> None:
        """An action came to its end."""
        self.queue.done(action, written=written)
        self.wake()

    def wake(self) -> None:
        """Let those look again who found nothing to begin."""
        with self.changed:
            self.changes += 1
            self.changed.notify_all()


def run_parallel(
    run: ApplyContext,
    actions: Sequence[Action],
    most: int,
    work: Callable[[ApplyContext, Action], tuple[T, bool]],
    *,
    last_alone: bool,
) -> Iterator[T]:
    """Do the actions, ``most`` writes in flight, and give each one's outcome as it is known.

    ``work`` is called with a run of its lane's own, and tells the outcome and whether the page was
    written. Whatever is raised in it is raised here, and then nothing further has an effect.
    """
    new = {id(action): _tags(run, action) for action in actions}
    alone = actions[-1] if last_alone else None
    turns = StateLock()
    slots = WriteSlots(run.wiki, turns, most, [a.id for a in actions if a.id is not None])
    lanes = Workers(run, Queue(list(actions), new, run.wiki.tags, alone), turns, slots)
    told: SimpleQueue[tuple[T, None] | tuple[None, BaseException]] = SimpleQueue()
    # Twice as many as may write: while some look at what they wrote, others write.
    for number in range(min(2 * most, len(actions))):
        name = f"wikisync lane {number}"
        args = (lanes, work, told)
        threading.Thread(target=_work, args=args, name=name, daemon=True).start()
    try:
        for _ in actions:
            outcome, error = told.get()
            if error is not None:
                raise error
            yield outcome  # type: ignore[misc]
    finally:
        turns.shut_down()
        lanes.wake()


def _work(
    lanes: Workers,
    work: Callable[[ApplyContext, Action], tuple[T, bool]],
    told: SimpleQueue[tuple[T, None] | tuple[None, BaseException]],
) -> None:
    """One lane, from the first action that it finds to the last."""
    lane = Worker(lanes.run.wiki.wire, lanes.turns, lanes.slots)
    own = replace(lanes.run, wiki=lanes.run.wiki.with_transport(lane))
    try:
        with lanes.turns.hold():
            while (action := lanes.next()) is not None:
                try:
                    own.wiki.look_first = lane.look if action.verb == "update" else None
                    own.reads_history = lanes.run.reads_history
                    outcome, written = work(own, action)
                finally:
                    own.wiki.look_first = None
                    lane.end()
                # What one lane was told of the key, the others need not ask.
                lanes.run.reads_history &= own.reads_history
                lanes.done(action, written=written)
                told.put((outcome, None))
    except Abandoned:
        return
    except BaseException as error:  # noqa: BLE001  (raised where the outcome is waited for)
        told.put((None, error))


def _tags(run: ApplyContext, action: Action) -> frozenset[str]:
    """The tags that a write of this action gives its page."""
    if action.local is None or (action.verb == "update" and "tags" not in action.fields):
        return frozenset()
    here = action.local
    try:
        data = run.folder.read(here.file)
        return frozenset(clean_tags(parse(data, here.content_type, file=here.file).page.tags or ()))
    except (FolderError, BadPage):
        return frozenset()  # what keeps it from being read is told when its turn comes


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
