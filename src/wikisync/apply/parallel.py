"""Write several pages to the wiki at the same time.

Only updates run together, and only creations, so that the order of a plan is kept. Two pages with
the same new tag are never written at once, and the last creation of a run can run alone, so that
the page tree that it rebuilds has every page (wikijs.md, *Races*).

Each worker is a thread that takes the same steps as a sequential run. It holds the state lock while
it uses the state or files, and releases it during each request to the wiki. So only requests happen
at the same time, and no other module needs to be thread-safe.
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
from wikisync.page.lookalikes import fold
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
    """The actions that are waiting, in order. Use it only while holding the state lock.

    ``tags`` are those that each action's page will have, by ``id(action)``; ``known_tags`` those
    that the wiki has. ``alone`` is the action that starts when all others have ended.
    """

    waiting: list[Action]
    tags: dict[int, frozenset[str]]
    known_tags: frozenset[str]
    alone: Action | None = None
    active: set[int] = field(default_factory=set)

    def next(self) -> Action | None:
        """Return the next action that may start, or None if all of them must wait."""
        busy = [self._new_tags(number) for number in self.active]
        for place, action in enumerate(self.waiting):
            if action is self.alone and (busy or place):
                continue
            if any(self._new_tags(id(action)) & others for others in busy):
                continue
            del self.waiting[place]
            self.active.add(id(action))
            return action
        return None

    def _new_tags(self, action: int) -> set[str]:
        """Return an action's tags that are new, each as what databases may take it for."""
        return {fold(tag) for tag in self.tags[action] - self.known_tags}

    def done(self, action: Action, *, written: bool) -> None:
        """Remove an action that has ended; if its page was ``written``, the wiki has its tags."""
        self.active.remove(id(action))
        if written:
            self.known_tags |= self.tags[id(action)]


@dataclass
class Workers:
    """The values that the workers of a run share."""

    context: ApplyContext
    queue: Queue
    lock: StateLock
    slots: WriteSlots
    changes: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def next(self) -> Action | None:
        """Return the next action, waiting for it without the lock; None if none is left."""
        while self.queue.waiting:
            seen = self.changes
            if (action := self.queue.next()) is not None:
                return action
            with self.lock.released(), self.changed:
                self.changed.wait_for(lambda seen=seen: self.changes != seen)  # type: ignore[misc]
        return None

    def done(self, action: Action, *, written: bool) -> None:
        """Remove an action that has ended and notify the workers that wait."""
        self.queue.done(action, written=written)
        self.wake()

    def wake(self) -> None:
        """Notify the workers that wait for an action."""
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
    """Run the actions with at most ``limit`` writes in flight, and yield each result.

    ``work`` is called with a context of its worker's own, and returns the result and whether the
    page was written. An exception that it raises is raised here, and stops all workers.
    """
    tags = {id(action): _tags(context, action) for action in actions}
    alone = actions[-1] if last_alone else None
    lock = StateLock()
    slots = WriteSlots(context.wiki, lock, limit, [a.id for a in actions if a.id is not None])
    workers = Workers(context, Queue(list(actions), tags, context.wiki.tags, alone), lock, slots)
    results: SimpleQueue[tuple[T, None] | tuple[None, BaseException]] = SimpleQueue()
    # Twice as many as may write: some read back what they wrote while others write.
    for number in range(min(2 * limit, len(actions))):
        name = f"wikisync worker {number}"
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
    """Run actions in one worker until none is left."""
    worker = Worker(workers.context.wiki.transport, workers.lock, workers.slots)
    worker_context = replace(workers.context, wiki=workers.context.wiki.with_transport(worker))
    try:
        with workers.lock.hold():
            while (action := workers.next()) is not None:
                try:
                    worker_context.wiki.prefetched = (
                        worker.read_current if action.verb == "update" else None
                    )
                    worker_context.reads_history = workers.context.reads_history
                    outcome, written = work(worker_context, action)
                finally:
                    worker_context.wiki.prefetched = None
                    worker.release_slot()
                # What one worker has learned about the key holds for the others.
                workers.context.reads_history &= worker_context.reads_history
                workers.done(action, written=written)
                results.put((outcome, None))
    except Stopped:
        return
    except BaseException as error:  # noqa: BLE001  (raised again in run_parallel)
        results.put((None, error))


def _tags(context: ApplyContext, action: Action) -> frozenset[str]:
    """Return the tags that a write of this action gives its page."""
    if action.local is None or (action.verb == "update" and "tags" not in action.fields):
        return frozenset()
    local = action.local
    try:
        data = context.folder.read(local.file)
        return frozenset(
            clean_tags(parse(data, local.content_type, file=local.file).page.tags or ())
        )
    except (FolderError, BadPage):
        return frozenset()  # the action itself will report the error


MAX_AGE: Final = 2.0
"""The number of seconds for which a page that was read counts as current (promise 3)."""


class Stopped(BaseException):
    """Ends a worker whose run was stopped."""


class StateLock:
    """The lock that a worker holds while it uses the state or files."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stopped = False

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Hold the lock. An exception that is raised inside stops all workers."""
        self._take()
        try:
            yield
        except Stopped:  # raised while the lock is not held
            raise
        except BaseException:
            self._stopped = True
            self._lock.release()
            raise
        self._lock.release()

    @contextmanager
    def released(self) -> Iterator[None]:
        """Release the lock inside and take it again afterwards. Raises Stopped."""
        self._lock.release()
        try:
            yield
        finally:
            self._take()

    def shut_down(self) -> None:
        """Stop all workers, once the one that holds the lock has released it."""
        self._stopped = True  # before the wait, which may be interrupted
        with self._lock:
            pass

    def _take(self) -> None:
        self._lock.acquire()
        if self._stopped:
            self._lock.release()
            raise Stopped


class WriteSlots:
    """Limits the writes in flight, and reads pages that are about to be written, in one request.

    A slot is held from the read of a page to the answer to its write.
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
        """Wait for a free slot, without the state lock."""
        with self._lock.released():
            self._free.acquire()

    def release(self) -> None:
        """Release a slot."""
        self._free.release()

    def read_current(self, page: int) -> Record | None:
        """Return a page read at most ``MAX_AGE`` seconds ago; None if it must be read alone.

        Raises the WikiError that the wiki answered for the page.
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
    """The transport of one worker: requests are made without the state lock, writes in a slot."""

    def __init__(self, wire: Transport, lock: StateLock, slots: WriteSlots) -> None:
        self._transport = wire
        self._lock = lock
        self._slots = slots
        self._has_slot = False

    @property
    def url(self) -> str:
        """The wiki's URL."""
        return self._transport.url

    def acquire_slot(self) -> None:
        """Wait for a slot, unless this worker has one."""
        if not self._has_slot:
            self._slots.acquire()
            self._has_slot = True

    def read_current(self, page: int) -> Record | None:
        """Call ``WriteSlots.read_current`` in a slot, so that the write follows at once."""
        self.acquire_slot()
        return self._slots.read_current(page)

    def release_slot(self) -> None:
        """Release the slot, if this worker has one."""
        if self._has_slot:
            self._has_slot = False
            self._slots.release()

    def query(self, text: str, variables: Mapping[str, object], read: Callable[[Answer], T]) -> T:
        """Send a query, without the state lock."""
        with self._lock.released():
            return self._transport.query(text, variables, read)

    def mutate(self, text: str, variables: Mapping[str, object], read: Callable[[Answer], T]) -> T:
        """Send a mutation in a slot, without the state lock."""
        self.acquire_slot()
        try:
            with self._lock.released():
                return self._transport.mutate(text, variables, read)
        finally:
            self.release_slot()
