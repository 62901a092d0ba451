"""Files for their owner alone: opened by no link, never wider than 0600, replaced whole.

What lies in ``.wikisync`` may have come with a repository. So nothing there is opened that is not
a regular file with one name, in a real folder: a link would let a run write elsewhere, and a FIFO
would make it wait for ever. All of this raises OSError.
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

# The last bytes of a journal that names another file (SQLite's super-journal).
_NAMES_ANOTHER: Final = bytes.fromhex("d9d505f920a163d7")

# Windows has neither; there the checks before and after opening must do.
_SAFE: Final = (
    getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
)
_REDIRECTIONS: Final = {
    getattr(stat, "IO_REPARSE_TAG_SYMLINK", None),
    getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", None),
}


class UnsafeFile(OSError):
    """What bears the name must not be opened; ``strerror`` says why, in a clause."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(errno.ELOOP, reason, str(path))


def make_folder(path: Path) -> None:
    """Make a folder that only its owner may enter, or check and narrow the one that is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        path.mkdir(FOLDER_MODE)
        path.chmod(FOLDER_MODE)  # whatever the umask says
    check_folder(path)
    narrow_folder(path)


def check_folder(path: Path) -> None:
    """Check that a name is a folder and no link to one."""
    info = path.lstat()
    _refuse_link(path, info)
    if not stat.S_ISDIR(info.st_mode):
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(path))


def narrow_folder(path: Path) -> None:
    """Take the rights of others off a folder of one's own."""
    flags = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0)
    if os.name == "posix" and path.lstat().st_mode & ~FOLDER_MODE & 0o777:
        with suppress(OSError):  # a read-only file system, or another owner
            handle = os.open(path, flags | _SAFE)
            try:
                _narrow(handle)
            finally:
                os.close(handle)


def check_file(path: Path) -> os.stat_result | None:
    """Check that a name is a regular file with no other name; None where there is nothing."""
    try:
        info = path.lstat()
    except FileNotFoundError:
        return None
    _check(path, info)
    return info


def narrow_file(path: Path) -> os.stat_result | None:
    """Check a file like ``check_file``, and take the rights of others off it."""
    info = check_file(path)
    if info is not None and os.name == "posix" and info.st_mode & ~FILE_MODE & 0o777:
        with suppress(PermissionError):
            os.close(open_file(path, os.O_RDONLY))
    return info


def open_file(path: Path, flags: int) -> int:
    """Open a file that passes ``check_file`` for its owner alone, and return its descriptor."""
    check_file(path)
    handle = os.open(path, flags | _SAFE, FILE_MODE)
    try:
        _check(path, os.fstat(handle))
        _narrow(handle, created=bool(flags & os.O_EXCL))
    except BaseException:
        os.close(handle)
        raise
    return handle


def check_journal(path: Path) -> None:
    """Check that a rollback journal of SQLite's, if it is there, names no other file.

    SQLite deletes the file that a journal names at its end.
    """
    found = check_file(path)
    if found is not None and found.st_size >= len(_NAMES_ANOTHER):
        with os.fdopen(open_file(path, os.O_RDONLY), "rb") as handle:
            handle.seek(-len(_NAMES_ANOTHER), os.SEEK_END)
            if handle.read() == _NAMES_ANOTHER:
                raise UnsafeFile(path, "it names another file")


def read_file(path: Path, most: int) -> bytes:
    """Return a file's first ``most`` bytes."""
    with os.fdopen(open_file(path, os.O_RDONLY), "rb") as handle:
        return handle.read(most)


def replace_file(path: Path, data: bytes) -> None:
    """Put a file in place whole: its bytes are in a new file before that takes the name."""
    check_file(path)
    temporary = path.with_name(f"{path.name}.new")
    temporary.unlink(missing_ok=True)  # a run was killed amid it
    _create(temporary, data, FILE_MODE)
    temporary.replace(path)


def write_output(path: Path, data: bytes) -> None:
    """Write a file that the user named: whole, and if it is new, for its owner alone.

    A file that is there keeps its mode. What is no file, such as ``/dev/stdout``, is written to.
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
    if stat.S_ISLNK(info.st_mode) or (tag and tag in _REDIRECTIONS):
        raise UnsafeFile(path, "it is a link")


def _narrow(handle: int, *, created: bool = False) -> None:
    """Take the rights of others off what is open, where it is one's own."""
    if os.name != "posix":
        return
    info = os.fstat(handle)
    if created:
        os.fchmod(handle, FILE_MODE)  # whatever the umask says
    elif info.st_mode & 0o077 and info.st_uid == os.geteuid():
        with suppress(OSError):
            os.fchmod(handle, stat.S_IMODE(info.st_mode) & FOLDER_MODE)
