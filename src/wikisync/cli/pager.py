"""Show long output in a pager, as git does.

The pager is ``WIKISYNC_PAGER``, else ``PAGER``, else ``less``. There is none where that is empty or
``cat``, and none where the program is not found: the output is then printed. ``LESS=FRX``, unless
the user has set ``LESS``, lets ``less`` keep colours, leave the text on the screen, and quit by
itself where the output fits on the screen.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
from contextlib import contextmanager, suppress
from pathlib import PurePath
from typing import IO, TYPE_CHECKING, Final, TextIO

from wikisync.executables import CHILD_ENVIRONMENT, SECRET_PREFIXES, find_program

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_DEFAULT: Final = "less"
_OPTIONS: Final = {"LESS": "FRX", "LV": "-c"}


def command(env: Mapping[str, str]) -> list[str]:
    """Return the command line of the pager that ``env`` asks for; empty for none."""
    if env.get("TERM", "dumb") == "dumb":
        return []
    try:
        words = shlex.split(env.get("WIKISYNC_PAGER", env.get("PAGER", _DEFAULT)))
    except ValueError:  # a quote is not closed
        return []
    if not words or words == ["cat"]:
        return []
    # Also where the user's LESS lacks it: colours would be shown as escape codes.
    return [*words, "-R"] if PurePath(words[0]).name == "less" else words


@contextmanager
def paged(out: TextIO, pager: list[str]) -> Iterator[IO[str]]:
    """Yield a stream to the input of ``pager``, which prints to ``out``; wait for the user to quit.

    Yields ``out`` itself where there is no such program. That the user quits before the end of the
    output is not an error: the rest is dropped.
    """
    process = _start(out, pager)
    if process is None or process.stdin is None:
        yield out
        return
    interrupt = signal.signal(signal.SIGINT, _ignore)  # Ctrl-C is for the pager
    try:
        with suppress(BrokenPipeError), process:
            yield process.stdin
    finally:
        signal.signal(signal.SIGINT, interrupt)


def _start(out: TextIO, pager: list[str]) -> subprocess.Popen[str] | None:
    program = find_program(pager[0])
    if program is None:
        return None
    out.flush()
    env = {key: text for key, text in os.environ.items() if not key.startswith(SECRET_PREFIXES)}
    try:
        return subprocess.Popen(
            [program, *pager[1:]],
            stdin=subprocess.PIPE,
            stdout=out,
            env={**_OPTIONS, **CHILD_ENVIRONMENT, **env},
            encoding=out.encoding,
            errors="backslashreplace",
        )
    except OSError:  # it cannot be executed
        return None


def _ignore(*_: object) -> None:
    """Ignore a signal. SIG_IGN would be inherited by the pager."""
