"""Watch the folder in a thread, and add the files that change to those that the loop waits for.

Events only hurry a comparison. Where they are lost or not to be had, as on network folders and in
containers, the files' stamps are looked at now and then.
"""

from __future__ import annotations

import os
import threading
import time
from contextlib import suppress
from pathlib import Path
from stat import S_ISDIR
from typing import TYPE_CHECKING, Final

from wikisync.errors import FolderError
from wikisync.watch.files import is_temporary
from wikisync.workflow.context import open_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wikisync.config import Config
    from wikisync.folder.folder import Folder
    from wikisync.planning.model import Stamp
    from wikisync.watch.files import Changes

_STEP: Final = 50
"""Milliseconds within which events belong together; the loop waits for quiet by itself."""

_TICK: Final = 1000
"""Milliseconds after which it is seen that the folder is another one, or that a look is due."""

_LOOK: Final = 5.0
_LOOK_SHARE: Final = 500
"""Seconds between two looks at the files' stamps, and the part of the time that they may take."""

_AGAIN: Final = 60.0
"""Seconds after which events are tried again. A file whose name is no UTF-8 ends them."""

_ROOT: Final = "."
"""The changed file of a folder that was removed, or made again."""


def start_events(config: Config, changes: Changes) -> threading.Event:
    """Start the thread that watches the folder. Return the event that ends it."""
    stop = threading.Event()
    watcher = Watcher(open_folder(config, missing_ok=True), changes, stop)
    threading.Thread(target=watcher.run, name="wikisync watch", daemon=True).start()
    return stop


class Watcher:
    """Add the files of ``folder`` that change to ``changes``, until ``stop`` is set."""

    def __init__(self, folder: Folder, changes: Changes, stop: threading.Event) -> None:
        self._folder = folder
        self._changes = changes
        self._stop = stop
        self._told: set[str] = set()
        self._stamps: dict[str, Stamp] = {}
        self._next_look = 0.0

    def run(self) -> None:
        """Watch; a folder that is removed and made again is watched again."""
        self._look()
        while not self._stop.is_set():
            identity = _identity(self._folder.root)
            if identity is not None:
                with suppress(OSError, RuntimeError):  # no more watches to be had, no folder
                    self._watch_events(identity)
            again = time.monotonic() + _AGAIN
            while not self._stop.wait(_TICK / 1000):
                if _identity(self._folder.root) != identity:
                    self._changes.add([_ROOT])
                    break
                self._look_if_due()
                if time.monotonic() >= again:
                    break

    def _watch_events(self, identity: tuple[int, int]) -> None:
        """Add changed files until ``stop`` is set or another folder is in the place of this one."""
        from watchfiles import watch

        root = os.path.realpath(self._folder.root)
        for batch in watch(
            root, watch_filter=None, stop_event=self._stop, step=_STEP, debounce=2 * _STEP,
            rust_timeout=_TICK, yield_on_timeout=True, raise_interrupt=False,
            ignore_permission_denied=True,
        ):  # fmt: skip
            found = {file for file in _below(root, (p for _kind, p in batch)) if self._takes(file)}
            if found:
                self._told |= found
                self._changes.add(found)
            if _identity(self._folder.root) != identity:
                return
            self._look_if_due()

    def _takes(self, file: str) -> bool:
        if self._folder.ignores(file):
            return False
        # A folder that was renamed is one event, without those of its files.
        return not is_temporary(file) or self._is_folder(file)

    def _is_folder(self, file: str) -> bool:
        hidden = any(part.startswith(".") for part in Path(file).parts)
        return not hidden and (self._folder.root / file).is_dir()

    def _look_if_due(self) -> None:
        if time.monotonic() >= self._next_look:
            before, told = self._stamps, self._told
            self._look()
            files = before.keys() | self._stamps.keys()
            changed = {file for file in files if before.get(file) != self._stamps.get(file)}
            if missed := {file for file in changed - told if self._takes(file)}:
                self._changes.add(missed)

    def _look(self) -> None:
        """Note the stamps of all files, and when to do so again."""
        begun = time.monotonic()
        self._told = set()
        try:
            self._stamps = {
                found.file: found.stamp
                for found in self._folder.list_files()
                if not isinstance(found, FolderError)
            }
            self._stamps.update(self._folder.assets)
        except FolderError:
            self._stamps = {}
        took = time.monotonic() - begun
        self._next_look = time.monotonic() + max(_LOOK, _LOOK_SHARE * took)


def _identity(folder: Path) -> tuple[int, int] | None:
    """Return what makes a folder this one; None without one."""
    try:
        found = folder.stat()
    except OSError:
        return None
    return (found.st_dev, found.st_ino) if S_ISDIR(found.st_mode) else None


def _below(root: str, paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        with suppress(ValueError):
            yield Path(path).relative_to(root).as_posix()
