"""Define the command ``init``, which asks for what it needs at a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from wikisync.cli import terminal
from wikisync.cli.options import Json, Quiet, examples
from wikisync.request import Request

if TYPE_CHECKING:
    from wikisync.config import Config
    from wikisync.workflow.init import InitResult


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        epilog=examples(
            "wikisync init",
            "wikisync init https://wiki.example.com",
            "wikisync init https://wiki.example.com --folder docs",
            "wikisync init https://wiki.example.com --folder docs --root products/rocket",
        )
    )(init)


def init(
    url: Annotated[
        str | None,
        typer.Argument(
            metavar="URL",
            help="The address of the wiki. Without it: the address in wikisync.toml is tried.",
            show_default=False,
        ),
    ] = None,
    *,
    folder: Annotated[
        str | None,
        typer.Option(
            help="The folder for the pages. [default: pages]",
            metavar="NAME",
            show_default=False,
        ),
    ] = None,
    root: Annotated[
        str,
        typer.Option(
            help="The path on the wiki that the folder stands for; without it, the whole wiki.",
            metavar="PATH",
            show_default=False,
        ),
    ] = "",
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write wikisync.toml, create the folder, and test the connection to the wiki.

    At a terminal it asks for what is missing, and then shows what differs.
    """
    output = terminal.OutputOptions(json, quiet)
    with terminal.error_boundary(output, Request("init", "sync")):
        if not (json or quiet) and sys.stdin.isatty() and sys.stderr.isatty():
            from wikisync.cli.init_questions import Answers, begin

            result, asked_key = begin(Answers(url, folder, root))
            _print_guided(result, asked_key=asked_key)
        else:
            from wikisync.cli.init_output import doctor_checks, init_json, init_lines
            from wikisync.workflow.init import init as initialize

            result = initialize(url, folder, root, terminal.load_without_token)
            checks = doctor_checks(result)
            if json:
                terminal.print_json(init_json(result, checks))
            elif not quiet:
                terminal.print_lines(init_lines(result, checks))
        raise typer.Exit(1 if result.error else 0)


def _print_guided(result: InitResult, *, asked_key: bool) -> None:
    """Print the result, and what differs between the folder and the wiki."""
    from wikisync.cli.init_output import doctor_checks, init_lines, key_lines

    progress = terminal.progress(terminal.OutputOptions())
    with progress("Trying what a run needs"):
        checks = doctor_checks(result)
    connected = result.connection is not None
    terminal.print_lines(init_lines(result, checks, next_steps=not connected))
    if connected:
        typer.echo()
        _print_status(result.config)
    terminal.print_lines(key_lines() if asked_key and connected else ())


def _print_status(config: Config) -> None:
    from wikisync.report import terminal as report
    from wikisync.workflow.dry_run import dry_run

    request = Request("status", "sync")
    found = dry_run(config, request, terminal.progress(terminal.OutputOptions()))
    report.show(found, terminal.console_for())
