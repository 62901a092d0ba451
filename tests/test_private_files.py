"""What holds the text of pages or a key is readable by its owner alone."""

from __future__ import annotations

import os
import stat
import sys
import threading
from typing import TYPE_CHECKING

import pytest

from wikisync.errors import FolderError
from wikisync.private_files import UnsafeFile, read_file, replace_file, write_output
from wikisync.sandbox import Sandbox
from wikisync.sandbox.store import FILE, Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links and modes of POSIX")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(params=[0o000, 0o022, 0o777])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


@pytest.mark.usefixtures("umask")
def test_a_new_output_is_its_owners_alone_whatever_the_umask(tmp_path: Path) -> None:
    write_output(tmp_path / "plan.json", b"{}")
    assert mode(tmp_path / "plan.json") == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["plan.json"]


def test_an_output_that_is_there_keeps_its_mode_and_its_other_names_their_bytes(
    tmp_path: Path,
) -> None:
    file, other = tmp_path / "report.html", tmp_path / "other"
    file.write_bytes(b"old")
    file.chmod(0o644)
    os.link(file, other)
    write_output(file, b"new")
    assert (mode(file), file.read_bytes(), other.read_bytes()) == (0o644, b"new", b"old")


def test_an_output_behind_a_link_of_the_user_is_written_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "file")
    write_output(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_bytes() == b"new"


def test_an_output_that_is_a_pipe_is_written_to(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write_output(pipe, b"text")
    reader.join(30)
    assert got == [b"text"]


def test_a_write_that_fails_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(b"old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_output(file, b"new")
    assert file.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_is_replaced_and_read_by_no_link(tmp_path: Path) -> None:
    outside, name = tmp_path / "outside", tmp_path / "name"
    outside.write_bytes(b"text")
    name.symlink_to(outside)
    with pytest.raises(UnsafeFile):
        replace_file(name, b"new")
    with pytest.raises(UnsafeFile):
        read_file(name, 10)
    name.unlink()
    (tmp_path / "name.new").symlink_to(outside)  # where the new bytes are put first
    replace_file(name, b"new")
    assert (outside.read_bytes(), name.read_bytes(), mode(name)) == (b"text", b"new", 0o600)


@pytest.mark.usefixtures("umask")
def test_a_sandboxs_database_with_its_key_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    with Sandbox(data=folder):
        files = list(folder.iterdir())
        assert {mode(file) for file in files} == {0o600}
        assert FILE in {file.name for file in files}
    assert mode(folder) == 0o700


def test_a_sandboxs_database_that_others_could_read_is_narrowed(tmp_path: Path) -> None:
    folder = tmp_path / "wiki"
    Store(folder).close()
    folder.chmod(0o755)
    (folder / FILE).chmod(0o644)
    Store(folder).close()
    assert (mode(folder), mode(folder / FILE)) == (0o700, 0o600)


def test_a_folder_with_files_of_others_keeps_its_rights(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("")
    tmp_path.chmod(0o755)
    Store(tmp_path).close()
    assert (mode(tmp_path), mode(tmp_path / FILE)) == (0o755, 0o600)


def test_a_sandbox_opens_no_database_through_a_link(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    folder = tmp_path / "wiki"
    folder.mkdir()
    (folder / FILE).symlink_to(outside)
    with pytest.raises(FolderError):
        Store(folder)
    assert not outside.exists()
