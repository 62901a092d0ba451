"""The steps of a write that leaves a file with its old or its new content at every moment."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write_temporary(temporary: Path, data: bytes, like: Path | None) -> None:
    """Write a new file whose bytes are on disk when this returns; its mode is that of ``like``."""
    with temporary.open("xb") as handle:
        if like is not None:
            temporary.chmod(stat.S_IMODE(like.stat().st_mode))
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())


def sync_folder(folder: Path) -> None:
    """Bring a folder's names to disk: a rename is there only then.

    Systems that cannot do this keep quiet.
    """
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        sync_handle(handle)
    finally:
        os.close(handle)


def sync_handle(handle: int) -> None:
    """Bring to disk what is open; systems that cannot do this keep quiet."""
    with suppress(OSError):
        os.fsync(handle)


def reason_of(error: OSError) -> str:
    """What the system says of an error, to stand within a sentence."""
    return (error.strerror or str(error)).lower()
