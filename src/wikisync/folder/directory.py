"""Open directories below the folder without following links, and work in them.

On systems with ``openat`` (Linux, macOS, BSD), each directory is opened relative to the one above
it, and links are refused. It stays open, so a link that replaces it later has no effect. Elsewhere
(Windows), the path is checked for links before each use.
"""

from __future__ import annotations

import errno
import os
import stat
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import blake2b
from io import FileIO
from typing import IO, TYPE_CHECKING, Final

from wikisync.folder import atomic_rename
from wikisync.folder.filesystem import sync_handle
from wikisync.page.model import MAX_FILE_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_OPENAT: Final = os.open in os.supports_dir_fd and hasattr(os, "O_DIRECTORY")
_DIRECTORY_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_DIRECTORY", 0)
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
)
_READ_FLAGS: Final = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)  # opening a FIFO would block
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_CREATE_FLAGS: Final = (
    os.O_WRONLY
    | os.O_CREAT
    | os.O_EXCL
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)


PIECE: Final = 256 * 1024
"""The most bytes of an image or another file in memory."""


def new_digest() -> blake2b:
    """Return an object that makes the digest of bytes which it is given in pieces."""
    return blake2b(digest_size=16)


def digest_of(data: bytes) -> bytes:
    """Return the digest of a file's bytes, which preconditions of writes compare (16 bytes)."""
    return blake2b(data, digest_size=16).digest()


class NotRegular(OSError):
    """Raised for a link or anything that is no regular file; ``strerror`` is a clause."""

    def __init__(self, clause: str) -> None:
        super().__init__(errno.EINVAL, clause)


class FileTooLarge(OSError):
    """Raised for a file that is larger than a page can be."""

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
        """List the entries, sorted by name. They are valid while the directory is open."""
        with os.scandir(self.path if self.fd is None else self.fd) as listing:
            return sorted(listing, key=lambda entry: entry.name)

    def stat(self, name: str) -> os.stat_result:
        """Return the stat of a name, without following links."""
        return os.stat(self._at(name), dir_fd=self.fd, follow_symlinks=False)

    def read(self, name: str) -> bytes:
        """Return the bytes of a regular file. Raises OSError, NotRegular, FileTooLarge."""
        with self.open_file(name) as file:
            if os.fstat(file.fileno()).st_size > MAX_FILE_BYTES:
                raise FileTooLarge
            data = file.read(MAX_FILE_BYTES + 1)
            if len(data) > MAX_FILE_BYTES:  # it grew after fstat
                raise FileTooLarge
            return data

    def open_file(self, name: str) -> IO[bytes]:
        """Open a regular file to read, of any size. Raises OSError, NotRegular."""
        file = os.fdopen(self._open(name), "rb")
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            file.close()
            raise NotRegular("it is no regular file")
        return file

    def _open(self, name: str) -> int:
        if self.fd is None and stat.S_ISLNK(self.stat(name).st_mode):
            raise NotRegular(_LINK_REASON.format(name))
        try:
            return os.open(self._at(name), _READ_FLAGS, dir_fd=self.fd)
        except OSError as error:
            if _is_link(self._at(name), self.fd):
                raise NotRegular(_LINK_REASON.format(name)) from error
            raise

    def hash(self, name: str) -> bytes:
        """Return the digest of a regular file of any size. Raises OSError, NotRegular."""
        digest = new_digest()
        with self.open_file(name) as file:
            while piece := file.read(PIECE):
                digest.update(piece)
        return digest.digest()

    def digest(self, name: str) -> bytes | None:
        """Return the digest of a regular file; None where it cannot be read."""
        try:
            return self.hash(name)
        except OSError:
            return None

    def create(self, name: str) -> IO[bytes]:
        """Create a file and open it for writing. Raises FileExistsError where the name exists."""
        return os.fdopen(self._create(name), "wb")

    def create_raw(self, name: str) -> FileIO:
        """Create a file as ``create`` does, without a buffer: a write may take a part of it."""
        return FileIO(self._create(name), "wb")

    def _create(self, name: str) -> int:
        return os.open(self._at(name), _CREATE_FLAGS, 0o666, dir_fd=self.fd)

    def unlink(self, name: str) -> None:
        """Remove a file."""
        os.unlink(self._at(name), dir_fd=self.fd)

    def rmdir(self, name: str) -> None:
        """Remove an empty directory."""
        os.rmdir(self._at(name), dir_fd=self.fd)

    def rename(self, old: str, new: str, into: Directory | None = None) -> None:
        """Rename a file, within the directory or into another; an existing file is replaced."""
        target_directory = into or self
        source, target = self._at(old), target_directory._at(new)
        os.replace(source, target, src_dir_fd=self.fd, dst_dir_fd=target_directory.fd)

    def exchange(self, one: str, other: str) -> bool:
        """Swap two files atomically. Returns False where this is not supported."""
        return atomic_rename.exchange(self._at(one), self._at(other), self.fd)

    def rename_exclusive(self, old: str, new: str, into: Directory | None = None) -> None:
        """Rename a file without replacing. Raises FileExistsError where the new name exists.

        Atomic where the system supports it. With hard links only, the file has both names for a
        moment; without either, the name is checked before the rename.
        """
        target_directory = into or self
        source, target = self._at(old), target_directory._at(new)
        if atomic_rename.rename_exclusive(source, target, self.fd, target_directory.fd):
            return
        try:
            os.link(
                source,
                target,
                src_dir_fd=self.fd,
                dst_dir_fd=target_directory.fd,
                follow_symlinks=False,
            )
        except FileExistsError:
            raise
        except (OSError, NotImplementedError):  # a file system without hard links
            if target_directory.exists(new):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), new) from None
            os.replace(source, target, src_dir_fd=self.fd, dst_dir_fd=target_directory.fd)
        else:
            self.unlink(old)

    def exists(self, name: str) -> bool:
        """Return whether a name exists. Raises OSError where that cannot be determined."""
        try:
            self.stat(name)
        except (FileNotFoundError, NotADirectoryError):
            return False
        return True

    def sync(self) -> None:
        """Sync the directory's names to disk, so that renames survive a crash.

        Does nothing on systems without ``openat``.
        """
        if self.fd is not None:
            sync_handle(self.fd)


