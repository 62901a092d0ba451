"""A file holds its old or its new content, whole, whatever happens on the way (promises 2, 3)."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.disk import NEW, OLD, everything, failing, put
from wikisync.errors import FileChanged, FolderError
from wikisync.folder import atomic_rename
from wikisync.folder.directory import Directory
from wikisync.folder.folder import Folder, digest_of

if TYPE_CHECKING:
    from collections.abc import Iterator


resource = pytest.importorskip("resource", reason="limits of POSIX")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "pages"
    path.mkdir()
    return path


def test_a_new_file_is_written_with_its_folders(root: Path) -> None:
    Folder(root).write("a/b/c.md", NEW, None)
    assert everything(root) == ["a", "a/b", "a/b/c.md"]
    assert (root / "a/b/c.md").read_bytes() == NEW


def test_a_new_file_never_takes_the_place_of_another(root: Path) -> None:
    put(root, "a.md")
    with pytest.raises(FileChanged):
        Folder(root).write("a.md", NEW, None)
    assert (root / "a.md").read_bytes() == OLD
    assert everything(root) == ["a.md"]


def test_a_new_file_never_takes_the_place_of_another_without_hard_links_either(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(atomic_rename, "_system_call", lambda: None)
    monkeypatch.setattr(os, "link", failing(errno.EPERM))
    put(root, "a.md")
    with pytest.raises(FileChanged):
        Folder(root).write("a.md", NEW, None)
    Folder(root).write("b.md", NEW, None)
    assert (root / "a.md").read_bytes() + (root / "b.md").read_bytes() == OLD + NEW
    assert everything(root) == ["a.md", "b.md"]


def test_a_file_that_is_not_as_the_lease_says_is_left_byte_for_byte(root: Path) -> None:
    put(root, "a.md")
    inode = (root / "a.md").stat().st_ino
    with pytest.raises(FileChanged):
        Folder(root).write("a.md", NEW, digest_of(b"other"))
    with pytest.raises(FileChanged):
        Folder(root).delete("a.md", digest_of(b"other"))
    assert ((root / "a.md").read_bytes(), (root / "a.md").stat().st_ino) == (OLD, inode)
    assert everything(root) == ["a.md"]


def test_a_file_that_went_meanwhile_is_not_brought_back(root: Path) -> None:
    with pytest.raises(FileChanged):
        Folder(root).write("a/b.md", NEW, digest_of(OLD))
    with pytest.raises(FileChanged):
        Folder(root).delete("a/b.md", digest_of(OLD))
    assert everything(root) == []


def test_a_file_edited_while_the_new_one_is_being_written_is_left(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(root, "a.md")
    whole = os.fsync

    def edited_meanwhile(handle: int) -> None:
        put(root, "a.md", data=b"in the last moment")
        whole(handle)

    monkeypatch.setattr(os, "fsync", edited_meanwhile)
    with pytest.raises(FileChanged):
        Folder(root).write("a.md", NEW, digest_of(OLD))
    assert (root / "a.md").read_bytes() == b"in the last moment"


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o664, 0o755])
def test_a_file_keeps_its_mode(root: Path, mode: int) -> None:
    put(root, "a.md")
    (root / "a.md").chmod(mode)
    Folder(root).write("a.md", NEW, digest_of(OLD))
    assert stat.S_IMODE((root / "a.md").stat().st_mode) == mode
    assert (root / "a.md").read_bytes() == NEW


def test_a_reader_sees_the_old_or_the_new_content_whole_at_every_moment(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = b"o" * 100_000, b"n" * 300_000
    put(root, "a.md", data=old)
    seen: set[bytes] = set()
    for name in ("fsync", "replace", "open", "chmod"):
        monkeypatch.setattr(os, name, watching(getattr(os, name), root / "a.md", seen))
    Folder(root).write("a.md", new, digest_of(old))
    seen.add((root / "a.md").read_bytes())
    assert seen == {old, new}


def watching(real: object, path: Path, seen: set[bytes]) -> object:
    def call(*args: object, **named: object) -> object:
        with Path(path).open("rb") as handle:
            seen.add(handle.read())
        return real(*args, **named)  # type: ignore[operator]

    return call


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
@pytest.mark.parametrize("where", ["fsync", "replace", "exchange", "link", "mkdir", "open"])
def test_whatever_the_disk_refuses_the_old_content_stays_and_nothing_else(
    root: Path, monkeypatch: pytest.MonkeyPatch, where: str, number: int
) -> None:
    put(root, "a.md")
    file, lease = ("new/b.md", None) if where == "mkdir" else ("a.md", digest_of(OLD))
    owner, name = (Directory, "create") if where == "open" else (os, where)
    if where == "exchange":
        owner = Directory
    if where == "link":  # neither a rename, nor a link, nor the way without one
        file, lease = "b.md", None
        monkeypatch.setattr(atomic_rename, "_system_call", lambda: None)
        monkeypatch.setattr(os, "replace", failing(number))
    monkeypatch.setattr(owner, name, failing(number))
    with pytest.raises(FolderError) as caught:
        Folder(root).write(file, NEW, lease)
    monkeypatch.undo()
    assert caught.value.file == file
    assert caught.value.reason == os.strerror(number).lower()
    assert (root / "a.md").read_bytes() == OLD
    assert everything(root) == ["a.md"]


@pytest.fixture
def small_disk() -> Iterator[None]:
    """No file may grow over 4 kB, as on a disk that fills up amid a write."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.usefixtures("small_disk")
@pytest.mark.parametrize(("file", "lease"), [("a.md", digest_of(OLD)), ("b.md", None)])
def test_a_disk_that_fills_up_amid_a_write_leaves_the_old_content_whole(
    root: Path, file: str, lease: bytes | None
) -> None:
    put(root, "a.md")
    with pytest.raises(FolderError):
        Folder(root).write(file, b"x" * 100_000, lease)
    assert (root / "a.md").read_bytes() == OLD
    assert everything(root) == ["a.md"]


def test_a_deletion_takes_the_folders_that_it_leaves_empty_and_no_other(root: Path) -> None:
    put(root, "a/b/c/x.md", "a/y.png")
    Folder(root).delete("a/b/c/x.md", digest_of(OLD))
    assert everything(root) == ["a", "a/y.png"]
    put(root, "z.md")
    Folder(root).delete("z.md", digest_of(OLD))
    (root / "a/y.png").unlink()
    put(root, "a/x.md")
    Folder(root).delete("a/x.md", digest_of(OLD))
    assert everything(root) == []
    assert root.is_dir()


@pytest.mark.parametrize("where", ["replace", "unlink"])
def test_a_deletion_that_the_disk_refuses_leaves_the_file(
    root: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    put(root, "a.md")
    monkeypatch.setattr(os, where, failing(errno.EROFS))
    with pytest.raises(FolderError, match="read-only"):
        Folder(root).delete("a.md", digest_of(OLD))
    assert (root / "a.md").read_bytes() == OLD
    assert everything(root) == ["a.md"]


def test_what_a_killed_run_left_is_swept_and_nothing_else(root: Path) -> None:
    put(root, "a/.wikisync-0123456789ab", ".wikisync-notes", "a/b.md")
    Folder(root).remove_temporary_files()
    assert everything(root) == [".wikisync-notes", "a", "a/b.md"]
