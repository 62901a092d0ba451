"""Define the command ``watch``."""

from __future__ import annotations

import re
import sys
from contextlib import nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Final

import typer

from wikisync.cli import terminal
from wikisync.cli.options import Allow, Config, Jobs, Json, Paths, examples
from wikisync.request import Request

if TYPE_CHECKING:
    from collections.abc import Callable

    from wikisync import config as settings_module
    from wikisync.planning.model import Command
    from wikisync.report.watch_events import Event

_DURATION: Final = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(ms|s|m|h|)")
_UNITS: Final = {"ms": 0.001, "s": 1.0, "": 1.0, "m": 60.0, "h": 3600.0}
_LONGEST: Final = 86_400.0


def _seconds(least: float) -> Callable[[str], float]:
    """Return a parser of durations: ``2s``, ``500ms``, ``5m``, or a number of seconds."""

    def parse(text: str | float) -> float:
        if isinstance(text, float):  # the default
            return text
        found = _DURATION.fullmatch(text.strip())
        seconds = float(found[1]) * _UNITS[found[2]] if found else -1.0
        if not least <= seconds <= _LONGEST:
            raise typer.BadParameter(f"{text} is not a time such as 2s, 500ms or 5m.")
        return seconds

    return parse


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        epilog=examples(
            "wikisync watch", "wikisync watch guide --push-only", "wikisync watch --every 5m --json"
        )
    )(watch)


def watch(
    paths: Paths = None,
    *,
    push_only: Annotated[
        bool, typer.Option("--push-only", help="Publish saved files; fetch nothing.")
    ] = False,
    pull_only: Annotated[
        bool, typer.Option("--pull-only", help="Fetch changes from the wiki; publish nothing.")
    ] = False,
    every: Annotated[
        float,
        typer.Option(
            parser=_seconds(1.0),
            metavar="TIME",
            help="Look at the wiki so often; less often, up to five times, while nothing changes."
            " [60s]",
            show_default=False,
        ),
    ] = 60.0,
    quiet_for: Annotated[
        float,
        typer.Option(
            parser=_seconds(0.05),
            metavar="TIME",
            help="Publish a saved file once no file changed for this long. [2s]",
            show_default=False,
        ),
    ] = 2.0,
    allow: Allow = None,
    json: Json = False,
    jobs: Jobs = None,
    config: Config = None,
) -> None:
    """Keep the folder and the wiki the same while you write, until Ctrl-C.

    A saved file is published after a moment of quiet, and what changes on the wiki comes into the
    folder. As with sync, edits on both sides are merged, and what does not merge is named. Nothing
    is ever deleted.
    """
    if push_only and pull_only:
        raise typer.BadParameter("--push-only or --pull-only: one of them.")
    direction: Command = "push" if push_only else "pull" if pull_only else "sync"
    request = Request("watch", direction, tuple(paths or ()), allow=frozenset(allow or ()))
    output = terminal.OutputOptions(json)
    with terminal.error_boundary(output, request):
        settings = terminal.ConfigOptions(config, jobs).load(writes=True)
        terminal.warn(settings)
        refused = _watch(settings, request, every, quiet_for, json=json)
        if refused:
            raise typer.Exit(4)


def _watch(
    settings: settings_module.Config,
    request: Request,
    every: float,
    quiet_for: float,
    *,
    json: bool,
) -> bool:
    """Run the loop. Return whether a guard refused."""
    from wikisync.cli.watch_screen import Screen, live_line
    from wikisync.concurrency import stop_on_interrupt
    from wikisync.watch.events import start_events
    from wikisync.watch.files import Changes
    from wikisync.watch.loop import Watch
    from wikisync.watch.schedule import Schedule

    changes = Changes()
    live = None if json or not sys.stdout.isatty() else live_line()
    screen = Screen(live)
    stop_events = start_events(settings, changes)
    try:
        loop = Watch(
            settings,
            request,
            Schedule(quiet_for, every),
            changes,
            _print_json if json else screen.print,
            terminal.print_stopping,
            screen.progress,
        )
        with stop_on_interrupt(loop.interrupt), live or nullcontext():
            return loop.run() is not None
    finally:
        stop_events.set()


def _print_json(event: Event) -> None:
    from wikisync.report.watch_output import event_json

    for line in event_json(event, datetime.now().astimezone()):
        terminal.print_json(line)
    sys.stdout.flush()
