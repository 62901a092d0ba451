"""Check the state's folder and files before any of them is opened.

A repository may contain a planted folder ``.wikisync``. A link in it, or a state that Git tracks,
raises StateError.
"""

from __future__ import annotations

import os
import stat
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from wikisync import private_files
from wikisync.errors import StateError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DATABASE: Final = "state.db"
_COMPANIONS: Final = ("-wal", "-shm", "-journal")
_IGNORE: Final = b"*\n"


def prepare(folder: Path) -> None:
    """Create the state's folder, or check the existing one. Raises StateError."""
    with translate_os_errors(folder):
        private_files.make_folder(folder)
        ignore = folder / ".gitignore"
        found = private_files.check_file(ignore)
        if found is None or not found.st_size:  # a run was killed while writing it
            private_files.replace_file(ignore, _IGNORE)


def check(folder: Path) -> Path:
    """Check the state's folder and every file that SQLite would open. Return the database's path.

    Raises StateError.
    """
    file = folder / DATABASE
    with translate_os_errors(file):
        private_files.check_folder(folder)
        private_files.restrict_file(file)
        for companion in _COMPANIONS:
            private_files.restrict_file(folder / f"{DATABASE}{companion}")
        private_files.check_journal(folder / f"{DATABASE}-journal")
    return file


def refuse_tracked(folder: Path) -> None:
    """Raise StateError for a state that Git tracks: anyone who can commit could have written it.

    Git is started (10 ms) only if its index has the folder's name (1 ms for 10,000 files).
    """
    top = _repository(folder)
    if top == folder:
        raise StateError(str(folder), "tracked")
    if top is None or not _may_track(top / ".git", folder.name):
        return
    from wikisync.git.process import run

    done = run(folder.parent, "ls-files", "-z", "--", f":(icase){folder.name}")
    names = done.stdout.split(b"\0") if done and not done.returncode else [b"?"]
    # A committed .gitignore does no harm.
    if any(name and not name.endswith(b".gitignore") for name in names):
        raise StateError(str(folder), "tracked")


def create_database(folder: Path) -> None:
    """Create an empty database file for its owner alone, if there is none. Raises StateError.

    SQLite creates its companion files with the same mode.
    """
    file = folder / DATABASE
    with translate_os_errors(file), suppress(FileExistsError):
        os.close(private_files.open_file(file, os.O_RDWR | os.O_CREAT | os.O_EXCL))


@contextmanager
def translate_os_errors(path: Path) -> Iterator[None]:
    """Raise errors of the file system as StateError."""
    try:
        yield
    except private_files.UnsafeFile as error:
        raise StateError(str(error.filename), "unsafe", error.strerror or "") from error
    except OSError as error:
        raise StateError(str(path), "unwritable", error.strerror or str(error)) from error


def _repository(folder: Path) -> Path | None:
    """Return the innermost folder that has a ``.git``, the state's own included, or None."""
    return next((at for at in (folder, *folder.parents) if os.path.lexists(at / ".git")), None)


def _may_track(git: Path, name: str) -> bool:
    """Return whether the index of a repository may have a file below a folder of that name."""
    try:
        if git.is_file():  # a worktree or a submodule
            target = git.read_text("utf-8", "surrogateescape").removeprefix("gitdir:").strip()
            git = git.parent / target
        with (git / "index").open("rb") as handle:
            if not stat.S_ISREG(os.fstat(handle.fileno()).st_mode):
                return True
            index = handle.read()
        split = any(other.startswith("sharedindex.") for other in os.listdir(git))  # noqa: PTH208
    except FileNotFoundError:
        return False  # nothing was ever added
    except OSError:
        return True
    # From version 4 on names are compressed; a split index has most of them in another file.
    version = int.from_bytes(index[4:8], "big")
    return split or version > 3 or name.lower().encode() in index.lower()
