"""Opening the state: begun where it is needed, refused where it is not ours, never overwritten."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from support.values import PAGE, base
from wikisync.errors import StateError
from wikisync.state import State
from wikisync.state.bases import StoredBase
from wikisync.state.database import VERSION

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / ".wikisync"


def test_only_looking_makes_no_state(folder: Path) -> None:
    state = State.open(folder, create=False)
    assert state.bases.load() == {}
    state.close()
    assert not folder.exists()


def test_a_new_state_keeps_itself_out_of_git(folder: Path) -> None:
    State.open(folder).close()
    assert (folder / ".gitignore").read_text() == "*\n"


def test_a_gitignore_of_the_users_own_is_left_alone(folder: Path) -> None:
    folder.mkdir()
    (folder / ".gitignore").write_text("mine\n")
    State.open(folder).close()
    assert (folder / ".gitignore").read_text() == "mine\n"


def test_a_state_is_one_file_once_it_is_closed(folder: Path) -> None:
    state = State.open(folder)
    state.bases.put(StoredBase(base(), PAGE))
    state.close()
    assert sorted(path.name for path in folder.iterdir()) == [".gitignore", "state.db"]


def use(folder: Path, *, create: bool) -> None:
    state = State.open(folder, create=create)
    try:
        state.bases.load()
    finally:
        state.close()


def fill(state: State) -> None:
    for number in range(1000):
        state.bases.put(StoredBase(base(f"page-{number}"), PAGE))


def refused(folder: Path, *, create: bool) -> StateError:
    """The error of a state that is refused and left byte for byte."""
    file = folder / "state.db"
    before = file.read_bytes()
    with pytest.raises(StateError) as caught:
        use(folder, create=create)
    assert file.read_bytes() == before
    return caught.value


@pytest.mark.parametrize("create", [True, False])
@pytest.mark.parametrize("mode", ["wal", "delete"])
def test_a_state_of_a_newer_version_is_refused_byte_for_byte(
    folder: Path, mode: str, create: bool
) -> None:
    folder.mkdir()
    newer = sqlite3.connect(folder / "state.db")
    newer.execute(f"PRAGMA journal_mode = {mode}")
    newer.execute("CREATE TABLE base (other)")
    newer.execute(f"PRAGMA user_version = {VERSION + 1}")
    newer.commit()
    newer.close()
    error = refused(folder, create=create)
    assert (error.why, error.file) == ("newer", str(folder / "state.db"))


@pytest.mark.parametrize("data", [b"not a database, but long enough to be one" * 100, b"short"])
def test_a_file_that_is_no_database_is_refused_byte_for_byte(folder: Path, data: bytes) -> None:
    folder.mkdir()
    (folder / "state.db").write_bytes(data)
    assert refused(folder, create=True).why == "damaged"


def test_a_database_of_somebody_else_is_refused_byte_for_byte(folder: Path) -> None:
    folder.mkdir()
    foreign = sqlite3.connect(folder / "state.db")
    foreign.execute("CREATE TABLE songs (title)")
    foreign.commit()
    foreign.close()
    assert refused(folder, create=True).why == "damaged"


def test_a_damaged_state_is_refused_byte_for_byte(folder: Path) -> None:
    state = State.open(folder)
    for number in range(200):
        state.bases.put(StoredBase(base(f"page-{number}"), PAGE))
    state.close()
    data = bytearray((folder / "state.db").read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    (folder / "state.db").write_bytes(data)
    assert refused(folder, create=True).why == "damaged"


@pytest.mark.parametrize("column", ["local", "digest", "page"])
def test_values_that_cannot_be_are_damage(folder: Path, column: str) -> None:
    state = State.open(folder)
    state.bases.put(StoredBase(base(), PAGE))
    state._db.write(f"UPDATE base SET {column} = ?", ("nonsense",))
    with pytest.raises(StateError) as caught:
        (state.bases.load(), state.bases.get(base().key))
    assert caught.value.why == "damaged"
    state.close()


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StateError) as caught:
        State.open(tmp_path / "file" / ".wikisync")
    assert caught.value.why == "unwritable"


def test_a_full_disk_is_told_and_leaves_what_was_there(folder: Path) -> None:
    state = State.open(folder)
    state.bases.put(StoredBase(base("a"), PAGE))
    pages = state._db.row("PRAGMA page_count")[0]
    state._db.row(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StateError, match="full"):
        fill(state)
    state._db.row("PRAGMA max_page_count = 100000")
    assert base("a").key in state.bases.load()
    state.set_meta(url="still usable")
    state.close()
    State.open(folder).close()
