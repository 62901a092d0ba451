"""Before a page or a file is overwritten or deleted, what stood there is kept (promise 1)."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

import pytest

from support.apply_run import page, results
from wikisync.errors import StateError
from wikisync.folder.directory import Directory
from wikisync.sandbox import Refuse
from wikisync.state.bases import unpack_page

if TYPE_CHECKING:
    from support.apply_run import SyncSetup


@pytest.fixture
def synced(setup: SyncSetup) -> SyncSetup:
    setup.write("home.md", page("Agreed.\n"))
    setup.do()
    return setup


def test_a_page_is_kept_whole_before_it_is_overwritten(synced: SyncSetup) -> None:
    synced.sandbox.edit("home", content="Theirs.\n", tags=["theirs"], scriptCss="a{}")
    synced.write("home.md", page("Mine.\n"))
    synced.do("sync", prefer="local")
    [data] = synced.kept()
    lost = unpack_page(data)
    assert (lost.content, lost.tags, lost.script_css) == ("Theirs.\n", ("theirs",), "a{}")


def test_a_page_is_kept_before_it_is_deleted(synced: SyncSetup) -> None:
    (synced.root / "home.md").unlink()
    synced.do("push", delete=True)
    [data] = synced.kept()
    assert unpack_page(data).content == "Agreed.\n"


def test_a_file_is_kept_byte_for_byte_before_it_is_overwritten(synced: SyncSetup) -> None:
    mine = page("Mine.\r\n", more="# a comment\n")
    synced.write("home.md", mine)
    synced.sandbox.edit("home", content="Theirs.\n")
    synced.do("sync", prefer="wiki")
    assert synced.kept() == [mine.encode()]
    assert "Theirs." in synced.text("home.md")


def test_a_file_is_kept_before_it_is_deleted(synced: SyncSetup) -> None:
    before = synced.text("home.md").encode()
    synced.sandbox.delete("home")
    synced.do("pull", delete=True)
    assert synced.kept() == [before]
    assert synced.files() == []


def test_what_cannot_be_kept_is_not_overwritten(
    synced: SyncSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced.write("home.md", page("Mine.\n"))
    plan = synced.plan("push")

    def full(*_: object) -> None:
        raise StateError("state.db", "unwritable", "database or disk is full")

    monkeypatch.setattr(synced.state.backups, "add", full)
    assert results(synced.apply(plan)) == ["update wiki home: failed"]
    found = synced.sandbox.page("home")
    assert found is not None
    assert found["content"] == "Agreed.\n"


@pytest.mark.parametrize("side", ["wiki", "folder"])
def test_what_one_page_agreed_on_is_remembered_when_the_next_one_fails(
    setup: SyncSetup, side: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("home", "news", "team"):
        if side == "wiki":
            setup.write(f"{name}.md")
        else:
            setup.sandbox.create(name)
    whole = Directory.rename_exclusive

    def claim(directory: Directory, old: str, new: str, into: Directory | None = None) -> None:
        if new == "news.md" and side == "folder":
            raise OSError(errno.ENOSPC, "No space left on device")
        whole(directory, old, new, into)

    monkeypatch.setattr(Directory, "rename_exclusive", claim)
    setup.sandbox.faults.add(Refuse(), on="create", nth=2)
    outcomes = setup.do()
    assert [outcome.result for outcome in outcomes] == ["done", "failed", "done"]
    assert sorted(key.path for key in setup.state.bases.load()) == ["home", "team"]


def test_an_intent_stands_in_the_journal_before_each_write_and_is_ended_after(
    synced: SyncSetup,
) -> None:
    synced.write("home.md", page("Mine.\n"))
    synced.do("push")
    [noted] = synced.state.journal.entries(synced.runs[-1].run_number)
    assert (noted.intent.verb, noted.intent.side, noted.outcome) == ("update", "wiki", "done")
    assert synced.state.journal.open_entries() == []
