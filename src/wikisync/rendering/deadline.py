"""Limit the time that rendering and comparing take.

Measured is the processor time of this thread, so that the load of the machine does not change what
is shown.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_EVERY: Final = 16
"""Checks of which one looks at the clock, which costs more than most steps of a parser."""


class TooSlow(Exception):
    """The work takes longer than it may."""


class Timer:
    """Seconds for one piece of work, and for all of them. ``clock`` gives seconds."""

    def __init__(
        self, one: float, together: float, clock: Callable[[], float] = time.thread_time
    ) -> None:
        self._one = one
        self._left = together
        self._clock = clock
        self._end = 0.0
        self._checks = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        """Start the time of one piece of work. Raises TooSlow where nothing is left for it."""
        if self._left <= 0:
            raise TooSlow
        start = self._clock()
        self._end = start + min(self._one, self._left)
        try:
            yield
        finally:
            self._left -= self._clock() - start

    def check(self) -> None:
        """Raise TooSlow where the time is over; to be called often."""
        self._checks += 1
        if self._checks % _EVERY == 0 and self._clock() > self._end:
            raise TooSlow
