"""Find the commits of Wiki.js's own Git storage in the history of a repository."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from wikisync.git.process import NO_PROGRAMS, GitFailed, start

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

LOOKED_AT: Final = 200
"""How many commits are looked at, the newest first."""

_MAX_OUTPUT: Final = 1 << 22
_MARK: Final = b"\x01"
_LOG: Final = (
    *("log", f"--max-count={LOOKED_AT}", "-z", "--name-only", "--no-renames", "--no-merges"),
    *("--no-color", *NO_PROGRAMS, "--format=%x01%s"),
)
_ONE_PAGE = re.compile(r"docs: (?:create|update) (\S+)")
_EVERY_PAGE: Final = "docs: add all untracked content"
_ENDINGS: Final = ("md", "html", "adoc", "txt")


def count_storage_commits(folder: Path) -> int:
    """Return how many of the newest commits around ``folder`` are the storage's.

    Returns 0 without a repository, without git, or where git fails.
    """
    try:
        with start(folder, *_LOG) as git:
            fields = git.stdout.read(_MAX_OUTPUT).split(b"\0")
    except GitFailed:
        return 0
    return sum(_is_storage_commit(subject, files) for subject, files in _commits(fields))


def _commits(fields: Iterable[bytes]) -> Iterator[tuple[str, list[str]]]:
    """Yield (subject, changed files) for each commit in the fields of git's log."""
    subject, files = None, list[str]()
    for field in fields:
        text = field.lstrip(b"\n")
        if text.startswith(_MARK):
            if subject is not None:
                yield subject, files
            subject, files = text.removeprefix(_MARK).decode("utf-8", "replace"), []
        elif text:
            files.append(text.decode("utf-8", "replace"))
    if subject is not None:
        yield subject, files


def _is_storage_commit(subject: str, files: list[str]) -> bool:
    """Return whether a commit is the storage's: named after the one page whose file it changes."""
    found = _ONE_PAGE.fullmatch(subject)
    if found is None:
        return subject == _EVERY_PAGE
    names = {f"{found[1]}.{ending}" for ending in _ENDINGS}
    return all(any(f"/{file}".endswith(f"/{name}") for name in names) for file in files)
