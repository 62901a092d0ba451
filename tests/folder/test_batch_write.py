"""Many new files at once: each is whole or not there, and says why."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from wikisync.errors import FileChanged
from wikisync.folder.batch_write import write_new_files
from wikisync.folder.folder import Folder

if TYPE_CHECKING:
    from pathlib import Path

resource = pytest.importorskip("resource", reason="limits of POSIX")

FILES = [(f"part/page-{number}.md", f"Text {number}.\n".encode()) for number in range(9)]


def names(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())


def test_all_are_written_and_nothing_beside_them(tmp_path: Path) -> None:
    assert write_new_files(Folder(tmp_path), FILES) == [None] * len(FILES)
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == dict(FILES)


def test_a_file_that_is_there_by_now_stays_and_stops_no_other(tmp_path: Path) -> None:
    (tmp_path / "part").mkdir()
    (tmp_path / FILES[3][0]).write_bytes(b"Mine.\n")
    found = write_new_files(Folder(tmp_path), FILES)
    assert [type(error) for error in found if error is not None] == [FileChanged]
    assert isinstance(found[3], FileChanged)
    assert (tmp_path / FILES[3][0]).read_bytes() == b"Mine.\n"
    assert len(names(tmp_path)) == len(FILES)


def test_a_disk_that_fails_at_one_file_is_told_for_that_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fsync
    fails: list[int] = []

    def fsync(number: int) -> None:
        if os.fstat(number).st_size == len(FILES[0][1]) and not fails:
            fails.append(number)
            raise OSError(errno.EDQUOT, "Disk quota exceeded")
        real(number)

    monkeypatch.setattr(os, "fsync", fsync)
    found = write_new_files(Folder(tmp_path), FILES)
    [(place, error)] = [(n, error) for n, error in enumerate(found) if error is not None]
    assert "quota" in error.reason
    written = dict(FILES)
    del written[FILES[place][0]]
    assert {name: (tmp_path / name).read_bytes() for name in names(tmp_path)} == written


def test_a_disk_that_is_full_amid_a_file_leaves_nothing_of_it(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    large = [(file, data * 900) for file, data in FILES]
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, hard))  # what is more fails, at the close too
    try:
        found = write_new_files(Folder(tmp_path), large)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [error.reason for error in found if error is not None] == ["file too large"] * len(FILES)
    assert names(tmp_path) == []
