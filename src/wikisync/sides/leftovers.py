"""What a run that was killed left of files that had not, or no longer, their own names.

Nothing that a person may have saved is removed: it gets its name back, or one beside it.
"""

from __future__ import annotations

import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from wikisync.sides.replacing import bring_back, put_back
from wikisync.sides.temporary import SetAside, is_draft, parse_aside

if TYPE_CHECKING:
    from wikisync.sides.directory import Directory


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
