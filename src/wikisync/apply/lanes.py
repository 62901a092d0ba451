"""Writes to the wiki several at a time: who goes next, who must wait, and what became of each.

Only updates and creations go together, each kind for itself, so that a plan's order is kept. Two
pages that bring in the same new tag are never under way at once, and the last creation of a run can
be made alone, so that the tree which it rebuilds holds every page (facts, *Speed and races*).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field, replace
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

from wikisync.apply.turns import Abandoned, StateLock, Worker, WriteSlots
from wikisync.errors import BadPage, FolderError
from wikisync.page.document import parse
from wikisync.page.model import clean_tags

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from wikisync.apply.context import ApplyContext
    from wikisync.planning.model import Action

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
