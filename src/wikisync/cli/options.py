"""Declare the options that several commands share: their names, help texts and checks."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, Literal

import typer

from wikisync.cli.completion import complete_page
from wikisync.cli.help import not_one_of
from wikisync.request import View

if TYPE_CHECKING:
    from wikisync.planning.model import Command

LIFTABLE: Final = (
    *("max-delete", "emptied", "all-changed", "rewound", "foreign-state"),
    "keep-size",
)
"""The guards that ``--allow`` switches off."""


def _complete_rule(incomplete: str) -> list[str]:
    return [rule for rule in LIFTABLE if rule.startswith(incomplete)]


def _check_rules(rules: list[str] | None) -> list[str] | None:
    for rule in rules or ():
        if rule not in LIFTABLE:
            raise typer.BadParameter(not_one_of(rule, LIFTABLE))
    return rules


Paths = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="PATH",
        autocompletion=complete_page,
        help="Only these pages: a file, a folder, a page's path, or a pattern in quotes such as"
        " 'guide/**'. Without PATH: all pages.",
        show_default=False,
    ),
]
Config = Annotated[
    Path | None,
    typer.Option(
        help="Use this configuration file. Without it, wikisync.toml is looked for in the current"
        " folder and the folders above.",
        metavar="FILE",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Print only problems: errors, conflicts, failures.")
]
All = Annotated[
    bool,
    typer.Option(
        "--all",
        help="List every page and file. Without it, a long list ends after the first ones.",
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Send up to N requests at the same time. [4 for reading, 2 for writing]",
        metavar="N",
    ),
]
Delete = Annotated[
    bool,
    typer.Option(
        "--delete",
        help="Also delete pages that were deleted on the other side. Without it, they are kept.",
    ),
]
Prefer = Annotated[
    Literal["local", "wiki"] | None,
    typer.Option(
        metavar="local|wiki",
        help="Resolve conflicts with the version in the folder (local) or on the wiki (wiki). The"
        " other version is kept as a backup.",
    ),
]
Mirror = Annotated[
    bool,
    typer.Option(
        "--mirror",
        help="Make the wiki the same as the folder (push), or the folder the same as the wiki"
        " (pull). Changes made on the side that is written are overwritten, and kept as backups.",
    ),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", "-n", help="Show what would be done, and write nothing.")
]
Markers = Annotated[
    bool,
    typer.Option(
        "--markers",
        help="Write both versions of a conflict into the file, between <<<<<<< and >>>>>>>, for"
        " you to edit. Not for push.",
    ),
]
Convert = Annotated[
    bool,
    typer.Option(
        "--convert",
        help="Where a file is Markdown and its page HTML, or the reverse, let the wiki convert the"
        " page, and write the result to the file.",
    ),
]
Yes = Annotated[
    bool, typer.Option("--yes", "-y", help="Do not ask. Needed in scripts, without a terminal.")
]
MaxDelete = Annotated[
    int | None,
    typer.Option(
        min=0,
        metavar="N",
        help="Write nothing if more than N pages would be deleted. [10, or 10 % of the"
        " pages if that is fewer]",
    ),
]
Allow = Annotated[
    list[str] | None,
    typer.Option(
        metavar="RULE",
        autocompletion=_complete_rule,
        help="Switch off one safety check for this run: max-delete, emptied, all-changed,"
        " rewound, foreign-state or keep-size. May be repeated.",
        show_default=False,
        callback=_check_rules,
    ),
]
ExitCode = Annotated[
    bool, typer.Option("--exit-code", help="Exit with 5 if the folder and the wiki differ.")
]
Html = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Write the differences to this file, as a page for a browser.",
        show_default=False,
        dir_okay=False,
    ),
]
Offline = Annotated[
    bool,
    typer.Option(
        "--offline", help="Compare the folder with the last run instead of asking the wiki."
    ),
]
Verify = Annotated[
    bool,
    typer.Option(
        "--verify",
        help="Read all pages and files completely, not only those with a new date or size.",
    ),
]
Stat = Annotated[
    bool, typer.Option("--stat", help="Show one line per page: how many lines change, and a bar.")
]
SideBySide = Annotated[
    bool, typer.Option("--side-by-side", help="Show both versions next to each other.")
]
NoPager = Annotated[bool, typer.Option("--no-pager", help="Print directly, without a pager.")]


def examples(*lines: str) -> str:
    """Return the epilog of a command's help: a heading, and the lines indented below it."""
    return "\n  ".join(("Examples:", *lines))


def check_resolution(
    direction: Command, prefer: str | None = None, *, mirror: bool = False, markers: bool = False
) -> None:
    """Raise BadParameter where these options contradict each other or the direction."""
    if mirror and direction == "sync":
        raise typer.BadParameter("--mirror: which side is right? push --mirror or pull --mirror.")
    if mirror and prefer is not None:
        raise typer.BadParameter("--mirror or --prefer: one of them; the direction says the side.")
    if markers and direction == "push":
        raise typer.BadParameter("--markers writes to files, and push does not: use it with pull.")


def view(*, stat: bool, side_by_side: bool, no_pager: bool) -> View:
    """Return how differences are shown. Raises BadParameter for two layouts at once."""
    if stat and side_by_side:
        raise typer.BadParameter("--stat or --side-by-side: one of them.")
    return View(stat, side_by_side, not no_pager)
