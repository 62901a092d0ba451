"""Define the program and its commands: options → request → workflow → report → exit code.

Modules that take time to load are imported inside the functions, so that ``--help`` is quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from wikisync import __version__
from wikisync.cli import (
    check_command,
    doctor_command,
    history_commands,
    init_command,
    plan_commands,
    preview_command,
    sandbox_commands,
    terminal,
    watch_command,
)
from wikisync.cli.confirmation import Confirmation
from wikisync.cli.help import App, PlainHelpGroup
from wikisync.cli.options import (
    All,
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
    check_resolution,
    examples,
    view,
)
from wikisync.cli.output_errors import output_boundary
from wikisync.request import Request

if TYPE_CHECKING:
    from wikisync.planning.model import Command

app = App(
    name="wikisync",
    cls=PlainHelpGroup,
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    help=(
        "Sync a folder of Markdown pages with a Wiki.js 2.x wiki, without losing edits on either"
        " side.\n\n'wikisync demo' shows how it works, on a temporary wiki."
        " 'wikisync init https://wiki.example.com' sets it up for your own; then 'wikisync status'"
        " lists what differs."
    ),
    epilog=(
        "The API key is read from the environment variable WIKISYNC_TOKEN, never from a file."
        "\n\nExit codes: 0 success; 1 an error, or a page failed; 2 wrong usage or configuration;"
        " 3 conflicts remain; 4 refused, nothing was written; 5 differences, with --exit-code."
    ),
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"wikisync {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


init_command.add_to(app)


@app.command(
    epilog=examples(
        "wikisync status", "wikisync status guide", "wikisync status --offline --exit-code"
    )
)
def status(
    paths: Paths = None,
    *,
    offline: Offline = False,
    verify: Verify = False,
    delete: Delete = False,
    prefer: Prefer = None,
    allow: Allow = None,
    exit_code: ExitCode = False,
    everything: All = False,
    json: Json = False,
    quiet: Quiet = False,
    jobs: Jobs = None,
    config: Config = None,
) -> None:
    """List the pages that differ between the folder and the wiki. Changes nothing."""
    request = Request(
        "status",
        "sync",
        tuple(paths or ()),
        delete=delete,
        prefer=prefer,
        allow=frozenset(allow or ()),
        offline=offline,
        verify=verify,
        everything=everything,
    )
    _compare(
        request,
        terminal.OutputOptions(json, quiet, exit_code),
        terminal.ConfigOptions(config, jobs),
    )


@app.command(
    epilog=examples(
        "wikisync diff",
        "wikisync diff guide/install.md --side-by-side",
        "wikisync diff --pull --stat",
        "wikisync diff --sync",
    )
)
def diff(
    paths: Paths = None,
    *,
    pull: Annotated[
        bool, typer.Option("--pull", help="Show what a pull would change in the folder.")
    ] = False,
    both: Annotated[
        bool,
        typer.Option(
            "--sync", help="Show what a sync would change on both sides, with the merged pages."
        ),
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
    everything: All = False,
    json: Json = False,
    quiet: Quiet = False,
    jobs: Jobs = None,
    config: Config = None,
) -> None:
    """Show line by line what a push, a pull or a sync would change. Changes nothing.

    Without --pull and --sync: what a push would change on the wiki.
    """
    if pull and both:
        raise typer.BadParameter("--pull or --sync: one of them.")
    direction: Command = "sync" if both else "pull" if pull else "push"
    check_resolution(direction, prefer, mirror=mirror)
    request = Request(
        "diff",
        direction,
        tuple(paths or ()),
        delete=delete,
        prefer=prefer,
        mirror=mirror,
        allow=frozenset(allow or ()),
        offline=offline,
        everything=everything,
        images=html is not None,
    )
    layout = view(stat=stat, side_by_side=side_by_side, no_pager=no_pager)
    _compare(
        request,
        terminal.OutputOptions(json, quiet, exit_code, layout, html),
        terminal.ConfigOptions(config, jobs),
    )


def _compare(
    request: Request, output: terminal.OutputOptions, source: terminal.ConfigOptions
) -> None:
    """Print what would be done. Ends the program."""
    with terminal.error_boundary(output, request):
        from wikisync.workflow.dry_run import dry_run

        settings = source.load(need_token=not request.offline)
        terminal.warn(settings)
        terminal.check_html(output, settings)
        report = dry_run(settings, request, terminal.progress(output))
        terminal.print_and_exit(report, output, settings)


def _add_sync_command(command: Command, text: str, epilog: str) -> None:
    """Add a command that writes; the three differ only in the sides that they write to."""

    @app.command(command, help=text, epilog=epilog)
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
        everything: All = False,
        json: Json = False,
        quiet: Quiet = False,
        jobs: Jobs = None,
        config: Config = None,
    ) -> None:
        check_resolution(command, prefer, mirror=mirror, markers=markers)
        output = terminal.OutputOptions(json, quiet, exit_code)
        request = Request(
            command,
            command,
            tuple(paths or ()),
            dry_run=dry_run,
            delete=delete,
            prefer=prefer,
            mirror=mirror,
            markers=markers,
            convert=convert,
            max_delete=max_delete,
            allow=frozenset(allow or ()),
            texts=terminal.on_github(),
            everything=everything,
        )
        with terminal.error_boundary(output, request):
            settings = terminal.ConfigOptions(config, jobs).load(writes=not dry_run)
            terminal.warn(settings)
            progress = terminal.progress(output)
            ask = Confirmation(yes)
            if dry_run:
                from wikisync.workflow import dry_run as planned

                report = planned.dry_run(settings, request, progress)
            else:
                from wikisync.workflow.sync_run import run_sync

                report = run_sync(settings, request, progress, ask, terminal.print_stopping)
            terminal.print_and_exit(report, output, settings, asked=ask.asked)


_add_sync_command(
    "push",
    "Publish the changes made in the folder to the wiki.\n\nShows them and asks first. Pages"
    " changed only on the wiki are left as they are: see pull.",
    examples(
        "wikisync push --dry-run",
        "wikisync push",
        "wikisync push guide --delete",
        "wikisync push guide/install.md --prefer local",
    ),
)
_add_sync_command(
    "pull",
    "Bring the changes made on the wiki into the folder.\n\nShows them and asks first. Files"
    " changed only in the folder are left as they are: see push.",
    examples(
        "wikisync pull",
        "wikisync pull 'guide/**' --yes",
        "wikisync pull guide/install.md --markers",
    ),
)
_add_sync_command(
    "sync",
    "Push and pull in one run.\n\nShows all changes and asks first. A page changed on both sides is"
    " merged if possible; otherwise it is reported as a conflict and left as it is.",
    examples("wikisync sync --dry-run", "wikisync sync", "wikisync sync --prefer local"),
)

plan_commands.add_to(app)
history_commands.add_to(app)
check_command.add_to(app)
preview_command.add_to(app)
doctor_command.add_to(app)
watch_command.add_to(app)
sandbox_commands.add_to(app)


def main() -> None:
    """Run the program ``wikisync``."""
    terminal.escape_unencodable()
    terminal.guard_log()
    with output_boundary():
        app(prog_name="wikisync")
