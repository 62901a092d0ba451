"""Open pages in the user's browser, without a secret on a command line."""

from __future__ import annotations

import webbrowser
from contextlib import suppress
from typing import TYPE_CHECKING

from wikisync.loopback.entrance import redirect_page

if TYPE_CHECKING:
    from contextlib import ExitStack


def open_address(address: str, open_pages: ExitStack) -> None:
    """Open an address with a secret in a browser, if there is one.

    The file that redirects to the address is removed when ``open_pages`` is closed.
    """
    with suppress(OSError):  # the address is printed
        _open_browser(open_pages.enter_context(redirect_page(address)).as_uri())


def _open_browser(url: str) -> None:
    """Open a browser that has a window; one that runs in this terminal would take it over.

    ``url`` is on its command line, where every account of the machine can read it: no secrets.
    Nor does the browser get the secrets in the environment.
    """
    from wikisync.executables import secrets_removed

    try:
        with secrets_removed():
            found = webbrowser.get()
            if type(found) is not webbrowser.GenericBrowser:
                found.open(url)
    except (webbrowser.Error, OSError):
        return
