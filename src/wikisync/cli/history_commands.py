"""Define the commands about past runs and backups: ``log``, ``undo`` and ``restore``."""

from __future__ import annotations

from pathlib import Path
from typing import IO, Annotated

import typer

from wikisync.cli import terminal
from wikisync.cli.completion import complete_backup, complete_page, complete_run
from wikisync.cli.confirmation import Confirmation
from wikisync.cli.options import All, Config, DryRun, Json, Quiet, Yes, examples
from wikisync.request import Request

BackupPaths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH",
        autocompletion=complete_page,
        help="List the backups of these pages, images and files instead: a file, a folder, a page's"
        " path (its current or a former one), or a pattern such as 'guide/**'.",
        show_default=False,
    ),
]
Most = Annotated[
    int | None,
    typer.Option(
        "--number",
        "-n",
        min=1,
        metavar="N",
        help="List the last N runs. [10; with --json: all]",
        show_default=False,
    ),
]
Run = Annotated[
    int | None,
    typer.Argument(
        metavar="RUN",
        autocompletion=complete_run,
        help="The number of the run, from wikisync log. Without it: the last run.",
        show_default=False,
    ),
]
Number = Annotated[
    int,
    typer.Argument(
        metavar="NUMBER",
        autocompletion=complete_backup,
        help="The number of the backup, from wikisync log PATH.",
    ),
]
Print = Annotated[
    bool, typer.Option("--print", help="Print the backup instead; no file is written.")
]
OutputFile = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write the backup to this new file instead. An existing file is not overwritten.",
        show_default=False,
        dir_okay=False,
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command(
        epilog=examples("wikisync log", "wikisync log -n 50", "wikisync log guide/install.md")
    )(log)
    app.command(epilog=examples("wikisync undo --dry-run", "wikisync undo", "wikisync undo 12"))(
        undo
    )
    app.command(
        epilog=examples(
            "wikisync restore 12 --print", "wikisync restore 12", "wikisync restore 12 -o old.md"
        )
    )(restore)


def log(
    paths: BackupPaths = None,
    *,
    most: Most = None,
    json: Json = False,
    config: Config = None,
) -> None:
    """List the runs and what each one did; with PATH, list backups."""
    chosen = tuple(paths or ())
    with terminal.error_boundary(terminal.OutputOptions(json), Request("log", "sync", chosen)):
        settings = terminal.ConfigOptions(config).load(need_token=False)
        url, folder = settings.url, settings.folder_name
        if chosen:
            from wikisync.report import backups
            from wikisync.workflow.restore import backups_of

            found = backups_of(settings, chosen)
            if json:
                terminal.print_json(backups.to_json(found, chosen, url, folder))
            else:
                backups.show(found, terminal.console_for())
            return
        from wikisync.report import run_log
        from wikisync.workflow import undo as workflow

        runs = workflow.log(settings)
        if json:
            terminal.print_json(run_log.to_json(runs[:most], url, folder))
        else:
            run_log.show_log(runs, terminal.console_for(), most)


def undo(
    run: Run = None,
    *,
    dry_run: DryRun = False,
    yes: Yes = False,
    everything: All = False,
    json: Json = False,
    quiet: Quiet = False,
    config: Config = None,
) -> None:
    """Undo a run: restore every page, image and file it changed, unless that changed again later.

    A page that was deleted comes back with its content, tags and settings, but without
    its history on the wiki.
    """
    output = terminal.OutputOptions(json, quiet)
    request = Request("undo", "sync", dry_run=dry_run, run=run, everything=everything)
    with terminal.error_boundary(output, request):
        from wikisync.workflow import undo as workflow

        settings = terminal.ConfigOptions(config).load(writes=not dry_run)
        terminal.warn(settings)
        ask = Confirmation(yes)
        report = workflow.undo(
            settings,
            request,
            terminal.progress(output),
            ask=ask,
            on_interrupt=terminal.print_stopping,
        )
        terminal.print_and_exit(report, output, settings, asked=ask.asked)


def restore(
    number: Number,
    *,
    print_it: Print = False,
    to: OutputFile = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    json: Json = False,
    quiet: Quiet = False,
    config: Config = None,
) -> None:
    """Restore a backup into its file: a page's, or an image's. Publish it with push.

    The content that the file has now becomes a backup first. Asks only if the
    file has content that was never pushed. Needs neither the wiki nor an API key.
    """
    if print_it and (to is not None or json):
        raise typer.BadParameter("--print goes with neither --output nor --json.")
    output = terminal.OutputOptions(json, quiet)
    request = Request("restore", "pull", dry_run=dry_run, backup=number)
    with terminal.error_boundary(output, request):
        from wikisync.workflow import restore as workflow

        settings = terminal.ConfigOptions(config).load(need_token=False)
        if print_it or to is not None:
            with workflow.open_backup(settings, number) as data:
                _copy_backup(data, number, to, quiet=quiet)
            return
        report = workflow.restore_backup(settings, request, ask=Confirmation(yes))
        terminal.print_and_exit(report, output, settings)


def _copy_backup(data: IO[bytes], number: int, to: Path | None, *, quiet: bool) -> None:
    """Write a backup's bytes to a new file, or to stdout where ``to`` is None."""
    if to is None:
        terminal.print_file(data, f"Backup {number}")
        return
    from wikisync.workflow.restore import write_elsewhere

    write_elsewhere(data, to)
    if not quiet:
        terminal.print_message(f"Wrote backup {number} to {to}.")
