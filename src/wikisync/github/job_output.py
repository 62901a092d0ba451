"""Write the log, the summary, the annotations and the outputs of a job on GitHub.

Pages, wikis and errors may contain lines that GitHub would run as workflow commands, so everything
printed goes through ``LogStream``.
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
from wikisync.github.environment import read_job
from wikisync.github.markdown import error_markdown, to_markdown
from wikisync.github.markdown_text import summary_limit
from wikisync.github.workflow_commands import (
    CommandEscaper,
    annotate,
    error_annotation,
    step_outputs,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from wikisync.config import Config
    from wikisync.errors import WikisyncError
    from wikisync.github.environment import Job
    from wikisync.github.workflow_commands import Annotation, FailOn
    from wikisync.request import Report


class LogStream(io.TextIOBase):
    """A stream to the log of a job that escapes workflow commands in everything written.

    ``command`` writes one unescaped. There is no ``buffer``, which would bypass the escaping.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._defuser = CommandEscaper()

    @property
    def encoding(self) -> str:  # type: ignore[override]
        """Return the encoding of the wrapped stream."""
        return self._stream.encoding or "utf-8"

    @property
    def errors(self) -> str:  # type: ignore[override]
        """Return how the wrapped stream handles characters outside its encoding."""
        return self._stream.errors or "strict"

    def write(self, text: str) -> int:
        """Write text with workflow commands escaped."""
        self._stream.write(self._defuser.feed(text))
        return len(text)

    def command(self, line: str) -> None:
        """Write a workflow command on its own line."""
        self._stream.write(f"{line}\n")

    def flush(self) -> None:
        """Flush the wrapped stream."""
        self._stream.flush()

    def isatty(self) -> bool:
        """Return whether the wrapped stream is a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """Return the file descriptor of the wrapped stream."""
        return self._stream.fileno()

    def writable(self) -> bool:
        """Return True."""
        return True


def guard_log(env: Mapping[str, str]) -> None:
    """On GitHub, replace stdout and stderr by ``LogStream``s.

    A stream redirected to a file is not the log, and stays as it is.
    """
    if env.get("GITHUB_ACTIONS") != "true":
        return
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, LogStream) and not _is_file(stream):
            setattr(sys, name, LogStream(stream))


def print_annotations(found: Iterable[Annotation]) -> None:
    """Print annotations to stderr; GitHub reads stdout and stderr."""
    for annotation in found:
        _print_command(str(annotation))


def mask(*secrets: str) -> None:
    """Make GitHub mask secrets in the log; empty ones are ignored.

    GitHub shows the command itself as ``***``. Where stderr is a file, which would keep the secret,
    nothing is written.
    """
    if _is_file(sys.stderr):
        return
    for secret in secrets:
        for line in workflow_commands.mask_commands(secret):
            _print_command(line)


def _print_command(line: str) -> None:
    stream = sys.stderr
    if isinstance(stream, LogStream):
        stream.command(line)
    else:
        stream.write(f"{line}\n")
    stream.flush()


def size_of(summary: Path) -> int:
    """Return the size of the step's summary in bytes; 0 where it cannot be read."""
    try:
        return summary.stat().st_size
    except OSError:
        return 0


def append(file: Path | None, text: str) -> None:
    """Append to a file that GitHub reads back. Errors are ignored.

    These files only report on a run: its writes are done whether or not the report can be.
    """
    if file is None:
        return
    with suppress(OSError), file.open("a", encoding="utf-8", errors="backslashreplace") as handle:
        handle.write(text)


def write_outputs(file: Path | None, values: dict[str, str]) -> None:
    """Write the outputs of the step."""
    append(file, workflow_commands.output_lines(values, f"wikisync-{secrets.token_hex(16)}"))


def _is_file(stream: IO[str]) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):  # a stream without a descriptor, as in a test
        return False


TITLES: Final = {
    "plan": "wikisync: what publishing this would change on the wiki",
    "push": "wikisync push: the folder to the wiki",
    "pull": "wikisync pull: the wiki to the folder",
    "sync": "wikisync sync: both ways",
}


def report_run(report: Report, config: Config, job: Job, fail_on: FailOn = "conflicts") -> None:
    """Write annotations, outputs and summary for a report."""
    print_annotations(annotate(report, in_repository(config.folder, job), fail_on))
    write_outputs(job.output, step_outputs(report))
    if job.summary is not None:
        room = summary_limit(size_of(job.summary))
        append(job.summary, f"{to_markdown(report, room, title(report))}\n")


def report_command(report: Report, config: Config) -> None:
    """Report a command that a step ran without the Action; the job is read from the environment."""
    report_run(report, config, read_job(os.environ))


def report_command_error(error: WikisyncError) -> None:
    """Report the error of a command that a step ran without the Action."""
    report_error(error, read_job(os.environ))


def report_error(error: WikisyncError, job: Job) -> None:
    """Write the annotation and the summary for an error that ended a command."""
    print_annotations([error_annotation(error)])
    append(job.summary, error_markdown(error, "wikisync: it could not be done"))


def title(report: Report) -> str:
    """Return the heading of a report."""
    request = report.request
    named = TITLES.get(request.command, f"wikisync {request.command}")
    return f"{named} (only looked)" if request.dry_run else named


def in_repository(folder: Path, job: Job) -> str:
    """Return the folder relative to the top of the repository, for annotations of its files."""
    try:
        return folder.resolve().relative_to(job.workspace.resolve()).as_posix()
    except ValueError:
        return folder.as_posix()
