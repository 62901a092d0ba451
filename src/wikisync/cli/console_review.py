"""``review`` at a terminal or in a script: tell the address, open a browser, print the end."""

from __future__ import annotations

import webbrowser
from contextlib import ExitStack, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wikisync.cli import terminal

if TYPE_CHECKING:
    from wikisync.cli.terminal import ConfigOptions, OutputOptions
    from wikisync.planning.model import Command


def review(
    output: OutputOptions,
    source: ConfigOptions,
    direction: Command,
    *,
    browser: bool,
    **wishes: Any,
) -> None:
    """``wikisync review``. Ends the program."""
    from wikisync.workflow import sync_run

    request = sync_run.Request("review", direction, **wishes)
    with terminal.error_boundary(output, request), ExitStack() as open_pages:
        from wikisync.review import review as run
        from wikisync.review.entrance import redirect_page

        config = source.load(writes=True)
        terminal.warn(config)

        def opened(address: str) -> None:
            terminal.print_message(f"Review at {address} (for one browser, once; Ctrl-C to end)")
            if browser:
                with suppress(OSError):  # then the user goes to the address that was printed
                    _open(open_pages.enter_context(redirect_page(address)).as_uri())

        def unseen() -> None:
            terminal.print_message("Nobody looked at the page for an hour.")

        report = run(
            config, request, terminal.progress(output), opened, terminal.print_stopping, unseen
        )
        terminal.print_and_exit(replace(report, diffs=()), output)


def _open(page: str) -> None:
    """Open a browser that has a window of its own; one in this terminal would take it over.

    ``page`` stands on its command line, where every account of the machine can read it.
    """
    try:
        found = webbrowser.get()
        if type(found) is not webbrowser.GenericBrowser:
            found.open(page)
    except (webbrowser.Error, OSError):
        return