def is_same_file(directory: Directory, name: str, goal: Directory, new: str) -> bool:
    """Return whether two names are one file. Raises OSError where the first does not exist."""
    found = directory.stat(name)
    try:
        other = goal.stat(new)
    except FileNotFoundError:
        return False
    return (found.st_dev, found.st_ino) == (other.st_dev, other.st_ino)


@contextmanager
def open_below(root: str, names: Sequence[str], *, make: bool = False) -> Iterator[Directory]:
    """Open the directory at ``names`` below ``root``; ``root`` itself may be a link.

    With ``make``, missing directories are created. Raises OSError; NotRegular for a link.
    """
    if not _OPENAT:
        yield Directory(_checked_path(root, names, make=make), None)
        return
    path, fd = root, os.open(root, _DIRECTORY_FLAGS & ~getattr(os, "O_NOFOLLOW", 0))
    try:
        for name in names:
            if make:
                with suppress(FileExistsError):
                    os.mkdir(name, dir_fd=fd)
            try:
                inner = os.open(name, _DIRECTORY_FLAGS, dir_fd=fd)
            except OSError as error:
                if _is_link(name, fd):
                    raise NotRegular(_LINK_REASON.format(name)) from error
                raise
            os.close(fd)
            path, fd = os.path.join(path, name), inner  # noqa: PTH118
        yield Directory(path, fd)
    finally:
        os.close(fd)


def _checked_path(path: str, names: Sequence[str], *, make: bool) -> str:
    """Return the path of ``names`` below ``path``. Raises NotRegular where a part is a link."""
    for name in names:
        path = os.path.join(path, name)  # noqa: PTH118
        if _is_link(path, None):
            raise NotRegular(_LINK_REASON.format(name))
        if make:
            with suppress(FileExistsError):
                os.mkdir(path)  # noqa: PTH102
    os.stat(path)  # noqa: PTH116
    return path


_LINK_REASON: Final = "{} is a link, and links are not followed"


def _is_link(name: str, dir_fd: int | None) -> bool:
    try:
        found = os.stat(name, dir_fd=dir_fd, follow_symlinks=False)
    except OSError:
        return False
    return stat.S_ISLNK(found.st_mode)
