"""Which files are unchanged since they were last read, as their stamps tell. Pure.

A stamp is what the file system says of a file without reading it. The rules are those of git's
index: a file whose stamp is as it was is not read again, unless it was written so shortly before it
was looked at that a later write could bear the same time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import os

    from wikisync.planning.model import Stamp

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
