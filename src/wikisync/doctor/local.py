"""Look at what is on this machine: the configuration, the folder, the state and git."""

from __future__ import annotations

import os
import sys
import tomllib
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final

from wikisync.config import find_file
from wikisync.doctor.model import Check, Setting, failed, fails, warning, works
from wikisync.errors import FolderError, StateError, WikisyncError
from wikisync.folder.folder import FileStat, Folder
from wikisync.git.repository import GitFailed, Repository
from wikisync.page.paths import Layout
from wikisync.state import State
from wikisync.wiki.endpoint import normalize_url

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from wikisync.config import Config
    from wikisync.planning.model import Base

_BY_ENVIRONMENT: Final = ("url", "ca_file", "client_cert", "client_key")
_SHOWN: Final = (
    *("url", "folder", "root", "locale_folders", "index", "ignore", "write_back", "max_delete"),
    *("jobs", "keep_days", "ca_file", "client_cert", "client_key"),
)
"""The settings to show. A default that is empty is left out."""


def describe_configuration(
    config: Config, file: Path | None, start: Path, env: Mapping[str, str]
) -> Check:
    """Return the check of a configuration that was loaded: its values, and where each is from."""
    path = find_file(file, start)
    in_file: dict[str, Any] = {}
    if path is not None:
        in_file = tomllib.loads(path.read_text("utf-8"))
    settings = [
        Setting(name, value, _source(name, in_file, path, env))
        for name in _SHOWN
        if (value := _shown(config, name))
    ]
    key = Setting("token", "set, not shown", "WIKISYNC_TOKEN") if config.token else None
    headers = [Setting("headers", header.name, "WIKISYNC_HEADERS") for header in config.headers]
    version = ".".join(map(str, sys.version_info[:3]))
    return Check(
        "configuration",
        "works",
        "configuration",
        {"file": str(path) if path else "", "python": version},
        settings=(*settings, *([key] if key else []), *headers),
    )


def _shown(config: Config, name: str) -> str:
    if name == "url":
        try:
            return normalize_url(config.url)
        except WikisyncError:  # it may have a password in it
            return "not shown, since it is invalid"
    if name == "folder":
        return config.folder_name
    value = getattr(config, name)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ", ".join(value)
    return "" if value is None else str(value)


def _source(
    name: str, in_file: Mapping[str, Any], path: Path | None, env: Mapping[str, str]
) -> str:
    variable = f"WIKISYNC_{name.upper()}"
    if name in _BY_ENVIRONMENT and env.get(variable):
        return variable
    return path.name if path is not None and name in in_file else ""


def check_git(folder: Path) -> Check:
    """Return whether git has the whole history of the folder, for a base where there is none."""
    at = folder if folder.is_dir() else folder.parent
    try:
        repository = Repository.at(at)
    except GitFailed as error:
        return warning("git", "git-failed", reason=error.reason)
    except OSError as error:
        return warning("git", "git-failed", reason=error.strerror or type(error).__name__)
    if repository is None:
        return works("git", "no-git")
    return warning("git", "shallow") if repository.shallow else works("git", "git")


def check_state(config: Config, bases: list[Base]) -> Check:
    """Return whether the state can be used and is of this wiki; its bases are added to ``bases``.

    Nothing in it is changed.
    """
    if not os.path.lexists(config.state):
        return works("state", "no-state")
    try:
        with closing(State.open(config.state, create=False)) as state:
            state.check()
            bases.extend(state.bases.load().values())
            then = state.meta("url"), state.meta("folder"), state.meta("root") or ""
            last = state.journal.latest_time()
            interrupted = state.journal.interrupted()
    except StateError as error:
        return failed("state", error)
    url, folder, root = then
    if bases and url is not None and url.rstrip("/") != config.url:
        return fails("state", "state-url", then=url, now=config.url)
    if bases and folder is not None and folder != config.folder_name:
        return fails("state", "state-folder", then=folder, now=config.folder_name)
    if bases and url is not None and root != config.root:
        return fails("state", "state-root", then=root, now=config.root)
    if interrupted:
        return warning("state", "state-interrupted", pages=len(bases), last=last)
    return works("state", "state", pages=len(bases), last=last)


def check_folder(config: Config, files: list[str]) -> Check:
    """Return whether the folder can be read; the names of its files are added to ``files``."""
    if not config.folder.is_dir():
        return warning("folder", "no-folder", folder=config.folder_name)
    layout = Layout(locale_folders=config.locale_folders, root=config.root, index=config.index)
    try:
        found = Folder(config.folder, config.ignore, layout).list_files()
        files.extend(seen.file for seen in found if isinstance(seen, FileStat))
    except FolderError as error:
        return failed("folder", error)
    return works("folder", "folder", folder=config.folder_name, files=len(files))
