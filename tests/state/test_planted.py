"""A state that somebody else wrote, or that is damaged: a StateError, at once, come what may."""

from __future__ import annotations

import json
import random
import sqlite3
import tracemalloc
import zlib
from contextlib import closing
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from support.values import PAGE, base
from wikisync.errors import StateError
from wikisync.planning.asset_model import AssetBase
from wikisync.state import State
from wikisync.state.bases import StoredBase, pack_page
from wikisync.state.database import VERSION
from wikisync.state.journal import Intent
from wikisync.state.packing import Unpacker

if TYPE_CHECKING:
    from pathlib import Path

AT = "2026-01-01T00:00:00.000Z"
MEBIBYTE = 1024 * 1024
ASSET = AssetBase("img/a.png", "img/a.png", 1, 5, "aa", "aa", AT, AT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A state with something in every table."""
    folder = tmp_path / ".wikisync"
    with closing(State.open(folder)) as state:
        for number in range(40):
            state.bases.put(StoredBase(base(f"page-{number}"), PAGE))
        run = state.journal.begin_run("push", AT)
        known = StoredBase(base("page-1"), PAGE)
        made = Intent(
            run, "update", "wiki", known.base.key, "a.md", 1, "x", "y", known, False, known
        )
        state.backups.add(state.journal.begin(made), AT, b"bytes")
        state.journal.end(state.journal.begin(made), "done")
        state.files.update({"a.md": ((1, 2, 3, 4), b"digest")})
        state.asset_bases.put(ASSET)
        state.asset_folders.store([5])
        state.asset_files.update({"img/a.png": ((1, 2, 3, 4), "aa")})
        state.page_links.update({b"digest": ["/img/a.png"]})
        state.set_meta(url="http://example.com")
    return folder


def read_all(folder: Path, *, create: bool = False) -> None:
    """Everything that a run reads."""
    with closing(State.open(folder, create=create)) as state:
        for known in state.bases.load():
            state.bases.get(known)
        state.files.load()
        state.asset_bases.load()
        state.asset_folders.load()
        state.asset_files.load()
        state.page_links.load()
        state.meta("url")
        state.journal.unfinished_date_rewrites()
        state.journal.interrupted()
        for run in state.journal.runs():
            state.journal.runs_of_plan("x")
            for noted in state.journal.entries(run.number):
                state.backups.data(noted.number)
        state.backups.all()
        state.journal.names()
        state.journal.open_entries()


def change(folder: Path, *statements: str, values: tuple[object, ...] = ()) -> None:
    with closing(sqlite3.connect(folder / "state.db", isolation_level=None)) as db:
        for statement in statements:
            db.execute(statement, values)


def damaged(folder: Path, *, create: bool = False) -> StateError:
    before = (folder / "state.db").read_bytes()
    with pytest.raises(StateError) as caught:
        read_all(folder, create=create)
    assert caught.value.why == "damaged"
    assert (folder / "state.db").read_bytes() == before
    return caught.value


SCHEMAS = {
    "a trigger": ["CREATE TRIGGER t AFTER INSERT ON backup BEGIN DELETE FROM backup; END"],
    "a view for a table": [
        "DROP TABLE file",
        "CREATE VIEW file AS WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x FROM n)"
        " SELECT x file, x size, x mtime_ns, x ctime_ns, x inode, x digest FROM n",
    ],
    "an index": ["CREATE INDEX i ON base (abs(id))"],
    "a table": ["CREATE TABLE more (x)"],
    "a column": ["ALTER TABLE base ADD COLUMN more"],
    "a constraint": [
        "DROP TABLE file",
        "CREATE TABLE file (file TEXT PRIMARY KEY ON CONFLICT IGNORE) WITHOUT ROWID",
    ],
    "a table less": ["DROP TABLE backup"],
}


@pytest.mark.parametrize("create", [True, False])
@pytest.mark.parametrize("what", SCHEMAS)
def test_a_state_whose_schema_is_not_exactly_ours_is_refused(
    folder: Path, what: str, create: bool
) -> None:
    change(folder, *SCHEMAS[what])
    assert "not those of wikisync" in damaged(folder, create=create).detail


def test_a_state_of_an_older_version_is_refused_and_left(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (folder / "state.db").read_bytes()
    monkeypatch.setattr("wikisync.state.database.VERSION", VERSION + 1)
    for create in (True, False):
        with pytest.raises(StateError, match="older"):
            read_all(folder, create=create)
    assert (folder / "state.db").read_bytes() == before


NAMES = ["base.file", "intent.file", "intent.from_file", "asset_base.file", "asset_base.path"]


@pytest.mark.parametrize("column", NAMES)
def test_a_file_of_a_name_that_no_system_has_is_damage(folder: Path, column: str) -> None:
    table, name = column.split(".")
    change(folder, f"UPDATE {table} SET {name} = ?", values=("a\0b.md",))
    assert "NUL" in damaged(folder).detail


def journaled(folder: Path) -> tuple[bytes, bytes]:
    """The base and the packed page before a write, as the journal has them."""
    with closing(State.open(folder)) as state:
        base, _, page = state._db.row("SELECT before FROM intent")[0].partition(b"\n")
    return base, page


BLOBS = ["base.page", "intent.after", "intent.before", "backup.data"]


@pytest.mark.parametrize("column", BLOBS)
def test_a_small_value_that_unpacks_to_gigabytes_is_damage_and_takes_no_memory(
    folder: Path, column: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wikisync.state.packing.MAX_BYTES", MEBIBYTE)
    monkeypatch.setattr("wikisync.state.packing.MAX_RATIO", 0)
    bomb = zlib.compress(b"[" + b" " * 32 * MEBIBYTE)
    table, name = column.split(".")
    if table == "intent":
        bomb = b"%b\n%b" % (journaled(folder)[0], bomb)
    change(folder, f"UPDATE {table} SET {name} = ?", values=(bomb,))
    tracemalloc.start()
    try:
        assert "too large" in damaged(folder).detail
        assert tracemalloc.get_traced_memory()[1] < 16 * MEBIBYTE
    finally:
        tracemalloc.stop()


def test_many_values_that_unpack_to_much_are_damage_together(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wikisync.state.packing.MAX_BYTES", MEBIBYTE)
    base, page = journaled(folder)
    values = {**json.loads(zlib.decompress(page)), "content": " " * (MEBIBYTE // 2)}
    packed = b"%b\n%b" % (base, zlib.compress(json.dumps(values).encode()))
    for _ in range(5):
        change(
            folder,
            "INSERT INTO intent (run, kind, verb, side, locale, path, file, follows_file, before,"
            " from_file, outcome)"
            " VALUES (1, 'page', 'update', 'wiki', 'en', 'a', 'a.md', 0, ?, '', 'done')",
            values=(packed,),
        )
    assert "too large" in damaged(folder).detail


def test_a_value_that_is_cut_off_or_goes_on_is_damage() -> None:
    good = zlib.compress(b"text")
    assert Unpacker()(good) == b"text"
    for wrong in (good[:-3], good + b"more", b"", "text"):
        with pytest.raises((ValueError, zlib.error)):
            Unpacker()(wrong)  # type: ignore[arg-type]


VALUES: list[tuple[str, Any]] = [
    *((f"base.{name}", b"\xff") for name in ("locale", "path", "file", "local", "digest")),
    *((f"base.{name}", b"5") for name in ("page", "updated_at")),
    ("base.id", "many"),
    ("run.started", b"5"),
    ("run.complete", "x"),
    ("intent.verb", "explode"),
    ("intent.side", "moon"),
    ("intent.outcome", "maybe"),
    ("intent.path", b"x"),
    ("intent.page_id", "x"),
    *(("intent.before", value) for value in (b"", b"{}", b"[]\n", b"5")),
    ("file.size", "x"),
    ("file.digest", "x"),
    ("backup.data", "x"),
    *((f"asset_base.{name}", b"5") for name in ("file", "local", "remote", "updated_at")),
    *((f"asset_base.{name}", "x") for name in ("id", "size")),
    ("asset_base.size", -1),
    ("asset_file.size", "x"),
    ("asset_file.sha256", b"x"),
    *(("page_links.targets", text) for text in (b"[]", "x", "{}", '["a", 5]', "[" * 5000)),
]
PAGES: list[Any] = [
    *([], "x", None, 5, {}, {"content": "x"}),
    *({"content": 5}, {"tags": "ab"}, {"tags": [1]}, {"private": "x"}, {"title": ["x"]}),
]


@pytest.mark.parametrize(("column", "value"), VALUES)
def test_a_value_of_another_type_or_word_is_damage(folder: Path, column: str, value: Any) -> None:
    table, name = column.split(".")
    change(folder, f"UPDATE OR IGNORE {table} SET {name} = ?", values=(value,))
    damaged(folder)


@pytest.mark.parametrize("table", ["base", "intent"])
def test_text_that_is_no_utf_8_is_damage(folder: Path, table: str) -> None:
    change(folder, f"UPDATE {table} SET file = CAST(x'ff' AS TEXT)")
    damaged(folder)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_other_fields_is_damage(folder: Path, page: Any) -> None:
    if isinstance(page, dict) and len(page) == 1 and page != {"content": "x"}:
        page = {**json.loads(zlib.decompress(pack_page(PAGE))), **page}
    packed = zlib.compress(json.dumps(page).encode())
    change(folder, "UPDATE base SET page = ?", values=(packed,))
    damaged(folder)


def test_json_that_is_nested_too_deep_is_damage(folder: Path) -> None:
    packed = zlib.compress(b"[" * MEBIBYTE)
    change(folder, "UPDATE base SET page = ?", values=(packed,))
    damaged(folder)


def test_pages_of_a_database_that_go_in_circles_end(folder: Path) -> None:
    file = folder / "state.db"
    with closing(sqlite3.connect(file)) as db:
        (root,) = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'base'").fetchone()
    data = bytearray(file.read_bytes())
    size = int.from_bytes(data[16:18], "big")
    leaf = next(
        n for n in range(2, len(data) // size + 1) if n != root and data[(n - 1) * size] == 0x0D
    )
    pages = [root, *(len(data) // size + n for n in range(1, 5)), leaf]
    data += bytes(4 * size)
    for page, child in pairwise(pages):
        data[(page - 1) * size : page * size] = interior(child, 300, size)
    data[28:32] = (len(data) // size).to_bytes(4, "big")
    file.write_bytes(data)
    damaged(folder)


def interior(child: int, count: int, size: int) -> bytes:
    """A page of a table's tree whose children are all the same page."""
    cell = child.to_bytes(4, "big") + b"\x01"
    starts = [size - (n + 1) * len(cell) for n in range(count)]
    head = b"\x05\0\0" + count.to_bytes(2, "big") + starts[-1].to_bytes(2, "big") + b"\0"
    head += child.to_bytes(4, "big") + b"".join(start.to_bytes(2, "big") for start in starts)
    return head.ljust(size - count * len(cell), b"\0") + cell * count


def test_random_damage_is_a_state_error_or_no_harm(folder: Path) -> None:
    chance = random.Random(5)
    file = folder / "state.db"
    good = file.read_bytes()
    refused = []
    for _ in range(60):
        bad = bytearray(good)
        for _ in range(chance.choice((1, 3, 30))):
            at = chance.randrange(len(bad))
            # A run of bytes now and then: what a block device loses.
            length = chance.choice((1, 1, 2, 512))
            bad[at : at + length] = chance.randbytes(len(bad[at : at + length]))
        for other in folder.glob("state.db-*"):
            other.unlink()
        file.write_bytes(bad)
        try:
            read_all(folder)
        except StateError as error:
            refused.append(error.why)
    assert len(refused) > 10
    assert set(refused) <= {"damaged", "newer", "older"}
