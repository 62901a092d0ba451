"""What a report shows of images: read from both sides, no more than is shown, and never in vain."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import pytest

from support.asset_values import NEW, OLD, asset_action
from support.texts import TEXT
from wikisync.page.image_size import ImageSize
from wikisync.planning.asset_model import AssetConflict, AssetPlan, LocalAsset, RemoteAsset
from wikisync.workflow import asset_content
from wikisync.workflow.asset_content import asset_diffs, asset_dimensions

if TYPE_CHECKING:
    from support.apply_run import SyncSetup


def png(width: int, height: int, size: int = 100) -> bytes:
    head = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", width, height)
    return head.ljust(size, b"\0")


SMALL, WIDE = png(640, 480), png(800, 600, 300)
LARGE = png(1024, 768, asset_content.SMALL + 1)


def write(setup: SyncSetup, file: str, data: bytes) -> LocalAsset:
    path = setup.root / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return LocalAsset(file, file, len(data), NEW)


def upload(setup: SyncSetup, path: str, data: bytes) -> RemoteAsset:
    setup.sandbox.assets.upload(path, data)
    return RemoteAsset(path, 1, 0, len(data), "image/png", "t0", "t1", OLD)


def test_an_update_is_read_from_both_sides(setup: SyncSetup) -> None:
    local = write(setup, "img/a.png", WIDE)
    remote = upload(setup, "img/a.png", SMALL)
    plan = AssetPlan(actions=(asset_action("update", "wiki", local=local, remote=remote),))
    (diff,) = asset_diffs(setup.folder, plan, setup.wiki, images=True)
    assert diff.old is not None
    assert diff.new is not None
    assert (diff.old.pixels, diff.old.data) == (ImageSize(640, 480), SMALL)
    assert (diff.new.pixels, diff.new.data) == (ImageSize(800, 600), WIDE)
    (pulled,) = asset_diffs(
        setup.folder,
        AssetPlan(actions=(asset_action("update", "folder", local=local, remote=remote),)),
        setup.wiki,
        images=True,
    )
    assert (pulled.old, pulled.new) == (diff.new, diff.old)


def test_of_a_conflict_the_wikis_version_is_the_old_one(setup: SyncSetup) -> None:
    conflict = AssetConflict(
        path="img/a.png",
        file="img/a.png",
        kind="both-new",
        local=write(setup, "img/a.png", WIDE),
        remote=upload(setup, "img/a.png", SMALL),
    )
    plan = AssetPlan(conflicts=(conflict,))
    (diff,) = asset_diffs(setup.folder, plan, setup.wiki, images=False)
    assert [one and one.pixels for one in (diff.old, diff.new)] == [
        ImageSize(640, 480),
        ImageSize(800, 600),
    ]


def test_of_a_large_image_only_the_dimensions_are_kept(setup: SyncSetup) -> None:
    create = asset_action("create", "wiki", local=write(setup, "img/a.png", LARGE), remote=None)
    fetch = asset_action(
        "create", "folder", path="img/b.png", local=None, remote=upload(setup, "img/b.png", LARGE)
    )
    diffs = asset_diffs(setup.folder, AssetPlan(actions=(create, fetch)), setup.wiki, images=True)
    assert [(diff.old, diff.new and (diff.new.pixels, diff.new.data)) for diff in diffs] == [
        (None, (ImageSize(1024, 768), None)),
        (None, (ImageSize(1024, 768), None)),
    ]


def test_bytes_are_kept_only_for_a_report_that_shows_images(setup: SyncSetup) -> None:
    action = asset_action("create", "wiki", local=write(setup, "img/a.png", SMALL), remote=None)
    (diff,) = asset_diffs(setup.folder, AssetPlan(actions=(action,)), setup.wiki, images=False)
    assert diff.new is not None
    assert (diff.new.pixels, diff.new.data) == (ImageSize(640, 480), None)


def test_no_report_has_more_bytes_than_a_browser_opens(
    setup: SyncSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asset_content, "TOGETHER", 250)
    actions = [
        asset_action(
            "create",
            "wiki",
            path=f"img/{n}.png",
            local=write(setup, f"img/{n}.png", SMALL),
            remote=None,
        )
        for n in range(4)
    ]
    diffs = asset_diffs(setup.folder, AssetPlan(actions=tuple(actions)), setup.wiki, images=True)
    assert [diff.new is not None and diff.new.data is not None for diff in diffs] == [
        *(True, True),
        *(False, False),
    ]
    assert all(diff.new and diff.new.pixels for diff in diffs)


def test_what_cannot_be_read_is_shown_with_its_size(setup: SyncSetup) -> None:
    lost = RemoteAsset("img/gone.png", 9, 0, 5_000, "image/png", "t0", "t1")
    gone = LocalAsset("img/gone.png", "img/gone.png", 7_000, NEW)
    action = asset_action("update", "wiki", path="img/gone.png", local=gone, remote=lost)
    (diff,) = asset_diffs(setup.folder, AssetPlan(actions=(action,)), setup.wiki, images=True)
    assert [one and (one.size, one.pixels) for one in (diff.old, diff.new)] == [
        (5_000, None),
        (7_000, None),
    ]


def test_what_is_no_image_is_not_read(setup: SyncSetup) -> None:
    local = write(setup, "doc/a.pdf", TEXT.encode())
    remote = upload(setup, "doc/a.pdf", TEXT.encode())
    requests = len(setup.sandbox.requests)
    action = asset_action("update", "wiki", path="doc/a.pdf", local=local, remote=remote)
    (diff,) = asset_diffs(setup.folder, AssetPlan(actions=(action,)), setup.wiki, images=True)
    assert diff.new is not None
    assert diff.new.data is None
    assert len(setup.sandbox.requests) == requests


def test_status_reads_the_folder_alone_and_of_many_files_the_first(
    setup: SyncSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asset_content, "MOST", 2)
    actions = [
        asset_action(
            "update",
            "wiki",
            path=f"img/{n}.png",
            local=write(setup, f"img/{n}.png", SMALL),
            remote=upload(setup, f"img/{n}.png", SMALL),
        )
        for n in range(3)
    ]
    requests = len(setup.sandbox.requests)
    diffs = asset_dimensions(setup.folder, AssetPlan(actions=tuple(actions)))
    assert [diff.new and diff.new.pixels for diff in diffs] == [
        ImageSize(640, 480),
        ImageSize(640, 480),
        None,
    ]
    assert len(setup.sandbox.requests) == requests
