"""Images and files are written once they were checked, kept before, and read again after."""

from __future__ import annotations

import errno
import io
import os
from typing import TYPE_CHECKING, Any, cast

import pytest

from support.asset_setup import AssetSetup, sha256, shown
from wikisync.apply import asset_folders
from wikisync.errors import (
    AssetChanged,
    AssetLost,
    AssetTooLarge,
    FileChanged,
    Interrupted,
    SeveralAssets,
    StateError,
    Unreachable,
    WriteUncertain,
)
from wikisync.folder.directory import Directory
from wikisync.folder.streamed_files import DraftWriter
from wikisync.progress import Counted
from wikisync.sandbox import Drop, Duplicate, Hook, LoseUpload, Status

if TYPE_CHECKING:
    from support.apply_run import SyncSetup
    from wikisync.planning.model import Command

OLD, NEW, OTHER = b"\x89PNG old", b"\x89PNG new and longer", b"\x89PNG other"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>x()</script><rect width="1"/></svg>'


@pytest.fixture
def assets(setup: SyncSetup) -> AssetSetup:
    return AssetSetup(setup)


@pytest.fixture
def pair(assets: AssetSetup) -> AssetSetup:
    """Two assets that are equal on both sides."""
    assets.write("img/a.png", OLD)
    assets.write("b.pdf", OLD)
    assert all(result.result == "done" for result in assets.do("push"))
    return assets


def settled(assets: AssetSetup) -> bool:
    """Whether both sides agree, the state knows it, and nothing is open or left behind."""
    state = assets.setup.state
    assert state.asset_journal.open_entries() == []
    assert not [file for file in assets.files() if ".wikisync-" in file]
    assert {base.local for base in state.asset_bases.load().values()} == {
        sha256(data) for data in assets.files().values()
    }
    return assets.plan().actions == () == assets.plan().conflicts


def test_new_files_are_sent_into_folders_that_are_created(assets: AssetSetup) -> None:
    for n in range(3):
        assets.write(f"img/sub {n}/a.png", NEW + bytes([n]))
    assets.write("a.png", OLD)
    assert shown(assets.do("push")) == [
        "create wiki a.png: done",
        *(f"create wiki img/sub {n}/a.png: done" for n in range(3)),
    ]
    assert assets.remote() == assets.files()
    assert settled(assets)
    known = assets.setup.state.asset_folders.load()
    assert known == {folder.id for folder in assets.setup.wiki.assets.list().folders}


def test_assets_of_the_wiki_become_files_of_the_same_bytes(assets: AssetSetup) -> None:
    for n in range(60):
        assets.setup.sandbox.assets.upload(f"img/sub/{n}.png", OLD + bytes([n]))
    results = assets.do("pull")
    assert len(results) == 60
    assert {result.result for result in results} == {"done"}
    assert assets.files() == assets.remote()
    assert settled(assets)


def test_what_is_equal_on_both_sides_is_recorded_and_not_sent(assets: AssetSetup) -> None:
    assets.write("img/a.png", OLD)
    assets.setup.sandbox.assets.upload("img/a.png", OLD)
    before = assets.setup.sandbox.assets.all()
    assert shown(assets.do("push")) == ["adopt folder img/a.png: done"]
    assert assets.setup.sandbox.assets.all() == before
    assert settled(assets)


def test_an_edit_goes_over_what_is_kept_before(pair: AssetSetup) -> None:
    pair.write("img/a.png", NEW)
    [result] = pair.do("push")
    assert (result.result, pair.remote()["img/a.png"], pair.kept()) == ("done", NEW, [OLD])
    [backup] = pair.setup.state.asset_backups.all()
    assert result.backups == (backup.number,)
    pair.setup.sandbox.assets.upload("b.pdf", NEW)
    [result] = pair.do("pull")
    assert (result.result, pair.read("b.pdf"), pair.kept()) == ("done", NEW, [OLD, OLD])
    assert settled(pair)


