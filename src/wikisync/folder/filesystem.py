"""Which files may be replaced, told by their owner and mode. Pure.

A replacement is a new file: it would belong to the one who runs the program, also where the old
one belongs to somebody else, and it would take the place of one that its owner made read-only.

The steps of a write that leaves a file with its old or its new content at every moment.

Which files are unchanged since they were last read, as their stamps tell. Pure.

A stamp is what the file system says of a file without reading it. The rules are those of git's
index: a file whose stamp is as it was is not read again, unless it was written so shortly before it
was looked at that a later write could bear the same time.
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


COARSE: Final = 2_000_000_000
"""Nanoseconds that two writes with the same time may lie apart; FAT counts in two seconds."""


def stamp_of(found: os.stat_result) -> Stamp:
    """The stamp of a file: size, time of its bytes, time of its entry, inode."""
    return found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino


def stat_is_reliable(stamp: Stamp, looked: int) -> bool:
    """Whether a stamp taken at ``looked`` (ns) tells a file from whatever is written later.

    It does not where the file is not older than the look: the next write could be of the same
    moment, and of the same size (git's "racily clean").
    """
    _size, written, entered, _inode = stamp
    return max(written, entered) < looked - COARSE


ROOT: Final = 0


@dataclass(frozen=True, slots=True)
class Identity:
    """Who runs the program. ``user`` is None where the system has no such numbers (Windows)."""

    user: int | None
    groups: frozenset[int] = frozenset()


def current_identity() -> Identity:
    """Return who runs this process."""
    if not hasattr(os, "geteuid"):
        return Identity(None)
    return Identity(os.geteuid(), frozenset({os.getegid(), *os.getgroups()}))


def why_not_replaceable(mode: int, owner: int, group: int, me: Identity) -> str | None:
    """Return why a file is not replaced or deleted, as a clause; None where it may be.

    Root may replace the files of others, since it keeps their owner and group. A file that nobody
    may write is left by root too: its owner wants it so.
    """
    if not mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH):
        return "it is read-only"
    if me.user is None or me.user == ROOT:
        return None
    if owner != me.user:
        return f"it belongs to another user (uid {owner}), and its owner would change"
    if not mode & stat.S_IWUSR:
        return "it is read-only"
    if group not in me.groups:
        return f"it belongs to a group that is not yours (gid {group}), and would leave it"
    return None
