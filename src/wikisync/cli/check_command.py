"""Define the command ``check``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from wikisync.cli import terminal
from wikisync.cli.options import Config, Json, Paths, Quiet, examples

if TYPE_CHECKING:
    from wikisync.checking.model import CheckResult


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(epilog=examples("wikisync check", "wikisync check guide", "wikisync check --json"))(
        check
    )


def check(
    paths: Paths = None,
    *,
    json: Json = False,
    quiet: Quiet = False,
    config: Config = None,
) -> None:
    """Find what readers would see wrong: headers, names, links, files. Does not ask the wiki.

    The exit code is 1 if there is an error; with warnings alone it is 0. The table "check" in
    wikisync.toml sets the level of each rule.
    """
    output = terminal.OutputOptions(json, quiet)
    with terminal.error_boundary(output):
        from wikisync.config import load
        from wikisync.report.check_output import exit_code, to_json
        from wikisync.workflow.check import run_check

        loaded = load(config, need_token=False, need_url=False)
        result = run_check(loaded, paths or (), terminal.progress(output))
        if json:
            terminal.print_json(to_json(result))
        else:
            _print(result, quiet=quiet)
        raise typer.Exit(exit_code(result))


def _print(result: CheckResult, *, quiet: bool) -> None:
    from wikisync.report.check_output import closing_line, memory_hint, result_lines
    from wikisync.report.diff.styled_text import print_lines

    print_lines(terminal.console_for(stderr=quiet), result_lines(result))
    if not quiet:
        for line in (memory_hint(result), closing_line(result)):
            if line:
                typer.echo(line)
