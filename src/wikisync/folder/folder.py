"""The folder on disk: find the files, read them, write them whole or not at all.

What a file *says* is ``page.document``'s business. This module keeps three promises: a file holds
its old or its new content at every moment (2), a write happens only where the file is as the plan
saw it (3), and nothing outside the folder is ever written (9).
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from time import monotonic
from typing import TYPE_CHECKING

from wikisync.errors import FolderError
from wikisync.folder.directory import Directory, NotRegular, digest_of, open_below
from wikisync.folder.file_errors import clause_of, reported
from wikisync.folder.filesystem import reason_of, stamp_of
from wikisync.folder.replace import clear, create_file, delete_file, move_file, replace_file
from wikisync.page.paths import EXTENSIONS
from wikisync.page.windows_names import windows_refusal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pathspec import GitIgnoreSpec

    from wikisync.planning.model import Stamp

__all__ = ["FileContent", "FileStat", "Folder", "digest_of"]


@dataclass(frozen=True, slots=True)
class FileContent:
    """A file that may be a page: its name below the folder, with ``/``, and its bytes."""

    file: str
    data: bytes


@dataclass(frozen=True, slots=True)
class FileStat:
    """A file that may be a page: its name, and what the file system says of it."""

    file: str
    stamp: Stamp


class Folder:
    """A folder of pages. ``ignore`` are patterns as git's, relative to the folder.

    With ``may_lack``, a folder that is not there is scanned as an empty one. ``on_windows`` is
    whether names that Windows keeps or refuses are refused here. ``saved`` are files in which
    ``sweep`` kept what a person may have saved, since its own name was taken.
    ``looked`` are the files that the last whole look saw, which ended at ``looked_at`` (monotonic
    seconds).
    """

    def __init__(self, root: Path, ignore: Sequence[str] = (), *, may_lack: bool = False) -> None:
        self.root = root
        self.on_windows = os.name == "nt"
        self.saved: list[str] = []
        self.looked: frozenset[str] = frozenset()
        self.looked_at: float | None = None
        self._may_lack = may_lack
        self._folds: bool | None = None
        self._spec: GitIgnoreSpec | None = None
        if ignore:
            from pathspec import GitIgnoreSpec

            self._spec = GitIgnoreSpec.from_lines(ignore)

    def scan(self) -> Iterator[FileContent | FolderError]:
        """Every file with a page's extension, in the order of names, with its bytes.

        Hidden files and folders, and whatever ``ignore`` names, are passed over; links are not
        followed. A file that cannot be read is yielded as the error that says so. Raises
        FolderError where the folder itself cannot be read.
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
        """Every file that ``scan`` reads, as the file system shows it; raises as ``scan`` does."""
        try:
            waiting = [iter(self._list(""))]
        except FileNotFoundError as error:
            if not self._may_lack:
                raise FolderError(str(self.root), "read", reason_of(error)) from error
            return
        except OSError as error:
            raise FolderError(str(self.root), "read", reason_of(error)) from error
        files: list[str] = []
        while waiting:
            found = next(waiting[-1], None)
            if found is None:
                waiting.pop()
            elif not isinstance(found, str):
                files.append(found.file)
                yield found
            else:
                try:
                    waiting.append(iter(self._list(found)))
                except OSError as error:
                    yield FolderError(found, "read", clause_of(error))
        self.looked, self.looked_at = frozenset(files), monotonic()

    def _list(self, below: str) -> list[FileStat | FolderError | str]:
        """The files in a directory that may be pages, and the directories, which end in ``/``."""
        listed: list[FileStat | FolderError | str] = []
        with open_below(str(self.root), below.split("/")[:-1]) as directory:
            for entry in directory.entries():
                name = below + entry.name
                try:
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir(follow_symlinks=False):
                        if not self._ignored(name + "/"):
                            listed.append(name + "/")
                    elif (
                        os.path.splitext(entry.name)[1] in EXTENSIONS  # noqa: PTH122  (ten times as fast)
                        and entry.is_file(follow_symlinks=False)
                        and not self._ignored(name)
                    ):
                        listed.append(FileStat(name, stamp_of(entry.stat(follow_symlinks=False))))
                except OSError as error:
                    listed.append(FolderError(name, "read", reason_of(error)))
        return listed

    def _ignored(self, name: str) -> bool:
        return self._spec is not None and self._spec.match_file(name)

    def ignores(self, file: str) -> bool:
        """Whether ``ignore`` names a file, or a folder above it."""
        if self._spec is None:
            return False
        above = [f"{parent}/" for parent in PurePosixPath(file).parents if parent.name]
        return any(self._ignored(name) for name in (file, *above))

    def is_obstructed(self, file: str) -> bool:
        """Whether something that is no file bears its name, or a link stands where it leads."""
        try:
            return self._link_in(file) is not None or not stat.S_ISREG(
                (self.root / file).lstat().st_mode
            )
        except OSError:
            return False

    def folds_case(self) -> bool:
        """Whether names that differ in case alone are one name here."""
        if self._folds is None:
            probe = self.root.with_name(self.root.name.swapcase())
            try:
                self._folds = probe != self.root and probe.samefile(self.root)
            except OSError:
                self._folds = False
        return self._folds

    def read(self, file: str) -> bytes:
        """The bytes of a file. Raises FolderError."""
        with reported(file, "read"), self.directory_of(file, "read") as (directory, name):
            return directory.read(name)

    def is_missing(self, file: str) -> bool:
        """Whether nothing has a file's name, seen just now. Raises FolderError where unknown."""
        with reported(file, "read"):
            try:
                with self.directory_of(file, "read") as (directory, name):
                    return not directory.exists(name)
            except (FileNotFoundError, NotADirectoryError):
                with open_below(str(self.root), ()):  # a folder that is gone says nothing
                    return True

    def write(self, file: str, data: bytes, lease: bytes | None) -> None:
        """Write a file whole, if it is as ``lease`` says: a digest, or None for *not there*.

        The new content is complete on disk before it takes the name. Raises FileChanged where the
        lease does not hold, FolderError where the disk refuses; the old content is then whole.
        """
        with (
            reported(file, "write", expected=lease),
            self.directory_of(file, "write", make=lease is None) as (directory, name),
        ):
            if lease is None:
                create_file(directory, name, data)
            else:
                replace_file(directory, name, data, lease)
            directory.sync()

    def move(self, old: str, new: str, lease: bytes) -> None:
        """Give a file that is as ``lease`` says another name, where nothing bears it.

        It has at least one of the names at every moment. Raises FileChanged where the lease does
        not hold, FolderError where the disk refuses.
        """
        with (
            reported(old, "move", expected=lease, new=new),
            self.directory_of(old, "move") as (directory, name),
            self.directory_of(new, "move", make=True) as (goal, new_name),
        ):
            if _are_one(directory, name, goal, new_name):  # names that differ in case alone
                directory.rename(name, new_name, goal)
            else:
                move_file(directory, name, goal, new_name, lease)
            goal.sync()
        self.remove_empty_folders(old)

    def finish_move(self, old: str, new: str) -> None:
        """Take away what a killed move left of the old name: the name itself, and empty folders."""
        with (
            suppress(OSError, FolderError),
            self.directory_of(old, "move") as (directory, name),
            self.directory_of(new, "move") as (goal, new_name),
        ):
            # Where case does not count, the two names may be one; then there is one link.
            both = _are_one(directory, name, goal, new_name)
            if both and directory.stat(name).st_nlink > 1:
                directory.unlink(name)
        with suppress(FolderError):
            self.remove_empty_folders(old)

    def delete(self, file: str, lease: bytes) -> None:
        """Delete a file that is as ``lease`` says, and the folders it leaves empty.

        Raises FileChanged where the lease does not hold, FolderError where the disk refuses.
        """
        with (
            reported(file, "delete", expected=lease),
            self.directory_of(file, "delete") as (directory, name),
        ):
            delete_file(directory, name, lease)
        self.remove_empty_folders(file)

    def remove_empty_folders(self, file: str) -> None:
        """Remove the folders that a file which is gone left empty. Raises FolderError."""
        *parents, _ = self._parts(file, "delete")
        with suppress(OSError):  # not empty: somebody needs it; or a link: it leads elsewhere
            self._prune(parents)

    def _prune(self, parents: Sequence[str]) -> None:
        for end in range(len(parents), 0, -1):
            with (
                suppress(FileNotFoundError),
                open_below(str(self.root), parents[: end - 1]) as above,
            ):
                above.rmdir(parents[end - 1])

    def remove_temporary_files(self) -> list[str]:
        """Clear away what killed runs left, and give back what a person may have saved in it.

        Returns the files in which such a save is kept because its own name is taken; ``saved``
        has them too.
        """
        kept: list[str] = []
        waiting = [""]
        while waiting:
            below = waiting.pop()
            with suppress(OSError), open_below(str(self.root), below.split("/")[:-1]) as found:
                kept += (below + name for name in clear(found))
                waiting += (
                    f"{below}{entry.name}/"
                    for entry in found.entries()
                    if entry.is_dir(follow_symlinks=False) and not entry.name.startswith(".")
                )
        self.saved += kept
        return kept

    @contextmanager
    def directory_of(
        self, file: str, doing: str, *, make: bool = False
    ) -> Iterator[tuple[Directory, str]]:
        """Open the directory that a file is in, with the file's name there (promise 9).

        No link is followed on the way, nor is the file one. Raises FolderError, OSError.
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
        return parts

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


def _are_one(directory: Directory, name: str, goal: Directory, new: str) -> bool:
    """Whether two names are of one file. Raises OSError where the first is of none."""
    found = directory.stat(name)
    try:
        other = goal.stat(new)
    except FileNotFoundError:
        return False
    return (found.st_dev, found.st_ino) == (other.st_dev, other.st_ino)
