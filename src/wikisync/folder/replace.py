"""Replace, delete and rename files without losing an edit made at the same moment.

A user may save a file between the check and the write. So the new and the old file swap names
atomically, and the old one is checked afterwards: if it is not as expected, they are swapped back.
A file to be deleted is renamed first, and checked before it is removed. Where the system cannot
swap (``atomic_rename``), there is only the check before the write.

``clean_directory`` removes the temporary files of runs that were killed. One that may contain a
user's edit gets its name back, or a name beside it.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from wikisync.folder.directory import digest_of
from wikisync.folder.filesystem import current_identity, why_not_replaceable
from wikisync.folder.temporary import (
    SetAside,
    aside_name,
    draft_name,
    is_draft,
    parse_aside,
    saved_name,
)

if TYPE_CHECKING:
    from typing import IO

    from wikisync.folder.directory import Directory


MAX_SWAPS: Final = 100
"""The most swaps for a file that is saved again and again."""

EDITED: Final = "it was edited during the run"


class Changed(Exception):
    """Raised where a file has not the expected digest.

    ``saved`` names a file with an earlier edit, or is empty.
    """

    def __init__(self, reason: str, saved: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.saved = saved


class NotReplaceable(Exception):
    """Raised where owner or mode forbid to replace or delete a file. ``reason`` is a clause."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def create_file(directory: Directory, name: str, data: bytes) -> None:
    """Create a file atomically. Raises FileExistsError, OSError."""
    draft = write_draft(directory, data)
    try:
        directory.rename_exclusive(draft, name)
    finally:
        with suppress(FileNotFoundError):
            directory.unlink(draft)


def replace_file(directory: Directory, name: str, data: bytes, expected: bytes) -> None:
    """Replace a file that has the digest ``expected``. Raises Changed, NotReplaceable, OSError."""
    found = _check(directory, name, expected)
    _swap_in(directory, write_draft(directory, data, like=found), name, digest_of(data), expected)


def publish_draft(
    directory: Directory, draft: str, name: str, digest: bytes, expected: bytes | None
) -> None:
    """Give a draft, which has this ``digest`` and is on disk, the name of a file.

    ``expected`` is the digest of the file that it replaces; None: there must be none. Raises
    FileExistsError, Changed, NotReplaceable, OSError; the draft is removed then.
    """
    if expected is None:
        try:
            directory.rename_exclusive(draft, name)
        finally:
            with suppress(FileNotFoundError):
                directory.unlink(draft)
        return
    try:
        found = _check(directory, name, expected)
        with directory.open_file(draft) as handle:
            _make_like(handle, found)
    except BaseException:
        with suppress(FileNotFoundError):
            directory.unlink(draft)
        raise
    _swap_in(directory, draft, name, digest, expected)


def _swap_in(directory: Directory, draft: str, name: str, new: bytes, expected: bytes) -> None:
    """Replace a file that has the digest ``expected`` by a draft that has the digest ``new``."""
    aside = aside_name(name, expected, new)
    try:
        _check(directory, name, expected)
        directory.rename(draft, aside)
    except BaseException:
        with suppress(FileNotFoundError):
            directory.unlink(draft)
        raise
    try:
        swapped = directory.exchange(aside, name)
        if not swapped:
            directory.rename(aside, name)
    except OSError as error:
        directory.unlink(aside)
        if isinstance(error, FileNotFoundError):
            raise Changed(EDITED) from error
        raise
    if not swapped:
        return
    if directory.digest(aside) == expected:
        with suppress(OSError):  # the new file is in place all the same
            directory.unlink(aside)
        return
    raise Changed(EDITED, undo_swap(directory, aside, name, new))


def delete_file(directory: Directory, name: str, expected: bytes) -> None:
    """Delete a file that has the digest ``expected``. Raises Changed, NotReplaceable, OSError."""
    _check(directory, name, expected)
    aside = aside_name(name, expected, None)
    try:
        directory.rename(name, aside)
    except FileNotFoundError as error:
        raise Changed(EDITED) from error
    if directory.digest(aside) != expected:
        raise Changed(EDITED, restore_name(directory, aside, name))
    try:
        directory.unlink(aside)
    except OSError:
        restore_name(directory, aside, name)
        raise


def move_file(directory: Directory, old: str, into: Directory, new: str, expected: bytes) -> None:
    """Rename a file that has the digest ``expected``, without replacing another.

    Raises Changed, FileExistsError, OSError. The file keeps its owner and mode.
    """
    if directory.digest(old) != expected:
        raise Changed(EDITED)
    directory.rename_exclusive(old, new, into)
    if into.digest(new) == expected:
        return
    try:
        into.rename_exclusive(new, old, directory)
    except FileExistsError:  # it was saved again under its old name
        saved = saved_name(old)
        into.rename_exclusive(new, saved, directory)
        raise Changed(EDITED, saved) from None
    raise Changed(EDITED)


