"""The state remembers which files need not be read again, also one from before it did."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from helpers import PAGE, base
from wikisync.state import State
from wikisync.state.bases import Remembered
from wikisync.state.database import SCHEMA, VERSION

if TYPE_CHECKING:
    from pathlib import Path

ONE = ((12, 1_700_000_000_123_456_789, 1_700_000_000_123_456_790, 2**40), b"digest")


def test_what_was_read_is_remembered_and_what_is_gone_forgotten(tmp_path: Path) -> None:
    with closing(State.open(tmp_path)) as state:
        state.files.note({"a.md": ONE, "b.md": ONE})
        state.files.note({"c.md": ONE}, ("a.md",))
    with closing(State.open(tmp_path)) as state:
        assert state.files.load() == {"b.md": ONE, "c.md": ONE}


def test_a_state_of_the_first_version_is_brought_on_with_all_it_holds(tmp_path: Path) -> None:
    with closing(State.open(tmp_path)) as state:
        state.bases.put(Remembered(base("home"), PAGE))
    with closing(sqlite3.connect(tmp_path / "state.db")) as db:
        db.executescript("DROP TABLE file; DROP INDEX run_open; PRAGMA user_version = 1")
    with closing(State.open(tmp_path)) as state:
        assert [key.path for key in state.bases.load()] == ["home"]
        state.files.note({"a.md": ONE})
        assert state.files.load() == {"a.md": ONE}
    with closing(sqlite3.connect(tmp_path / "state.db")) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_the_first_version_knew_no_files() -> None:
    assert "TABLE file" not in SCHEMA
