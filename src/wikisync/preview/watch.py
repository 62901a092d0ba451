"""Wait for changes of the folder: by the system's events, and by looking where they fail."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from threading import Event

QUIET_MS: Final = 60
"""Milliseconds without another event after which a change is looked at."""

LONGEST_MS: Final = 300
"""Milliseconds after which a change is looked at even if more events come."""

LOOK_SECONDS: Final = 10.0
"""How often the folder is looked at without an event: network folders lose some."""

OFTEN_SECONDS: Final = 1.0
"""How often ``often`` is called."""

POLL_SECONDS: Final = 0.3
POLL_SHARE: Final = 10
"""Without events, the folder is looked at this often, and for at most a tenth of the time."""


def watch_folder(
    root: Path, stop: Event, look: Callable[[], None], often: Callable[[], None]
) -> None:
    """Call ``look`` whenever something in a folder may have changed, until ``stop`` is set.

    ``often`` is called each second too, for what lies elsewhere and is cheap to look at.
    """
    try:
        _watch_events(root, stop, look, often)
    except (ImportError, OSError, RuntimeError):  # no library, or no more watches to be had
        _poll(stop, look, often)


def _watch_events(
    root: Path, stop: Event, look: Callable[[], None], often: Callable[[], None]
) -> None:
    from watchfiles import watch

    looked = called = time.monotonic()
    for changes in watch(
        root,
        watch_filter=None,
        debounce=LONGEST_MS,
        step=QUIET_MS,
        stop_event=stop,
        rust_timeout=int(OFTEN_SECONDS * 1000) + 1,
        yield_on_timeout=True,
        raise_interrupt=False,
    ):
        if changes or time.monotonic() - looked >= LOOK_SECONDS:
            look()
            looked = time.monotonic()
        if time.monotonic() - called >= OFTEN_SECONDS:
            often()
            called = time.monotonic()


def _poll(stop: Event, look: Callable[[], None], often: Callable[[], None]) -> None:
    wait = POLL_SECONDS
    while not stop.wait(wait):
        start = time.monotonic()
        look()
        often()
        wait = max(POLL_SECONDS, POLL_SHARE * (time.monotonic() - start))
