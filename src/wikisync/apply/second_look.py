"""The second look at the folder, right before what a missing file asks for on the wiki.

Many editors save by renaming a file away and writing it anew: for a moment it is missing. So a page
is deleted or moved on the wiki only if its file is missing at two looks, at least a second apart:
the scan that the plan was made from, and one right before the request. A run waits once, for what
is left of the second.
"""

from __future__ import annotations

import time
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from wikisync.errors import PageChanged
from wikisync.page.paths import EXTENSIONS

if TYPE_CHECKING:
    from wikisync.apply.transaction import ApplyContext
    from wikisync.planning.model import Action

INTERVAL: Final = 1.0
"""Seconds between the two looks, at least."""

now = time.monotonic
wait = time.sleep


def wait_for_second_look(context: ApplyContext) -> None:
    """Wait until the scan of the folder is long enough ago."""
    scanned_at = context.folder.looked_at
    remaining = INTERVAL - (0.0 if scanned_at is None else now() - scanned_at)
    if remaining > 0:
        wait(remaining)


def check_still_missing(context: ApplyContext, action: Action) -> None:
    """Raise PageChanged where a page that is to be deleted has a file again.

    A file of another kind is one too. A file that was there at the first look is another page's,
    renamed to that name. Raises FolderError where that cannot be told.
    """
    folder = context.folder
    stem = PurePosixPath(action.file).with_suffix("").as_posix()
    for file in (action.file, *(f"{stem}{suffix}" for suffix in EXTENSIONS)):
        if file in folder.looked or folder.ignores(file):
            continue
        if not folder.is_missing(file):
            raise PageChanged(action.key, f"its file {file} is there again")


def check_still_renamed(context: ApplyContext, action: Action) -> None:
    """Raise PageChanged where a page is to move because its file was renamed, and that was undone.

    Where pages change places, the old name is that of another page's file: it was there at the
    first look, or this run wrote it. Raises FolderError where that cannot be told.
    """
    folder, old = context.folder, action.from_file
    if action.local is not None and folder.is_missing(action.local.file):
        raise PageChanged(action.key, f"its file {action.local.file} is gone again")
    known = folder.looked.union(file for file, _ in context.files_written)
    if old and old not in known and not folder.is_missing(old):
        raise PageChanged(action.key, f"its file {old} is there again")
