"""Define the commands about plans under review: ``plan``, ``show``, ``apply`` and ``review``."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from wikisync.cli import terminal
from wikisync.cli.confirmation import Confirmation
from wikisync.cli.options import (
    All,
    Allow,
    Config,
    Convert,
    Delete,
    ExitCode,
    Html,
    Jobs,
    Json,
    Markers,
    MaxDelete,
    Mirror,
    NoPager,
    Paths,
    Prefer,
    Quiet,
    SideBySide,
    Stat,
    Yes,
    check_resolution,
    examples,
    view,
)
from wikisync.request import Request

if TYPE_CHECKING:
    from wikisync.planning.model import Command
    from wikisync.request import Report

_DIRECTIONS: Final[tuple[Command, ...]] = ("push", "pull", "sync")

Direction = Annotated[
    Literal["push", "pull", "sync"],
    typer.Argument(metavar="push|pull|sync", help="The command to plan."),
]
Out = Annotated[
    Path,
    typer.Option("--output", "-o", metavar="FILE", help="Write the plan to this file."),
]
PlanFile = Annotated[Path, typer.Argument(metavar="FILE", help="A file written by wikisync plan.")]
SkipStale = Annotated[
    bool,
    typer.Option(
        "--skip-stale", help="Leave out pages that changed after the plan was made; do the others."
    ),
]
ReviewDirection = Annotated[
    str | None,
    typer.Argument(
        metavar="push|pull|sync",
        help="The command to review. Without it: push.",
        show_default=False,
    ),
]
Markdown = Annotated[
    bool,
    typer.Option(
        "--markdown",
        help="Print Markdown for a comment on a merge request, without the wiki's address.",
    ),
]
NoBrowser = Annotated[
    bool, typer.Option("--no-browser", help="Only print the address; do not open a browser.")
]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command(
        epilog=examples(
            "wikisync plan push -o plan.json",
            "wikisync plan sync guide --html plan.html -o plan.json",
        )
    )(plan)
    app.command(
        epilog=examples(
            "wikisync show plan.json",
            "wikisync show plan.json guide --stat",
            "wikisync show plan.json --markdown >comment.md",
        )
    )(show)
    app.command(
        epilog=examples("wikisync apply plan.json", "wikisync apply plan.json --skip-stale --yes")
    )(apply)
    app.command(
        epilog=examples("wikisync review", "wikisync review pull guide", "wikisync review --delete")
    )(review)


def plan(
    direction: Direction,
    paths: Paths = None,
    *,
    out: Out,
    html: Html = None,
    delete: Delete = False,
    prefer: Prefer = None,
    mirror: Mirror = False,
    markers: Markers = False,
    convert: Convert = False,
    max_delete: MaxDelete = None,
    allow: Allow = None,
    exit_code: ExitCode = False,
    everything: All = False,
    json: Json = False,
    quiet: Quiet = False,
    jobs: Jobs = None,
    config: Config = None,
) -> None:
    """Save what a push, pull or sync would do to a file, for review.

    Nothing else is written. Look at the file with show, and execute it with apply.
    """
    check_resolution(direction, prefer, mirror=mirror, markers=markers)
    output = terminal.OutputOptions(json, quiet, exit_code, html=html)
    request = Request(
        "plan",
        direction,
        tuple(paths or ()),
        delete=delete,
        prefer=prefer,
        mirror=mirror,
        markers=markers,
        convert=convert,
        max_delete=max_delete,
        allow=frozenset(allow or ()),
        file=str(out),
        everything=everything,
        images=html is not None,
    )
    with terminal.error_boundary(output, request):
        from wikisync import planfile
        from wikisync.workflow.dry_run import dry_run

        planfile.check(out)
        settings = terminal.ConfigOptions(config, jobs).load()
        planfile.check(out, settings.folder)
        terminal.warn(settings)
        terminal.check_html(output, settings)
        report = dry_run(settings, request, terminal.progress(output))
        if not report.plan.refusals:
            planfile.save(report, planfile.settings_of(settings), out)
        terminal.print_and_exit(report, output, settings)


def show(
    file: PlanFile,
    paths: Paths = None,
    *,
    exit_code: ExitCode = False,
    stat: Stat = False,
    side_by_side: SideBySide = False,
    no_pager: NoPager = False,
    html: Html = None,
    markdown: Markdown = False,
    everything: All = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show a plan file as diff shows changes. Needs neither the wiki nor an API key."""
    layout = view(stat=stat, side_by_side=side_by_side, no_pager=no_pager)
    output = terminal.OutputOptions(json, quiet, exit_code, layout, html)
    with terminal.error_boundary(output, Request("show", "sync", file=str(file))):
        from wikisync import planfile

        report = planfile.load(file).report
        report = planfile.select(report, paths) if paths else report
        request = replace(report.request, command="show", file=str(file), everything=everything)
        if markdown:
            from wikisync.github.markdown import comment

            terminal.print_bytes(comment(replace(report, request=request)).encode())
            output = replace(output, quiet=True, json=False)
        terminal.print_and_exit(replace(report, request=request), output)


