"""The options that several commands share: their names, their help, what they take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from wikisync.request import View

if TYPE_CHECKING:
    from wikisync.planning.model import Command

LIFTABLE: Final = ("max-delete", "emptied", "all-changed", "rewound", "foreign-state")


def _liftable(rules: list[str] | None) -> list[str] | None:
    for rule in rules or ():
        if rule not in LIFTABLE:
            raise typer.BadParameter(f"'{rule}' is not one of {', '.join(LIFTABLE)}.")
    return rules


Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH",
        help="Only these: a file, a folder, a page's path, or a pattern such as 'guide/**'.",
        show_default=False,
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(help="Use this wikisync.toml instead of looking for one.", metavar="FILE"),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print only what went wrong.")]
Jobs = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Requests in flight at once. [dim]\\[reading 4, writing 2][/dim]",
        metavar="N",
    ),
]
Delete = Annotated[
    bool, typer.Option("--delete", help="Also delete what was deleted on the other side.")
]
Prefer = Annotated[
    Literal["local", "wiki"] | None,
    typer.Option(help="Settle conflicts in favour of this side; the other becomes a backup first."),
]
Mirror = Annotated[
    bool,
    typer.Option(
        "--mirror",
        help="Make the other side what this one is, over edits made there too (not for sync).",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", "-n", help="Show what would be done, and do nothing.")
]
Markers = Annotated[
    bool,
    typer.Option(
        "--markers", help="Write both versions of what does not merge into the file (not for push)."
    ),
]
Convert = Annotated[
    bool,
    typer.Option(
        "--convert", help="Let the wiki convert pages whose file became another kind; take that."
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do it without asking.")]
MaxDelete = Annotated[
    int | None,
    typer.Option(
        min=0, metavar="N", help="Delete no more than N pages. [dim]\\[10, or 10 %][/dim]"
    ),
]
Allow = Annotated[
    list[str] | None,
    typer.Option(
        metavar="RULE",
        help="Lift this guard for one run: max-delete, emptied, all-changed, rewound or"
        " foreign-state.",
        show_default=False,
        callback=_liftable,
    ),
]
ExitCode = Annotated[
    bool, typer.Option("--exit-code", help="Exit with 5 where the two sides differ.")
]
Html = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Write the differences as one HTML page into this file.",
        show_default=False,
        dir_okay=False,
    ),
]
Offline = Annotated[
    bool, typer.Option("--offline", help="Compare with the last run instead of the wiki.")
]
Verify = Annotated[
    bool,
    typer.Option("--verify", help="Read every page and file whole, whatever their times say."),
]
Stat = Annotated[
    bool, typer.Option("--stat", help="A line for each page: how much changes, and a bar.")
]
SideBySide = Annotated[
    bool, typer.Option("--side-by-side", help="Both sides next to each other, in two columns.")
]
NoPager = Annotated[bool, typer.Option("--no-pager", help="Print long output without a pager.")]


def check_mirror(direction: Command, prefer: str | None, *, mirror: bool) -> None:
    """Check what ``--mirror`` is given with. Raises BadParameter."""
    if mirror and direction == "sync":
        raise typer.BadParameter("--mirror: which side is right? push --mirror or pull --mirror.")
    if mirror and prefer is not None:
        raise typer.BadParameter("--mirror or --prefer: one of them; the direction says the side.")


def view(stat: bool, side_by_side: bool, no_pager: bool) -> View:
    """How differences are to be shown. Raises BadParameter."""
    if stat and side_by_side:
        raise typer.BadParameter("--stat or --side-by-side: one of them.")
    return View(stat, side_by_side, not no_pager)
