"""Which files may be replaced, told by their owner and mode. Pure.

A replacement is a new file: it would belong to the one who runs the program, also where the old
one belongs to somebody else, and it would take the place of one that its owner made read-only.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import Final

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
