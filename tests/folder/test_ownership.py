"""A read-only file, or one of another owner, is not replaced, and none changes hands."""

from __future__ import annotations

import os
import stat
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from support.disk import NEW, OLD, everything, put
from wikisync.errors import FileChanged, FolderError
from wikisync.folder import replace
from wikisync.folder.filesystem import Identity, why_not_replaceable
from wikisync.folder.folder import Folder, digest_of
from wikisync.report.error_messages import error_message

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT, ME, OTHER = 0, 1000, 1001
MINE, THEIRS = 100, 200
USER = Identity(ME, frozenset({MINE}))


@pytest.mark.parametrize(
    ("mode", "owner", "group", "who", "why"),
    [
        (0o644, ME, MINE, USER, None),
        (0o600, ME, MINE, USER, None),
        (0o444, ME, MINE, USER, "read-only"),
        (0o464, ME, MINE, USER, "read-only"),  # its group may write, its owner may not
        (0o644, OTHER, MINE, USER, "another user"),
        (0o666, OTHER, MINE, USER, "another user"),  # we may write to it, and it would be ours
        (0o444, OTHER, MINE, USER, "read-only"),
        (0o664, ROOT, MINE, USER, "another user"),
        (0o644, ME, THEIRS, USER, "group"),
        (0o644, OTHER, THEIRS, Identity(ROOT), None),  # root keeps owner and group
        (0o200, OTHER, THEIRS, Identity(ROOT), None),
        (0o444, ROOT, ROOT, Identity(ROOT), "read-only"),
        (0o444, OTHER, THEIRS, Identity(ROOT), "read-only"),
        (0o666, 0, 0, Identity(None), None),  # Windows
        (0o444, 0, 0, Identity(None), "read-only"),
    ],
)
def test_which_files_may_be_replaced(
    mode: int, owner: int, group: int, who: Identity, why: str | None
) -> None:
    found = why_not_replaceable(stat.S_IFREG | mode, owner, group, who)
    assert (found is None) if why is None else (why in (found or ""))


def test_what_to_do_about_a_file_that_was_left_is_said() -> None:
    hints = {
        reason: error_message(FolderError("a.md", "write", reason)).hint
        for mode, owner, group in ((0o444, ME, MINE), (0o644, OTHER, MINE), (0o644, ME, THEIRS))
        if (reason := why_not_replaceable(mode, owner, group, USER))
    }
    assert [hint.partition(" ")[0] for hint in hints.values()] == ["Make", "Run", "Run"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    path = tmp_path / "pages"
    path.mkdir()
    put(path, "a.md")
    return path


def left_alone(root: Path, why: str) -> None:
    before = (root / "a.md").stat()
    folder = Folder(root)
    works: list[Callable[[], None]] = [
        lambda: folder.write("a.md", NEW, digest_of(OLD)),
        lambda: folder.delete("a.md", digest_of(OLD)),
    ]
    for work in works:
        with pytest.raises(FolderError, match=why) as caught:
            work()
        assert not isinstance(caught.value, FileChanged)
    after = (root / "a.md").stat()
    assert (after.st_ino, after.st_uid, after.st_gid, after.st_mode) == (
        before.st_ino,
        before.st_uid,
        before.st_gid,
        before.st_mode,
    )
    assert everything(root) == ["a.md"]


def test_a_read_only_file_is_left_and_named_by_root_too(root: Path) -> None:
    (root / "a.md").chmod(0o444)
    left_alone(root, "it is read-only")


def test_a_file_of_another_owner_is_left_and_named(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    me = Identity((root / "a.md").stat().st_uid + 1, frozenset({(root / "a.md").stat().st_gid}))
    monkeypatch.setattr(replace, "current_identity", lambda: me)
    left_alone(root, "it belongs to another user")


def test_a_file_whose_owner_cannot_be_kept_is_left_and_named(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    real = os.fstat

    def another(handle: int) -> os.stat_result:
        found = list(real(handle))
        found[stat.ST_UID] += 1
        return os.stat_result(found)

    monkeypatch.setattr(os, "fchown", refuse)
    monkeypatch.setattr(os, "fstat", another)
    with pytest.raises(FolderError, match="owner and group cannot be kept"):
        Folder(root).write("a.md", NEW, digest_of(OLD))
    assert everything(root) == ["a.md"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_root_keeps_the_owner_the_group_and_the_mode_of_a_file(root: Path) -> None:
    os.chown(root / "a.md", OTHER, THEIRS)
    (root / "a.md").chmod(0o640)
    Folder(root).write("a.md", NEW, digest_of(OLD))
    found = (root / "a.md").stat()
    assert (found.st_uid, found.st_gid, stat.S_IMODE(found.st_mode)) == (OTHER, THEIRS, 0o640)
    assert (root / "a.md").read_bytes() == NEW


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_a_file_of_another_owner_stays_in_his_hands_whoever_runs_the_program(root: Path) -> None:
    """As somebody who is not root, in a folder where he may write."""
    os.chown(root, ME, MINE)
    os.chown(root / "a.md", OTHER, MINE)
    (root / "a.md").chmod(0o664)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside threads
        child = os.fork()
    if child == 0:
        os.chdir(root)
        os.setgroups([])
        os.setgid(MINE)
        os.setuid(ME)
        try:
            Folder(Path()).write("a.md", NEW, digest_of(OLD))
        except FolderError as error:
            os._exit(10 if "another user" in error.reason else 11)
        os._exit(12)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 10
    assert ((root / "a.md").stat().st_uid, (root / "a.md").read_bytes()) == (OTHER, OLD)
