"""List all files of the folder, pages and others, with their stamps, in one walk.

Pages are those that ``Folder.list_files`` finds. Of the other files, hidden ones are left out, and
what is in folders that are left out; links are not followed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wikisync.errors import FolderError
from wikisync.folder.directory import open_below
from wikisync.folder.file_errors import clause_of
from wikisync.folder.filesystem import stamp_of
from wikisync.folder.ignore_rules import IgnoreRules
from wikisync.page.paths import EXTENSIONS
from wikisync.private_files import reason_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from wikisync.planning.model import Stamp


@dataclass(slots=True)
class Inventory:
    """The files of the folder by name, with ``/``; ``unread`` are files and folders that fail."""

    pages: dict[str, Stamp] = field(default_factory=dict)
    others: dict[str, Stamp] = field(default_factory=dict)
    unread: list[FolderError] = field(default_factory=list)


def take_inventory(root: Path, ignore: Sequence[str]) -> Inventory:
    """Return the files below ``root``. Raises FolderError where it cannot be read."""
    rules = IgnoreRules(root, ignore)
    found = Inventory()
    waiting = [""]
    while waiting:
        below = waiting.pop()
        try:
            waiting += _list(str(root), below, rules, found)
        except OSError as error:
            if not below:
                raise FolderError(str(root), "read", reason_of(error)) from error
            found.unread.append(FolderError(below, "read", clause_of(error)))
    return found


def _list(root: str, below: str, rules: IgnoreRules, found: Inventory) -> list[str]:
    """Add the files of a directory, and return the directories in it, each ending in ``/``."""
    folders: list[str] = []
    with open_below(root, below.split("/")[:-1]) as directory:
        entries = directory.entries()
        level = rules.enter(below, directory, {entry.name for entry in entries})
        if level.reason is not None:
            return []
        for entry in entries:
            if entry.name.startswith("."):
                continue
            name = below + entry.name
            try:
                if entry.is_dir(follow_symlinks=False):
                    if rules.reason(f"{name}/", level) is None:
                        folders.append(f"{name}/")
                elif not entry.is_file(follow_symlinks=False):
                    continue
                elif not level.may_leave_out(entry.name) or rules.reason(name, level) is None:
                    is_page = os.path.splitext(entry.name)[1] in EXTENSIONS  # noqa: PTH122
                    kind = found.pages if is_page else found.others
                    kind[name] = stamp_of(entry.stat(follow_symlinks=False))
            except OSError as error:
                found.unread.append(FolderError(name, "read", reason_of(error)))
    return folders