def test_what_is_deleted_is_kept_before(pair: AssetSetup) -> None:
    (pair.setup.root / "img/a.png").unlink()
    pair.setup.sandbox.assets.delete("b.pdf")
    assert shown(pair.do("sync", delete=True)) == [
        "delete wiki img/a.png: done",
        "delete folder b.pdf: done",
    ]
    assert (pair.remote(), pair.files(), pair.kept()) == ({}, {}, [OLD, OLD])
    assert settled(pair)


def test_renames_go_across_without_sending_bytes(pair: AssetSetup) -> None:
    ids = {row["path"]: row["id"] for row in pair.setup.sandbox.assets.all()}
    (pair.setup.root / "img/a.png").rename(pair.setup.root / "img/c.png")
    pair.write("b.pdf", NEW)
    pair.do("push")
    assert pair.remote() == {"img/c.png": OLD, "b.pdf": NEW}
    pair.setup.sandbox.assets.rename("b.pdf", "d.pdf")
    assert shown(pair.do("pull")) == ["move folder d.pdf: done"]
    assert pair.files() == {"img/c.png": OLD, "d.pdf": NEW}
    now = {row["path"]: row["id"] for row in pair.setup.sandbox.assets.all()}
    assert now == {"img/c.png": ids["img/a.png"], "d.pdf": ids["b.pdf"]}
    assert settled(pair)


def test_an_svg_that_somebody_uploads_while_ours_is_read_again_is_a_change_of_the_next_run(
    assets: AssetSetup,
) -> None:
    sandbox = assets.setup.sandbox
    theirs = SVG.replace(b'"1"', b'"200"')
    later = Hook(lambda: sandbox.assets.upload("a.svg", theirs, mime="image/svg+xml"))
    sandbox.faults.add(later, on="download")
    assets.write("a.svg", SVG)
    assert shown(assets.do("push")) == ["create wiki a.svg: done"]
    assert shown(assets.do("sync")) == ["update folder a.svg: done"]
    assert b'"200"' in assets.read("a.svg")


def test_an_svg_that_the_wiki_rewrites_stays_as_it_is_in_the_folder(assets: AssetSetup) -> None:
    assets.write("a.svg", SVG)
    assert shown(assets.do("push")) == ["create wiki a.svg: done"]
    assert assets.remote()["a.svg"] != SVG
    assert settled(assets)
    assets.write("a.svg", SVG + b"\n")
    assert shown(assets.do("sync")) == ["update wiki a.svg: done"]
    assert assets.read("a.svg") == SVG + b"\n"
    assert settled(assets)


# --- Preconditions


def test_an_asset_that_changed_on_the_wiki_is_left_alone(pair: AssetSetup) -> None:
    pair.write("img/a.png", NEW)
    (pair.setup.root / "b.pdf").unlink()
    plan = pair.plan("push", delete=True)
    pair.setup.sandbox.assets.upload("img/a.png", OTHER)
    pair.setup.sandbox.assets.upload("b.pdf", OTHER)
    results = pair.apply(plan)
    assert {result.result for result in results} == {"skipped"}
    assert all(isinstance(result.error, AssetChanged) for result in results)
    assert [result.conflict and result.conflict.kind for result in results] == [
        "changed-before-write"
    ] * 2
    assert pair.remote() == {"b.pdf": OTHER, "img/a.png": OTHER}
    assert pair.setup.state.asset_journal.open_entries() == []


def test_an_asset_that_was_created_meanwhile_is_not_replaced(assets: AssetSetup) -> None:
    assets.write("img/a.png", NEW)
    plan = assets.plan("push")
    assets.setup.sandbox.assets.upload("img/a.png", OTHER)
    [result] = assets.apply(plan)
    assert isinstance(result.error, AssetChanged)
    assert assets.remote() == {"img/a.png": OTHER}


def test_a_file_that_changed_meanwhile_is_neither_sent_nor_replaced(pair: AssetSetup) -> None:
    pair.write("img/a.png", NEW)
    pair.setup.sandbox.assets.upload("b.pdf", NEW)
    plan = pair.plan("sync")
    pair.write("img/a.png", OTHER)
    pair.write("b.pdf", OTHER)
    results = pair.apply(plan)
    assert [type(result.error) for result in results] == [FileChanged, FileChanged]
    assert pair.remote() == {"img/a.png": OLD, "b.pdf": NEW}
    assert pair.files() == {"img/a.png": OTHER, "b.pdf": OTHER}


