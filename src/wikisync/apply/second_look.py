"""Check a second time that a file is missing before its page is deleted or moved on the wiki.

Many editors save by renaming a file away and writing it again, so it is missing for a moment. A
page is deleted or moved only if its file was missing twice, at least a second apart: at the scan
for the plan, and right before the request. A run waits once, for the rest of that second.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from wikisync.errors import PageChanged
from wikisync.page.paths import EXTENSIONS, to_nfc

if TYPE_CHECKING:
    from wikisync.apply.transaction import ApplyContext
    from wikisync.planning.model import Delete, Move

INTERVAL: Final = 1.0
"""The least number of seconds between the two checks."""

now = time.monotonic
wait = time.sleep


def wait_for_second_look(context: ApplyContext) -> None:
    """Wait until ``INTERVAL`` seconds have passed since the scan of the folder."""
    scanned_at = context.folder.listed_at
    remaining = INTERVAL - (0.0 if scanned_at is None else now() - scanned_at)
    if remaining > 0:
        wait(remaining)


def check_still_missing(context: ApplyContext, action: Delete) -> None:
    """Raise PageChanged if a page that is to be deleted has a file again.

    Files with any page extension count, and both ``guide.md`` and ``guide/README.md`` where a
    folder has an index file, but not a file that was there at the scan: that is another page's,
    renamed. Raises FolderError if the folder cannot be read.
    """
    folder = context.folder
    stems = folder.layout.stems(action.file)
    for file in (action.file, *(f"{stem}{suffix}" for stem in stems for suffix in EXTENSIONS)):
        if to_nfc(file) in folder.listed or folder.ignores(file):
            continue
        if not folder.is_missing(file):
            raise PageChanged(action.key, f"its file {file} is there again")


def check_still_renamed(context: ApplyContext, action: Move) -> None:
    """Raise PageChanged if a page is to be moved because its file was renamed, and that was undone.

    If pages swap names, the old name is that of another page's file, which was there at the scan or
    was written by this run. Raises FolderError if the folder cannot be read.
    """
    folder, old = context.folder, action.from_file
    if action.local is not None and folder.is_missing(action.local.file):
        raise PageChanged(action.key, f"its file {action.local.file} is gone again")
    known = folder.listed.union(to_nfc(file) for file, _ in context.files_written)
    if old and to_nfc(old) not in known and not folder.is_missing(old):
        raise PageChanged(action.key, f"its file {old} is there again")