def apply(
    file: PlanFile,
    *,
    skip_stale: SkipStale = False,
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
    """Execute a plan file exactly as it was reviewed, or write nothing.

    If a page of the plan changed after the plan was made, in the folder or on the wiki, apply names
    it and writes nothing.
    """
    output = terminal.OutputOptions(json, quiet, exit_code)
    with terminal.error_boundary(output, Request("apply", "sync", file=str(file))):
        from wikisync import planfile
        from wikisync.workflow import apply_plan

        plan = planfile.load(file)
        request = apply_plan.apply_request(
            plan, str(file), allow=frozenset(allow or ()), max_delete=max_delete
        )
        request = replace(request, everything=everything)
        settings = terminal.ConfigOptions(config, jobs).load(writes=True)
        terminal.warn(settings)
        ask = Confirmation(yes)
        report = apply_plan.apply_plan_file(
            settings,
            request,
            plan,
            terminal.progress(output),
            ask=ask,
            on_interrupt=terminal.print_stopping,
            skip_stale=skip_stale,
        )
        terminal.print_and_exit(report, output, settings, asked=ask.asked)


def review(
    direction: ReviewDirection = None,
    paths: Paths = None,
    *,
    no_browser: NoBrowser = False,
    delete: Delete = False,
    prefer: Prefer = None,
    markers: Markers = False,
    convert: Convert = False,
    max_delete: MaxDelete = None,
    allow: Allow = None,
    json: Json = False,
    quiet: Quiet = False,
    jobs: Jobs = None,
    config: Config = None,
) -> None:
    """Look at the changes in a browser, choose pages, and publish those.

    The page is served from this machine to one browser only, until you publish or close it.
    """
    command, chosen = _split_direction(direction, paths or [])
    check_resolution(command, markers=markers)
    output = terminal.OutputOptions(json, quiet)
    request = Request(
        "review",
        command,
        chosen,
        images=True,
        delete=delete,
        prefer=prefer,
        markers=markers,
        convert=convert,
        max_delete=max_delete,
        allow=frozenset(allow or ()),
    )
    with terminal.error_boundary(output, request), ExitStack() as open_pages:
        from wikisync.report.json_output import exit_code
        from wikisync.review import READ_SECONDS
        from wikisync.review import review as run_review

        settings = terminal.ConfigOptions(config, jobs).load(writes=True)
        terminal.warn(settings)

        served = False

        def opened(address: str) -> None:
            nonlocal served
            served = True
            terminal.print_message(
                f"Review at {address}", "It opens once, in one browser. Ctrl-C ends it."
            )
            if not no_browser:
                from wikisync.cli.browser import open_address

                open_address(address, open_pages)

        def ended(report: Report) -> None:
            terminal.print_report(replace(report, diffs=()), output)
            if served and not report.interrupted and sys.stderr.isatty():
                terminal.print_message(
                    f"The page shows this until you close it, {READ_SECONDS:.0f} seconds at most."
                )

        report = run_review(
            settings,
            request,
            terminal.progress(output),
            opened,
            terminal.print_stopping,
            lambda: terminal.print_message("The review was not opened for an hour, and has ended."),
            ended,
        )
        raise typer.Exit(exit_code(report))


def _split_direction(first: str | None, paths: list[str]) -> tuple[Command, tuple[str, ...]]:
    """Return the direction and the PATHs; the first word may be either."""
    for direction in _DIRECTIONS:
        if first == direction:
            return direction, tuple(paths)
    return "push", (*([first] if first is not None else []), *paths)
