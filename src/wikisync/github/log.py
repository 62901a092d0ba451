"""The log of a run on GitHub, its summary and its outputs: where they are written.

A page may hold lines that GitHub would act on, so what repeats pages is printed as ``only_text``.
"""

from __future__ import annotations

import io
import os
import secrets
import stat
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from typing import IO, TYPE_CHECKING

from wikisync.report.github import commands

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from wikisync.report.github.commands import Annotation


@contextmanager
def only_text() -> Iterator[None]:
    """Whatever is printed meanwhile is text: a line that GitHub would act on is defused.

    It is printed at the end, all at once.
    """
    out, err = io.StringIO(), io.StringIO()
    try:
        with redirect_stdout(out), redirect_stderr(err):
            yield
    finally:
        for held, stream in ((err, sys.stderr), (out, sys.stdout)):
            stream.write("\n".join(map(commands.harmless, held.getvalue().split("\n"))))
            stream.flush()


def annotate(found: Iterable[Annotation], stream: IO[str] | None = None) -> None:
    """Print annotations, to stderr where no stream is given: GitHub reads both."""
    stream = stream or sys.stderr
    for annotation in found:
        stream.write(f"{annotation}\n")
    stream.flush()


def mask(secret: str) -> None:
    """Have GitHub keep a secret out of the log.

    GitHub shows the line that tells it as ``***``; a file would keep it, so that it is not written
    where stderr is one.
    """
    if not secret or _is_file(sys.stderr):
        return
    for line in commands.mask(secret):
        sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def used(summary: Path) -> int:
    """The bytes that the step's summary has already."""
    try:
        return summary.stat().st_size
    except OSError:
        return 0


def append(file: Path | None, text: str) -> None:
    """Add to one of the files that GitHub reads back; one that cannot be written is passed over.

    They only tell of a run: what it did is done whether they can be written or not.
    """
    if file is None:
        return
    with suppress(OSError), file.open("a", encoding="utf-8", errors="backslashreplace") as handle:
        handle.write(text)


def write_outputs(file: Path | None, values: dict[str, str]) -> None:
    """Give outputs to the steps that follow."""
    append(file, commands.outputs(values, f"wikisync-{secrets.token_hex(16)}"))


def _is_file(stream: IO[str]) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):  # no stream of the system's, as in a test
        return False
