"""The command line: options → workflow → report → exit code. It decides nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wikisync import __version__
from wikisync.cli import console_run, plan_commands, review_commands, terminal
from wikisync.cli.options import (
    Allow,
    Config,
    Convert,
    Delete,
    DryRun,
    ExitCode,
    Html,
    Jobs,
    Json,
    Markers,
    MaxDelete,
    Mirror,
    NoPager,
    Offline,
    Paths,
    Prefer,
    Quiet,
    SideBySide,
    Stat,
    Verify,
    Yes,
    check_mirror,
    view,
)

if TYPE_CHECKING:
    from wikisync.planning.model import Command

app = typer.Typer(
    name="wikisync",
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Keep a folder of Markdown pages and a Wiki.js 2.x wiki the same, and lose nothing on the"
        " way.\n\nBegin with [bold]wikisync demo[/bold], which shows the whole round on a wiki of"
        " its own, or with [bold]wikisync init https://wiki.example.com[/bold]."
    ),
    epilog=(
        "The token is read from WIKISYNC_TOKEN, never from a file. Exit codes: 0 done, or clean;"
        " 1 something failed; 2 wrong usage or configuration; 3 conflicts remain; 4 refused,"
        " nothing was written; 5 with --exit-code, there are differences."
    ),
)


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"wikisync {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


@app.command(epilog="Example: wikisync init https://wiki.example.com")
def init(
    url: Annotated[
        str | None, typer.Argument(metavar="URL", help="The wiki's address.", show_default=False)
    ] = None,
    *,
    folder: Annotated[str, typer.Option(help="The folder of pages.", metavar="NAME")] = "pages",
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Write wikisync.toml, make the folder, try the connection."""
    console_run.begin(terminal.OutputOptions(json, quiet), url, folder)


@app.command(epilog="Example: wikisync status guide")
def status(
    paths: Paths = None,
    *,
    offline: Offline = False,
    verify: Verify = False,
    delete: Delete = False,
    prefer: Prefer = None,
    allow: Allow = None,
    exit_code: ExitCode = False,
    json: Json = False,
    quiet: Quiet = False,
    jobs: Jobs = None,
    config: Config = None,
) -> None:
    """Show what differs, page by page. Changes nothing."""
    console_run.look(
        terminal.OutputOptions(json, quiet, exit_code),
        terminal.ConfigOptions(config, jobs),
        command="status",
        direction="sync",
        paths=tuple(paths or ()),
        delete=delete,
        prefer=prefer,
        allow=frozenset(allow or ()),
        offline=offline,
        verify=verify,
    )


@app.command(epilog="Example: wikisync diff guide/install.md")
def diff(
    paths: Paths = None,
    *,
    pull: Annotated[
        bool, typer.Option("--pull", help="The differences as a pull would make them.")
    ] = False,
    html: Html = None,
    offline: Offline = False,
    delete: Delete = False,
    prefer: Prefer = None,
    mirror: Mirror = False,
    allow: Allow = None,
    exit_code: ExitCode = False,
    stat: Stat = False,
    side_by_side: SideBySide = False,
    no_pager: NoPager = False,
    json: Json = False,
    quiet: Quiet = False,
    jobs: Jobs = None,
    config: Config = None,
) -> None:
    """Show the differences themselves, as a push would make them. Changes nothing."""
    check_mirror("push", prefer, mirror=mirror)
    console_run.look(
        terminal.OutputOptions(json, quiet, exit_code, view(stat, side_by_side, no_pager), html),
        terminal.ConfigOptions(config, jobs),
        command="diff",
        direction="pull" if pull else "push",
        paths=tuple(paths or ()),
        delete=delete,
        prefer=prefer,
        mirror=mirror,
        allow=frozenset(allow or ()),
        offline=offline,
    )


def _writing(command: Command, text: str, example: str) -> None:
    """Add a command that writes: three names for one plan, which differ in where it may write."""

    @app.command(command, help=text, epilog=f"Example: {example}")
    def write(
        paths: Paths = None,
        *,
        dry_run: DryRun = False,
        delete: Delete = False,
        prefer: Prefer = None,
        mirror: Mirror = False,
        markers: Markers = False,
        convert: Convert = False,
        yes: Yes = False,
        max_delete: MaxDelete = None,
        allow: Allow = None,
        exit_code: ExitCode = False,
        json: Json = False,
        quiet: Quiet = False,
        jobs: Jobs = None,
        config: Config = None,
    ) -> None:
        if markers and command == "push":
            raise typer.BadParameter("push writes to the wiki alone: pull --markers.")
        check_mirror(command, prefer, mirror=mirror)
        console_run.write(
            terminal.OutputOptions(json, quiet, exit_code),
            terminal.ConfigOptions(config, jobs),
            command=command,
            yes=yes,
            paths=tuple(paths or ()),
            dry_run=dry_run,
            delete=delete,
            prefer=prefer,
            mirror=mirror,
            markers=markers,
            convert=convert,
            max_delete=max_delete,
            allow=frozenset(allow or ()),
        )


