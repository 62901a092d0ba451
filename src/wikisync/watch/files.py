"""Pass the names of changed files to the loop that waits, and tell which names are temporary."""

from __future__ import annotations

import threading
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_TEMPORARY_ENDINGS: Final = (
    *("~", ".bak", ".crdownload", ".orig", ".part", ".partial", ".rej", ".swp", ".swx", ".temp"),
    ".tmp",
)


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
