"""A pager behind long output at a terminal: what fits on the screen is just printed.

The pager is ``WIKISYNC_PAGER``, else ``PAGER``, else ``less``; none where that is empty or ``cat``.
As with Git, ``LESS`` tells ``less`` to keep colours, to leave the screen as it is, and to end by
itself on short output, unless the user has a ``LESS`` of his own.

A pager that is not there, or that the user leaves early, is no error: then the output is printed,
or the rest of it is not wanted.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
from contextlib import contextmanager, suppress
from pathlib import PurePath
from typing import IO, TYPE_CHECKING, Any, Final, TextIO, cast

from wikisync.executables import CHILD_ENVIRONMENT, find_program

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DEFAULT: Final = "less"
_OPTIONS: Final = {"LESS": "FRX", "LV": "-c"}
_STYLE: Final = re.compile(r"\x1b\[[\d;]*m")


class _Left(Exception):
    """The user left the pager: the rest of the output is not wanted."""


def command(env: Mapping[str, str]) -> list[str]:
    """The pager that the environment asks for, as arguments; empty: none."""
    if env.get("TERM", "dumb") == "dumb":
        return []
    try:
        words = shlex.split(env.get("WIKISYNC_PAGER", env.get("PAGER", _DEFAULT)))
    except ValueError:  # a quote is open
        return []
    if not words or words == ["cat"]:
        return []
    # Also where LESS says otherwise: else colours would be shown as signs.
    return [*words, "-R"] if PurePath(words[0]).name == "less" else words


@contextmanager
def paged(out: TextIO, pager: list[str], columns: int, rows: int) -> Iterator[TextIO]:
    """What to write to in place of ``out``, a terminal of this size, until the user has left it."""
    page = Paged(out, pager, columns, rows)
    with suppress(_Left):
        try:
            yield cast("TextIO", page)  # as much of one as a console needs
        finally:
            page.end()


class Paged:
    """A stream that holds a screenful back. When there is more, the pager gets all, as it comes."""

    def __init__(self, out: TextIO, pager: list[str], columns: int, rows: int) -> None:
        self.encoding = out.encoding
        self._out, self._pager, self._columns = out, pager, columns
        self._room = rows - 1  # the shell's prompt comes below
        self._held: list[str] = []
        self._to: IO[str] | None = None
        self._process: subprocess.Popen[str] | None = None
        self._interrupt: Any = None

    def write(self, text: str) -> int:
        """Hold text back, or give it to the pager. Raises _Left when that has been left."""
        if self._to is None:
            self._held.append(text)
            self._room -= _rows(text, self._columns)
            if self._room < 0:
                self._begin()
        else:
            self._put(text)
        return len(text)

    def flush(self) -> None:
        """Nothing: the pager gets what it has room for when it comes."""

    def isatty(self) -> bool:
        """It is a terminal where this ends."""
        return True

    def end(self) -> None:
        """Print what was held back, or wait until the user leaves the pager."""
        if self._process is None:
            self._out.write("".join(self._held))
            self._out.flush()
            return
        try:
            with suppress(OSError), self._process as process:  # it may have been left
                if process.stdin is not None:
                    process.stdin.close()
        finally:
            if self._interrupt is not None:
                signal.signal(signal.SIGINT, self._interrupt)

    def _begin(self) -> None:
        self._out.flush()
        self._to = self._out
        program, *options = self._pager
        found = find_program(program)
        with suppress(OSError):  # it is not there, or is no program
            if found is None:
                raise FileNotFoundError(program)
            self._process = subprocess.Popen(
                [found, *options],
                stdin=subprocess.PIPE,
                stdout=self._out,
                env={**_OPTIONS, **CHILD_ENVIRONMENT, **os.environ},
                encoding=self._out.encoding,
                errors="backslashreplace",
            )
            self._to = self._process.stdin
            with suppress(ValueError):  # not in the main thread
                self._interrupt = signal.signal(signal.SIGINT, _pagers_own)
        held = "".join(self._held)
        self._held.clear()
        self._put(held)

    def _put(self, text: str) -> None:
        if self._to is None:
            return
        try:
            self._to.write(text)
        except BrokenPipeError:
            if self._process is None:
                raise
            raise _Left from None


def _pagers_own(*_: object) -> None:
    """Ctrl-C ends what the pager is at, not this program."""


def _rows(text: str, columns: int) -> int:
    """How many rows of the screen a text takes, where the terminal folds its lines."""
    from wikisync.report.diff.styled_text import cells

    lines = _STYLE.sub("", text).removesuffix("\n").split("\n")
    return sum(max(1, -(-cells(line) // columns)) for line in lines)
