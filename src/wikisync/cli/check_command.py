"""Define the command ``check``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wikisync.cli import terminal
from wikisync.cli.options import Config, Json, Paths, Quiet, examples

if TYPE_CHECKING:
    from wikisync.checking.model import CheckResult


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        epilog=examples(
            "wikisync check",
            "wikisync check guide",
            "wikisync check --fix --dry-run",
            "wikisync check --fix",
        )
    )(check)


def check(
    paths: Paths = None,
    *,
    fix: Annotated[
        bool,
        typer.Option(
            "--fix",
            help="Mend what is safe to mend: rename files to the proposed names, and change the"
            " links to them, and links that lead below their page by mistake.",
        ),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", "-n", help="With --fix: show what it would do, write nothing."),
    ] = False,
    sarif: Annotated[
        Path | None,
        typer.Option(
            help="Also write the findings to this file as SARIF, such as for GitHub's code"
            " scanning.",
            metavar="FILE",
            show_default=False,
            dir_okay=False,
        ),
    ] = None,
    json: Json = False,
    quiet: Quiet = False,
    config: Config = None,
) -> None:
    """Find what readers would see wrong: headers, names, links, files. Does not ask the wiki.

    The exit code is 1 if there is an error; with warnings alone it is 0. The table "check" in
    wikisync.toml sets the level of each rule.
    """
    if dry_run and not fix:
        raise typer.BadParameter("--dry-run needs --fix: without it, nothing is changed anyway.")
    output = terminal.OutputOptions(json, quiet)
    with terminal.error_boundary(output):
        from wikisync.config import find_file, load
        from wikisync.errors import NotConfigured
        from wikisync.report.check_output import exit_code, to_json

        loaded = load(config, need_token=False, need_url=False)
        if not loaded.folder.is_dir() and find_file(config, Path.cwd()) is None:
            raise NotConfigured("folder", str(Path.cwd()))
        progress = terminal.progress(output)
        if fix:
            from wikisync.workflow.check_fix import run_fix

            result = run_fix(loaded, paths or (), progress, dry_run=dry_run)
        else:
            from wikisync.workflow.check import run_check

            result = run_check(loaded, paths or (), progress)
        if json:
            terminal.print_json(to_json(result))
        else:
            _print(result, quiet=quiet)
        if sarif is not None:
            from wikisync.report.sarif import write_sarif

            write_sarif(result, _below_repository(loaded.folder), sarif)
        if terminal.on_github():
            from wikisync.github.check import report_command_check

            report_command_check(result, loaded)
        raise typer.Exit(exit_code(result))


def _print(result: CheckResult, *, quiet: bool) -> None:
    from wikisync.report.check_output import closing_line, fix_hint, memory_hint, result_lines
    from wikisync.report.diff.styled_text import print_lines
    from wikisync.report.wrapping import print_line, prose_columns

    console = terminal.console_for(stderr=quiet)
    print_lines(console, result_lines(result, prose_columns(console)))
    if not quiet:
        for line in (memory_hint(result), closing_line(result), fix_hint(result)):
            if line:
                print_line(console, line)


def _below_repository(folder: Path) -> str:
    """Return a folder, from the top of its repository; from the current folder if it has none."""
    folder = folder.resolve()
    top = next((at for at in (folder, *folder.parents) if (at / ".git").exists()), Path.cwd())
    return folder.relative_to(top).as_posix() if folder.is_relative_to(top) else folder.as_posix()
