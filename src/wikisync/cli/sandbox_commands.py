"""Define the commands that run a wiki on this machine: ``sandbox`` and ``demo``."""

from __future__ import annotations

import json as json_text
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from wikisync.cli import terminal
from wikisync.cli.options import Json, examples

Port = Annotated[
    int, typer.Option(min=0, max=65535, metavar="N", help="The port; 0 for any free one.")
]
Data = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="Keep the wiki's pages in this folder. [in memory, gone at the end]",
    ),
]
Languages = Annotated[
    str,
    typer.Option(
        metavar="CODES",
        help="The languages of the wiki, separated by commas, the default first.",
    ),
]


class DatabaseName(StrEnum):
    """A database of Wiki.js, whose rules for equal texts and lengths the sandbox follows."""

    postgresql = "postgresql"
    mariadb = "mariadb"
    mysql = "mysql"
    sqlite = "sqlite"


Collation = Annotated[
    DatabaseName,
    typer.Option(
        metavar="postgresql|mariadb|mysql|sqlite",
        help="Compare tags, and accept long texts, as Wiki.js does with this database.",
    ),
]


def add_to(app: typer.Typer) -> None:
    """Add the commands to the program."""
    app.command(
        epilog=examples(
            "wikisync sandbox",
            "wikisync sandbox --port 3011 --locales en,fr",
            "wikisync sandbox --data my-wiki",
        )
    )(sandbox)
    app.command(epilog=examples("wikisync demo"))(demo)


def sandbox(
    *,
    port: Port = 3010,
    data: Data = None,
    locales: Languages = "en",
    collation: Collation = DatabaseName.postgresql,
    json: Json = False,
) -> None:
    """Run a wiki on this machine to try things on, until Ctrl-C."""
    with terminal.error_boundary(terminal.OutputOptions(json)):
        from wikisync import sandbox as wiki
        from wikisync.errors import BadConfig

        codes = tuple(code.strip() for code in locales.split(",") if code.strip())
        if not codes:
            raise BadConfig("--locales", "", repr(locales), "codes such as en,fr")

        def ready(url: str, token: str) -> None:
            typer.echo(_introduction(url, token, json=json))
            sys.stdout.flush()

        wiki.serve(port, data, codes, ready, collation.value)


def demo() -> None:
    """Show how to work with wikisync, on a temporary wiki and folder."""
    with terminal.error_boundary(terminal.OutputOptions()):
        from wikisync.cli.demo import run

        raise typer.Exit(run())


def _introduction(url: str, token: str, *, json: bool) -> str:
    """Return what ``wikisync sandbox`` prints once it serves: text, or one JSON object."""
    if json:
        return json_text.dumps({"url": url, "token": token})
    return (
        f"A wiki to try things on: {url}\n"
        "A browser shows its pages, and anything may be written and broken here.\n"
        "Its API takes the token below, or admin@example.com with adminadmin.\n"
        "\n"
        "In another terminal:\n"
        f"  export WIKISYNC_TOKEN={token}\n"
        f"  wikisync init {url}\n"
        "  wikisync push\n"
        "\n"
        "Ctrl-C ends it."
    )
