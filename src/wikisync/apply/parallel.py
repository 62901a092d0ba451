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
    tags: dict[int, frozenset[str]]
    known_tags: frozenset[str]
    alone: Action | None = None
    active: set[int] = field(default_factory=set)

    def next(self) -> Action | None:
        """The next action that may begin; None where all that wait must wait."""
        busy = [self.tags[number] - self.known_tags for number in self.active]
        for place, action in enumerate(self.waiting):
            if action is self.alone and (busy or place):
                continue
            if any(self.tags[id(action)] & others for others in busy):
                continue
            del self.waiting[place]
            self.active.add(id(action))
            return action
        return None

    def done(self, action: Action, *, written: bool) -> None:
        """An action is no more under way; where it was ``written``, the wiki has its tags."""
        self.active.remove(id(action))
        if written:
            self.known_tags |= self.tags[id(action)]


@dataclass
class Workers:
    """What the lanes of a run share."""

    context: ApplyContext
    queue: Queue
    lock: StateLock
    slots: WriteSlots
    changes: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def next(self) -> Action | None:
        """Wait, without the turn, for an action that may begin; None where none is left."""
        while self.queue.waiting:
            seen = self.changes
            if (action := self.queue.next()) is not None:
                return action
            with self.lock.released(), self.changed:
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
    context: ApplyContext,
    actions: Sequence[Action],
    limit: int,
    work: Callable[[ApplyContext, Action], tuple[T, bool]],
    *,
    last_alone: bool,
) -> Iterator[T]:
    """Do the actions, ``most`` writes in flight, and give each one's outcome as it is known.

    ``work`` is called with a run of its lane's own, and tells the outcome and whether the page was
    written. Whatever is raised in it is raised here, and then nothing further has an effect.
    """
    tags = {id(action): _tags(context, action) for action in actions}
    alone = actions[-1] if last_alone else None
    lock = StateLock()
    slots = WriteSlots(context.wiki, lock, limit, [a.id for a in actions if a.id is not None])
    workers = Workers(context, Queue(list(actions), tags, context.wiki.tags, alone), lock, slots)
    results: SimpleQueue[tuple[T, None] | tuple[None, BaseException]] = SimpleQueue()
    # Twice as many as may write: while some look at what they wrote, others write.
    for number in range(min(2 * limit, len(actions))):
        name = f"wikisync lane {number}"
        args = (workers, work, results)
        threading.Thread(target=_work, args=args, name=name, daemon=True).start()
    try:
        for _ in actions:
            outcome, error = results.get()
            if error is not None:
                raise error
            yield outcome  # type: ignore[misc]
    finally:
        lock.shut_down()
        workers.wake()


def _work(
    workers: Workers,
    work: Callable[[ApplyContext, Action], tuple[T, bool]],
    results: SimpleQueue[tuple[T, None] | tuple[None, BaseException]],
) -> None:
    """One lane, from the first action that it finds to the last."""
    worker = Worker(workers.context.wiki.wire, workers.lock, workers.slots)
    worker_context = replace(workers.context, wiki=workers.context.wiki.with_transport(worker))
    try:
        with workers.lock.hold():
            while (action := workers.next()) is not None:
                try:
                    worker_context.wiki.look_first = (
                        worker.read_current if action.verb == "update" else None
                    )
                    worker_context.reads_history = workers.context.reads_history
                    outcome, written = work(worker_context, action)
                finally:
                    worker_context.wiki.look_first = None
                    worker.release_slot()
                # What one lane was told of the key, the others need not ask.
                workers.context.reads_history &= worker_context.reads_history
                workers.done(action, written=written)
                results.put((outcome, None))
    except Stopped:
        return
    except BaseException as error:  # noqa: BLE001  (raised where the outcome is waited for)
        results.put((None, error))


def _tags(context: ApplyContext, action: Action) -> frozenset[str]:
    """The tags that a write of this action gives its page."""
    if action.local is None or (action.verb == "update" and "tags" not in action.fields):
        return frozenset()
    local = action.local
    try:
        data = context.folder.read(local.file)
        return frozenset(
            clean_tags(parse(data, local.content_type, file=local.file).page.tags or ())
        )
    except (FolderError, BadPage):
        return frozenset()  # what keeps it from being read is told when its turn comes


MAX_AGE: Final = 2.0
"""Seconds for which a look at a page counts as one before its write (promise 3)."""


