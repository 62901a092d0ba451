"""A command at a terminal or in a script: what it asks, what it prints, what it exits with.

Between the command line and the workflow. Data go to stdout; progress, questions and messages to
stderr. Heavy modules are imported where they are used, so that ``--help`` stays quick.
"""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from io import TextIOWrapper
from typing import TYPE_CHECKING, TextIO

import typer

from wikisync.errors import (
    NeedsYes,
    WikisyncError,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from rich.console import Console

    from wikisync.config import Config
    from wikisync.progress import Progress
    from wikisync.request import Report, Request, View


@dataclass(frozen=True, slots=True)
class OutputOptions:
    """How the user wants to be told. With a ``view`` pages are shown with their differences."""

    json: bool = False
    quiet: bool = False
    exit_code: bool = False
    view: View | None = None
    html: Path | None = None


@dataclass(frozen=True, slots=True)
class ConfigOptions:
    """Where the configuration comes from, and what overrides it."""

    config: Path | None = None
    jobs: int | None = None

    def load(self, *, need_token: bool = True, writes: bool = False) -> Config:
        """Load the configuration of the run. Raises the UsageError family, UntrustedCheckout."""
        if on_github():
            found = _load_on_github(self.config, need_token=need_token, writes=writes)
        else:
            from wikisync.config import load

            found = load(self.config, need_token=need_token)
        return replace(found, jobs=self.jobs, writes=self.jobs) if self.jobs else found


def _load_on_github(file: Path | None, *, need_token: bool, writes: bool) -> Config:
    """Load it as the event of the run allows; its token is masked in the log."""
    from wikisync.github import job_output, trust
    from wikisync.github.environment import read_job

    here = read_job(os.environ)
    if writes:
        trust.check_writes(here)
    found = trust.load(here, file, os.environ, need_token=need_token)
    job_output.mask(found.token)
    return found


def escape_unencodable() -> None:
    """Let stdout and stderr escape what they have no signs for, as where the locale is ASCII."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def print_stopping() -> None:
    """Say that the run stops, as the user asked."""
    print_message("Stopping after the page in hand. Ctrl-C again: at once.")


def confirmation(*, yes: bool) -> Callable[[Report], bool]:
    """Who decides whether a plan is carried out: a person, unless that was said with ``--yes``."""
    return lambda report: yes or confirm(report)


def confirm(report: Report) -> bool:
    """Show the plan and ask. Raises NeedsYes where nobody is there to answer."""
    from wikisync.report.question import question_message
    from wikisync.report.terminal import show_plan

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise NeedsYes
    show_plan(report, console_for(stderr=True))
    try:
        with redirect_stdout(sys.stderr):  # else the blank after the question goes to stdout
            return typer.confirm(question_message(report.plan), err=True)
    except typer.Abort:
        return False


def print_and_exit(report: Report, output: OutputOptions, config: Config | None = None) -> None:
    """Print a report as it was asked for, and end the program.

    A run on GitHub is told there too, where it has a ``config``.
    """
    code = _print(report, output)
    if config is not None and on_github():
        from wikisync.github.job_output import report_command

        report_command(report, config)
    raise typer.Exit(code)


def _print(report: Report, output: OutputOptions) -> int:
    """Print a report as it was asked for; the exit code."""
    from wikisync.report import json_output, terminal

    code = json_output.exit_code(report, tell_differences=output.exit_code)
    if output.html is not None:
        from wikisync.report.html import builder

        builder.write(report, output.html)
    if report.request.texts:  # they are for GitHub
        report = replace(report, diffs=())
    if output.json:
        print_json(json_output.to_json(report))
    elif not output.quiet:
        with _pageable(output) as console:
            terminal.show(report, console, output.view, texts=output.html is None)
        if output.html is not None:
            print_message(f"For a browser: {output.html}")
    elif code:
        terminal.show_trouble(report, console_for(stderr=True))
    return code


def on_github() -> bool:
    """Whether this is a run on GitHub, which acts on the log and is told more than that."""
    return os.environ.get("GITHUB_ACTIONS") == "true"


def guard_log() -> None:
    """On GitHub, keep it from acting on a line of ours that a page or a wiki made up."""
    if on_github():
        from wikisync.github.job_output import guard_log as guard

        guard(os.environ)


def print_json(text: str) -> None:
    """Print the one JSON object of a command; on GitHub its log is not to act on what it holds."""
    if on_github():
        from wikisync.github.workflow_commands import escape_json_commands

        text = escape_json_commands(text)
    typer.echo(text)


@contextmanager
def error_boundary(output: OutputOptions, request: Request | None = None) -> Iterator[None]:
    """Errors become sentences and exit codes; no traceback for what can happen in the field."""
    try:
        yield
    except KeyboardInterrupt:
        print_message("Stopped at once. The next run settles what was begun.")
        raise typer.Exit(130) from None
    except WikisyncError as error:
        from wikisync.report.error_messages import error_message

        if output.json and request is not None:
            from wikisync.report.json_output import error_json

            print_json(error_json(request, error))
        message = error_message(error)
        print_message(f"wikisync: {message.text}", message.hint)
        if on_github():
            from wikisync.github.job_output import report_command_error

            report_command_error(error)
        from wikisync.report.json_output import error_exit_code

        raise typer.Exit(error_exit_code(error)) from error


def warn(config: Config) -> None:
    """Say so where the token travels in the clear."""
    from wikisync.report.error_messages import in_the_clear

    if warning := in_the_clear(config.url):
        print_message(f"wikisync: {warning.text}", warning.hint)


def check_html(output: OutputOptions, config: Config) -> None:
    """See that ``--html`` can be done, before there is anything to show. Raises UsageErrors."""
    if output.html is not None:
        from wikisync.report.html.builder import check

        check(output.html, config)


def print_message(*lines: str) -> None:
    """Print messages, without what could steer a terminal."""
    from wikisync.report.text import escape_control

    for line in lines:
        if line:
            typer.echo(escape_control(line), err=True)


def print_bytes(data: bytes) -> None:
    """Print a file's bytes; on a terminal or on GitHub as text that cannot act there."""
    from wikisync.report.text import escape_control

    binary = getattr(sys.stdout, "buffer", None)
    if binary is not None and not sys.stdout.isatty() and not on_github():
        sys.stdout.flush()
        binary.write(data)
        binary.flush()
        return
    text = data.decode("utf-8", "replace").replace("\r\n", "\n")
    lines = map(escape_control, text.split("\n"))
    typer.echo("\n".join(lines), nl=False)


def progress(output: OutputOptions) -> Progress:
    """How to show progress: on a terminal, unless it is to be quiet."""
    from wikisync.progress import silent
    from wikisync.report.progress import on_terminal

    return silent if output.quiet or not sys.stderr.isatty() else on_terminal


def console_for(*, stderr: bool = False, page: TextIO | None = None) -> Console:
    """What prints to stdout, to stderr, or to a pager's ``page``."""
    from rich.console import Console

    shown = {"file": page, "force_terminal": True} if page else {"stderr": stderr}
    return Console(**shown, highlight=False, markup=False, emoji=False)


@contextmanager
def _pageable(output: OutputOptions) -> Iterator[Console]:
    """A console for results: with a pager behind it where there may be one."""
    from wikisync.cli.pager import command, paged

    console = console_for()
    pager = command(os.environ) if output.view is not None and output.view.pager else []
    if pager and sys.stdout.isatty():
        with paged(sys.stdout, pager, *console.size) as page:
            yield console_for(page=page)
    else:
        yield console
