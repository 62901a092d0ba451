"""Decide when the two sides are compared next. Pure: the times are arguments.

A save is followed by a comparison once the folder has been quiet for a while; what it takes to read
both sides and to plan begins earlier, so that the first write happens when the quiet ends. Without
a save the wiki is looked at regularly, and less often the longer nothing changes. After a failure
the next attempt waits longer each time.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

SLOWEST: Final = 5
"""The most that the time between two looks grows to, as a multiple of the first."""

PATIENCE: Final = 10
"""Looks without a change after which the time between them grows."""

LONGEST_QUIET: Final = 15
"""Multiples of the quiet time after which a file that is written without end is not waited for."""

MOST_LEAD: Final = 0.9
"""The part of the quiet time in which planning may begin."""

FIRST_RETRY: Final = 5.0
"""Seconds before the first new attempt after a failure; each further one doubles them."""


@dataclass
class Schedule:
    """The time of the next comparison, in seconds of one clock.

    ``quiet_for`` is how long no file may change before a comparison, ``every`` the time between two
    looks at the wiki. ``next_look`` is when that is due without a change.
    """

    quiet_for: float
    every: float
    next_look: float = 0.0
    failures: int = 0
    _first_change: float | None = field(default=None, init=False)
    _last_change: float | None = field(default=None, init=False)
    _idle: int = field(default=0, init=False)
    _unfinished: int = field(default=0, init=False)
    _planning: float = field(default=0.0, init=False)
    _discarded: bool = field(default=False, init=False)

    def file_changed(self, now: float) -> None:
        """Note that a file changed."""
        if self._first_change is None:
            self._first_change = now
        self._last_change = now

    def look_now(self, now: float) -> None:
        """Make the next look due at once, as after a sleep of the machine."""
        self.next_look = min(self.next_look, now)

    def due(self) -> float:
        """Return the time of the next comparison.

        A change does not hurry a new attempt after a failure.
        """
        if self._first_change is None or self._last_change is None or self.failures:
            return self.next_look
        quiet = self._last_change + self.quiet_for
        return min(quiet, self._first_change + LONGEST_QUIET * self.quiet_for)

    def starts(self) -> float:
        """Return the time at which reading and planning begin, for writes at ``due``.

        That is earlier than ``due`` if a file changed, by what the last plan took. It is not for a
        plan that replaces a discarded one: a file that is saved every second costs no request each
        second.
        """
        if self._last_change is None or self.failures or self._discarded:
            return self.due()
        return self.due() - min(self._planning, MOST_LEAD * self.quiet_for)

    def planned(self, seconds: float) -> None:
        """Note how long reading and planning took; a single quick one counts little."""
        self._planning = max(1.25 * seconds + 0.1, 0.8 * self._planning)

    def discarded(self) -> None:
        """Note that a plan was not executed because a file changed meanwhile."""
        self._discarded = True

    def compared(self, now: float, *, changed: bool, unfinished: bool = False) -> None:
        """Note a comparison that succeeded, and whether it found anything to do.

        ``unfinished``: an action failed, and is tried again soon.
        """
        self._first_change = self._last_change = None
        self._discarded = False
        self.failures = 0
        self._idle = 0 if changed else self._idle + 1
        self._unfinished = self._unfinished + 1 if unfinished else 0
        self.next_look = now + self.every * min(SLOWEST, 1 + self._idle // PATIENCE)
        if unfinished:
            self.next_look = now + self._retry_after(self._unfinished)

    def failed(self, now: float) -> None:
        """Note a comparison that failed."""
        self.failures += 1
        self.next_look = now + self._retry_after(self.failures)

    def _retry_after(self, attempts: int) -> float:
        wait = FIRST_RETRY * 2.0 ** min(attempts - 1, 10)
        return min(wait, max(self.every, FIRST_RETRY))

    def postpone(self, now: float) -> None:
        """Note that a comparison cannot be made yet; it is tried again after the quiet time."""
        self._first_change = self._last_change = None
        self.next_look = now + max(self.quiet_for, 1.0)
