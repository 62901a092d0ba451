"""The steps of a write that leaves a file with its old or its new content at every moment."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from wikisync.errors import FileMoved

if TYPE_CHECKING:
    from pathlib import Path


def fill(temporary: Path, data: bytes, like: Path | None) -> None:
    """Write a new file whose bytes are on disk when this returns; its mode is that of ``like``."""
    with temporary.open("xb") as handle:
        if like is not None:
            temporary.chmod(stat.S_IMODE(like.stat().st_mode))
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())


def claim(temporary: Path, path: Path, file: str) -> None:
    """Give the new file its name, unless something bears it already."""
    try:
        os.link(temporary, path)
    except FileExistsError as error:
        raise FileMoved(file, "write", "a file of that name is there now") from error
    except OSError:  # a file system without hard links
        if path.exists():
            raise FileMoved(file, "write", "a file of that name is there now") from None
        temporary.replace(path)


def sync_folder(folder: Path) -> None:
    """Bring a folder's names to disk: a rename is there only then.

    Systems that cannot do this keep quiet.
    """
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


def reason_of(error: OSError) -> str:
    """What the system says of an error, to stand within a sentence."""
    return (error.strerror or str(error)).lower()
