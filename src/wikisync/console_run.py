"""The commands at a terminal or in a script, but for those about plan files and the review.

As ``console`` does it: data to stdout, messages to stderr, and the exit code at the end.
"""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any

import typer

from wikisync import console
from wikisync.errors import BadConfig

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.config import Config
    from wikisync.console import ConfigOptions, OutputOptions
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
    with console.error_boundary(output, request):
        config = source.load(need_token=not request.offline)
        console.warn(config)
        console.check_html(output, config)
        console.print_and_exit(
            sync_run.dry_run(config, request, console.progress(output)), output, config
        )


def write(
    output: OutputOptions, source: ConfigOptions, command: Command, *, yes: bool, **wishes: Any
) -> None:
    """A command that writes: ``push``, ``pull`` and ``sync``. Ends the program."""
    from wikisync.workflow import sync_run

    request = sync_run.Request(command, command, texts=console.on_github(), **wishes)
    with console.error_boundary(output, request):
        config = source.load(writes=not request.dry_run)
        console.warn(config)
        if request.dry_run:
            report = sync_run.dry_run(config, request, console.progress(output))
        else:
            report = sync_run.run_sync(
                config,
                request,
                console.progress(output),
                ask=console.confirmation(yes=yes),
                notice=console.print_stopping,
            )
        console.print_and_exit(report, output, config)


def undo(
    output: OutputOptions, source: ConfigOptions, number: int | None, *, yes: bool, dry_run: bool
) -> None:
    """``wikisync undo``. Ends the program."""
    from wikisync.workflow import sync_run, undo

    request = sync_run.Request("undo", "sync", dry_run=dry_run, run=number)
    with console.error_boundary(output, request):
        config = source.load(writes=not dry_run)
        console.warn(config)
        report = undo.undo(
            config,
            request,
            console.progress(output),
            ask=console.confirmation(yes=yes),
            notice=console.print_stopping,
        )
        console.print_and_exit(report, output, config)


def show_log(output: OutputOptions, source: ConfigOptions, paths: tuple[str, ...] = ()) -> None:
    """``wikisync log``: the runs, or with ``paths`` the backups of these pages."""
    from wikisync.report import run_log
    from wikisync.workflow import sync_run, undo

    with console.error_boundary(output, sync_run.Request("log", "sync", paths)):
        config = source.load(need_token=False)
        if paths:
            _show_backups(output, config, paths)
            return
        runs = undo.log(config)
        if output.json:
            console.print_json(run_log.to_json(runs, config.url, config.folder_name))
        else:
            run_log.show_log(runs, console.console_for())


def _show_backups(output: OutputOptions, config: Config, paths: tuple[str, ...]) -> None:
    from wikisync.report import backups
    from wikisync.workflow.restore import backups_of

    found = backups_of(config, paths)
    if output.json:
        typer.echo(backups.to_json(found, paths, config.url, config.folder_name))
    else:
        backups.show(found, console.console_for())


def print_backup(
    output: OutputOptions, source: ConfigOptions, number: int, to: Path | None
) -> None:
    """``wikisync restore --print`` and ``-o``: a backup as a file's bytes. Ends the program."""
    from wikisync.workflow import sync_run
    from wikisync.workflow.restore import read_backup, write_elsewhere

    with console.error_boundary(output, sync_run.Request("restore", "pull", backup=number)):
        data = read_backup(source.load(need_token=False), number)
        if to is None:
            console.print_bytes(data)
            return
        write_elsewhere(data, to)
        if not output.quiet:
            console.print_message(f"Backup {number} is in {to} now.")


def restore(
    output: OutputOptions, source: ConfigOptions, number: int, *, yes: bool, dry_run: bool
) -> None:
    """``wikisync restore``. Ends the program."""
    from wikisync.workflow import sync_run
    from wikisync.workflow.restore import restore_backup

    request = sync_run.Request("restore", "pull", dry_run=dry_run, backup=number)
    with console.error_boundary(output, request):
        config = source.load(need_token=False)
        report = restore_backup(config, request, ask=console.confirmation(yes=yes))
        console.print_and_exit(report, output, config)


def begin(output: OutputOptions, url: str | None, folder: str) -> None:
    """``wikisync init``. Ends the program."""
    from wikisync.workflow.init import init as make
    from wikisync.workflow.sync_run import Request

    with console.error_boundary(output, Request("init", "sync")):
        if url is None and sys.stdin.isatty():
            with redirect_stdout(sys.stderr):
                url = typer.prompt("The wiki's address (https://…)", err=True)
        made = make(url, folder)
        if output.json:
            console.print_json(made.to_json())
        elif not output.quiet:
            for line in made.lines():
                typer.echo(line)
        raise typer.Exit(1 if made.error else 0)


def serve(output: OutputOptions, port: int, data: Path | None, locales: str) -> None:
    """``wikisync sandbox``, until it is ended."""
    with console.error_boundary(output):
        from wikisync import sandbox

        codes = tuple(code.strip() for code in locales.split(",") if code.strip())
        if not codes:
            raise BadConfig("--locales", "", repr(locales), "codes such as en,fr")

        def ready(url: str, token: str) -> None:
            from wikisync.report.sandbox import introduction

            typer.echo(introduction(url, token, json=output.json))
            sys.stdout.flush()

        sandbox.serve(port, data, codes, ready)


def show_demo() -> None:
    """``wikisync demo``. Ends the program."""
    with console.error_boundary(console.OutputOptions()):
        from wikisync.demo import run

        raise typer.Exit(run(typer.echo))
