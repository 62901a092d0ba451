"""What is asked of the state for each page, or each run, looks at no more than what it is about."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from support.values import PAGE, base, key
from wikisync.planning.asset_model import AssetBase
from wikisync.state import State
from wikisync.state.bases import StoredBase
from wikisync.state.journal import Intent

if TYPE_CHECKING:
    from pathlib import Path

AT = "2026-01-01T00:00:00.000Z"
ASSET = AssetBase("img/a.png", "img/a.png", 1, 5, "aa", "aa", AT, AT)
LARGE = ("base", "intent", "backup", "file", "asset_base", "asset_file", "page_links")
"""Tables that have a row for each page, or for each write of ninety days."""


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements that a state is given, values filled in, while its file is open."""
    texts: list[str] = []
    real = sqlite3.connect

    def connect(*args: Any, **more: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = real(*args, **more)
        connection.set_trace_callback(texts.append)
        return connection

    monkeypatch.setattr(sqlite3, "connect", connect)
    with closing(State.open(tmp_path)) as state:
        texts.clear()
        one_page(state)
    return texts


def one_page(state: State) -> None:
    """All that a run asks and notes for one page, and once for itself."""
    journal, known = state.journal, StoredBase(base("a", 1), PAGE)
    journal.interrupted()
    run = journal.begin_run("sync", AT)
    intent = Intent(run, "update", "folder", key("a"), "a.md", 1, "lease", "old", after=known)
    number = journal.begin(intent)
    state.backups.add(number, AT, b"before")
    state.bases.put(known)
    state.bases.get(key("a"))
    state.bases.drop([key("b")])
    journal.end(number, "done")
    journal.begin_date_rewrite(run, 1, "old", "new")
    journal.end_date_rewrite(run, 1, "new")
    journal.unfinished_date_rewrites()
    journal.open_entries()
    journal.entries(run)
    state.backups.data(number)
    state.backups.of_run(run)
    state.backups.get(number)
    state.files.update({"a.md": ((1, 1, 1, 1), b"digest")}, ["b.md"])
    state.asset_bases.put(ASSET)
    state.asset_bases.get("img/a.png")
    state.asset_bases.update_times([ASSET])
    state.asset_bases.rename([("img/a.png", ASSET)])
    state.asset_files.update({"img/a.png": ((1, 1, 1, 1), "aa")}, ["img/b.png"])
    state.page_links.update({b"digest": ["/img/a.png"]}, [b"other"])
    state.meta("url")
    journal.end_run(run, AT)


def test_no_statement_of_a_page_goes_through_a_whole_table(
    tmp_path: Path, asked: list[str]
) -> None:
    with closing(sqlite3.connect(tmp_path / "state.db")) as database:
        for text in asked:
            if text.startswith(("BEGIN", "COMMIT")):
                continue
            steps = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {text}")]
            whole = [
                step
                for step in steps
                if step.startswith("SCAN")
                and step.split()[1] in LARGE
                and "intent_open" not in step
                and "intent_rewrite" not in step  # an index of the few rows that wait for something
            ]
            assert not whole, (text, steps)
    assert len(asked) > 20


def test_what_waits_to_be_rewritten_is_found_by_the_page(tmp_path: Path, asked: list[str]) -> None:
    [text] = [text for text in asked if "SET rewrite = " in text]
    with closing(sqlite3.connect(tmp_path / "state.db")) as database:
        [step] = [row[3] for row in database.execute(f"EXPLAIN QUERY PLAN {text}")]
    assert "run=? AND page_id=?" in step
