"""List the files of the folder with their stamps: those that may be pages, and the others.

Hidden files and folders are skipped, and those that ``ignore_rules`` leaves out. Links are not
followed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wikisync.errors import FolderError
from wikisync.folder.directory import open_below
from wikisync.folder.file_errors import clause_of
from wikisync.folder.filesystem import stamp_of
from wikisync.page.asset_names import SETTINGS
from wikisync.page.paths import EXTENSIONS
from wikisync.private_files import reason_of

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from pathlib import Path

    from wikisync.folder.ignore_rules import IgnoreRules, Level
    from wikisync.planning.model import IgnoreReason, Stamp


@dataclass(frozen=True, slots=True)
class FileStat:
    """A file that may be a page: its name relative to the folder, and its stamp."""

    file: str
    stamp: Stamp


class Listing:
    """One walk through the folder ``root``. Without ``missing_ok``, it must exist.

    ``left_out`` are the files that may be pages, and the folders (ending in ``/``), that are not
    taken. ``assets`` are the stamps of the other files, if they are asked for by ``with_assets``.
    ``missing``: there is no such folder.
    """

    def __init__(
        self, root: Path, rules: IgnoreRules, *, missing_ok: bool, with_assets: bool
    ) -> None:
        self.left_out: dict[str, IgnoreReason] = {}
        self.assets: dict[str, Stamp] = {}
        self.missing = False
        self._root = str(root)
        self._rules = rules
        self._missing_ok = missing_ok
        self._with_assets = with_assets

    def walk(self) -> Iterator[FileStat | FolderError]:
        """Yield the files that may be pages, ordered by name, and folders that cannot be read.

        Raises FolderError where the folder itself cannot be read.
        """
        try:
            waiting = [iter(self._list(""))]
        except FileNotFoundError as error:
            if not self._missing_ok:
                raise FolderError(self._root, "read", reason_of(error)) from error
            self.missing = True
            return
        except OSError as error:
            raise FolderError(self._root, "read", reason_of(error)) from error
        while waiting:
            found = next(waiting[-1], None)
            if found is None:
                waiting.pop()
            elif not isinstance(found, str):
                yield found
            else:
                try:
                    waiting.append(iter(self._list(found)))
                except OSError as error:
                    yield FolderError(found, "read", clause_of(error))

    def _list(self, below: str) -> list[FileStat | FolderError | str]:
        """List a directory: files that may be pages, errors, and directories ending in ``/``."""
        listed: list[FileStat | FolderError | str] = []
        with open_below(self._root, below.split("/")[:-1]) as directory:
            entries = directory.entries()
            level = self._rules.enter(below, directory, {entry.name for entry in entries})
            if level.reason is not None:
                self.left_out[below] = level.reason
                return []
            for entry in entries:
                name = below + entry.name
                try:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        if self._takes(name + "/", level):
                            listed.append(name + "/")
                    elif entry.name[entry.name.rfind(".") :] in EXTENSIONS:
                        if entry.is_file(follow_symlinks=False) and (
                            not level.may_leave_out(entry.name) or self._takes(name, level)
                        ):
                            stamp = stamp_of(entry.stat(follow_symlinks=False))
                            listed.append(FileStat(name, stamp))
                    elif self._with_assets and self._is_asset(entry, name, level):
                        self.assets[name] = stamp_of(entry.stat(follow_symlinks=False))
                except OSError as error:
                    listed.append(FolderError(name, "read", reason_of(error)))
        return listed

    def _takes(self, name: str, level: Level) -> bool:
        if (why := self._rules.reason(name, level)) is None:
            return True
        self.left_out[name] = why
        return False

    def _is_asset(self, entry: os.DirEntry[str], name: str, level: Level) -> bool:
        return (
            entry.name.lower() != SETTINGS
            and entry.is_file(follow_symlinks=False)
            and (not level.may_leave_out(entry.name) or self._rules.reason(name, level) is None)
        )
