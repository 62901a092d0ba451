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

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pathspec import GitIgnoreSpec

MAX_BYTES = 64 * 1024 * 1024
"""A larger file is no page; the wiki takes 5 MB in a request by default."""

_TEMPORARY = ".wikisync-"
_OURS = re.compile(re.escape(_TEMPORARY) + "[0-9a-f]{12}")


def digest_of(data: bytes) -> bytes:
    """The digest of a file's bytes, as a lease compares them."""
    return blake2b(data, digest_size=16).digest()


@dataclass(frozen=True, slots=True)
class Found:
    """A file that may be a page: its name below the folder, with ``/``, and its bytes."""

    file: str
    data: bytes


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
        """Every file with a page's extension, in the order of names.

        Hidden files and folders, and whatever ``ignore`` names, are passed over; links are not
        followed. A file that cannot be read is yielded as the error that says so. Raises
        FolderError where the folder itself cannot be read.
        """
        yield from self._scan("")

    def _scan(self, below: str) -> Iterator[Found | FolderError]:
        try:
            with os.scandir(self.root / below) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            if not below and self._may_lack and isinstance(error, FileNotFoundError):
                return
            problem = FolderError(below or str(self.root), "read", _reason(error))
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
                    yield from self._scan(name + "/")
            elif (
                PurePosixPath(entry.name).suffix in EXTENSIONS
                and entry.is_file(follow_symlinks=False)
                and not self._ignored(name)
            ):
                try:
                    yield Found(name, self.read(name))
                except FolderError as problem:
                    yield problem

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
            with self._inside(file, "read").open("rb") as handle:
                if os.fstat(handle.fileno()).st_size > MAX_BYTES:
                    raise FolderError(file, "read", f"it is over {MAX_BYTES >> 20} MiB")
                return handle.read(MAX_BYTES + 1)
        except OSError as error:
            raise FolderError(file, "read", _reason(error)) from error

    def write(self, file: str, data: bytes, lease: bytes | None) -> None:
        """Write a file whole, if it is as ``lease`` says: a digest, or None for *not there*.

        The new content is complete on disk before it takes the name. Raises FileMoved where the
        lease does not hold, FolderError where the disk refuses; the old content is then whole.
        """
        path = self._inside(file, "write")
        try:
            if lease is not None:
                self._check(file, lease, "write")
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary = path.with_name(_TEMPORARY + secrets.token_hex(6))
            try:
                self._fill(temporary, data, path if lease else None)
                if lease is None:
                    _claim(temporary, path, file)
                else:
                    self._check(file, lease, "write")
                    temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)
            _sync_folder(path.parent)
        except OSError as error:
            raise FolderError(file, "write", _reason(error)) from error

    def delete(self, file: str, lease: bytes) -> None:
        """Delete a file that is as ``lease`` says, and the folders it leaves empty.

        Raises FileMoved where the lease does not hold, FolderError where the disk refuses.
        """
        path = self._inside(file, "delete")
        self._check(file, lease, "delete")
        try:
            path.unlink()
        except OSError as error:
            raise FolderError(file, "delete", _reason(error)) from error
        self.prune(file)

    def prune(self, file: str) -> None:
        """Remove the folders that a file which is gone left empty. Raises FolderError."""
        for parent in self._inside(file, "delete").parents:
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
        for temporary in self.root.rglob(f"{_TEMPORARY}*"):
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

    def _inside(self, file: str, doing: str) -> Path:
        """The path of a file, once it is sure that it leads nowhere else (promise 9)."""
        parts = PurePosixPath(file).parts
        if not parts or PurePosixPath(file).is_absolute() or ".." in parts or "\0" in file:
            raise FolderError(file, doing, "it lies outside the folder")
        try:
            link = self._link_in(file)
        except OSError as error:
            raise FolderError(file, doing, _reason(error)) from error
        if link is not None:
            raise FolderError(file, doing, f"{link} is a link, and links are not followed")
        return self.root / file

    def _link_in(self, file: str) -> str | None:
        path = self.root
        for part in PurePosixPath(file).parts:
            path = path / part
            if path.is_symlink():
                return part
        return None

    @staticmethod
    def _fill(temporary: Path, data: bytes, like: Path | None) -> None:
        with temporary.open("xb") as handle:
            if like is not None:
                temporary.chmod(stat.S_IMODE(like.stat().st_mode))
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())


def _claim(temporary: Path, path: Path, file: str) -> None:
    """Give the new file its name, unless something bears it already."""
    try:
        os.link(temporary, path)
    except FileExistsError as error:
        raise FileMoved(file, "write", "a file of that name is there now") from error
    except OSError:  # a file system without hard links
        if path.exists():
            raise FileMoved(file, "write", "a file of that name is there now") from None
        temporary.replace(path)


def _sync_folder(folder: Path) -> None:
    # A rename is on disk only once its folder is; systems that cannot do this keep quiet.
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        return
    try:
        os.fsync(handle)
    except OSError:
        pass
    finally:
        os.close(handle)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
