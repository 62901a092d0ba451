"""Load the configuration, ask, print results and errors, and choose the exit code.

Results go to stdout; progress, questions and messages to stderr. Modules that take time to load are
imported where they are used, so that ``--help`` is quick.
"""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from io import BytesIO, TextIOWrapper
from typing import IO, TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from rich.console import Console

    from wikisync.config import Config
    from wikisync.errors import WikisyncError
    from wikisync.progress import Progress
    from wikisync.request import Report, Request, View


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """What a command prints. With a ``view``, pages are shown with their differences."""

    json: bool = False
    quiet: bool = False
    exit_code: bool = False
    view: View | None = None
    html: Path | None = None


@dataclass(frozen=True, slots=True)
class ConfigOptions:
    """The configuration file, where one was given, and the number of requests that overrides it."""

    config: Path | None = None
    jobs: int | None = None

    def load(self, *, need_token: bool = True, writes: bool = False) -> Config:
        """Load the configuration. Raises UsageError and its subclasses, UntrustedCheckout.

        ``writes``: the command may write, which a run on GitHub allows only for some events.
        """
        if on_github():
            config = _load_on_github(self.config, need_token=need_token, writes=writes)
        else:
            from wikisync.config import load

            config = load(self.config, need_token=need_token)
        return replace(config, jobs=self.jobs, writes=self.jobs) if self.jobs else config


def _load_on_github(file: Path | None, *, need_token: bool, writes: bool) -> Config:
    """Load the configuration that the event of the GitHub run allows, and mask its secrets."""
    from wikisync.github import job_output, trust
    from wikisync.github.environment import read_job

    current = read_job(os.environ)
    config = trust.load(current, file, os.environ, need_token=need_token)
    job_output.mask(*config.secrets)
    if writes:
        trust.check_writes(current, config.project, config.folder)
    return config


def load_without_token(file: Path) -> Config:
    """Load a configuration that is there; without WIKISYNC_TOKEN the token is empty."""
    return ConfigOptions(file).load(need_token=False)


def escape_unencodable() -> None:
    """Escape characters that the encoding of stdout or stderr lacks, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def print_stopping() -> None:
    """Print that the run stops after the current page, on a line of its own.

    Called by a signal handler: at a terminal it writes past the progress bar, which may be half
    written, and takes no lock.
    """
    text = "Finishing the current page. Press Ctrl-C again to stop now."
    real = sys.__stderr__
    if real is not None and real.isatty():
        with suppress(OSError):
            os.write(real.fileno(), f"\n{text}\n".encode())
    else:
        print_message(text)


def print_and_exit(
    report: Report, output: OutputOptions, config: Config | None = None, *, asked: bool = False
) -> None:
    """Print a report and exit with its code. With ``config``, report to a GitHub run as well.

    ``asked``: its plan was printed above a question.
    """
    code = print_report(report, output, asked=asked)
    if config is not None and on_github():
        from wikisync.github.job_output import report_command

        report_command(report, config)
    raise typer.Exit(code)


def print_report(report: Report, output: OutputOptions, *, asked: bool = False) -> int:
    """Print a report, write ``--html``, and return the exit code."""
    from wikisync.report import json_output

    code = json_output.exit_code(report, tell_differences=output.exit_code)
    if output.html is not None:
        from wikisync.report.html import builder

        builder.write(report, output.html)
    if report.request.texts:  # for GitHub alone
        report = replace(report, diffs=())
    if output.json:
        print_json(json_output.to_json(report))
    elif not output.quiet:
        from wikisync.report import terminal

        with _pageable(output) as console:
            terminal.show(report, console, output.view, texts=output.html is None, repeats=asked)
        if output.html is not None:
            print_message(f"Wrote {output.html}")
    elif code:
        from wikisync.report import terminal

        terminal.show_trouble(report, console_for(stderr=True))
    return code


def on_github() -> bool:
    """Return whether this is a GitHub Actions run, which acts on commands in the log."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def guard_log() -> None:
    """Keep GitHub from acting on commands in the log that a page or a wiki contains."""
    if on_github():
        from wikisync.github.job_output import guard_log as guard

        guard(os.environ)


def print_json(text: str) -> None:
    """Print a JSON object; on GitHub, escape what its log would act on."""
    if on_github():
        from wikisync.github.workflow_commands import escape_json_commands

        text = escape_json_commands(text)
    typer.echo(text)


