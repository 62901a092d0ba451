"""Allow one run at a time, with a lock file that the system releases when the process ends."""

from __future__ import annotations

import json
import os
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


@contextmanager
def run_lock(folder: Path, at: str) -> Iterator[None]:
    """Hold the lock of the state in ``folder``. ``at`` is the present time (ISO).

    Raises Locked at once if another process holds it, with its id and start, and StateError if the
    lock file cannot be created or is unsafe to open.
    """
    from filelock import FileLock, Timeout

    file, holder = folder / "lock", folder / "lock.json"
    location.prepare(folder)
    with location.translate_os_errors(file):
        private_files.restrict_file(file)
        private_files.check_file(holder)
    lock = FileLock(file, timeout=0, mode=private_files.FILE_MODE)
    try:
        lock.acquire()
    except Timeout as error:
        pid, since = _holder(holder)
        raise Locked(str(file), pid, since) from error
    except OSError as error:
        raise StateError(str(file), "unwritable", error.strerror or str(error)) from error
    try:
        with suppress(OSError):  # the holder's file is only for messages
            note = json.dumps({"pid": os.getpid(), "since": at})
            private_files.replace_file(holder, note.encode())
        yield
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def _holder(file: Path) -> tuple[int | None, str | None]:
    try:
        found = json.loads(private_files.read_file(file, _MOST))
        since = str(found["since"])
        datetime.fromisoformat(since)
        return int(found["pid"]), since
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return None, None