class Stopped(BaseException):
    """The run is over for this lane: it has no further effect."""


class StateLock:
    """Who is at work. ``over`` ends it for all lanes that are not."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stopped = False

    @contextmanager
    def hold(self) -> Iterator[None]:
        """The turn, from the start of a lane to its end; what is raised inside ends all lanes."""
        self._take()
        try:
            yield
        except Stopped:  # raised where the turn was not to be had
            raise
        except BaseException:
            self._stopped = True
            self._lock.release()
            raise
        self._lock.release()

    @contextmanager
    def released(self) -> Iterator[None]:
        """The turn is anyone's inside, and this lane's again afterwards. Raises Abandoned."""
        self._lock.release()
        try:
            yield
        finally:
            self._take()

    def shut_down(self) -> None:
        """From here on no lane has a turn any more; waits for the one that has it."""
        self._stopped = True  # before the wait, which may be broken off
        with self._lock:
            pass

    def _take(self) -> None:
        self._lock.acquire()
        if self._stopped:
            self._lock.release()
            raise Stopped


class WriteSlots:
    """Writes in flight: one begins with a look at its page and ends with the wiki's answer.

    Pages that are about to be written are looked at together, in one request.
    """

    def __init__(self, wiki: Wiki, lock: StateLock, limit: int, ids: Sequence[int]) -> None:
        self._wiki = wiki
        self._lock = lock
        self._limit = limit
        self._free = threading.Semaphore(limit)
        self._reading = threading.Lock()
        self._waiting = list(ids)
        self._records: dict[int, tuple[float, Record | WikiError]] = {}

    def acquire(self) -> None:
        """Wait for a free slot, without the turn."""
        with self._lock.released():
            self._free.acquire()

    def release(self) -> None:
        """Let another have the slot."""
        self._free.release()

    def read_current(self, page: int) -> Record | None:
        """The page as a look of this moment shows it; None where it has to be looked at alone.

        Raises what the wiki says of the page.
        """
        with self._lock.released(), self._reading:
            if self._limit > 1 and not self._is_fresh(page):
                self._read_batch(page)
            fresh = self._is_fresh(page)
            _, found = self._records.pop(page, (0.0, None))
        if page in self._waiting:
            self._waiting.remove(page)
        if isinstance(found, Exception) and fresh:
            raise found
        return found if fresh and not isinstance(found, Exception) else None

    def _is_fresh(self, page: int) -> bool:
        at, _ = self._records.get(page, (float("-inf"), None))
        return time.monotonic() - at < MAX_AGE

    def _read_batch(self, page: int) -> None:
        others = [other for other in self._waiting if other != page]
        ids = [page, *others[: self._limit - 1]]
        found: Mapping[int, Record | WikiError] = (
            self._wiki.read_current(ids) if len(ids) > 1 else {}
        )
        now = time.monotonic()
        self._records |= {number: (now, record) for number, record in found.items()}


class Worker:
    """The wire of one lane: round trips are made away from the turn, writes in a slot."""

    def __init__(self, wire: Transport, lock: StateLock, slots: WriteSlots) -> None:
        self._transport = wire
        self._lock = lock
        self._slots = slots
        self._has_slot = False

    @property
    def url(self) -> str:
        """The wiki's address."""
        return self._transport.url

    def acquire_slot(self) -> None:
        """Wait for a slot to write in."""
        if not self._has_slot:
            self._slots.acquire()
            self._has_slot = True

    def read_current(self, page: int) -> Record | None:
        """As ``Slots.look``, in a slot: the look is to be right before the write."""
        self.acquire_slot()
        return self._slots.read_current(page)

    def release_slot(self) -> None:
        """Give the slot back, if this lane still has it."""
        if self._has_slot:
            self._has_slot = False
            self._slots.release()

    def query(self, text: str, variables: Mapping[str, object], read: Callable[[Answer], T]) -> T:
        """As ``Wire.query``."""
        with self._lock.released():
            return self._transport.query(text, variables, read)

    def mutate(self, text: str, variables: Mapping[str, object], read: Callable[[Answer], T]) -> T:
        """As ``Wire.mutate``; a second write of a page, which mends the first, waits as well."""
        self.acquire_slot()
        try:
            with self._lock.released():
                return self._transport.mutate(text, variables, read)
        finally:
            self.release_slot()
