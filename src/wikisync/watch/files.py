"""Watch the folder for changed files, in a thread, and tell the loop that waits.

Events only hurry a comparison. Where they are lost or not to be had, as on network folders and in
containers, the regular look finds every change.
"""

from __future__ import annotations

import os
import threading
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_TEMPORARY_ENDINGS: Final = (
    *("~", ".bak", ".crdownload", ".orig", ".part", ".partial", ".rej", ".swp", ".swx", ".temp"),
    ".tmp",
)
_STEP: Final = 50
"""Milliseconds within which events belong together; the loop waits for quiet by itself."""


class Changes:
    """Changed files, and whether to stop, between the watching threads and the loop."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._files: set[str] = set()
        self._stopped = False

    def add(self, files: Iterable[str]) -> None:
        """Add changed files, relative to the folder."""
        with self._condition:
            self._files |= set(files)
            self._condition.notify_all()

    def stop(self) -> None:
        """End every wait, now and later.

        A signal handler may call it: the lock can be taken again by the thread that has it.
        """
        with self._condition:
            self._stopped = True
            self._condition.notify_all()

    @property
    def stopped(self) -> bool:
        """Whether ``stop`` was called."""
        return self._stopped

    def wait(self, seconds: float) -> frozenset[str]:
        """Return the changed files, at the latest after ``seconds``; empty without any."""
        with self._condition:
            if not self._files and not self._stopped:
                self._condition.wait(max(seconds, 0.0))
            found, self._files = frozenset(self._files), set()
            return found


def is_temporary(file: str) -> bool:
    """Return whether a file is hidden or one that editors and downloads write for a while."""
    name = PurePosixPath(file).name
    if any(part.startswith(".") for part in PurePosixPath(file).parts):
        return True
    if name.lower().endswith(_TEMPORARY_ENDINGS) or (name.startswith("#") and name.endswith("#")):
        return True
    return "." not in name  # vim tries whether it may write with a file `4913`


def watch_folder(
    folder: Path, changes: Changes, wanted: Callable[[str], bool], stop: threading.Event
) -> None:
    """Add the changed files that are ``wanted`` to ``changes``, until ``stop`` is set.

    Returns at once where the system gives no events.
    """
    from watchfiles import watch

    root = os.path.realpath(folder)
    with suppress(OSError, RuntimeError):  # no more watches to be had, the folder is gone
        for batch in watch(
            root, watch_filter=None, stop_event=stop, step=_STEP, debounce=2 * _STEP,
            rust_timeout=500, raise_interrupt=False, ignore_permission_denied=True,
        ):  # fmt: skip
            changes.add(
                file for file in _below(root, (path for _kind, path in batch)) if wanted(file)
            )


def _below(root: str, paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        with suppress(ValueError):
            yield Path(path).relative_to(root).as_posix()
