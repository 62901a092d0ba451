"""The folder on disk: find the files, read them, write them whole or not at all.

What a file *says* is ``page.document``'s business. This module keeps three promises: a file holds
its old or its new content at every moment (2), a write happens only where the file is as the plan
saw it (3), and nothing outside the folder is ever written (9).
"""

from __future__ import annotations

import os
import re
import secrets
import stat
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from wikisync.errors import FileMoved, FolderError
from wikisync.page.paths import EXTENSIONS
from wikisync.sides.atomic import claim, fill, reason_of, sync_folder
from wikisync.sides.stamps import stamp_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pathspec import GitIgnoreSpec

    from wikisync.sync.plan import Stamp

MAX_BYTES = 64 * 1024 * 1024
"""A larger file is no page; the wiki takes 5 MB in a request by default."""

TEMPORARY = ".wikisync-"
"""How the name of a file begins that has not yet got its own."""

_OURS = re.compile(re.escape(TEMPORARY) + "[0-9a-f]{12}")


def digest_of(data: bytes) -> bytes:
    """The digest of a file's bytes, as a lease compares them."""
    return blake2b(data, digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Found:
    """A file that may be a page: its name below the folder, with ``/``, and its bytes."""

    file: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Seen:
    """A file that may be a page: its name, and what the file system says of it."""

    file: str
    stamp: Stamp


class Folder:
    """A folder of pages. ``ignore`` are patterns as git's, relative to the folder.

    With ``may_lack``, a folder that is not there is scanned as an empty one.
    """

    def __init__(self, root: Path, ignore: Sequence[str] = (), *, may_lack: bool = False) -> None:
        self.root = root
        self._may_lack = may_lack
        self._folds: bool | None = None
        self._spec: GitIgnoreSpec | None = None
        if ignore:
            from pathspec import GitIgnoreSpec

            self._spec = GitIgnoreSpec.from_lines(ignore)

    def scan(self) -> Iterator[Found | FolderError]:
        """Every file with a page's extension, in the order of names, with its bytes.

        Hidden files and folders, and whatever ``ignore`` names, are passed over; links are not
        followed. A file that cannot be read is yielded as the error that says so. Raises
        FolderError where the folder itself cannot be read.
        """
        for seen in self.look():
            if isinstance(seen, FolderError):
                yield seen
                continue
            try:
                yield Found(seen.file, self.read(seen.file))
            except FolderError as problem:
                yield problem

    def look(self) -> Iterator[Seen | FolderError]:
        """Every file that ``scan`` reads, as the file system shows it; raises as ``scan`` does."""
        yield from self._look("", str(self.root))

    def _look(self, below: str, path: str) -> Iterator[Seen | FolderError]:
        try:
            with os.scandir(path) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            if not below and self._may_lack and isinstance(error, FileNotFoundError):
                return
            problem = FolderError(below or str(self.root), "read", reason_of(error))
            if not below:
                raise problem from error
            yield problem
            return
        for entry in entries:
            if entry.name.startswith("."):
                continue
            name = below + entry.name
            if entry.is_dir(follow_symlinks=False):
                if not self._ignored(name + "/"):
                    yield from self._look(name + "/", entry.path)
            elif (
                os.path.splitext(entry.name)[1] in EXTENSIONS  # noqa: PTH122  (ten times as fast)
                and entry.is_file(follow_symlinks=False)
                and not self._ignored(name)
            ):
                try:
                    yield Seen(name, stamp_of(entry.stat(follow_symlinks=False)))
                except OSError as error:
                    yield FolderError(name, "read", reason_of(error))

    def _ignored(self, name: str) -> bool:
        return self._spec is not None and self._spec.match_file(name)

    def ignores(self, file: str) -> bool:
        """Whether ``ignore`` names a file, or a folder above it."""
        if self._spec is None:
            return False
        above = [f"{parent}/" for parent in PurePosixPath(file).parents if parent.name]
        return any(self._ignored(name) for name in (file, *above))

    def obstructs(self, file: str) -> bool:
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
        try:
            with self.inside(file, "read").open("rb") as handle:
                if os.fstat(handle.fileno()).st_size > MAX_BYTES:
                    raise FolderError(file, "read", f"it is over {MAX_BYTES >> 20} MiB")
                return handle.read(MAX_BYTES + 1)
        except OSError as error:
            raise FolderError(file, "read", reason_of(error)) from error

    def write(self, file: str, data: bytes, lease: bytes | None) -> None:
        """Write a file whole, if it is as ``lease`` says: a digest, or None for *not there*.

        The new content is complete on disk before it takes the name. Raises FileMoved where the
        lease does not hold, FolderError where the disk refuses; the old content is then whole.
        """
        path = self.inside(file, "write")
        try:
            if lease is not None:
                self._check(file, lease, "write")
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(TEMPORARY + secrets.token_hex(6))
            try:
                fill(temporary, data, path if lease else None)
                if lease is None:
                    claim(temporary, path, file)
                else:
                    self._check(file, lease, "write")
                    temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)
            sync_folder(path.parent)
        except OSError as error:
            raise FolderError(file, "write", reason_of(error)) from error

    def move(self, old: str, new: str, lease: bytes) -> None:
        """Give a file that is as ``lease`` says another name, where nothing bears it.

        It has at least one of the names at every moment. Raises FileMoved where the lease does not
        hold, FolderError where the disk refuses.
        """
        path, goal = self.inside(old, "move"), self.inside(new, "move")
        self._check(old, lease, "move")
        try:
            goal.parent.mkdir(parents=True, exist_ok=True)
            if goal.exists() and goal.samefile(path):  # names that differ in case alone
                path.replace(goal)
            else:
                claim(path, goal, new)
                try:
                    path.unlink(missing_ok=True)
                except OSError:
                    goal.unlink()  # one page, one file
                    raise
            sync_folder(goal.parent)
        except OSError as error:
            raise FolderError(old, "move", reason_of(error)) from error
        self.prune(old)

    def finish_move(self, old: str, new: str) -> None:
        """Take away what a killed move left of the old name: the name itself, and empty folders."""
        with suppress(OSError, FolderError):
            path, goal = self.inside(old, "move"), self.inside(new, "move")
            # Where case does not count, the two names may be one; then there is one link.
            if path.exists() and goal.samefile(path) and path.lstat().st_nlink > 1:
                path.unlink()
            self.prune(old)

    def delete(self, file: str, lease: bytes) -> None:
        """Delete a file that is as ``lease`` says, and the folders it leaves empty.

        Raises FileMoved where the lease does not hold, FolderError where the disk refuses.
        """
        path = self.inside(file, "delete")
        self._check(file, lease, "delete")
        try:
            path.unlink()
        except OSError as error:
            raise FolderError(file, "delete", reason_of(error)) from error
        self.prune(file)

    def prune(self, file: str) -> None:
        """Remove the folders that a file which is gone left empty. Raises FolderError."""
        for parent in self.inside(file, "delete").parents:
            if parent == self.root:
                break
            try:
                parent.rmdir()
            except FileNotFoundError:
                continue
            except OSError:  # not empty: somebody needs it
                break

    def sweep(self) -> None:
        """Remove what a killed run left of files that it had not yet given their names."""
        for temporary in self.root.rglob(f"{TEMPORARY}*"):
            if _OURS.fullmatch(temporary.name) and not temporary.is_symlink():
                with suppress(OSError):  # another run will
                    temporary.unlink()

    def _check(self, file: str, lease: bytes, doing: str) -> None:
        try:
            found = digest_of(self.read(file))
        except FolderError as error:
            raise FileMoved(file, doing, error.reason) from error
        if found != lease:
            raise FileMoved(file, doing, "it was edited meanwhile")

    def inside(self, file: str, doing: str) -> Path:
        """The path of a file, once it is sure that it leads nowhere else (promise 9)."""
        parts = file.split("/")
        if not all(parts) or file.startswith(os.sep) or ".." in parts or "\0" in file:
            raise FolderError(file, doing, "it lies outside the folder")
        try:
            link = self._link_in(file)
        except OSError as error:
            raise FolderError(file, doing, reason_of(error)) from error
        if link is not None:
            raise FolderError(file, doing, f"{link} is a link, and links are not followed")
        return self.root / file

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
