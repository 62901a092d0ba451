"""Sync files to disk, read their stamps, and decide whether they may be replaced.

A stamp is a file's size, times and inode. As in git's index, a file whose stamp did not change is
not read again, unless it was written so shortly before it was read that a later write could have
the same time.

A replacement is a new file, owned by the user of this process, and it is possible even where the
old file is read-only. So owner and mode are checked first.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.planning.model import Stamp


def write_temporary(temporary: Path, data: bytes, like: Path | None) -> None:
    """Create a file with the mode of ``like``, and sync it to disk."""
    with temporary.open("xb") as handle:
        if like is not None:
            temporary.chmod(stat.S_IMODE(like.stat().st_mode))
        handle.write(data)
        handle.flush()
        os.fsync(handle.fileno())


def sync_folder(folder: Path) -> None:
    """Sync a folder's names to disk, so that renames survive a crash.

    Does nothing on systems that cannot.
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
    """Sync an open file or folder to disk; ignores systems that cannot."""
    with suppress(OSError):
        os.fsync(handle)


TIME_RESOLUTION: Final = 2_000_000_000
"""Nanoseconds within which two writes may get the same time: FAT stores steps of two seconds."""


def stamp_of(found: os.stat_result) -> Stamp:
    """Return the stamp of a file: size, mtime and ctime in nanoseconds, inode."""
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def stat_is_reliable(stamp: Stamp, read_at: int) -> bool:
    """Return whether any write after ``read_at`` (ns) would change a stamp taken then.

    False for a file written just before: the next write could have the same time and size (git's
    "racily clean").
    """
    _size, written, entered, _inode = stamp
    return max(written, entered) < read_at - TIME_RESOLUTION


ROOT: Final = 0


@dataclass(frozen=True, slots=True)
class Identity:
    """The user and groups of the process. ``user`` is None on systems without ids (Windows)."""

    user: int | None
    groups: frozenset[int] = frozenset()


def current_identity() -> Identity:
    """Return the effective user and groups of this process."""
    if not hasattr(os, "geteuid"):
        return Identity(None)
    return Identity(os.geteuid(), frozenset({os.getegid(), *os.getgroups()}))


def why_not_replaceable(mode: int, owner: int, group: int, identity: Identity) -> str | None:
    """Return why a file must not be replaced or deleted, as a clause; None where it may be.

    Root may replace files of other users, since it keeps owner and group. A file without any write
    permission is refused for root too.
    """
    if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
        return "it is read-only"
    if identity.user is None or identity.user == ROOT:
        return None
    if owner != identity.user:
        return f"it belongs to another user (uid {owner}), and its owner would change"
    if not mode & stat.S_IWUSR:
        return "it is read-only"
    if group not in identity.groups:
        return f"it belongs to a group that is not yours (gid {group}), and would leave it"
    return None
