"""Large files are refused by their size, and a wrong size in the wiki's list misleads nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from support.workspace import Result, Workspace, page
from wikisync.folder.asset_files import digest_asset

if TYPE_CHECKING:
    from wikisync.folder.folder import Folder

SMALL, LARGE, OTHER = b"\x89PNG 1", b"\x89PNG and many more bytes", b"\x89PNG of somebody else"


@pytest.fixture
def limited(workspace: Workspace) -> Workspace:
    """A wiki that takes files of 10 bytes, and a page that refers to an image."""
    workspace.configure(assets="referenced", max_asset_size=10)
    workspace.write("home.md", page(content="![x](a.png)\n"))
    return workspace


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that were read for their digest, in order."""
    found: list[str] = []

    def count(folder: Folder, file: str) -> Any:
        found.append(file)
        return digest_asset(folder, file)

    monkeypatch.setattr("wikisync.snapshot.asset_files.digest_asset", count)
    return found


def in_sync(workspace: Workspace) -> bool:
    result = workspace.run("status", "--json").ok()
    return len(result.asked) == 1 and not result.json["actions"] and not result.json["conflicts"]


def problems(result: Result) -> list[str]:
    return [problem["file"] for problem in result.json["problems"]]


# ---- a file that the wiki would not take


@pytest.mark.parametrize("before", [None, SMALL])
def test_a_file_over_the_limit_is_refused_without_being_read(
    limited: Workspace, hashed: list[str], before: bytes | None
) -> None:
    if before is not None:
        limited.write("a.png", before)
        limited.run("push", "--yes").ok()
        hashed.clear()
    limited.write("a.png", LARGE)
    for command in (("push", "--yes"), ("sync", "--yes"), ("status",)):
        assert problems(limited.run(*command, "--json")) == ["a.png"], command
    assert hashed == []


def test_a_pull_neither_reads_nor_names_a_large_file_that_is_only_here(
    limited: Workspace, hashed: list[str]
) -> None:
    limited.write("a.png", LARGE)
    assert problems(limited.run("pull", "--yes", "--json").ok()) == []
    assert hashed == []


def test_a_large_file_in_sync_is_no_problem_also_after_its_stamp_changed(
    limited: Workspace,
) -> None:
    limited.configure(assets="referenced")
    limited.write("a.png", LARGE)
    limited.run("push", "--yes").ok()
    limited.configure(assets="referenced", max_asset_size=10)
    limited.write("a.png", LARGE)
    assert in_sync(limited)
    (limited.folder / "a.png").rename(limited.folder / "b.png")
    limited.write("home.md", page(content="![x](b.png)\n"))
    renamed = limited.run("push", "--yes", "--json").ok().json["actions"]
    assert ("move", "b.png") in {(one["action"], one["path"]) for one in renamed}


@pytest.mark.parametrize("command", [("pull", "--prefer", "wiki"), ("pull", "--mirror")])
def test_a_large_file_that_a_pull_overwrites_is_kept_first(
    limited: Workspace, command: tuple[str, ...]
) -> None:
    limited.write("a.png", SMALL)
    limited.run("push", "--yes").ok()
    limited.write("a.png", LARGE)
    limited.sandbox.assets.upload("a.png", OTHER)
    assert limited.run("pull", "--yes").code == 3
    limited.run(*command, "--yes").ok()
    assert limited.raw("a.png") == OTHER
    limited.run("undo", "--yes").ok()
    assert limited.raw("a.png") == LARGE


def test_a_large_file_that_the_wiki_lacks_is_deleted_by_a_mirror_and_comes_back(
    limited: Workspace,
) -> None:
    limited.run("push", "--yes").ok()
    limited.write("a.png", LARGE)
    limited.run("pull", "--mirror", "--delete", "--yes").ok()
    assert not (limited.folder / "a.png").exists()
    limited.run("undo", "--yes").ok()
    assert limited.raw("a.png") == LARGE


# ---- a size in the list that is not that of the bytes


@pytest.fixture
def unlimited(workspace: Workspace) -> Workspace:
    workspace.configure(assets="referenced")
    workspace.write("home.md", page(content="![x](a.png)\n"))
    return workspace


@pytest.mark.parametrize("size", [1, 1_000_000])
def test_an_image_listed_with_a_wrong_size_is_fetched_and_then_in_sync(
    unlimited: Workspace, size: int
) -> None:
    unlimited.sandbox.assets.upload("a.png", LARGE)
    unlimited.sandbox.assets.list_with_size("a.png", size)
    unlimited.run("sync", "--yes").ok()
    assert unlimited.raw("a.png") == LARGE
    assert in_sync(unlimited)
    unlimited.sandbox.assets.upload("a.png", OTHER)
    unlimited.run("sync", "--yes").ok()
    assert unlimited.raw("a.png") == OTHER


@pytest.mark.parametrize("size", [1, 1_000_000])
def test_an_image_that_is_equal_here_and_listed_with_a_wrong_size_is_no_conflict(
    unlimited: Workspace, size: int
) -> None:
    unlimited.write("a.png", LARGE)
    unlimited.sandbox.assets.upload("a.png", LARGE)
    unlimited.sandbox.assets.list_with_size("a.png", size)
    unlimited.run("sync", "--yes").ok()
    assert in_sync(unlimited)
    unlimited.write("a.png", SMALL)
    unlimited.sandbox.assets.upload("a.png", OTHER)
    unlimited.sandbox.assets.list_with_size("a.png", size)
    assert unlimited.run("sync", "--yes").code == 3
    assert unlimited.raw("a.png") == SMALL


def test_an_image_deleted_here_and_listed_with_another_size_and_time_is_deleted_there(
    unlimited: Workspace,
) -> None:
    unlimited.write("a.png", LARGE)
    unlimited.run("push", "--yes").ok()
    (unlimited.folder / "a.png").unlink()
    unlimited.sandbox.assets.upload("a.png", LARGE)
    unlimited.sandbox.assets.list_with_size("a.png", 1)
    unlimited.run("push", "--delete", "--yes").ok()
    assert unlimited.sandbox.assets.paths() == []


def test_an_image_with_far_more_bytes_than_the_list_says_stops_nothing_else(
    unlimited: Workspace,
) -> None:
    unlimited.write("a.png", SMALL)
    unlimited.sandbox.assets.upload("a.png", bytes(2_000_000))
    unlimited.sandbox.assets.list_with_size("a.png", len(SMALL))
    result = unlimited.run("sync", "--yes", "--json")
    assert (result.code, problems(result)) == (1, ["a.png"])
    assert unlimited.sandbox.page("home") is not None
