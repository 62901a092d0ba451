"""Define the command ``preview``."""

from __future__ import annotations

from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from wikisync.cli import terminal
from wikisync.cli.options import Config, examples

if TYPE_CHECKING:
    from wikisync.config import Config as Settings

Shown = Annotated[
    Path | None,
    typer.Argument(
        metavar="PATH",
        help="The folder to show, or a page's file to begin with. Without it: the folder of"
        " wikisync.toml, else pages.",
        show_default=False,
    ),
]
Port = Annotated[
    int, typer.Option(min=0, max=65535, metavar="N", help="The port; 0 for any free one.")
]
NoBrowser = Annotated[
    bool, typer.Option("--no-browser", help="Only print the address; do not open a browser.")
]


def add_to(app: typer.Typer) -> None:
    """Add the command to the program."""
    app.command(
        epilog=examples(
            "wikisync preview",
            "wikisync preview docs",
            "wikisync preview pages/guide/install.md",
            "wikisync preview --port 8000 --no-browser",
        )
    )(preview)


def preview(
    path: Shown = None,
    *,
    port: Port = 0,
    no_browser: NoBrowser = False,
    config: Config = None,
) -> None:
    """Show the folder in a browser as readers of the wiki would see it, and follow each save.

    Needs no wiki and no key, and writes nothing. Where a wiki is configured, a click compares a
    page with it. The pages are served from this machine alone, until Ctrl-C.
    """
    with terminal.error_boundary(terminal.OutputOptions()):
        # Ctrl-C is the usual end, and nothing is being written.
        with suppress(KeyboardInterrupt), ExitStack() as open_pages:
            settings, first = _load(config, path)
            from wikisync.preview import preview as run_preview

            def ready(address: str, pages: int) -> None:
                from wikisync.report.text import plural

                name = settings.folder_name if settings.folder_name != "." else settings.folder.name
                terminal.print_message(
                    f"Preview of {name} ({plural(pages, 'page')}) at {address}",
                    "Each save is shown at once. Ctrl-C ends it.",
                )
                if not no_browser:
                    from wikisync.cli.browser import open_address

                    open_address(address, open_pages)

            run_preview(settings, ready, port=port, first=first)
        terminal.print_message("Stopped.")


def _load(file: Path | None, path: Path | None) -> tuple[Settings, str]:
    """Return the settings, and the file of the page to begin with.

    Where a folder is given that is not the configured one, its settings are those of no wiki.
    """
    from wikisync.config import find_file, load
    from wikisync.errors import NotConfigured

    settings = load(file, need_token=False, need_url=False)
    if path is None:
        if not settings.folder.is_dir() and find_file(file, Path.cwd()) is None:
            raise NotConfigured("folder", str(Path.cwd()))
        return settings, ""
    wanted, configured = path.resolve(), settings.folder.resolve()
    if wanted.is_file() and wanted.is_relative_to(configured):
        return settings, wanted.relative_to(configured).as_posix()
    folder, first = (wanted.parent, wanted.name) if wanted.is_file() else (wanted, "")
    if folder == configured:
        return settings, first
    # Another folder than that of the wiki: nothing that is known of the wiki is true of it.
    return replace(settings, project=folder, folder=folder, url="", root="", index=""), first
