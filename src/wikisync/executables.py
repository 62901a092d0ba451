"""Find the programs that are run: by their full path, never in the project.

Windows looks into the current folder before PATH, and a PATH may name it too. There a repository
could have a ``git.exe`` or a ``less`` of its own.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Final

CHILD_ENVIRONMENT: Final = {"NoDefaultCurrentDirectoryInExePath": "1"}
"""Variables for a program that starts others: on Windows it then looks into PATH alone."""

# What Windows runs without its command interpreter.
_ENDINGS: Final = ("", ".exe", ".com") if os.name == "nt" else ("",)


def find_program(name: str) -> str | None:
    """Return the full path of a program of that name; None where PATH has none.

    A folder of PATH that is relative, or lies in the current folder or in the repository around
    it, is passed over. A name with a folder in it is the user's own choice, and stays.
    """
    if os.path.dirname(name):  # noqa: PTH120
        return name
    return _found(name, os.environ.get("PATH", os.defpath), _project())


@lru_cache(maxsize=64)
def _found(name: str, search: str, project: str) -> str | None:
    for folder in search.split(os.pathsep):
        if not os.path.isabs(folder) or _is_below(folder, project):  # noqa: PTH117
            continue
        for ending in _ENDINGS:
            file = os.path.join(folder, name + ending)  # noqa: PTH118
            if os.path.isfile(file) and os.access(file, os.X_OK):  # noqa: PTH113
                return file
    return None


def _project() -> str:
    """The top of the repository around the current folder, or that folder itself."""
    try:
        here = Path.cwd()
    except FileNotFoundError:  # it was removed; then nothing is below it
        return os.devnull
    for folder in (here, *here.parents):
        if os.path.lexists(folder / ".git"):
            return os.path.realpath(folder)
    return os.path.realpath(here)


def _is_below(folder: str, project: str) -> bool:
    real = os.path.normcase(os.path.realpath(folder))
    top = os.path.normcase(project)
    if top in {os.path.normcase(os.path.realpath(Path.home())), os.path.dirname(top)}:  # noqa: PTH120
        return (
            real == top
        )  # below the home folder, or the system's root, is what the user installed
    return real == top or real.startswith(top + os.sep)
