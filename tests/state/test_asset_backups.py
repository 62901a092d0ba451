"""What a write of an asset replaces is kept whole, under its number, until its run is forgotten."""

from __future__ import annotations

import hashlib
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from wikisync.errors import BackupDamaged, StateError
from wikisync.planning.asset_model import AssetBase
from wikisync.state import State
from wikisync.state.asset_journal import AssetIntent, AssetStamp
from wikisync.state.bases import StoredBase
from wikisync.state.intents import Entry
from wikisync.state.journal import Intent

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

from support.values import PAGE, base

AT, LATER = "2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"
BASE = AssetBase("img/a.png", "img/a.png", 1, 5, "aa", "bb", AT, AT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".wikisync"


@pytest.fixture
def state(folder: Path) -> Iterator[State]:
    with closing(State.open(folder)) as state:
        yield state


def intent(state: State, run: int | None = None, path: str = "img/a.png") -> AssetIntent:
    stamp = str(AssetStamp(1, AT, "aa"))
    number = state.journal.begin_run("push", AT) if run is None else run
    return AssetIntent(number, "update", "wiki", path, path, 1, stamp, stamp, BASE, BASE)


def keep(state: State, intent: int, data: bytes) -> int:
    sha256 = hashlib.sha256(data).hexdigest()
    with state.asset_backups.new_file() as new:
        new.file.write(data)
        new.keep(sha256)
    return state.asset_backups.add(intent, AT, sha256, len(data))


def read(state: State, number: int) -> bytes:
    backup = state.asset_backups.get(number)
    assert backup is not None
    with state.asset_backups.open(backup) as file:
        return file.read()


def test_an_intent_of_an_asset_comes_back_as_it_was_begun(state: State) -> None:
    made = intent(state)
    number = state.asset_journal.begin(made)
    assert state.asset_journal.open_entries() == [Entry(number, made, None)]
    assert state.journal.interrupted()
    state.asset_journal.end(number, "done", id=7, wanted="7|x|cc")
    [entry] = state.asset_journal.entries(made.run)
    assert (entry.outcome, entry.intent.asset_id, entry.intent.wanted) == ("done", 7, "7|x|cc")
    assert (entry.intent.before, entry.intent.after) == (BASE, None)


def test_intents_and_backups_of_one_kind_are_not_those_of_the_other(state: State) -> None:
    run = state.journal.begin_run("push", AT)
    known = StoredBase(base("a"), PAGE)
    page = state.journal.begin(
        Intent(run, "delete", "wiki", known.base.key, "a.md", 1, "x", None, before=known)
    )
    asset = state.asset_journal.begin(intent(state, run))
    first = state.backups.add(page, AT, b"page")
    second = keep(state, asset, b"asset")
    assert second == first + 1
    assert [one.number for one in state.journal.open_entries()] == [page]
    assert [one.number for one in state.journal.entries(run)] == [page]
    assert [one.number for one in state.asset_journal.open_entries()] == [asset]
    assert [one.number for one in state.asset_journal.entries(run)] == [asset]
    assert [one.number for one in state.backups.all()] == [first]
    assert [one.number for one in state.backups.of_run(run)] == [first]
    assert [one.number for one in state.asset_backups.all()] == [second]
    assert [one.number for one in state.asset_backups.of_run(run)] == [second]
    assert state.backups.get(second) is None
    assert state.asset_backups.get(first) is None
    assert {named.file for named in state.journal.names()} == {"a.md"}
    # The asset of this id is no page: its deletion is not one of a page.
    state.asset_journal.end(asset, "done")
    assert state.journal.deleted([1]) == frozenset()
    state.journal.end(page, "done")
    assert len(state.journal.deleted([1])) == 1


def test_a_backup_has_its_bytes_until_its_run_is_deleted(state: State, folder: Path) -> None:
    old = state.asset_journal.begin(intent(state))
    new = state.asset_journal.begin(intent(state))
    first, second = keep(state, old, b"first"), keep(state, new, b"second")
    both = keep(state, new, b"first")
    assert [read(state, n) for n in (first, second, both)] == [b"first", b"second", b"first"]
    assert len(list((folder / "assets").iterdir())) == 2
    assert state.asset_backups.total_size() == len(b"first") + len(b"second")
    for run in state.journal.runs()[1:]:
        state.journal.end_run(run.number, AT)
    state.asset_journal.end(old, "done")
    state.journal.delete_older(AT, AT)
    state.journal.delete_older(LATER, LATER)
    state.asset_backups.remove_unused()
    assert state.asset_backups.get(first) is None
    assert [read(state, n) for n in (second, both)] == [b"second", b"first"]
    assert len(list((folder / "assets").iterdir())) == 2


def test_a_file_that_no_backup_refers_to_is_removed(state: State, folder: Path) -> None:
    with state.asset_backups.new_file() as new:
        new.file.write(b"half")
        left = folder / "assets" / f"new-{'0' * 16}"
        left.write_bytes(b"half of a run that was killed")
        new.keep(hashlib.sha256(b"half").hexdigest())
    (folder / "assets" / "mine.txt").write_bytes(b"not ours")
    state.asset_backups.remove_unused()
    assert [file.name for file in (folder / "assets").iterdir()] == ["mine.txt"]


def test_a_backup_that_was_not_kept_leaves_no_file(state: State, folder: Path) -> None:
    def break_off() -> None:
        with state.asset_backups.new_file() as new:
            new.file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        break_off()
    assert list((folder / "assets").iterdir()) == []


def test_bytes_that_are_not_the_backups_are_not_given_out(state: State, folder: Path) -> None:
    number = keep(state, state.asset_journal.begin(intent(state)), b"first")
    [file] = (folder / "assets").iterdir()
    file.write_bytes(b"other")
    with pytest.raises(BackupDamaged) as caught:
        read(state, number)
    assert caught.value.file == f".wikisync/assets/{file.name}"
    assert "other bytes" in caught.value.reason
    file.unlink()
    with pytest.raises(BackupDamaged) as caught:
        read(state, number)
    assert (caught.value.number, caught.value.reason) == (number, "it is missing")


@pytest.mark.parametrize("link", ["symbolic", "hard", "of the folder"])
def test_a_backup_is_not_read_through_a_link(state: State, folder: Path, link: str) -> None:
    number = keep(state, state.asset_journal.begin(intent(state)), b"first")
    [file] = (folder / "assets").iterdir()
    other = folder / "other"
    if link == "of the folder":
        (folder / "assets").rename(other)
        (folder / "assets").symlink_to(other)
        with pytest.raises(StateError), state.asset_backups.new_file():
            pass
        with pytest.raises(BackupDamaged):
            read(state, number)
        return
    file.rename(other)
    if link == "symbolic":
        file.symlink_to(other)
    else:
        file.hardlink_to(other)
    with pytest.raises(BackupDamaged):
        read(state, number)


PLANTED = {
    "a name outside the folder": "UPDATE backup SET sha256 = '../state.db'",
    "no digest": "UPDATE backup SET sha256 = NULL",
    "a negative size": "UPDATE backup SET size = -1",
    "a side that is none": "UPDATE intent SET side = 'moon'",
    "a verb that is none": "UPDATE intent SET verb = 'merge'",
    "a stamp that is none": "UPDATE intent SET expected = 'x'",
    "a base that is none": "UPDATE intent SET before = x'00'",
    "a name with a NUL": "UPDATE intent SET path = 'a' || char(0)",
}


@pytest.mark.parametrize("what", PLANTED)
def test_planted_values_of_assets_are_damage(folder: Path, what: str) -> None:
    with closing(State.open(folder)) as state:
        keep(state, state.asset_journal.begin(intent(state)), b"first")
    with closing(sqlite3.connect(folder / "state.db", isolation_level=None)) as db:
        db.execute(PLANTED[what])
    with closing(State.open(folder)) as state, pytest.raises(StateError) as caught:
        assert not state.asset_journal.open_entries() or not state.asset_backups.all()
    assert caught.value.why == "damaged"
