"""Define the command ``doctor``."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from wikisync.cli import terminal
from wikisync.cli.options import Config, Json, Quiet, examples

if TYPE_CHECKING:
    from wikisync.doctor.model import Check


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(epilog=examples("wikisync doctor", "wikisync doctor --json"))(doctor)


def doctor(*, json: Json = False, quiet: Quiet = False, config: Config = None) -> None:
    """Find out why it does not work: try each thing that a run needs. Changes nothing.

    Tries the configuration, the way to the wiki, the key and what it may do, the state and Git.
    """
    with terminal.error_boundary(terminal.OutputOptions(json, quiet)):
        from wikisync.doctor.examine import Surroundings, examine
        from wikisync.report.doctor_output import closing_lines, exit_code, to_json

        around = Surroundings(config, Path.cwd(), os.environ, datetime.now(UTC), _github())
        checks: list[Check] = []
        for check in examine(lambda: terminal.ConfigOptions(config).load(need_token=False), around):
            checks.append(check)
            if not json and (not quiet or check.state == "fails"):
                _print(check, stderr=quiet)
        if json:
            terminal.print_json(to_json(checks))
        elif not quiet:
            typer.echo()
            terminal.print_lines(closing_lines(checks))
        raise typer.Exit(exit_code(checks))


def _print(check: Check, *, stderr: bool) -> None:
    from wikisync.report.diff.styled_text import StyledText
    from wikisync.report.doctor_output import INDENT, STYLES, check_lines
    from wikisync.report.wrapping import print_hanging

    console = terminal.console_for(stderr=stderr)
    for state, rest in check_lines(check):
        before = INDENT - len(state)
        lead = (StyledText(state, STYLES[check.state] if state else ""), StyledText(rest[:before]))
        print_hanging(console, lead, rest[before:])


def _github() -> tuple[str, bool] | None:
    """Return the event of a run on GitHub, and whether it may write; None elsewhere."""
    if not terminal.on_github():
        return None
    from wikisync.github import trust
    from wikisync.github.environment import read_job

    job = read_job(os.environ)
    return job.event, trust.trust_of(job, Path.cwd()).may_write
