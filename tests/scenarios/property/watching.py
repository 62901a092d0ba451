"""The loop of ``watch`` among two people, with a clock and file events that are played.

A step is a list of acts and what becomes of their events. What people do in the folder they do in
threads of their own: it is no effect of the process that watches, nor does it die with it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

from support.watching import Clock
from wikisync.report.watch_events import Attention, Done
from wikisync.request import Request
from wikisync.watch import loop
from wikisync.watch.files import Changes
from wikisync.watch.schedule import Schedule

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Hashable, Iterator
    from pathlib import Path

    from scenarios.property.people import People
    from wikisync.planning.model import Command
    from wikisync.report.watch_events import Event
    from wikisync.request import Report

EVERY: Final = 60.0
SETTLED: Final = 2
"""Comparisons after the last step that found nothing to complain of, before the user stops it."""

PATIENCE: Final = 2000
"""Waits after the last step in which that must happen."""


@dataclass(frozen=True)
class Step:
    """What people do while the loop waits; ``heard`` tells whether the events of files arrive.

    ``asleep`` are the seconds that the machine sleeps after that.
    """

    acts: tuple[tuple[Any, ...], ...]
    heard: bool = True
    asleep: float = 0.0


@dataclass
class Session:
    """One run of ``watch``, from its start until it is stopped or killed.

    ``act`` does one act of the people; ``rebase`` is the directory that Git has amid a rebase.
    """

    people: People
    steps: tuple[Step, ...]
    act: Callable[[tuple[Any, ...]], None]
    git: Path
    direction: Command = "sync"
    allow: frozenset[str] = frozenset()
    events: list[Event] = field(default_factory=list)
    comparisons: list[bool] = field(default_factory=list)
    over: Callable[[], None] = lambda: None
    gave_up: bool = False

    def __post_init__(self) -> None:
        self.clock = Clock()
        self.changes = _Played(self)
        self.schedule = Schedule(2.0, EVERY)
        self.left = iter(self.steps)
        self._waits = 0
        self._after: int | None = None

    def run(self) -> Report | None:
        """Run the loop to its end."""
        request = Request("watch", self.direction, allow=self.allow)
        watch = _Watch(
            self.people.config,
            request,
            self.schedule,
            self.changes,
            self.events.append,
            clock=self.clock.monotonic,
            time_of_day=self.clock.time_of_day,
        )
        watch.session = self
        with patch.object(loop, "git_directory", lambda _folder: self.git):
            return watch.run()

    def play(self) -> None:
        """Play the next step; after the last one wait until nothing is left to be done."""
        step = next(self.left, None)
        if step is not None:
            self.do(step.acts, heard=step.heard)
            self.clock.asleep += step.asleep
            return
        if self._after is None:
            self.over()
            self._rebase_ends()
            self._after = len(self.comparisons)
        since = self.comparisons[self._after :]
        self._waits += 1
        self.gave_up = self._waits > PATIENCE
        if since[-SETTLED:] == [True] * SETTLED or self.gave_up:
            self.changes.stop()

    def do(self, acts: tuple[tuple[Any, ...], ...], *, heard: bool) -> None:
        """Do what people do, and have the events of their files arrive or not."""
        before = self.people.files()
        person = threading.Thread(target=self._all, args=(acts,))
        person.start()
        person.join()
        after = self.people.files()
        if heard:
            names = {*before, *after}
            self.changes.add(name for name in names if before.get(name) != after.get(name))

    def _all(self, acts: tuple[tuple[Any, ...], ...]) -> None:
        for act in acts:
            self._one(act)

    def _one(self, act: tuple[Any, ...]) -> None:
        match act:
            case ("rebase",):
                (self.git / "rebase-merge").mkdir(parents=True, exist_ok=True)
            case ("rebased",):
                self._rebase_ends()
            case ("stop",):
                self.changes.stop()
            case _:
                self.act(act)

    def _rebase_ends(self) -> None:
        if (self.git / "rebase-merge").exists():
            (self.git / "rebase-merge").rmdir()

    # What it said.

    def done(self) -> Iterator[tuple[str, str, str]]:
        """(verb, side, file) of everything that was said to be done."""
        for event in self.events:
            if isinstance(event, Done):
                for outcome in event.report.outcomes:
                    if outcome.result == "done":
                        action = outcome.action
                        yield action.verb, action.side, action.file

    def conflicts(self) -> list[Hashable]:
        """Each conflict that was shown, as often as it was."""
        return [
            loop._conflict_id(conflict)
            for event in self.events
            if isinstance(event, Attention)
            for conflict in event.report.plan.conflicts
        ]

    def problems(self) -> set[str]:
        """The files that were said to be a problem."""
        return {
            name
            for event in self.events
            if isinstance(event, Attention)
            for problem in event.report.plan.problems
            for name in problem.names
        }


@dataclass
class _Watch(loop.Watch):
    session: Session = field(init=False)
    comparing: bool = False

    def compare(self) -> Report | None:
        told = len(self.session.events)
        self.comparing = True
        try:
            return super().compare()
        finally:
            self.comparing = False
            news = [type(event).__name__ for event in self.session.events[told:]]
            quiet = not {"Done", "Waits", "Away"}.intersection(news)
            calm = self.schedule.failures == 0 and self.schedule.due() > self.clock() + 10.0
            self.session.comparisons.append(quiet and calm)


class _Played(Changes):
    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def wait(self, seconds: float) -> frozenset[str]:
        """Let the time pass; where the loop would be idle, play a step."""
        session = self._session
        session.clock.now += max(seconds, 0.001)
        if not self._files and not self.stopped and seconds > 1.0:
            session.play()
        return super().wait(0.0)


def multiset_difference(some: Counter[Any], others: Counter[Any]) -> list[Any]:
    """What is in ``some`` more often than in ``others``."""
    return sorted((some - others).elements())
