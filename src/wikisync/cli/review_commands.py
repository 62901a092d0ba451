"""The command ``review``, as ``cli`` has the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from wikisync.cli import console_review, terminal
from wikisync.cli.options import (
    Allow,
    Config,
    Convert,
    Delete,
    Jobs,
    Json,
    Markers,
    MaxDelete,
    Paths,
    Prefer,
    Quiet,
)

if TYPE_CHECKING:
    from wikisync.planning.model import Command

_DIRECTIONS: Final[tuple[Command, ...]] = ("push", "pull", "sync")

Direction = Annotated[
    str | None,
    typer.Argument(
        metavar="[push|pull|sync]",
        help="What is to be reviewed; without: push.",
        show_default=False,
    ),
]
NoBrowser = Annotated[
    bool, typer.Option("--no-browser", help="Open no browser; only print the address.")
]


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(epilog="Example: wikisync review, or wikisync review pull guide")(review)


def review(
    direction: Direction = None,
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
    """Look at the changes in a browser, tick pages, and publish those.

    The page is served on this machine alone, for one browser, until you publish or close it.
    """
    command, chosen = _meant(direction, paths or [])
    if markers and command == "push":
        raise typer.BadParameter("push writes to the wiki alone: review pull --markers.")
    console_review.review(
        terminal.OutputOptions(json, quiet),
        terminal.ConfigOptions(config, jobs),
        command,
        browser=not no_browser,
        paths=chosen,
        delete=delete,
        prefer=prefer,
        markers=markers,
        convert=convert,
        max_delete=max_delete,
        allow=frozenset(allow or ()),
    )


def _meant(first: str | None, paths: list[str]) -> tuple[Command, tuple[str, ...]]:
    """The direction and the PATHs: the first word may be either."""
    for direction in _DIRECTIONS:
        if first == direction:
            return direction, tuple(paths)
    return "push", (*([first] if first is not None else []), *paths)
