"""One run at a time: a lock beside the state, which dies with its process."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from wikisync.errors import Locked, StateError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def only_run(folder: Path, at: str) -> Iterator[None]:
    """Hold the lock of the state in ``folder``. ``at`` is ISO time, for those who find it held.

    Raises Locked at once where another process holds it, with whom and since when.
    """
    from filelock import FileLock, Timeout

    file, holder = folder / "lock", folder / "lock.json"
    lock = FileLock(file, timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        pid, since = _holder(holder)
        raise Locked(str(file), pid, since) from error
    except OSError as error:
        raise StateError(str(file), "unwritable", error.strerror or str(error)) from error
    try:
        with suppress(OSError):  # who holds it is good to know, no more
            holder.write_text(json.dumps({"pid": os.getpid(), "since": at}), encoding="utf-8")
        yield
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def _holder(file: Path) -> tuple[int | None, str | None]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        return int(found["pid"]), str(found["since"])
    except (OSError, ValueError, KeyError, TypeError):
        return None, None
