"""Allow one run at a time, with a lock file that the system releases when the process ends.

A comparison of ``watch`` is brief, and the next run waits for its end.
"""

from __future__ import annotations

import json
import os
import time
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final

from wikisync import private_files
from wikisync.errors import Locked, StateError
from wikisync.state import location

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_MOST: Final = 4096
"""The number of bytes that are read of the holder's file, which has about sixty."""

_PATIENCE: Final = 10.0
_PAUSE: Final = 0.1
"""Seconds for which a brief run is waited for, and between two attempts."""


@contextmanager
def run_lock(folder: Path, at: str, *, brief: bool = False) -> Iterator[None]:
    """Hold the lock of the state in ``folder``. ``at`` is the present time (ISO).

    Raises Locked if another process holds it, with its id and start: at once, or after 10 seconds
    if that run is ``brief``. Raises StateError if the lock file cannot be created or is unsafe to
    open.
    """
    from filelock import FileLock, Timeout

    file, holder = folder / "lock", folder / "lock.json"
    location.prepare(folder)
    with location.translate_os_errors(file):
        private_files.restrict_file(file)
        private_files.check_file(holder)
    lock = FileLock(file, timeout=0, mode=private_files.FILE_MODE)
    patience, waited = time.monotonic() + _PATIENCE, False
    try:
        while True:
            try:
                lock.acquire()
                break
            except Timeout as error:
                pid, since, ends_soon = _holder(holder)
                ends_now = waited and pid is None  # its note is gone, the lock not yet
                if not (ends_soon or ends_now) or time.monotonic() >= patience:
                    raise Locked(str(file), pid, since) from error
                waited = True
                time.sleep(_PAUSE)
    except OSError as error:
        raise StateError(str(file), "unwritable", error.strerror or str(error)) from error
    try:
        with suppress(OSError):  # the holder's file is only for messages
            note = json.dumps({"pid": os.getpid(), "since": at, "brief": brief})
            private_files.replace_file(holder, note.encode())
        yield
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def _holder(file: Path) -> tuple[int | None, str | None, bool]:
    """Return the holder's id, when it began, and whether it is brief."""
    try:
        found = json.loads(private_files.read_file(file, _MOST))
        since = str(found["since"])
        datetime.fromisoformat(since)
        return int(found["pid"]), since, found.get("brief") is True
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None, None, False
