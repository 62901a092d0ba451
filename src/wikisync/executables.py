"""Find programs on PATH by their full path, outside the project.

Windows searches the current folder before PATH, and PATH may contain it too. A repository could
put its own ``git.exe`` or ``less`` there.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

CHILD_ENVIRONMENT: Final = {"NoDefaultCurrentDirectoryInExePath": "1"}
"""Environment variables of child processes: on Windows they then search PATH alone."""

SECRET_PREFIXES: Final = ("WIKISYNC_", "INPUT_", "GITHUB_TOKEN", "GH_TOKEN", "ACTIONS_")
"""Prefixes of variables that may hold a secret, such as the inputs of an Action."""


@contextmanager
def secrets_removed() -> Iterator[None]:
    """Remove variables that may hold a secret from the environment, for a library that starts
    programs without a choice of theirs; put them back at the end."""
    removed = {name: text for name, text in os.environ.items() if name.startswith(SECRET_PREFIXES)}
    for name in removed:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(removed)


# Windows runs these without its command interpreter.
_SUFFIXES: Final = ("", ".exe", ".com") if os.name == "nt" else ("",)


def find_program(name: str) -> str | None:
    """Return the full path of a program; None where PATH has none.

    Skips folders of PATH that are relative, or below the current folder or the repository around
    it. A name that contains a folder is returned as it is: the user chose it.
    """
    if os.path.dirname(name):  # noqa: PTH120
        return name
    return _search_path(name, os.environ.get("PATH", os.defpath), _project_root())


@lru_cache(maxsize=64)
def _search_path(name: str, search: str, project: str) -> str | None:
    for folder in search.split(os.pathsep):
        if not os.path.isabs(folder) or _is_below(folder, project):  # noqa: PTH117
            continue
        for ending in _SUFFIXES:
            file = os.path.join(folder, name + ending)  # noqa: PTH118
            if os.path.isfile(file) and os.access(file, os.X_OK):  # noqa: PTH113
                return file
    return None


def _project_root() -> str:
    """Return the top of the repository around the current folder, or that folder itself."""
    try:
        current = Path.cwd()
    except FileNotFoundError:  # it was removed; then nothing is below it
        return os.devnull
    for folder in (current, *current.parents):
        if os.path.lexists(folder / ".git"):
            return os.path.realpath(folder)
    return os.path.realpath(current)


def _is_below(folder: str, project: str) -> bool:
    real = os.path.normcase(os.path.realpath(folder))
    top = os.path.normcase(project)
    if top in {os.path.normcase(os.path.realpath(Path.home())), os.path.dirname(top)}:  # noqa: PTH120
        return (
            real == top
        )  # below the home folder, or the system's root, is what the user installed
    return real == top or real.startswith(top + os.sep)
