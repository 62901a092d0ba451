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

    ``often`` is called each second too, for what lies elsewhere and is cheap to look at. A folder
    that is removed and made again, as by a checkout, is watched again.
    """
    while not stop.is_set():
        identity = _identity(root)
        try:
            _watch_events(root, identity, stop, look, often)
        except (ImportError, OSError, RuntimeError):  # no library, no folder, no more watches
            _poll(root, identity, stop, look, often)
        if not stop.is_set():
            look()


def _identity(root: Path) -> tuple[int, int] | None:
    try:
        found = root.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _watch_events(
    root: Path,
    identity: tuple[int, int] | None,
    stop: Event,
    look: Callable[[], None],
    often: Callable[[], None],
) -> None:
    """Look at events until ``stop`` is set, or another folder is in the place of this one."""
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
        if _identity(root) != identity:
            return


def _poll(
    root: Path,
    identity: tuple[int, int] | None,
    stop: Event,
    look: Callable[[], None],
    often: Callable[[], None],
) -> None:
    """Look again and again, until ``stop`` is set or another folder is in the place of this one."""
    wait = POLL_SECONDS
    while not stop.wait(wait) and _identity(root) == identity:
        start = time.monotonic()
        look()
        often()
        wait = max(POLL_SECONDS, POLL_SHARE * (time.monotonic() - start))
