"""Follow what the state knows of the wiki: a run beside the preview changes it."""

from __future__ import annotations

import time
from contextlib import closing
from typing import TYPE_CHECKING, Final

from wikisync.errors import StateError
from wikisync.state import State
from wikisync.state.location import DATABASE
from wikisync.workflow.check import recall

if TYPE_CHECKING:
    from wikisync.config import Config

    _Stamp = tuple[tuple[int, int, int], ...]

_SETTLED_NS: Final = 1_000_000_000
"""A file that changed less than this ago may change again without another time."""


class Memory:
    """What the state of a configuration knows of the wiki: ``known``.

    Raises StateError where the state cannot be read at the start.
    """

    def __init__(self, config: Config) -> None:
        self._config = config
        self._stamp = self._look()
        self.known = recall(config)
        self._digest = self._digest_of_bases()

    def refresh(self) -> bool:
        """Read the state again if its file changed, and return whether it knows something else.

        Keeps what is known where the state cannot be read, as while it is restored.
        """
        stamp = self._look()
        if stamp is not None and stamp == self._stamp:
            return False
        try:
            known, digest = recall(self._config), self._digest_of_bases()
        except StateError:
            return False
        self._stamp = stamp
        if (known, digest) == (self.known, self._digest):
            return False
        self.known, self._digest = known, digest
        return True

    def _digest_of_bases(self) -> bytes:
        with closing(State.open(self._config.state, create=False)) as state:
            return state.bases.digest()

    def _look(self) -> _Stamp | None:
        """Return what identifies the content of the state; None if it may just be written."""
        found: list[tuple[int, int, int]] = []
        for name in (DATABASE, f"{DATABASE}-wal"):
            try:
                stat = (self._config.state / name).stat()
            except OSError:
                continue
            if time.time_ns() - stat.st_mtime_ns < _SETTLED_NS:
                return None
            found.append((stat.st_mtime_ns, stat.st_size, stat.st_ino))
        return tuple(found)
