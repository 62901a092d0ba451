"""``watch`` on a workspace, with a clock and file events that a test plays: nothing waits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wikisync.concurrency import stop_on_interrupt
from wikisync.config import load
from wikisync.report.watch_events import Waits
from wikisync.request import Request
from wikisync.watch.files import Changes
from wikisync.watch.loop import Watch
from wikisync.watch.schedule import Schedule

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from support.workspace import Workspace
    from wikisync.planning.model import Command
    from wikisync.report.watch_events import Event
    from wikisync.request import Report


class PlayedChanges(Changes):
    """Each wait plays one step, which returns the files that it changed; the last one stops."""

    def __init__(self, clock: Clock, steps: Iterator[Callable[[], Iterable[str] | None]]) -> None:
        super().__init__()
        self._clock = clock
        self._steps = steps

    def wait(self, seconds: float) -> frozenset[str]:
        """Let the time pass, and play the next step where the loop would be idle.

        What was added by ``add`` comes first.
        """
        self._clock.now += max(seconds, 0.001)
        if self._files:
            return super().wait(0.0)
        if not self._clock.idle():
            return frozenset()
        step = next(self._steps, None)
        if step is None:
            self.stop()
            return frozenset()
        return frozenset(step() or ())


@dataclass
class Clock:
    """Seconds that pass only while the loop waits. ``asleep`` are those that the machine slept."""

    now: float = 0.0
    asleep: float = 0.0
    idle: Callable[[], bool] = lambda: True

    def monotonic(self) -> float:
        return self.now

    def time_of_day(self) -> float:
        return 1_700_000_000 + self.now + self.asleep


@dataclass
class _Watch(Watch):
    comparing: bool = False

    def compare(self) -> Report | None:
        self.comparing = True
        try:
            return super().compare()
        finally:
            self.comparing = False


@dataclass
class Watched:
    """What a watch reported, and the report of the guard that ended it."""

    events: list[Event] = field(default_factory=list)
    refused: Report | None = None
    clock: Clock = field(default_factory=Clock)
    changes: Changes = field(default_factory=Changes)
    interrupt: Callable[[], None] = lambda: None

    def names(self) -> list[str]:
        return [type(event).__name__ for event in self.events]


def watched(
    workspace: Workspace,
    *steps: Callable[[], Iterable[str] | None],
    direction: Command = "sync",
    paths: tuple[str, ...] = (),
    every: float = 60.0,
    clock: Clock | None = None,
    into: Watched | None = None,
) -> Watched:
    """Run the loop over these steps. Each is played once no change waits to be compared.

    ``into`` gets what is reported, and has the ``changes`` that a step may add to or stop.
    """
    found = into or Watched()
    found.clock = clock or found.clock
    config = load(
        start=workspace.root,
        env={name: value for name, value in workspace.env.items() if value is not None},
    )
    schedule = Schedule(2.0, every)

    def is_idle() -> bool:
        if loop.comparing:
            return False
        waits = bool(found.events) and isinstance(found.events[-1], Waits)
        return waits or schedule.failures > 0 or schedule.due() > found.clock.now + 10.0

    found.clock.idle = is_idle
    found.changes = changes = PlayedChanges(found.clock, iter(steps))
    loop = _Watch(
        config,
        Request("watch", direction, paths),
        schedule,
        changes,
        found.events.append,
        clock=found.clock.monotonic,
        time_of_day=found.clock.time_of_day,
    )
    found.interrupt = loop.interrupt
    with stop_on_interrupt(lambda: found.interrupt()):
        found.refused = loop.run()
    return found
