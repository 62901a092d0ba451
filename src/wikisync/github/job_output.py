"""The log of a run on GitHub, its summary and its outputs: where they are written.

Pages, wikis and errors may hold lines that GitHub would act on: all that is printed goes through
``LogStream``.

Telling GitHub of a command: the summary, the annotations, the outputs.
"""

from __future__ import annotations

import io
import os
import secrets
import stat
import sys
from contextlib import suppress
from typing import IO, TYPE_CHECKING, Final, TextIO

from wikisync.github import workflow_commands
from wikisync.github.environment import job
from wikisync.github.markdown import error_markdown, to_markdown
from wikisync.github.markdown_text import summary_limit
from wikisync.github.workflow_commands import Defuser, annotate, of_error, step_outputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from wikisync.config import Config
    from wikisync.errors import WikisyncError
    from wikisync.github.environment import Job
    from wikisync.github.workflow_commands import Annotation, FailOn
    from wikisync.request import Report


class LogStream(io.TextIOBase):
    """A stream into the log of a run: what is printed to it is text, whatever it repeats.

    Commands of ours go past it, by ``command``. It has no ``buffer``, through which others could.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._defuser = Defuser()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """The encoding of the stream below."""
        return self._stream.encoding or "utf-8"

    @property
    def errors(self) -> str:  # type: ignore[override]
        """What is done about characters that the encoding has not."""
        return self._stream.errors or "strict"

    def write(self, text: str) -> int:
        """Print text, defused."""
        self._stream.write(self._defuser.feed(text))
        return len(text)

    def command(self, line: str) -> None:
        """Print a command of ours, on a line of its own."""
        self._stream.write(f"{line}\n")

    def flush(self) -> None:
        """Flush the stream below."""
        self._stream.flush()

    def isatty(self) -> bool:
        """Return whether the stream below is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Return the descriptor of the stream below."""
        return self._stream.fileno()

    def writable(self) -> bool:
        """It is."""
        return True


def guard_log(env: Mapping[str, str]) -> None:
    """On GitHub, let stdout and stderr be ``LogStream``s from here on: the door for all output.

    A stream that was sent into a file is no log, and keeps what is printed byte for byte.
    """
    if env.get("GITHUB_ACTIONS") != "true":
        return
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, LogStream) and not _is_file(stream):
            setattr(sys, name, LogStream(stream))


def print_annotations(found: Iterable[Annotation]) -> None:
    """Print annotations, to stderr: GitHub reads both."""
    for annotation in found:
        _command(str(annotation))


def mask(secret: str) -> None:
    """Have GitHub keep a secret out of the log.

    GitHub shows the line that tells it as ``***``; a file would keep it, so that it is not written
    where stderr is one.
    """
    if not secret or _is_file(sys.stderr):
        return
    for line in workflow_commands.mask(secret):
        _command(line)


def _command(line: str) -> None:
    stream = sys.stderr
    if isinstance(stream, LogStream):
        stream.command(line)
    else:
        stream.write(f"{line}\n")
    stream.flush()


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
    append(file, workflow_commands.output_lines(values, f"wikisync-{secrets.token_hex(16)}"))


def _is_file(stream: IO[str]) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):  # no stream of the system's, as in a test
        return False


TITLES: Final = {
    "plan": "wikisync: what publishing this would change on the wiki",
    "push": "wikisync push: the folder to the wiki",
    "pull": "wikisync pull: the wiki to the folder",
    "sync": "wikisync sync: both ways",
}


def report_run(report: Report, config: Config, job: Job, fail_on: FailOn = "conflicts") -> None:
    """Tell of a command that has a report."""
    print_annotations(annotate(report, in_repository(config.folder, job), fail_on))
    write_outputs(job.output, step_outputs(report))
    if job.summary is not None:
        room = summary_limit(used(job.summary))
        append(job.summary, f"{to_markdown(report, room, title(report))}\n")


def report_command(report: Report, config: Config) -> None:
    """Tell of a command that a step ran by itself, as its environment says."""
    report_run(report, config, job(os.environ))


def report_command_error(error: WikisyncError) -> None:
    """The same of what ended it before there was anything to report."""
    report_error(error, job(os.environ))


def report_error(error: WikisyncError, job: Job) -> None:
    """Tell of what ended a command before there was anything to report."""
    print_annotations([of_error(error)])
    append(job.summary, error_markdown(error, "wikisync: it could not be done"))


def title(report: Report) -> str:
    """The heading of what is told of a report."""
    request = report.request
    named = TITLES.get(request.command, f"wikisync {request.command}")
    return f"{named} (only looked)" if request.dry_run else named


def in_repository(folder: Path, job: Job) -> str:
    """The folder of pages as the repository names it, for annotations of its files."""
    try:
        return folder.resolve().relative_to(job.workspace.resolve()).as_posix()
    except ValueError:
        return folder.as_posix()
