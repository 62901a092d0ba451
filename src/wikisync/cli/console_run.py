"""The commands at a terminal or in a script, but for those about plan files and the review.

As ``console`` does it: data to stdout, messages to stderr, and the exit code at the end.
"""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

import typer

from wikisync.cli import terminal
from wikisync.errors import BadConfig

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.cli.terminal import ConfigOptions, OutputOptions
    from wikisync.config import Config
    from wikisync.planning.model import Command
    from wikisync.workflow.sync_run import CommandName


def look(
    output: OutputOptions,
    source: ConfigOptions,
    command: CommandName,
    direction: Command,
    **wishes: Any,
) -> None:
    """A command that only looks: ``status`` and ``diff``. Ends the program."""
    from wikisync.workflow import sync_run

    request = sync_run.Request(command, direction, **wishes)
    with terminal.error_boundary(output, request):
        config = source.load(need_token=not request.offline)
        terminal.warn(config)
        terminal.check_html(output, config)
        terminal.print_and_exit(
            sync_run.dry_run(config, request, terminal.progress(output)), output, config
        )


def write(
    output: OutputOptions, source: ConfigOptions, command: Command, *, yes: bool, **wishes: Any
) -> None:
    """A command that writes: ``push``, ``pull`` and ``sync``. Ends the program."""
    from wikisync.workflow import sync_run

    request = sync_run.Request(command, command, texts=terminal.on_github(), **wishes)
    with terminal.error_boundary(output, request):
        config = source.load(writes=not request.dry_run)
        terminal.warn(config)
        if request.dry_run:
            report = sync_run.dry_run(config, request, terminal.progress(output))
        else:
            report = sync_run.run_sync(
                config,
                request,
                terminal.progress(output),
                ask=terminal.confirmation(yes=yes),
                on_interrupt=terminal.print_stopping,
            )
        terminal.print_and_exit(report, output, config)


def undo(
    output: OutputOptions, source: ConfigOptions, number: int | None, *, yes: bool, dry_run: bool
) -> None:
    """``wikisync undo``. Ends the program."""
    from wikisync.workflow import sync_run, undo

    request = sync_run.Request("undo", "sync", dry_run=dry_run, run=number)
    with terminal.error_boundary(output, request):
        config = source.load(writes=not dry_run)
        terminal.warn(config)
        report = undo.undo(
            config,
            request,
            terminal.progress(output),
            ask=terminal.confirmation(yes=yes),
            on_interrupt=terminal.print_stopping,
        )
        terminal.print_and_exit(report, output, config)


def show_log(output: OutputOptions, source: ConfigOptions, paths: tuple[str, ...] = ()) -> None:
    """``wikisync log``: the runs, or with ``paths`` the backups of these pages."""
    from wikisync.report import run_log
    from wikisync.workflow import sync_run, undo

    with terminal.error_boundary(output, sync_run.Request("log", "sync", paths)):
        config = source.load(need_token=False)
        if paths:
            _show_backups(output, config, paths)
            return
        runs = undo.log(config)
        if output.json:
            terminal.print_json(run_log.to_json(runs, config.url, config.folder_name))
        else:
            run_log.show_log(runs, terminal.console_for())


def _show_backups(output: OutputOptions, config: Config, paths: tuple[str, ...]) -> None:
    from wikisync.report import backups
    from wikisync.workflow.restore import backups_of

    found = backups_of(config, paths)
    if output.json:
        typer.echo(backups.to_json(found, paths, config.url, config.folder_name))
    else:
        backups.show(found, terminal.console_for())


def print_backup(
    output: OutputOptions, source: ConfigOptions, number: int, to: Path | None
) -> None:
    """``wikisync restore --print`` and ``-o``: a backup as a file's bytes. Ends the program."""
    from wikisync.workflow import sync_run
    from wikisync.workflow.restore import read_backup, write_elsewhere

    with terminal.error_boundary(output, sync_run.Request("restore", "pull", backup=number)):
        data = read_backup(source.load(need_token=False), number)
        if to is None:
            terminal.print_bytes(data)
            return
        write_elsewhere(data, to)
        if not output.quiet:
            terminal.print_message(f"Backup {number} is in {to} now.")


def restore(
    output: OutputOptions, source: ConfigOptions, number: int, *, yes: bool, dry_run: bool
) -> None:
    """``wikisync restore``. Ends the program."""
    from wikisync.workflow import sync_run
    from wikisync.workflow.restore import restore_backup

    request = sync_run.Request("restore", "pull", dry_run=dry_run, backup=number)
    with terminal.error_boundary(output, request):
        config = source.load(need_token=False)
        report = restore_backup(config, request, ask=terminal.confirmation(yes=yes))
        terminal.print_and_exit(report, output, config)


def begin(output: OutputOptions, url: str | None, folder: str) -> None:
    """``wikisync init``. Ends the program."""
    from wikisync.request import Request
    from wikisync.workflow.init import init as make

    with terminal.error_boundary(output, Request("init", "sync")):
        if url is None and sys.stdin.isatty():
            with redirect_stdout(sys.stderr):
                url = typer.prompt("The wiki's address (https://…)", err=True)
        made = make(url, folder, lambda file: terminal.ConfigOptions(file).load(need_token=False))
        if output.json:
            terminal.print_json(made.to_json())
        elif not output.quiet:
            for line in made.lines():
                typer.echo(line)
        raise typer.Exit(1 if made.error else 0)


def serve(output: OutputOptions, port: int, data: Path | None, locales: str) -> None:
    """``wikisync sandbox``, until it is ended."""
    with terminal.error_boundary(output):
        from wikisync import sandbox

        codes = tuple(code.strip() for code in locales.split(",") if code.strip())
        if not codes:
            raise BadConfig("--locales", "", repr(locales), "codes such as en,fr")

        def ready(url: str, token: str) -> None:
            from wikisync.cli.sandbox_introduction import introduction

            typer.echo(introduction(url, token, json=output.json))
            sys.stdout.flush()

        sandbox.serve(port, data, codes, ready)


def show_demo() -> None:
    """``wikisync demo``. Ends the program."""
    with terminal.error_boundary(terminal.OutputOptions()):
        from wikisync.cli.demo import run

        raise typer.Exit(run(typer.echo))
