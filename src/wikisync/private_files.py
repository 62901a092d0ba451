"""Open and replace files that only their owner may read: no links, no mode wider than 0600.

The contents of ``.wikisync`` may come from a repository. So only regular files with one name are
opened, in folders that are no links: a link would let a run write elsewhere, and opening a FIFO
would block. All functions here raise OSError.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700

# The last eight bytes of an SQLite journal that names a super-journal.
_SUPER_JOURNAL_MAGIC: Final = bytes.fromhex("d9d505f920a163d7")

# Windows has neither flag; there the checks before and after opening have to suffice.
_SAFE_FLAGS: Final = (
    getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)
_LINK_TAGS: Final = {
    getattr(stat, "IO_REPARSE_TAG_SYMLINK", None),
    getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", None),
}


class UnsafeFile(OSError):
    """Raised where a path must not be opened; ``strerror`` is the reason, a clause."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(errno.ELOOP, reason, str(path))


def reason_of(error: OSError) -> str:
    """Return the system's message for an error as a clause, in lower case."""
    return (error.strerror or str(error)).lower()


def make_folder(path: Path) -> None:
    """Create a folder of mode 0700, or check an existing one and restrict its mode."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        path.mkdir(FOLDER_MODE)
        path.chmod(FOLDER_MODE)  # regardless of the umask
    check_folder(path)
    restrict_folder(path)


def check_folder(path: Path) -> None:
    """Raise OSError unless a path is a folder and no link to one."""
    info = path.lstat()
    _refuse_link(path, info)
    if not stat.S_ISDIR(info.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))


def restrict_folder(path: Path) -> None:
    """Remove the permissions of group and others from a folder, if this user owns it."""
    flags = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
    if os.name == "posix" and path.lstat().st_mode & ~FOLDER_MODE & 0o777:
        with suppress(OSError):  # a read-only file system, or another owner
            handle = os.open(path, flags | _SAFE_FLAGS)
            try:
                _restrict(handle)
            finally:
                os.close(handle)


def check_file(path: Path) -> os.stat_result | None:
    """Return the stat of a regular file with one name; None where nothing exists there.

    Raises UnsafeFile for links, hard links and anything that is no regular file.
    """
    try:
        info = path.lstat()
    except FileNotFoundError:
        return None
    _check(path, info)
    return info


def restrict_file(path: Path) -> os.stat_result | None:
    """Check a file like ``check_file``, and remove the permissions of group and others."""
    info = check_file(path)
    if info is not None and os.name == "posix" and info.st_mode & ~FILE_MODE & 0o777:
        with suppress(PermissionError):
            os.close(open_file(path, os.O_RDONLY))
    return info


def open_file(path: Path, flags: int) -> int:
    """Open a file that passes ``check_file``, restrict its mode, and return its descriptor."""
    check_file(path)
    handle = os.open(path, flags | _SAFE_FLAGS, FILE_MODE)
    try:
        _check(path, os.fstat(handle))
        _restrict(handle, created=bool(flags & os.O_EXCL))
    except BaseException:
        os.close(handle)
        raise
    return handle


def check_journal(path: Path) -> None:
    """Raise UnsafeFile where an SQLite rollback journal exists and names a super-journal.

    SQLite deletes the file that a journal names.
    """
    found = check_file(path)
    if found is not None and found.st_size >= len(_SUPER_JOURNAL_MAGIC):
        with os.fdopen(open_file(path, os.O_RDONLY), "rb") as handle:
            handle.seek(-len(_SUPER_JOURNAL_MAGIC), os.SEEK_END)
            if handle.read() == _SUPER_JOURNAL_MAGIC:
                raise UnsafeFile(path, "it names another file")


def read_file(path: Path, limit: int) -> bytes:
    """Return at most ``limit`` bytes from the start of a file."""
    with os.fdopen(open_file(path, os.O_RDONLY), "rb") as handle:
        return handle.read(limit)


def replace_file(path: Path, data: bytes) -> None:
    """Replace a file atomically: write a new file, sync it, and rename it."""
    check_file(path)
    temporary = path.with_name(f"{path.name}.new")
    temporary.unlink(missing_ok=True)  # left by a run that was killed
    _create(temporary, data, FILE_MODE)
    temporary.replace(path)


def write_output(path: Path, data: bytes) -> None:
    """Write a file that the user named atomically; a new file gets mode 0600.

    An existing file keeps its mode. A path that is no regular file, such as ``/dev/stdout``, is
    written to directly.
    """
    path = path.resolve()
    mode = FILE_MODE
    with suppress(FileNotFoundError):
        found = path.stat().st_mode
        if not stat.S_ISREG(found):
            path.write_bytes(data)
            return
        mode = stat.S_IMODE(found)
    temporary = path.with_name(f".{path.name}-{secrets.token_hex(6)}")
    try:
        _create(temporary, data, mode)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _create(path: Path, data: bytes, mode: int) -> None:
    handle = open_file(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    with os.fdopen(handle, "wb") as file:
        if os.name == "posix" and mode != FILE_MODE:
            os.fchmod(handle, mode)
        file.write(data)
        file.flush()
        os.fsync(handle)


def _check(path: Path, info: os.stat_result) -> None:
    _refuse_link(path, info)
    if not stat.S_ISREG(info.st_mode):
        raise UnsafeFile(path, "it is no regular file")
    if info.st_nlink > 1:
        raise UnsafeFile(path, "it has another name elsewhere (a hard link)")


def _refuse_link(path: Path, info: os.stat_result) -> None:
    tag = getattr(info, "st_reparse_tag", 0)
    if stat.S_ISLNK(info.st_mode) or (tag and tag in _LINK_TAGS):
        raise UnsafeFile(path, "it is a link")


def _restrict(handle: int, *, created: bool = False) -> None:
    """Remove the permissions of group and others from an open file, if this user owns it."""
    if os.name != "posix":
        return
    info = os.fstat(handle)
    if created:
        os.fchmod(handle, FILE_MODE)  # regardless of the umask
    elif info.st_mode & 0o077 and info.st_uid == os.geteuid():
        with suppress(OSError):
            os.fchmod(handle, stat.S_IMODE(info.st_mode) & FOLDER_MODE)