_writing(
    "push",
    "Bring the wiki to what the folder says.",
    "wikisync push --dry-run, then wikisync push",
)
_writing("pull", "Bring the folder to what the wiki says.", "wikisync pull 'guide/**'")
_writing(
    "sync",
    "Push and pull at once: bring each side what changed on the other.",
    "wikisync sync --prefer local",
)


plan_commands.add_to(app)
review_commands.add_to(app)


@app.command(epilog="Example: wikisync log, or wikisync log guide/install.md")
def log(
    paths: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PATH",
            help="List the backups of these pages instead: a file, a folder, a page's path, under"
            " its old name or its new one, or a pattern such as 'guide/**'.",
            show_default=False,
        ),
    ] = None,
    *,
    json: Json = False,
    config: Config = None,
) -> None:
    """List the runs, and what each did; with PATH, the backups of these pages."""
    console_run.show_log(
        terminal.OutputOptions(json), terminal.ConfigOptions(config), tuple(paths or ())
    )


@app.command(epilog="Example: wikisync undo, or wikisync undo 12 --dry-run")
def undo(
    run: Annotated[
        int | None,
        typer.Argument(
            metavar="RUN",
            help="The run's number in the log; without: the last.",
            show_default=False,
        ),
    ] = None,
    *,
    dry_run: DryRun = False,
    yes: Yes = False,
    json: Json = False,
    quiet: Quiet = False,
    config: Config = None,
) -> None:
    """Take a run back, page by page, where nothing changed since.

    A page that comes back after a deletion has its content, tags and settings, not its history.
    """
    console_run.undo(
        terminal.OutputOptions(json, quiet),
        terminal.ConfigOptions(config),
        run,
        yes=yes,
        dry_run=dry_run,
    )


@app.command(epilog="Example: wikisync restore 12, or wikisync restore 12 --print")
def restore(
    number: Annotated[
        int, typer.Argument(metavar="NUMBER", help="The backup's number: see wikisync log PATH.")
    ],
    *,
    print_it: Annotated[
        bool, typer.Option("--print", help="Print the backup instead; no file is touched.")
    ] = False,
    to: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="Write it into this new file instead; one that is there is not overwritten.",
            show_default=False,
            dir_okay=False,
        ),
    ] = None,
    dry_run: DryRun = False,
    yes: Yes = False,
    json: Json = False,
    quiet: Quiet = False,
    config: Config = None,
) -> None:
    """Bring a backup back into its page's file, from where a push publishes it.

    What stands in the file becomes a backup first. It needs neither the wiki nor a token, and asks
    only where the file has content that was never pushed.
    """
    if print_it and (to is not None or json):
        raise typer.BadParameter("--print goes with neither --output nor --json.")
    output, source = terminal.OutputOptions(json, quiet), terminal.ConfigOptions(config)
    if print_it or to is not None:
        console_run.print_backup(output, source, number, to)
    else:
        console_run.restore(output, source, number, yes=yes, dry_run=dry_run)


@app.command(epilog="Example: wikisync sandbox --port 3010 --locales en,fr")
def sandbox(
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0: any free one.")] = 3010,
    data: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Keep the wiki in this folder. [dim]\\[in memory][/dim]"),
    ] = None,
    locales: Annotated[str, typer.Option(help="Installed locales, the default first.")] = "en",
    json: Json = False,
) -> None:
    """Run a wiki on this machine to try things on, until Ctrl-C."""
    console_run.serve(terminal.OutputOptions(json), port, data, locales)


@app.command(epilog="Example: wikisync demo")
def demo() -> None:
    """Show the whole round on a wiki of its own, in a temporary folder."""
    console_run.show_demo()


def main() -> None:
    """The program ``wikisync``."""
    terminal.escape_unencodable()
    terminal.guard_log()
    app(prog_name="wikisync")
