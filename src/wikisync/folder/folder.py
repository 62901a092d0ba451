"""List, read, write, rename and delete the files of the folder, as bytes.

Every write is atomic: a file has its old or its new content at every moment. It happens only where
the file still has the expected digest. Nothing outside the folder is written.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

from wikisync.errors import FolderError
from wikisync.folder.directory import (
    Directory,
    NotRegular,
    digest_of,
    is_same_file,
    open_below,
)
from wikisync.folder.file_errors import translate_errors
from wikisync.folder.ignore_rules import IgnoreRules
from wikisync.folder.listing import FileStat, Listing
from wikisync.folder.replace import (
    clean_directory,
    create_file,
    delete_file,
    move_file,
    replace_file,
)
from wikisync.folder.spelling import on_disk
from wikisync.page.paths import Layout, to_nfc
from wikisync.page.windows_names import windows_refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from wikisync.planning.model import IgnoreReason, Stamp

__all__ = ["FileContent", "FileStat", "Folder", "digest_of"]


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file that may be a page: its name relative to the folder, with ``/``, and its bytes."""

    file: str
    data: bytes


class Folder:
    """A folder of pages. ``ignore`` are patterns as in a .gitignore, relative to the folder; they
    go before what ``ignore_rules`` leaves out by itself.

    ``layout`` says which files are the pages of their folders; its locales are not used.

    With ``missing_ok``, a folder that does not exist is listed as empty. ``on_windows``: names that
    are reserved on Windows are refused. ``saved_beside`` are the files in which
    ``remove_temporary_files`` kept a user's edit whose own name was taken. ``listed`` are the files
    (names in NFC) that the last complete ``list_files`` found, which ended at ``listed_at``
    (monotonic seconds); ``left_out`` are the files and folders (ending in ``/``) not taken.
    ``assets`` are the stamps of the files that it found besides, by name, if ``with_assets``.
    """

    def __init__(
        self,
        root: Path,
        ignore: Sequence[str] = (),
        layout: Layout | None = None,
        *,
        missing_ok: bool = False,
        with_assets: bool = False,
    ) -> None:
        self.root = root
        self.layout = layout or Layout()
        self.on_windows = os.name == "nt"
        self.saved_beside: list[str] = []
        self.listed: frozenset[str] = frozenset()
        self.listed_at: float | None = None
        self.assets: Mapping[str, Stamp] = {}
        self._missing_ok = missing_ok
        self._with_assets = with_assets
        self._folds_case: bool | None = None
        self.left_out: dict[str, IgnoreReason] = {}
        self._rules = IgnoreRules(root, ignore, every_file=with_assets)

    def scan(self) -> Iterator[FileContent | FolderError]:
        """Yield every file with the extension of a page and its bytes, ordered by name.

        Skips hidden files and folders, and those that ``ignores`` names; does not follow links.
        Yields a FolderError for a file that cannot be read. Raises FolderError where the folder
        itself cannot be read.
        """
        for seen in self.list_files():
            if isinstance(seen, FolderError):
                yield seen
                continue
            try:
                yield FileContent(seen.file, self.read(seen.file))
            except FolderError as problem:
                yield problem

    def list_files(self) -> Iterator[FileStat | FolderError]:
        """Yield the files that ``scan`` reads, with their stamps; raises like ``scan``."""
        self._rules.clear()
        listing = Listing(
            self.root, self._rules, missing_ok=self._missing_ok, with_assets=self._with_assets
        )
        self.left_out = listing.left_out
        files: list[str] = []
        for found in listing.walk():
            if isinstance(found, FileStat):
                files.append(found.file)
            yield found
        if not listing.missing:
            self.listed, self.listed_at = frozenset(map(to_nfc, files)), monotonic()
            self.assets = listing.assets

    def ignores(self, file: str) -> bool:
        """Return whether a file is not taken, for its name or a folder above it."""
        return self._rules.reason_of(file) is not None

    def is_obstructed(self, file: str) -> bool:
        """Return whether a name is no regular file, or its path contains a link."""
        try:
            return self._link_in(file) is not None or not stat.S_ISREG(
                (self.root / file).lstat().st_mode
            )
        except (OSError, ValueError):  # ValueError: a name that the system cannot have
            return False

    def folds_case(self) -> bool:
        """Return whether the file system ignores case in names."""
        if self._folds_case is None:
            probe = self.root.with_name(self.root.name.swapcase())
            try:
                self._folds_case = probe != self.root and probe.samefile(self.root)
            except OSError:
                self._folds_case = False
        return self._folds_case

    def read(self, file: str) -> bytes:
        """Return the bytes of a file. Raises FolderError."""
        with translate_errors(file, "read"), self.directory_of(file, "read") as (directory, name):
            return directory.read(name)

    def read_start(self, file: str, most: int) -> bytes:
        """Return at most ``most`` bytes of a file, of any size. Raises FolderError."""
        with (
            translate_errors(file, "read"),
            self.directory_of(file, "read") as (directory, name),
            directory.open_file(name) as opened,
        ):
            return opened.read(most)

    def is_missing(self, file: str) -> bool:
        """Return whether a file does not exist. Raises FolderError where that is unknown."""
        with translate_errors(file, "read"):
            try:
                with self.directory_of(file, "read") as (directory, name):
                    return not directory.exists(name)
            except (FileNotFoundError, NotADirectoryError):
                with open_below(str(self.root), ()):  # raises where the folder itself is missing
                    return True

    def write(self, file: str, data: bytes, expected: bytes | None) -> None:
        """Write a file atomically, if it has the digest ``expected``; None: it must not exist.

        The new content is synced to disk before it gets the name. Raises FileChanged where the
        precondition fails, FolderError where the write fails; the old content is then unchanged.
        """
        with (
            translate_errors(file, "write", expected=expected),
            self.directory_of(file, "write", make=expected is None) as (directory, name),
        ):
            if expected is None:
                create_file(directory, name, data)
            else:
                replace_file(directory, name, data, expected)
            directory.sync()

    def move(self, old: str, new: str, expected: bytes) -> None:
        """Rename a file that has the digest ``expected``, without replacing another.

        It has at least one of the names at every moment. Raises FileChanged where the precondition
        fails or the new name exists, FolderError where the rename fails.
        """
        with (
            translate_errors(old, "move", expected=expected, new=new),
            self.directory_of(old, "move") as (directory, name),
            self.directory_of(new, "move", make=True) as (target, new_name),
        ):
            if is_same_file(directory, name, target, new_name):  # names that differ in case alone
                directory.rename(name, new_name, target)
            else:
                move_file(directory, name, target, new_name, expected)
            target.sync()
        self.remove_empty_folders(old)

    def finish_move(self, old: str, new: str) -> None:
        """Complete a rename that was interrupted: remove the old name and its empty folders."""
        with (
            suppress(OSError, FolderError),
            self.directory_of(old, "move") as (directory, name),
            self.directory_of(new, "move") as (target, new_name),
        ):
            # On a file system that ignores case the two names may be one, with a single link.
            both = is_same_file(directory, name, target, new_name)
            if both and directory.stat(name).st_nlink > 1:
                directory.unlink(name)
        with suppress(FolderError):
            self.remove_empty_folders(old)

    def delete(self, file: str, expected: bytes) -> None:
        """Delete a file that has the digest ``expected``, and the folders that become empty.

        Raises FileChanged where the precondition fails, FolderError where the deletion fails.
        """
        with (
            translate_errors(file, "delete", expected=expected),
            self.directory_of(file, "delete") as (directory, name),
        ):
            delete_file(directory, name, expected)
        self.remove_empty_folders(file)

    def remove_empty_folders(self, file: str) -> None:
        """Remove the empty folders above a deleted file. Raises FolderError."""
        *parents, _ = self._parts(file, "delete")
        with suppress(OSError):  # not empty, or a link
            self._prune(parents)

    def _prune(self, parents: Sequence[str]) -> None:
        for end in range(len(parents), 0, -1):
            with (
                suppress(FileNotFoundError),
                open_below(str(self.root), parents[: end - 1]) as above,
            ):
                above.rmdir(parents[end - 1])

    def remove_temporary_files(self) -> list[str]:
        """Remove temporary files of runs that were killed, and restore users' edits among them.

        Folders that are left out are not searched, since there may be very many files in them.
        Returns the files that keep an edit beside its own name, because that is taken;
        ``saved_beside`` has them too.
        """
        kept: list[str] = []
        waiting = [""]
        while waiting:
            below = waiting.pop()
            with suppress(OSError), open_below(str(self.root), below.split("/")[:-1]) as found:
                entries = found.entries()
                level = self._rules.enter(below, found, {entry.name for entry in entries})
                if level.reason is not None:
                    continue
                kept += (below + name for name in clean_directory(found))
                waiting += (
                    f"{below}{entry.name}/"
                    for entry in entries
                    if entry.is_dir(follow_symlinks=False)
                    and not entry.name.startswith(".")
                    and self._rules.reason(f"{below}{entry.name}/", level) is None
                )
        self.saved_beside += kept
        return kept

    @contextmanager
    def directory_of(
        self, file: str, doing: str, *, make: bool = False
    ) -> Iterator[tuple[Directory, str]]:
        """Open the directory of a file; yield it with the file's name in it.

        Raises FolderError where the path leads outside the folder, NotRegular where it contains a
        link or the file is one, OSError.
        """
        *parents, name = self._parts(file, doing)
        with open_below(str(self.root), parents, make=make) as found:
            with suppress(FileNotFoundError):
                if stat.S_ISLNK(found.stat(name).st_mode):
                    raise NotRegular(f"{name} is a link, and links are not followed")
            yield found, name

    def _parts(self, file: str, doing: str) -> list[str]:
        parts = file.split("/")
        if not all(parts) or file.startswith(os.sep) or ".." in parts or "\0" in file:
            raise FolderError(file, doing, "it lies outside the folder")
        if self.on_windows and (why := windows_refusal(file)) is not None:
            raise FolderError(file, doing, why)
        return parts if file.isascii() else on_disk(str(self.root), parts)

    def spelled(self, file: str) -> str:
        """Return a file's name in the Unicode form in which it, or a folder above it, exists."""
        return file if file.isascii() else "/".join(on_disk(str(self.root), file.split("/")))

    def _link_in(self, file: str) -> str | None:
        path = str(self.root)
        for part in file.split("/"):
            path = f"{path}{os.sep}{part}"
            try:
                if stat.S_ISLNK(os.lstat(path).st_mode):
                    return part
            except (FileNotFoundError, NotADirectoryError):
                return None
        return None
