"""Replace, delete and rename a file, and look at what was replaced: nobody's save is lost.

A check before a write leaves a moment in which somebody saves. So the new file and the old one swap
names in one step, and what came out is looked at: where it is not what was expected, the two are
swapped back. A file that is to be deleted is renamed first, and looked at before it is removed.
Where the system cannot swap (``rekey``), the check before the write is the last one.

What a run that was killed left of files that had not, or no longer, their own names.

Nothing that a person may have saved is removed: it gets its name back, or one beside it.
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


ROUNDS: Final = 100
"""Swaps after which a file that somebody saves all the time is left as it then is."""

EDITED: Final = "it was edited meanwhile"


class Changed(Exception):
    """A file is not as it was expected. ``saved`` names the file with an earlier save, if any."""

    def __init__(self, reason: str, saved: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.saved = saved


class NotReplaceable(Exception):
    """A file is not ours to replace or delete. ``reason`` is a clause."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def create_file(directory: Directory, name: str, data: bytes) -> None:
    """Write a new file whole, and then give it its name. Raises FileExistsError, OSError."""
    draft = write_draft(directory, data)
    try:
        directory.claim(draft, name)
    finally:
        with suppress(FileNotFoundError):
            directory.unlink(draft)


def replace_file(directory: Directory, name: str, data: bytes, expected: bytes) -> None:
    """Replace a file that has the digest ``lease``. Raises Changed, NotReplaceable, OSError."""
    found = _check(directory, name, expected)
    aside = aside_name(name, expected, digest_of(data))
    draft = write_draft(directory, data, like=found)
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
        with suppress(OSError):  # the new file has its place all the same
            directory.unlink(aside)
        return
    raise Changed(EDITED, put_back(directory, aside, name, digest_of(data)))


def delete_file(directory: Directory, name: str, expected: bytes) -> None:
    """Delete a file that has the digest ``lease``. Raises Changed, NotReplaceable, OSError."""
    _check(directory, name, expected)
    aside = aside_name(name, expected, None)
    try:
        directory.rename(name, aside)
    except FileNotFoundError as error:
        raise Changed(EDITED) from error
    if directory.digest(aside) != expected:
        raise Changed(EDITED, bring_back(directory, aside, name))
    try:
        directory.unlink(aside)
    except OSError:
        bring_back(directory, aside, name)
        raise


def move_file(directory: Directory, old: str, into: Directory, new: str, expected: bytes) -> None:
    """Rename a file that has the digest ``lease`` onto a free name.

    Raises Changed, FileExistsError, OSError. Owner and mode go with the file.
    """
    if directory.digest(old) != expected:
        raise Changed(EDITED)
    directory.claim(old, new, into)
    if into.digest(new) == expected:
        return
    try:
        into.claim(new, old, directory)
    except FileExistsError:  # it was saved once more, under its old name
        saved = saved_name(old)
        into.claim(new, saved, directory)
        raise Changed(EDITED, saved) from None
    raise Changed(EDITED)


def put_back(directory: Directory, aside: str, name: str, new: bytes) -> str:
    """Undo a swap: what came out gets its name again, and what was swapped in is removed.

    A save that falls between goes before: what comes out last is older than what has the name.
    Returns the name of the file that keeps an earlier save, where there is one.
    """
    placed: bytes = new
    for _ in range(ROUNDS):
        try:
            if _identity(directory, name) != placed:
                break  # a save that is later than the one set aside
            held = _identity(directory, aside)
            directory.exchange(aside, name)
        except FileNotFoundError:
            return bring_back(directory, aside, name)
        if _identity(directory, aside) == placed:
            break
        placed = held
    if directory.digest(aside) == new:
        directory.unlink(aside)
        return ""
    return _keep(directory, aside, name)


def _identity(directory: Directory, name: str) -> bytes:
    """Return the digest of a file; of what is none, or cannot be read, something that tells it."""
    found = directory.stat(name)
    return directory.digest(name) or f"{found.st_dev}:{found.st_ino}".encode()


def bring_back(directory: Directory, aside: str, name: str) -> str:
    """Give a file set aside its own name; where that is taken, one beside it, which is returned."""
    try:
        directory.claim(aside, name)
    except FileExistsError:
        return _keep(directory, aside, name)
    return ""


def _keep(directory: Directory, aside: str, name: str) -> str:
    saved = saved_name(name)
    directory.claim(aside, saved)
    return saved


def write_draft(directory: Directory, data: bytes, like: os.stat_result | None = None) -> str:
    """Write a file that has no name of its own yet, and bring it to disk; returns its name.

    Its mode, owner and group are those of ``like``. Raises OSError, NotReplaceable.
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
    if not hasattr(os, "fchown"):  # Windows, where a file has the rights of its directory
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
    if digest_of(directory.read(name)) != expected:
        raise Changed(EDITED)
    reason = why_not_replaceable(found.st_mode, found.st_uid, found.st_gid, current_identity())
    if reason is not None:
        raise NotReplaceable(reason)
    return found


def clear(directory: Directory) -> list[str]:
    """Clear a directory of what killed runs left. Returns the names under which saves are kept.

    What cannot be cleared now is left for another run.
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
    """Decide about a file set aside. Returns the name of the file that keeps a save, if any."""
    held = directory.digest(entry)
    name = found.name
    if found.is_new(held):  # it was not swapped in, or taken out again
        directory.unlink(entry)
        return ""
    if name is None:
        if found.was_expected(held) and found.new is not None:
            directory.unlink(entry)
            return ""
        return bring_back(directory, entry, "page")
    if found.was_expected(held):
        if found.new is None and not directory.exists(name):
            return bring_back(directory, entry, name)  # the deletion was not done
        directory.unlink(entry)  # it was: the state keeps what was replaced
        return ""
    if not directory.exists(name):
        return bring_back(directory, entry, name)
    current = directory.digest(name)
    if current is not None and found.is_new(current):
        return put_back(directory, entry, name, current)
    return bring_back(directory, entry, name)