def test_a_file_that_appears_meanwhile_is_not_replaced(assets: AssetSetup) -> None:
    assets.setup.sandbox.assets.upload("img/a.png", OLD)
    plan = assets.plan("pull")
    assets.write("img/a.png", OTHER)
    [result] = assets.apply(plan)
    assert isinstance(result.error, FileChanged)
    assert assets.files() == {"img/a.png": OTHER}


def test_a_file_that_is_there_again_keeps_its_asset(pair: AssetSetup) -> None:
    (pair.setup.root / "img/a.png").unlink()
    plan = pair.plan("push", delete=True)
    pair.write("img/a.png", OLD)
    [result] = pair.apply(plan)
    assert isinstance(result.error, AssetChanged)
    assert pair.remote()["img/a.png"] == OLD


def test_an_asset_that_is_there_again_keeps_its_file(pair: AssetSetup) -> None:
    pair.setup.sandbox.assets.delete("img/a.png")
    plan = pair.plan("pull", delete=True)
    pair.setup.sandbox.assets.upload("img/a.png", OTHER)
    [result] = pair.apply(plan)
    assert isinstance(result.error, AssetChanged)
    assert pair.read("img/a.png") == OLD


# --- An answer is checked


def test_an_asset_that_changes_between_two_uploads_of_a_batch_is_left_alone(
    pair: AssetSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asset_folders, "MAX_AGE", 0)  # each upload takes that long
    pair.write("b.pdf", NEW)
    pair.write("img/a.png", NEW)
    sandbox = pair.setup.sandbox
    sandbox.faults.add(Hook(lambda: sandbox.assets.upload("img/a.png", OTHER)), on="upload")
    results = {result.action.path: result.result for result in pair.do("push")}
    assert results == {"b.pdf": "done", "img/a.png": "skipped"}
    assert pair.remote() == {"b.pdf": NEW, "img/a.png": OTHER}


def test_an_asset_that_changes_between_two_deletions_of_a_batch_is_left_alone(
    pair: AssetSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asset_folders, "MAX_AGE", 0)
    (pair.setup.root / "b.pdf").unlink()
    (pair.setup.root / "img/a.png").unlink()
    sandbox = pair.setup.sandbox
    sandbox.faults.add(Hook(lambda: sandbox.assets.upload("img/a.png", OTHER)), on="deleteAsset")
    results = pair.do("push", delete=True)
    assert sorted(shown(results)) == ["delete wiki b.pdf: done", "delete wiki img/a.png: skipped"]
    assert pair.remote() == {"img/a.png": OTHER}


def test_a_file_that_changes_between_two_uploads_of_a_batch_is_not_sent(pair: AssetSetup) -> None:
    pair.write("b.pdf", NEW)
    pair.write("img/a.png", NEW)
    hook = Hook(lambda: pair.write("img/a.png", NEW[::-1]))
    pair.setup.sandbox.faults.add(hook, on="upload")
    results = {result.action.path: result.result for result in pair.do("push")}
    assert results == {"b.pdf": "done", "img/a.png": "skipped"}
    assert pair.remote() == {"b.pdf": NEW, "img/a.png": OLD}


def test_an_upload_that_failed_twice_is_reported_by_the_answer(pair: AssetSetup) -> None:
    pair.write("img/a.png", NEW)
    pair.setup.sandbox.faults.add(Status(502), on="upload", times=None)
    [result] = pair.do("push")
    assert (result.result, type(result.error)) == ("failed", WriteUncertain)
    assert pair.setup.state.asset_journal.open_entries() == []


def test_an_upload_of_which_nothing_was_kept_is_sent_once_more(assets: AssetSetup) -> None:
    assets.write("img/a.png", NEW)
    lost = assets.setup.sandbox.faults.add(LoseUpload(), on="upload")
    assert shown(assets.do("push")) == ["create wiki img/a.png: done"]
    assert lost.applied == 1
    assert settled(assets)


