"""``review`` at a terminal or in a script: tell the address, open a browser, print the end."""

from __future__ import annotations

import webbrowser
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wikisync import console

if TYPE_CHECKING:
    from wikisync.console import Output, Source
    from wikisync.sync.plan import Command


def review(
    output: Output, source: Source, direction: Command, *, browser: bool, **wishes: Any
) -> None:
    """``wikisync review``. Ends the program."""
    from wikisync import workflow

    request = workflow.Request("review", direction, **wishes)
    with console.told(output, request):
        from wikisync.review import review as run

        config = source.load(writes=True)
        console.warn(config)

        def opened(address: str) -> None:
            console.tell(f"Review at {address} (for one browser, once; Ctrl-C to end)")
            if browser:
                _open(address)

        def unseen() -> None:
            console.tell("Nobody looked at the page for an hour.")

        report = run(config, request, console.progress(output), opened, console.stopping, unseen)
        console.finish(replace(report, pairs=()), output)


def _open(address: str) -> None:
    """Open a browser that has a window of its own; one in this terminal would take it over."""
    try:
        found = webbrowser.get()
        if type(found) is not webbrowser.GenericBrowser:
            found.open(address)
    except (webbrowser.Error, OSError):
        return
