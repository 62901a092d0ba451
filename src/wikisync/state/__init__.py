"""The state: the base of each page, the journal of all runs, and the backups, in one database.

No secret is ever given to this package (promise 10).
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from wikisync.errors import StateError
from wikisync.state.asset_backups import AssetBackups
from wikisync.state.asset_journal import AssetJournal
from wikisync.state.assets import AssetBases, AssetFolders, AssetStatCache, PageLinks
from wikisync.state.backups import Backups
from wikisync.state.bases import Bases
from wikisync.state.database import Database
from wikisync.state.journal import Journal
from wikisync.state.location import DATABASE
from wikisync.state.repeated_runs import drop_repeated_run
from wikisync.state.stat_cache import StatCache

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from pathlib import Path


class State:
    """An open state: bases, journal, backups, stat caches and metadata."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self.bases = Bases(db)
        self.files = StatCache(db)
        self.journal = Journal(db)
        self.backups = Backups(db)
        self.asset_bases = AssetBases(db)
        self.asset_journal = AssetJournal(db)
        self.asset_backups = AssetBackups(db)
        self.asset_folders = AssetFolders(db)
        self.asset_files = AssetStatCache(db)
        self.page_links = PageLinks(db)

    @classmethod
    def open(cls, folder: Path, *, create: bool = True) -> State:
        """Open the state in ``folder``. If there is none, create it, or use an empty one in memory.

        Raises StateError if it is damaged, of another version, tracked by Git, unsafe to open, or
        cannot be written.
        """
        if create:
            return cls(Database.open(folder))
        if os.path.lexists(folder / DATABASE):
            return cls(Database.open_readonly(folder))
        return cls(Database.in_memory(folder))

    def transaction(self) -> AbstractContextManager[None]:
        """Commit everything that is written inside together, or nothing."""
        return self._db.transaction()

    def meta(self, key: str) -> str | None:
        """Return a metadata value, such as the wiki's ``url``, or None."""
        row = self._db.row("SELECT value FROM meta WHERE key = ?", (key,))
        return None if row is None else str(row[0])

    def from_another_wiki(self, run: int) -> bool:
        """Return whether a run was with another wiki, so that its page ids mean other pages."""
        last = self.meta("foreign_runs") or ""
        return run <= (int(last) if last.isdecimal() else 0)

    def set_meta(self, **values: str) -> None:
        """Set metadata values."""
        self._db.write("INSERT OR REPLACE INTO meta VALUES (?, ?)", *values.items())

    def drop_repeated_run(self, number: int) -> None:
        """Delete a run that tried what the run before it had tried, and changed nothing either."""
        with self._db.translate_errors():
            drop_repeated_run(self._db, number)

    def check(self) -> None:
        """Check the whole database. Raises StateError where it is damaged."""
        (found,) = self._db.row("PRAGMA quick_check(1)")
        if found != "ok":
            raise StateError(str(self._db.path), "damaged", str(found))

    def close(self) -> None:
        """Close the database."""
        self._db.close()