def test_an_upload_that_is_lost_twice_failed_and_the_others_go_on(pair: AssetSetup) -> None:
    pair.write("img/a.png", NEW)
    pair.write("b.pdf", NEW)
    pair.setup.sandbox.faults.add(LoseUpload(), on="upload", path="b.pdf", times=None)
    failed, done = pair.do("push")
    assert (failed.result, type(failed.error), done.result) == ("failed", AssetLost, "done")
    assert pair.remote() == {"img/a.png": NEW, "b.pdf": OLD}
    pair.setup.sandbox.faults.clear()
    assert shown(pair.do("push")) == ["update wiki b.pdf: done"]
    assert settled(pair)


@pytest.mark.parametrize("after", [True, False])
def test_an_upload_without_an_answer_is_looked_for(pair: AssetSetup, after: bool) -> None:
    pair.write("img/a.png", NEW)
    pair.setup.sandbox.faults.add(Drop(after=after), on="upload")
    assert shown(pair.do("push")) == ["update wiki img/a.png: done"]
    assert settled(pair)


def test_an_upload_that_another_one_overtook_is_a_conflict(pair: AssetSetup) -> None:
    pair.write("img/a.png", NEW)
    upload = pair.setup.sandbox.assets.upload
    pair.setup.sandbox.faults.add(Hook(lambda: upload("img/a.png", OTHER), after=True), on="upload")
    [result] = pair.do("push")
    assert (result.result, type(result.error)) == ("skipped", AssetChanged)
    assert pair.remote()["img/a.png"] == OTHER
    assert [conflict.kind for conflict in pair.plan("sync").conflicts] == ["both-changed"]


def test_of_two_assets_of_one_name_the_one_that_was_kept_is_deleted(pair: AssetSetup) -> None:
    pair.write("img/a.png", NEW)
    pair.setup.sandbox.faults.add(Duplicate(), on="upload")
    assert shown(pair.do("push")) == ["update wiki img/a.png: done"]
    assert pair.setup.sandbox.assets.paths() == ["b.pdf", "img/a.png"]
    assert settled(pair)


def test_two_assets_of_one_name_are_named_where_the_other_is_nowhere_else(
    assets: AssetSetup,
) -> None:
    assets.write("img/a.png", NEW)
    sandbox = assets.setup.sandbox
    sandbox.faults.add(Hook(lambda: sandbox.assets.upload("img/a.png", OTHER)), on="upload")
    sandbox.faults.add(Duplicate(), on="upload")
    [result] = assets.do("push")
    assert (result.result, type(result.error), result.failed) == ("done", SeveralAssets, True)
    assert sandbox.assets.paths() == ["img/a.png"] * 2


def test_a_file_that_is_too_large_for_the_wiki_stops_no_other(assets: AssetSetup) -> None:
    assets.setup.sandbox.assets.limit_size(10)
    assets.write("a.png", NEW)
    assets.write("b.png", b"x")
    failed, done = sorted(assets.do("push"), key=lambda result: result.action.path)
    assert (failed.result, type(failed.error), done.result) == ("failed", AssetTooLarge, "done")


def test_an_asset_that_changes_while_it_is_fetched_is_left(assets: AssetSetup) -> None:
    assets.setup.sandbox.assets.upload("img/a.png", OLD)
    plan = assets.plan("pull")
    assets.setup.sandbox.assets.upload("img/a.png", OTHER)
    [result] = assets.apply(plan)
    assert isinstance(result.error, AssetChanged)
    assert assets.files() == {}
    assert not (assets.setup.root / "img").exists()


def test_an_asset_that_is_gone_when_it_is_fetched_is_a_conflict(assets: AssetSetup) -> None:
    assets.setup.sandbox.assets.upload("img/a.png", OLD)
    plan = assets.plan("pull")
    assets.setup.sandbox.assets.delete("img/a.png")
    [result] = assets.apply(plan)
    assert isinstance(result.error, AssetChanged)


