"""Files are found, read, and written whole or not at all, and only inside the folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.disk import NEW, OLD, everything, put
from wikisync.errors import FolderError
from wikisync.folder import directory as module
from wikisync.folder.folder import FileContent, Folder, digest_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "pages"
    path.mkdir()
    return path


def names(folder: Folder) -> list[str]:
    return [found.file for found in folder.scan()]


def test_every_file_that_may_be_a_page_is_found_in_the_order_of_names(root: Path) -> None:
    put(root, "b.md", "a/x.html", "a/y.adoc", "a.md", "image.png", "notes.txt", "a/.keep")
    assert list(Folder(root).scan()) == [
        FileContent(name, OLD) for name in ("a/x.html", "a/y.adoc", "a.md", "b.md")
    ]


def test_hidden_files_and_folders_are_passed_over(root: Path) -> None:
    put(root, ".hidden.md", ".git/a.md", "a/.b/c.md", "a/d.md")
    assert names(Folder(root)) == ["a/d.md"]


@pytest.mark.parametrize(
    ("ignore", "left"),
    [
        (["drafts/"], ["a.md", "guide/drafts.md"]),
        (["/a.md"], ["drafts/a.md", "drafts/deep/b.md", "guide/drafts.md"]),
        (["*.md", "!guide/*"], ["guide/drafts.md"]),
        (["drafts/*", "!a.md"], ["a.md", "drafts/a.md", "guide/drafts.md"]),
        (["# a comment", "", "deep"], ["a.md", "drafts/a.md", "guide/drafts.md"]),
    ],
)
def test_what_is_ignored_is_passed_over_and_said_to_be(
    root: Path, ignore: list[str], left: list[str]
) -> None:
    files = ["a.md", "drafts/a.md", "drafts/deep/b.md", "guide/drafts.md"]
    put(root, *files)
    folder = Folder(root, ignore)
    assert names(folder) == left
    assert [file for file in files if not folder.ignores(file)] == left


def test_links_are_not_followed(root: Path, tmp_path: Path) -> None:
    put(tmp_path / "out", "a.md")
    put(root, "real.md")
    (root / "file.md").symlink_to(tmp_path / "out/a.md")
    (root / "inside.md").symlink_to("real.md")
    (root / "folder").symlink_to(tmp_path / "out")
    (root / "loop").symlink_to(".")
    assert names(Folder(root)) == ["real.md"]
    for file in ("file.md", "inside.md", "folder/a.md"):
        with pytest.raises(FolderError, match="link"):
            Folder(root).read(file)


@pytest.mark.parametrize("file", ["linked.md", "folder/new.md", "folder/a.md", "folder/x/y.md"])
@pytest.mark.parametrize("lease", [None, digest_of(OLD)])
def test_nothing_is_written_or_deleted_through_a_link(
    root: Path, tmp_path: Path, file: str, lease: bytes | None
) -> None:
    out = tmp_path / "out"
    put(out, "a.md", "x/y.md")
    (root / "linked.md").symlink_to(out / "a.md")
    (root / "folder").symlink_to(out)
    before = everything(out)
    with pytest.raises(FolderError, match="link"):
        Folder(root).write(file, NEW, lease)
    with pytest.raises(FolderError, match="link"):
        Folder(root).delete(file, digest_of(OLD))
    assert everything(out) == before
    assert (out / "a.md").read_bytes() == OLD


@pytest.mark.parametrize("file", ["../x.md", "a/../../x.md", "/etc/x.md", "", "..", "a\0b.md"])
def test_a_name_that_leads_outside_is_refused(root: Path, tmp_path: Path, file: str) -> None:
    with pytest.raises(FolderError, match="outside"):
        Folder(root).write(file, NEW, None)
    assert everything(tmp_path) == ["pages"]


def test_a_folder_that_is_not_there_is_an_error_or_an_empty_one(tmp_path: Path) -> None:
    with pytest.raises(FolderError):
        list(Folder(tmp_path / "none").scan())
    assert list(Folder(tmp_path / "none", missing_ok=True).scan()) == []


def test_a_file_too_large_for_a_page_is_told_and_stops_no_other(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_FILE_BYTES", 10)
    put(root, "b.md")
    put(root, "a.md", data=b"x" * 11)
    first, second = Folder(root).scan()
    assert isinstance(first, FolderError)
    assert second == FileContent("b.md", OLD)


def test_a_folder_of_a_files_name_is_no_file_and_is_said_to_stand_in_its_way(root: Path) -> None:
    put(root, "a.md/b.md", "c.md")
    (root / "link").symlink_to(".")
    folder = Folder(root)
    assert names(folder) == ["a.md/b.md", "c.md"]
    assert [folder.is_obstructed(f) for f in ("a.md", "link/x.md", "c.md", "none/x.md")] == [
        True,
        True,
        False,
        False,
    ]