@contextmanager
def error_boundary(output: OutputOptions, request: Request | None = None) -> Iterator[None]:
    """Print each WikisyncError as a message and exit: 2 usage, 4 refused, 1 any other.

    With ``request`` and ``--json``, the error is printed as JSON as well. Ctrl-C exits with 130.
    """
    try:
        yield
    except KeyboardInterrupt:
        print_message("Stopped. The next run checks what was being written.")
        raise typer.Exit(130) from None
    except Exception as error:
        from wikisync.errors import WikisyncError
        from wikisync.report.error_messages import error_message

        if not isinstance(error, WikisyncError):
            raise
        if output.json and request is not None:
            from wikisync.report.json_output import error_json

            print_json(error_json(request, error))
        message = error_message(error)
        print_message(f"wikisync: {message.text}", message.hint, _doctor_hint(error))
        if on_github():
            from wikisync.github.job_output import report_command_error

            report_command_error(error)
        from wikisync.report.json_output import error_exit_code

        raise typer.Exit(error_exit_code(error)) from error


def _doctor_hint(error: WikisyncError) -> str:
    """Return a pointer to the command that tells more of an error that has several causes."""
    from wikisync.errors import (
        Forbidden,
        PageHidden,
        Unauthenticated,
        UnexpectedResponse,
        Unreachable,
    )

    several = (Unreachable, UnexpectedResponse, Unauthenticated, Forbidden, PageHidden)
    return "What works and what does not: wikisync doctor." if isinstance(error, several) else ""


def warn(config: Config) -> None:
    """Print a warning where the token is sent over plain HTTP, or expires soon."""
    from wikisync.report.error_messages import in_the_clear
    from wikisync.report.key_messages import expires_soon

    if warning := in_the_clear(config.url, headers=bool(config.headers)):
        print_message(f"wikisync: {warning.text}", warning.hint)
    if warning := expires_soon(config.token, datetime.now(UTC)):
        print_message(f"wikisync: {warning.text}", warning.hint)


def check_html(output: OutputOptions, config: Config) -> None:
    """Check that ``--html`` can be written, before any work. Raises UsageError."""
    if output.html is not None:
        from wikisync.report.html.builder import check

        check(output.html, config)


def print_message(*lines: str) -> None:
    """Print lines to stderr, with their control characters escaped; empty ones are left out."""
    from wikisync.report.text import escape_control

    if not sys.stderr.isatty():
        for line in lines:
            if line:
                typer.echo(escape_control(line), err=True)
        return
    from wikisync.report.wrapping import print_line

    console = console_for(stderr=True)
    for line in filter(None, lines):
        print_line(console, escape_control(line))


def print_lines(lines: Iterable[str]) -> None:
    """Print lines to stdout; at a terminal they are wrapped at words."""
    from wikisync.report.wrapping import print_line

    console = console_for()
    for line in lines:
        print_line(console, line)


_MAX_TEXT = 64 * 1024 * 1024
"""The most bytes of a file that is printed on a terminal."""


def _is_utf_8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def print_bytes(data: bytes) -> None:
    """Print a text as ``print_file`` does."""
    print_file(BytesIO(data), "The text")


def print_file(file: IO[bytes], name: str) -> None:
    """Print a file as it is; at a terminal or on GitHub, with control characters escaped.

    Raises NotWritten for a file that is no text there; ``name`` is what it is called.
    """
    from wikisync.errors import NotWritten
    from wikisync.report.text import escape_control

    binary = getattr(sys.stdout, "buffer", None)
    if binary is not None and not sys.stdout.isatty() and not on_github():
        sys.stdout.flush()
        shutil.copyfileobj(file, binary)
        binary.flush()
        return
    data = file.read(_MAX_TEXT + 1)
    if len(data) > _MAX_TEXT or (b"\0" in data and not _is_utf_8(data)):
        raise NotWritten(name, "it is no text, and a terminal shows nothing else")
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    lines = map(escape_control, text.split("\n"))
    typer.echo("\n".join(lines), nl=False)


def progress(output: OutputOptions) -> Progress:
    """Return how to show progress: a bar at a terminal, nothing with ``--quiet`` or without one."""
    from wikisync.progress import silent
    from wikisync.report.progress import on_terminal

    return silent if output.quiet or not sys.stderr.isatty() else on_terminal


def console_for(*, stderr: bool = False, page: IO[str] | None = None) -> Console:
    """Return a console that prints to stdout, to stderr, or to ``page``, the input of a pager."""
    from rich.console import Console

    if page is None:
        return Console(stderr=stderr, highlight=False, markup=False, emoji=False)

    class PagerConsole(Console):
        def on_broken_pipe(self) -> None:
            """Let the error reach ``paged``; the base class would exit with 1."""
            raise BrokenPipeError

    return PagerConsole(file=page, force_terminal=True, highlight=False, markup=False, emoji=False)


@contextmanager
def _pageable(output: OutputOptions) -> Iterator[Console]:
    """Yield a console for results, which prints through a pager at a terminal."""
    from wikisync.cli.pager import command, paged

    pager = command(os.environ) if output.view is not None and output.view.pager else []
    if pager and sys.stdout.isatty():
        with paged(sys.stdout, pager) as page:
            yield console_for(page=page)
    else:
        yield console_for()
