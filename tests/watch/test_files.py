"""Which changes of files are told, and what git is at."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from wikisync.watch.files import Changes, is_temporary
from wikisync.watch.git_state import git_directory, operation_under_way

if TYPE_CHECKING:
    from pathlib import Path

PATIENCE = 30.0


@pytest.mark.parametrize(
    "file",
    ["4913", ".a.md.swp", "a.md~", "#a.md#", ".git/index", "guide/.#a.md", "a.md.tmp", "a.part"],
)
def test_files_that_editors_write_for_a_while_are_not_told(file: str) -> None:
    assert is_temporary(file)


@pytest.mark.parametrize("file", ["a.md", "guide/a b.md", "img/a.png", "~a.md", "#a.md"])
def test_pages_and_images_are_told(file: str) -> None:
    assert not is_temporary(file)


def test_stopping_ends_a_wait_at_once_and_every_later_one() -> None:
    changes = Changes()
    threading.Timer(0.01, changes.stop).start()
    assert changes.wait(PATIENCE) == frozenset()
    assert changes.wait(PATIENCE) == frozenset()
    assert changes.stopped


@pytest.mark.parametrize(
    ("name", "words"),
    [("rebase-merge", "a rebase"), ("MERGE_HEAD", "a merge"), ("index.lock", "a command")],
)
def test_what_git_is_in_the_middle_of_is_known(tmp_path: Path, name: str, words: str) -> None:
    folder = tmp_path / "docs" / "pages"
    folder.mkdir(parents=True)
    (tmp_path / ".git").mkdir()
    assert operation_under_way(git_directory(folder)) == ""
    (tmp_path / ".git" / name).touch()
    assert operation_under_way(git_directory(folder)) == words


def test_a_worktree_has_its_own_directory(tmp_path: Path) -> None:
    own = tmp_path / "main" / ".git" / "worktrees" / "x"
    own.mkdir(parents=True)
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / ".git").write_text(f"gitdir: {own}\n", encoding="utf-8")
    assert git_directory(tmp_path / "x") == own


def test_a_folder_outside_git_waits_for_nothing(tmp_path: Path) -> None:
    assert operation_under_way(None) == ""
    assert git_directory(tmp_path / "missing") in {None, git_directory(tmp_path)}
