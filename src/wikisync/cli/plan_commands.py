"""The commands about plan files: ``plan``, ``show`` and ``apply``, as ``cli`` has the others."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from wikisync.cli import console_plan, terminal
from wikisync.cli.options import (
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
    check_mirror,
    view,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

Direction = Annotated[
    Literal["push", "pull", "sync"],
    typer.Argument(metavar="push|pull|sync", help="Which command the plan is for."),
]
Out = Annotated[
    Path,
    typer.Option("--out", "-o", metavar="FILE", help="Write the plan to this file."),
]
PlanFile = Annotated[Path, typer.Argument(metavar="FILE", help="A file that plan wrote.")]
SkipStale = Annotated[
    bool,
    typer.Option("--skip-stale", help="Leave out pages that moved on since, and do the rest."),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command(epilog="Example: wikisync plan push -o plan.json")(plan)
    app.command(epilog="Example: wikisync show plan.json")(show)
    app.command(epilog="Example: wikisync apply plan.json")(apply)


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
    json: Json = False,
    quiet: Quiet = False,
    jobs: Jobs = None,
    config: Config = None,
) -> None:
    """Write down what a push, pull or sync would do, for review. Changes nothing else."""
    if markers and direction == "push":
        raise typer.BadParameter("push writes to the wiki alone: plan pull --markers.")
    check_mirror(direction, prefer, mirror=mirror)
    console_plan.plan(
        terminal.OutputOptions(json, quiet, exit_code, html=html),
        terminal.ConfigOptions(config, jobs),
        direction,
        out,
        paths=tuple(paths or ()),
        delete=delete,
        prefer=prefer,
        mirror=mirror,
        markers=markers,
        convert=convert,
        max_delete=max_delete,
        allow=_rules(allow),
    )


def show(
    file: PlanFile,
    *,
    exit_code: ExitCode = False,
    stat: Stat = False,
    side_by_side: SideBySide = False,
    no_pager: NoPager = False,
    html: Html = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Show a plan file as diff would. Needs neither the wiki nor a token."""
    console_plan.show(
        terminal.OutputOptions(json, quiet, exit_code, view(stat, side_by_side, no_pager), html),
        file,
    )


def apply(
    file: PlanFile,
    *,
    skip_stale: SkipStale = False,
    yes: Yes = False,
    max_delete: MaxDelete = None,
    allow: Allow = None,
    exit_code: ExitCode = False,
    json: Json = False,
    quiet: Quiet = False,
    jobs: Jobs = None,
    config: Config = None,
) -> None:
    """Do what a plan file says, or nothing: every page must be as it was reviewed.

    Where one moved on, here or on the wiki, it is named, and nothing is written.
    """
    console_plan.apply(
        terminal.OutputOptions(json, quiet, exit_code),
        terminal.ConfigOptions(config, jobs),
        file,
        yes=yes,
        skip_stale=skip_stale,
        max_delete=max_delete,
        allow=_rules(allow),
    )


def _rules(allow: Iterable[str] | None) -> frozenset[str]:
    return frozenset(allow or ())
