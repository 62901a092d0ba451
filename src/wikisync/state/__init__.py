"""The memory of wikisync: what both sides last agreed on, what each run did, what it overwrote.

No secret is ever given to this package (promise 10).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from wikisync.state.backups import Backups
from wikisync.state.bases import Bases
from wikisync.state.database import Database
from wikisync.state.journal import Journal
from wikisync.state.location import DATABASE
from wikisync.state.stat_cache import StatCache

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path


class State:
    """An open state: ``bases``, ``journal``, ``backups``, ``files``, and facts on the whole."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.bases = Bases(db)
        self.files = StatCache(db)
        self.journal = Journal(db)
        self.backups = Backups(db)

    @classmethod
    def open(cls, folder: Path, *, create: bool = True) -> State:
        """The state in ``folder``. Without ``create``, where there is none: an empty one in memory.

        Raises StateError where it is damaged, of another version, tracked by Git, no plain file of
        wikisync's own, or cannot be written.
        """
        if create:
            return cls(Database.open(folder))
        if os.path.lexists(folder / DATABASE):
            return cls(Database.open_readonly(folder))
        return cls(Database.in_memory(folder))

    def transaction(self) -> AbstractContextManager[None]:
        """Everything written inside is written together, or not at all."""
        return self._db.transaction()

    def meta(self, key: str) -> str | None:
        """A remembered fact about the whole state, such as the wiki's URL."""
        row = self._db.row("SELECT value FROM meta WHERE key = ?", (key,))
        return None if row is None else str(row[0])

    def from_another_wiki(self, run: int) -> bool:
        """Whether a run was with another wiki than today's, whose pages have ids of their own."""
        others = self.meta("others") or ""
        return run <= (int(others) if others.isdecimal() else 0)

    def set_meta(self, **values: str) -> None:
        """Remember facts about the whole state."""
        self._db.write("INSERT OR REPLACE INTO meta VALUES (?, ?)", *values.items())

    def close(self) -> None:
        """Close the file."""
        self._db.close()
