"""Tell whether git is in the middle of something that changes many files of the folder."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_STEPS: Final = {
    "rebase-merge": "a rebase",
    "rebase-apply": "a rebase",
    "MERGE_HEAD": "a merge",
    "CHERRY_PICK_HEAD": "a cherry-pick",
    "REVERT_HEAD": "a revert",
    "BISECT_LOG": "a bisection",
    "index.lock": "a command",
}
"""What git has in its directory while it is at it."""

_MOST_PARENTS: Final = 100


def git_directory(folder: Path) -> Path | None:
    """Return the directory of the repository around a folder, without starting git; or None."""
    for parent in [folder.absolute(), *list(folder.absolute().parents)[:_MOST_PARENTS]]:
        found = parent / ".git"
        if found.is_dir():
            return found
        if found.is_file():  # a worktree or a submodule: `gitdir: <path>`
            try:
                words = found.read_text(encoding="utf-8", errors="replace").strip()
            except OSError:
                return None
            return parent / words.removeprefix("gitdir:").strip()
    return None


def operation_under_way(directory: Path | None) -> str:
    """Return what git is in the middle of, such as ``a rebase``; empty if nothing."""
    if directory is None:
        return ""
    return next((name for file, name in _STEPS.items() if (directory / file).exists()), "")
