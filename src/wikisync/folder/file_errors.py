"""Translate errors of the file system into FolderError and FileChanged."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from wikisync.errors import FileChanged, FolderError
from wikisync.folder.directory import FileTooLarge, NotRegular
from wikisync.folder.replace import Changed, NotReplaceable
from wikisync.private_files import reason_of

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def translate_errors(
    file: str, doing: str, *, expected: bytes | None = None, new: str = ""
) -> Iterator[None]:
    """Raise errors of the block as FileChanged or FolderError.

    ``expected`` is the precondition, the digest that the file must have: with one, a file that is
    missing has changed. ``new`` is the new name, for a rename.
    """
    try:
        yield
    except Changed as error:
        raise FileChanged(file, doing, _with_saved(error, file)) from error
    except NotReplaceable as error:
        raise FolderError(file, doing, error.reason) from error
    except FileExistsError as error:
        raise FileChanged(new or file, "write", "a file of that name exists now") from error
    except OSError as error:
        changed = isinstance(error, FileNotFoundError | NotADirectoryError | FileTooLarge)
        kind = FileChanged if changed and expected is not None else FolderError
        raise kind(file, doing, clause_of(error)) from error


def clause_of(error: OSError) -> str:
    """Return the reason of an error as a clause."""
    own = isinstance(error, NotRegular | FileTooLarge)
    return str(error.strerror) if own else reason_of(error)


def _with_saved(error: Changed, file: str) -> str:
    if not error.saved:
        return error.reason
    below = file.rpartition("/")[0]
    saved = f"{below}/{error.saved}" if below else error.saved
    return f"{error.reason}, and an earlier save of it is in {saved}"
