"""Decide which files and folders below the folder are not taken, as pages or as assets.

Three kinds of rules, from the weakest to the strongest (files.md, *What is left out*): folders that
a program made (``generated_folders``); git's ``.gitignore`` files and ``.git/info/exclude``; the
setting ``ignore``, whose patterns with a ``!`` take a name back in. Only names and the files that
git has for it decide, so git need not be installed, and what git tracks is ignored like the rest.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from wikisync.folder.directory import Directory, open_below
from wikisync.folder.generated_folders import BY_NAME, reason_beside, reason_inside
from wikisync.gitignore import Patterns, any_of
from wikisync.page.paths import EXTENSIONS, to_nfc

if TYPE_CHECKING:
    import re
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from wikisync.planning.model import IgnoreReason

_GITIGNORE: Final = ".gitignore"
_ANY_PAGE: Final = "wikisync-any-page.md"
"""A name that stands for any new page, to ask whether git leaves out the whole folder."""

_MOST_LINES: Final = 5_000
"""Lines read of one file of patterns."""

_NOWHERE: Final = Directory("", None)


@dataclass(frozen=True, slots=True)
class Level:
    """The rules for the names in one directory.

    ``generated`` are the folders in it that a program made. ``reason`` is why the directory itself
    is left out, for what it contains. Of the files in it, those whose name matches
    ``file_names`` may be left out; with ``any_file``, each may.
    """

    patterns: tuple[Patterns, ...]
    generated: Mapping[str, IgnoreReason]
    reason: IgnoreReason | None
    file_names: re.Pattern[str] | None
    any_file: bool

    def may_leave_out(self, file_name: str) -> bool:
        """Return whether a file of this name may be left out. Quick, since every file is asked."""
        return self.any_file or (
            self.file_names is not None and self.file_names.fullmatch(to_nfc(file_name)) is not None
        )


class IgnoreRules:
    """The rules of one folder. ``setting`` are the patterns of ``ignore``.

    They are for pages alone, or for ``every_file``. A directory's rules are read once, when it is
    listed (``enter``) or first asked about.
    """

    def __init__(self, root: Path, setting: Sequence[str], *, every_file: bool = False) -> None:
        self._root = os.path.abspath(root)  # noqa: PTH100  (links stay)
        self._suffixes = ("",) if every_file else tuple(EXTENSIONS)
        self._setting = Patterns.parse(map(to_nfc, setting), self._suffixes)
        self._levels: dict[str, Level] = {}
        self._reasons: dict[str, IgnoreReason | None] = {}

    def clear(self) -> None:
        """Forget the rules that were read."""
        self._levels.clear()
        self._reasons.clear()

    def enter(self, below: str, directory: Directory, names: Collection[str]) -> Level:
        """Read and return the rules of an open directory that has these names.

        ``below`` is its name from the folder, with ``/`` at the end.
        """
        outer = (
            self._level(_parent(below)).patterns
            if below
            else _outer_patterns(self._root, self._suffixes)
        )
        reason: IgnoreReason | None = None
        if below and self._setting.decide(to_nfc(below)) is None:
            reason = reason_inside(names, directory)
        patterns = outer
        if _GITIGNORE in names and (lines := _lines(directory, _GITIGNORE)):
            patterns = (*outer, Patterns.parse(lines, self._suffixes, below=to_nfc(below)))
        if not below and not _is_top(names) and _leaves_out_all(patterns):
            patterns = ()
        rules = (self._setting, *patterns)
        file_names = any_of(regex for one in rules for regex in one.for_files.names)
        any_file = any(one.may_match_files_in(to_nfc(below)) for one in rules)
        level = Level(patterns, reason_beside(names), reason, file_names, any_file)
        self._levels[below] = level
        self._reasons.clear()
        return level

    def reason(self, name: str, level: Level | None = None) -> IgnoreReason | None:
        """Return why a name is left out, other than for a folder above it; None if it is not.

        Names of folders end in ``/``. ``level`` are the rules of the directory that it is in.
        """
        level = level or self._level(_parent(name))
        name = to_nfc(name)
        decided = self._setting.decide(name)
        if decided is not None:
            return "ignore" if decided else None
        if name[-1] == "/":
            own = name[:-1].rpartition("/")[2]
            if generated := BY_NAME.get(own) or level.generated.get(own):
                return generated
        for patterns in reversed(level.patterns):
            decided = patterns.decide(name)
            if decided is not None:
                return "gitignore" if decided else None
        return None

    def reason_of(self, file: str) -> IgnoreReason | None:
        """Return why a file is left out, for its own name or a folder above it."""
        below = _parent(file)
        if below not in self._reasons:
            reasons = (self.reason(above) or self._level(above).reason for above in _folders(below))
            found = next((reason for reason in reasons if reason is not None), None)
            self._reasons[below] = found
        return self._reasons[below] or self.reason(file)

    def _level(self, below: str) -> Level:
        if (known := self._levels.get(below)) is not None:
            return known
        try:
            with open_below(self._root, below.split("/")[:-1]) as directory:
                self.enter(below, directory, set(directory.names()))
        except OSError:  # a directory that does not exist, or cannot be read
            self.enter(below, _NOWHERE, ())
        return self._levels[below]


def _parent(name: str) -> str:
    """Return the folder of a name, with ``/`` at the end; empty for the top."""
    above, slash, _own = name.removesuffix("/").rpartition("/")
    return above + slash


def _folders(below: str) -> Iterator[str]:
    """Yield the folders above a folder from the top, then itself, each with ``/`` at the end."""
    end = below.find("/")
    while end >= 0:
        yield below[: end + 1]
        end = below.find("/", end + 1)


def _is_top(names: Collection[str]) -> bool:
    """Return whether a directory with these names is the top of a git repository."""
    return ".git" in names


def _leaves_out_all(patterns: Sequence[Patterns]) -> bool:
    """Return whether a new page at the top of the folder would be ignored by git."""
    for one in reversed(patterns):
        decided = one.decide(_ANY_PAGE)
        if decided is not None:
            return decided
    return False


def _outer_patterns(root: str, suffixes: tuple[str, ...]) -> tuple[Patterns, ...]:
    """Return git's patterns from above the folder, and of its repository, the outermost first.

    There are none where git ignores the folder itself.
    """
    top = root
    while not os.path.lexists(os.path.join(top, ".git")):  # noqa: PTH118
        above = os.path.dirname(top)  # noqa: PTH120
        if above == top:
            return ()
        top = above
    parts = PurePath(root).relative_to(top).parts
    found: list[tuple[int, Patterns]] = []
    for depth in range(len(parts) + 1):
        names = ([".git", "info", "exclude"],) if depth == 0 else ()
        names = (*names, [_GITIGNORE]) if depth < len(parts) else names
        above = to_nfc("".join(f"{part}/" for part in parts[depth:]))
        for *folders, name in names:
            with suppress(OSError), open_below(os.path.join(top, *parts[:depth]), folders) as place:  # noqa: PTH118
                lines = _lines(place, name)
                found.append((depth, Patterns.parse(lines, suffixes, above=above)))
    for end in range(1, len(parts) + 1):
        for depth, patterns in reversed(found):
            if depth >= end:
                continue
            name = to_nfc("".join(f"{part}/" for part in parts[depth:end]))
            decided = replace(patterns, above="").decide(name)
            if decided:
                return ()
            if decided is not None:
                break
    return tuple(patterns for _depth, patterns in found)


def _lines(directory: Directory, name: str) -> list[str]:
    """Return the lines of a file of patterns; none where it cannot be read, or is a link."""
    try:
        text = directory.read(name).decode("utf-8-sig", "surrogateescape")
    except OSError:
        return []
    return to_nfc(text).split("\n", _MOST_LINES)[:_MOST_LINES]
