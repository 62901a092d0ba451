"""Print what ``watch`` does, and keep a line at the bottom of a terminal up to date."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from datetime import datetime
from threading import Lock
from typing import TYPE_CHECKING, Final

from wikisync.cli import terminal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rich.live import Live

    from wikisync.progress import Step
    from wikisync.report.watch_events import Event

_LONG: Final = 1.0
"""Seconds after which the steps of an operation are shown: an ordinary look stays quiet."""

_PAUSE: Final = 0.1
"""Seconds between two changes of the line."""


def live_line() -> Live:
    """Return the line that stays at the bottom of a terminal."""
    from rich.live import Live

    return Live("", console=terminal.console_for(), auto_refresh=False, transient=True)


class Screen:
    """The output of one ``watch``; without ``live`` there is no line at the bottom.

    ``clock`` returns seconds that never go back.
    """

    def __init__(self, live: Live | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._live, self._clock = live, clock
        self._console = terminal.console_for() if live is None else live.console
        self._place = "", ""
        self._line = ""

    def print(self, event: Event) -> None:
        """Print one event."""
        from wikisync.report import watch_events as events
        from wikisync.report.watch_output import print_event, status_line

        now = datetime.now().astimezone()
        if self._live is not None:  # lines are printed around rich's own way to print
            self._live.stop()
        print_event(event, now, self._console)
        if self._live is not None and not isinstance(event, events.Stopped):
            self._live.start(refresh=True)
        if isinstance(event, events.Started):
            self._place = event.folder, event.wiki
        agreed = event if isinstance(event, events.Agreed) else None
        if agreed or isinstance(event, events.Started):
            self._line = status_line(agreed, now if agreed else None, *self._place)
            self._show(self._line)
        if self._live is None:
            sys.stdout.flush()

    @contextmanager
    def progress(
        self, text: str, total: int | None = None, *, in_bytes: bool = False
    ) -> Iterator[Step]:
        """Show the steps of an operation that takes long, in the line at the bottom."""
        from wikisync.report.watch_output import progress_line

        begun, lock = self._clock(), Lock()
        done, shown = 0, begun + _LONG - _PAUSE

        def step(count: int = 1, name: str = "") -> None:
            nonlocal done, shown
            if self._live is None or total is None or in_bytes:
                return
            with lock:
                done += count
                if self._clock() - shown >= _PAUSE:
                    shown = self._clock()
                    self._show(progress_line(text, done, total, name))

        try:
            yield step
        finally:
            if shown > begun + _LONG - _PAUSE:
                self._show(self._line)

    def _show(self, line: str) -> None:
        """Put a text into the line at the bottom."""
        if self._live is None:
            return
        from rich.text import Text

        self._live.update(Text(line, style="dim", no_wrap=True, overflow="ellipsis"))
        self._live.refresh()
