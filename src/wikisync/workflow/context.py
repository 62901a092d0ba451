"""Open and close both sides and the state together."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wikisync.errors import FolderError
from wikisync.folder.folder import Folder
from wikisync.page.paths import Layout
from wikisync.planning.notes import Note
from wikisync.private_files import reason_of
from wikisync.state import State
from wikisync.state.journal import now
from wikisync.state.lock import run_lock
from wikisync.wiki.client import Wiki
from wikisync.wiki.endpoint import Access

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.config import Config
    from wikisync.progress import Progress


@dataclass(frozen=True, slots=True)
class RunContext:
    """The configuration, both sides, the state and the progress of a command."""

    config: Config
    folder: Folder
    wiki: Wiki
    state: State
    progress: Progress

    @property
    def layout(self) -> Layout:
        """Return the layout that the configuration sets, without the wiki's locales."""
        return layout_of(self.config)


def layout_of(config: Config) -> Layout:
    """Return the layout that a configuration sets, without the wiki's locales."""
    return Layout(locale_folders=config.locale_folders, root=config.root, index=config.index)


def open_folder(config: Config, *, missing_ok: bool = False) -> Folder:
    """Return the folder of a configuration; with ``missing_ok`` it need not exist."""
    return Folder(
        config.folder,
        config.ignore,
        layout_of(config),
        missing_ok=missing_ok,
        with_assets=config.assets != "none",
    )


def open_wiki(config: Config, deadline: float = 300.0) -> Wiki:
    """Return a client of the wiki; nothing is sent yet. Raises BadConfig.

    ``deadline`` is in seconds, for a call with all its tries.
    """
    access = Access(
        config.token or "none",  # a command that sends nothing needs no token
        config.headers,
        config.ca_file,
        config.client_cert,
        config.client_key,
    )
    return Wiki(config.url, access, deadline=deadline, jobs=config.jobs)


@contextmanager
def open_readonly(
    config: Config, progress: Progress, *, needs_folder: bool
) -> Iterator[RunContext]:
    """Open both sides and the state to read: nothing is created, and no lock is needed.

    Without ``needs_folder``, a missing folder counts as empty. Raises BadConfig, NotConfigured and
    StateError.
    """
    with ExitStack() as stack:
        wiki = stack.enter_context(open_wiki(config))
        state = State.open(config.state, create=False)
        stack.callback(state.close)
        folder = open_folder(config, missing_ok=not needs_folder)
        yield RunContext(config, folder, wiki, state, progress)


@contextmanager
def open_for_write(
    config: Config, progress: Progress, *, needs_folder: bool, brief: bool = False
) -> Iterator[RunContext]:
    """Open both sides and the state to write, under the run lock.

    Without ``needs_folder``, a missing folder is created. ``brief``: other runs wait for the end of
    this one. Raises Locked, FolderError, and what ``open_readonly`` raises.
    """
    if not needs_folder:
        try:
            config.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            reason = reason_of(error)
            raise FolderError(config.folder_name, "make", reason) from error
    with ExitStack() as stack:
        stack.enter_context(run_lock(config.state, now(), brief=brief))
        wiki = stack.enter_context(open_wiki(config))
        state = State.open(config.state)
        stack.callback(state.close)
        folder = open_folder(config)
        yield RunContext(config, folder, wiki, state, progress)


def saved_notes(folder: Folder) -> tuple[Note, ...]:
    """Return a note for each edit that a recovery kept beside its file, whose name was taken."""
    return tuple(Note("saved", detail=file) for file in folder.saved_beside)
