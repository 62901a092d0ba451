"""A directory below the folder, reached without following a link, and what is done in it.

Where the system has ``openat`` (Linux, macOS, BSD), each step of the way is opened relative to the
one before, and no step may be a link: a link that takes a directory's place later leads nowhere
else, since the directory stays open. MovedAway (Windows) the way is looked at before each use.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from typing import IO, TYPE_CHECKING, Final

from wikisync.folder import atomic_rename
from wikisync.folder.filesystem import sync_handle
from wikisync.page.model import MAX_FILE_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_OPENAT: Final = os.open in os.supports_dir_fd and hasattr(os, "O_DIRECTORY")
_TO_DIRECTORY: Final = (
    os.O_RDONLY
    | getattr(os, "O_DIRECTORY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
_TO_READ: Final = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)  # a FIFO would wait for a writer for ever
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_TO_CREATE: Final = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


def digest_of(data: bytes) -> bytes:
    """Return the digest of a file's bytes, as the precondition of a write compares them."""
    return blake2b(data, digest_size=16).digest()


class NotRegular(OSError):
    """A name that is a link or no regular file. Its text is a clause that says which."""

    def __init__(self, clause: str) -> None:
        super().__init__(errno.EINVAL, clause)


class FileTooLarge(OSError):
    """A file that is larger than a page can be."""

    def __init__(self) -> None:
        super().__init__(errno.EFBIG, f"it is over {MAX_FILE_BYTES >> 20} MiB")


@dataclass(frozen=True, slots=True)
class Directory:
    """An open directory. ``fd`` is None where the system cannot work relative to one."""

    path: str
    fd: int | None

    def _at(self, name: str) -> str:
        return name if self.fd is not None else os.path.join(self.path, name)  # noqa: PTH118

    def names(self) -> list[str]:
        """List the names in the directory, sorted."""
        return sorted(os.listdir(self.path if self.fd is None else self.fd))  # noqa: PTH208

    def entries(self) -> list[os.DirEntry[str]]:
        """List what is in the directory, sorted by name. Each is good as long as this is open."""
        with os.scandir(self.path if self.fd is None else self.fd) as listing:
            return sorted(listing, key=lambda entry: entry.name)

    def stat(self, name: str) -> os.stat_result:
        """Return what the file system says of a name itself, also where it is a link."""
        return os.stat(self._at(name), dir_fd=self.fd, follow_symlinks=False)

    def read(self, name: str) -> bytes:
        """Return the bytes of a regular file. Raises OSError, NotRegular, FileTooLarge."""
        handle = self._open(name)
        with os.fdopen(handle, "rb") as file:
            found = os.fstat(handle)
            if not stat.S_ISREG(found.st_mode):
                raise NotRegular("it is no regular file")
            if found.st_size > MAX_FILE_BYTES:
                raise FileTooLarge
            data = file.read(MAX_FILE_BYTES + 1)
            if len(data) > MAX_FILE_BYTES:  # it grew since
                raise FileTooLarge
            return data

    def _open(self, name: str) -> int:
        if self.fd is None and stat.S_ISLNK(self.stat(name).st_mode):
            raise NotRegular(_LINK.format(name))
        try:
            return os.open(self._at(name), _TO_READ, dir_fd=self.fd)
        except OSError as error:
            if _is_link(self._at(name), self.fd):
                raise NotRegular(_LINK.format(name)) from error
            raise

    def digest(self, name: str) -> bytes | None:
        """Return the digest of a regular file; None where there is none that can be read."""
        try:
            return digest_of(self.read(name))
        except OSError:
            return None

    def create(self, name: str) -> IO[bytes]:
        """Open a new file to write. Raises FileExistsError where something has the name."""
        return os.fdopen(os.open(self._at(name), _TO_CREATE, 0o666, dir_fd=self.fd), "wb")

    def unlink(self, name: str) -> None:
        """Remove a file."""
        os.unlink(self._at(name), dir_fd=self.fd)

    def rmdir(self, name: str) -> None:
        """Remove an empty directory."""
        os.rmdir(self._at(name), dir_fd=self.fd)

    def rename(self, old: str, new: str, into: Directory | None = None) -> None:
        """Rename a file, here or into another directory; what has the new name is replaced."""
        goal = into or self
        source, target = self._at(old), goal._at(new)
        os.replace(source, target, src_dir_fd=self.fd, dst_dir_fd=goal.fd)

    def exchange(self, one: str, other: str) -> bool:
        """Swap two names in one step. Returns False where this system cannot."""
        return atomic_rename.exchange(self._at(one), self._at(other), self.fd)

    def claim(self, old: str, new: str, into: Directory | None = None) -> None:
        """Rename a file onto a name that is free. Raises FileExistsError where it is not.

        In one step where the system can. Where it can only link, the file has both names for a
        moment; where it can do neither, the name is looked at before.
        """
        goal = into or self
        source, target = self._at(old), goal._at(new)
        if atomic_rename.rename_exclusive(source, target, self.fd, goal.fd):
            return
        try:
            os.link(source, target, src_dir_fd=self.fd, dst_dir_fd=goal.fd, follow_symlinks=False)
        except FileExistsError:
            raise
        except (OSError, NotImplementedError):  # a file system without hard links
            if goal.exists(new):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), new) from None
            os.replace(source, target, src_dir_fd=self.fd, dst_dir_fd=goal.fd)
        else:
            self.unlink(old)

    def exists(self, name: str) -> bool:
        """Whether anything has a name. Raises OSError where that cannot be told."""
        try:
            self.stat(name)
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True

    def sync(self) -> None:
        """Bring the directory's names to disk: a rename is there only then.

        Does nothing on systems that cannot.
        """
        if self.fd is not None:
            sync_handle(self.fd)


@contextmanager
def open_below(root: str, names: Sequence[str], *, make: bool = False) -> Iterator[Directory]:
    """Open the directory that ``names`` lead to from ``root``, which itself may be a link.

    With ``make``, those that are missing are made. Raises OSError, NotRegular for a link.
    """
    if not _OPENAT:
        yield Directory(_walk(root, names, make=make), None)
        return
    path, fd = root, os.open(root, _TO_DIRECTORY & ~getattr(os, "O_NOFOLLOW", 0))
    try:
        for name in names:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(name, dir_fd=fd)
            try:
                inner = os.open(name, _TO_DIRECTORY, dir_fd=fd)
            except OSError as error:
                if _is_link(name, fd):
                    raise NotRegular(_LINK.format(name)) from error
                raise
            os.close(fd)
            path, fd = os.path.join(path, name), inner  # noqa: PTH118
        yield Directory(path, fd)
    finally:
        os.close(fd)


def _walk(path: str, names: Sequence[str], *, make: bool) -> str:
    """Return the path that ``names`` lead to, each step looked at for a link."""
    for name in names:
        path = os.path.join(path, name)  # noqa: PTH118
        if _is_link(path, None):
            raise NotRegular(_LINK.format(name))
        if make:
            with suppress(FileExistsError):
                os.mkdir(path)  # noqa: PTH102
    os.stat(path)  # noqa: PTH116
    return path


_LINK: Final = "{} is a link, and links are not followed"


def _is_link(name: str, dir_fd: int | None) -> bool:
    try:
        found = os.stat(name, dir_fd=dir_fd, follow_symlinks=False)
    except OSError:
        return False
    return stat.S_ISLNK(found.st_mode)
