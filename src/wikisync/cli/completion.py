"""Complete pages, runs and backups in a shell. Nothing is asked of the wiki.

Without a configuration or a state there is nothing to complete, and no message: it would land in
the middle of what is being typed.
"""

from __future__ import annotations

from contextlib import closing, suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wikisync.config import Config
    from wikisync.state import State

_MOST: Final = 1_000
"""The most candidates: a shell may list them all."""


def complete_page(incomplete: str) -> list[str]:
    """Return the pages and folders that begin so, by their names below the folder.

    Where it begins with the name of the folder itself, they are files, as a shell completes them.
    Of one folder alone, it is what is in there: a shell puts a space behind the only candidate.
    """
    from wikisync.errors import WikisyncError

    names: list[str] = []
    with suppress(WikisyncError, OSError):
        config = _config()
        below = f"{config.folder_name}/"
        as_files = incomplete.startswith(below) and config.project == Path.cwd()
        for file in _files(config):
            name = f"{below}{file}" if as_files else str(PurePosixPath(file).with_suffix(""))
            if name.startswith(incomplete):
                names.append(name)
    found = _next_parts(names, incomplete)
    while len(found) == 1 and found[0].endswith("/"):
        found = _next_parts(names, found[0])
    return found[:_MOST]


def _next_parts(names: Iterable[str], start: str) -> list[str]:
    """Return the names up to the next slash behind ``start``, with which all of them begin."""
    parts = (name[len(start) :].partition("/") for name in names)
    return sorted({f"{start}{part}{slash}" for part, slash, _ in parts})


def complete_run(incomplete: str) -> list[tuple[str, str]]:
    """Return the numbers of the runs that begin so, each with what it did and when."""
    from wikisync.errors import WikisyncError
    from wikisync.report.text import run_in_words

    with suppress(WikisyncError, OSError), closing(_state()) as state:
        runs = [(str(run.number), run_in_words(run)) for run in state.journal.runs()]
        return [(number, words) for number, words in runs if number.startswith(incomplete)][:_MOST]
    return []


def complete_backup(incomplete: str) -> list[tuple[str, str]]:
    """Return the numbers of the backups that begin so, each with its file and what it is."""
    from wikisync.errors import WikisyncError
    from wikisync.report.text import backup_in_words

    with suppress(WikisyncError, OSError), closing(_state()) as state:
        return [
            (str(backup.number), f"{backup.file}: {backup_in_words(backup)}")
            for backup in state.backups.all()
            if str(backup.number).startswith(incomplete)
        ][:_MOST]
    return []


def _config() -> Config:
    from wikisync.config import load

    return load(need_token=False)


def _files(config: Config) -> Iterator[str]:
    """Yield the names of the files in the folder, and of those that the last run knew."""
    from wikisync.folder.folder import FileStat, Folder

    folder = Folder(config.folder, config.ignore, missing_ok=True)
    yield from (found.file for found in folder.list_files() if isinstance(found, FileStat))
    with closing(_state()) as state:
        yield from (base.file for base in state.bases.load().values())


def _state() -> State:
    from wikisync.state import State

    return State.open(_config().state, create=False)