def test_no_file_is_in_memory_as_a_whole(
    assets: AssetSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is sent, fetched and kept is read and written in pieces."""
    large = bytes(range(256)) * 8192
    for name in ("here", "old"):
        assets.write(f"img/{name}.png", large + name.encode())
    assets.setup.sandbox.assets.upload("img/there.png", large)
    assets.setup.sandbox.assets.upload("img/old.png", large)
    plan = assets.plan("sync", prefer="local")
    again = AssetSetup(assets.setup)
    sizes: list[int] = []

    class Measured(io.BufferedReader):
        def read(self, size: int | None = -1) -> bytes:
            assert size is not None
            sizes.append(size)
            return super().read(size)

    real_open = Directory.open_file

    def open_file(directory: Directory, name: str) -> Any:
        return Measured(cast("Any", real_open(directory, name)).detach())

    monkeypatch.setattr(Directory, "open_file", open_file)
    for cls in (Counted, DraftWriter):
        write = cls.write

        def measured(self: Any, data: bytes, write: Any = write) -> int:
            sizes.append(len(data))
            return cast("int", write(self, data))

        monkeypatch.setattr(cls, "write", measured)
    assert {result.result for result in assets.apply(plan)} == {"done"}
    assert max(sizes) <= 1024 * 1024
    assert min(sizes) > 0
    assert len(sizes) > 30
    monkeypatch.undo()
    assert settled(again)


class FullFile(io.BytesIO):
    """A file on a disk that is full."""

    def write(self, _data: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


class FullDisk:
    """The module ``os`` where the backups are: their files are on a full disk."""

    def __getattr__(self, name: str) -> object:
        return getattr(os, name)

    def fdopen(self, number: int, _mode: str) -> FullFile:
        os.close(number)
        return FullFile()


@pytest.mark.parametrize("command", ["push", "pull"])
def test_on_a_full_disk_nothing_is_overwritten_without_its_backup(
    pair: AssetSetup, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    if command == "push":
        pair.write("img/a.png", NEW)
    else:
        pair.setup.sandbox.assets.upload("img/a.png", NEW)
    local, remote, plan = pair.files(), pair.remote(), pair.plan(command)
    monkeypatch.setattr("wikisync.state.asset_backups.os", FullDisk())
    [result] = pair.apply(plan)
    assert (result.result, type(result.error)) == ("failed", StateError)
    assert (pair.files(), pair.remote()) == (local, remote)
    assert pair.setup.state.asset_journal.open_entries() == []


# --- The end of a run


def test_a_wiki_out_of_reach_ends_the_run_and_the_next_one_ends_right(assets: AssetSetup) -> None:
    for n in range(50):
        assets.write(f"img/{n:02}.png", OLD + bytes([n]))
    plan = assets.plan("push")
    assets.setup.sandbox.faults.add(Drop(), times=None, on=("upload", "list"), nth=45)
    results = assets.apply(plan)
    assert len(results) == 50
    assert [result for result in results if isinstance(result.error, Unreachable)]
    assert "failed" in {result.result for result in results}
    assets.setup.sandbox.faults.clear()
    assets.setup.settle()
    assert {result.result for result in assets.do("push")} == {"done"}
    assert settled(assets)
    assert assets.remote() == assets.files()


def test_the_user_ends_a_run_between_two_assets(assets: AssetSetup) -> None:
    for n in range(5):
        assets.write(f"img/{n}.png", OLD + bytes([n]))
    plan = assets.plan("push")
    results = assets.apply(plan, stop=lambda: len(assets.setup.sandbox.assets.paths()) >= 2)
    assert [result.result for result in results] == ["done", "done", *["skipped"] * 3]
    assert all(isinstance(result.error, Interrupted) for result in results[2:])
    assert assets.setup.state.asset_journal.open_entries() == []
    assert [result.result for result in assets.do("push")] == ["done"] * 3
    assert settled(assets)


def test_without_room_a_backup_is_left_out_only_where_that_was_allowed(pair: AssetSetup) -> None:
    pair.write("img/a.png", NEW)
    pair.write("b.pdf", NEW)
    pair.room = len(OLD)
    results = pair.do("push")
    assert [result.result for result in results] == ["done", "done"]
    assert sorted(len(result.backups) for result in results) == [0, 1]
    assert pair.kept() == [OLD]