def undo_swap(directory: Directory, aside: str, name: str, new: bytes) -> str:
    """Undo a swap: give the old file its name again, and remove the new one.

    An edit saved meanwhile is newer than the old file, and keeps the name. Returns the name of the
    file that keeps an earlier edit, or an empty string.
    """
    placed: bytes = new
    for _ in range(MAX_SWAPS):
        try:
            if _identity(directory, name) != placed:
                break  # an edit newer than the one set aside
            displaced = _identity(directory, aside)
            directory.exchange(aside, name)
        except FileNotFoundError:
            return restore_name(directory, aside, name)
        if _identity(directory, aside) == placed:
            break
        placed = displaced
    if directory.digest(aside) == new:
        directory.unlink(aside)
        return ""
    return _keep_beside(directory, aside, name)


def _identity(directory: Directory, name: str) -> bytes:
    """Return the digest of a file; device and inode where it cannot be read."""
    found = directory.stat(name)
    return directory.digest(name) or f"{found.st_dev}:{found.st_ino}".encode()


def restore_name(directory: Directory, aside: str, name: str) -> str:
    """Rename a file set aside to its own name. Where that is taken, return one beside it."""
    try:
        directory.rename_exclusive(aside, name)
    except FileExistsError:
        return _keep_beside(directory, aside, name)
    return ""


def _keep_beside(directory: Directory, aside: str, name: str) -> str:
    saved = saved_name(name)
    directory.rename_exclusive(aside, saved)
    return saved


def write_draft(directory: Directory, data: bytes, like: os.stat_result | None = None) -> str:
    """Create a file under a temporary name, sync it to disk, and return the name.

    It gets mode, owner and group of ``like``. Raises OSError; NotReplaceable if it cannot.
    """
    draft = draft_name()
    handle = directory.create(draft)
    try:
        with handle:
            if like is not None:
                _make_like(handle, like)
            handle.write(data)
            handle.flush()
            os.fsync(handle.fileno())
    except BaseException:
        with suppress(OSError):
            directory.unlink(draft)
        raise
    return draft


def _make_like(handle: IO[bytes], like: os.stat_result) -> None:
    if not hasattr(os, "fchown"):  # Windows: files inherit permissions from the directory
        return
    fd = handle.fileno()
    made = os.fstat(fd)
    if (made.st_uid, made.st_gid) != (like.st_uid, like.st_gid):
        try:
            os.fchown(fd, like.st_uid, like.st_gid)
        except OSError as error:
            raise NotReplaceable("its owner and group cannot be kept") from error
    os.fchmod(fd, stat.S_IMODE(like.st_mode))


def _check(directory: Directory, name: str, expected: bytes) -> os.stat_result:
    found = directory.stat(name)
    if directory.hash(name) != expected:
        raise Changed(EDITED)
    reason = why_not_replaceable(found.st_mode, found.st_uid, found.st_gid, current_identity())
    if reason is not None:
        raise NotReplaceable(reason)
    return found


def clean_directory(directory: Directory) -> list[str]:
    """Remove temporary files of killed runs; return the names under which edits are kept.

    Files that cannot be removed are left for another run.
    """
    kept: list[str] = []
    for entry in directory.names():
        with suppress(OSError):
            if is_draft(entry):
                if stat.S_ISREG(directory.stat(entry).st_mode):
                    directory.unlink(entry)
            elif (found := parse_aside(entry)) is not None:
                kept += filter(None, [_recover(directory, entry, found)])
    return kept


def _recover(directory: Directory, entry: str, found: SetAside) -> str:
    """Restore or remove a file set aside; return the name that keeps an edit, or ""."""
    current = directory.digest(entry)
    name = found.name
    if found.is_new(current):  # it is the new file, not swapped in or swapped back
        directory.unlink(entry)
        return ""
    if name is None:
        if found.was_expected(current) and found.new is not None:
            directory.unlink(entry)
            return ""
        return restore_name(directory, entry, "page")
    if found.was_expected(current):
        if found.new is None and not directory.exists(name):
            return restore_name(directory, entry, name)  # the deletion did not complete
        directory.unlink(entry)  # the write completed; the state has a backup
        return ""
    if not directory.exists(name):
        return restore_name(directory, entry, name)
    current = directory.digest(name)
    if current is not None and found.is_new(current):
        return undo_swap(directory, entry, name, current)
    return restore_name(directory, entry, name)
