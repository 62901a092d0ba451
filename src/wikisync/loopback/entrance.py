"""Open a URL in a browser without the URL on a command line.

All users of a machine can read command lines. So the browser opens a local file that redirects to
the URL, which only this user can read.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_PAGE: Final = (
    '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>wikisync</title>'
    '<meta name="referrer" content="no-referrer">'
    '<meta http-equiv="refresh" content="0; url={address}"><p><a href="{address}">Go on</a></p>'
    "</html>\n"
)


@contextmanager
def redirect_page(address: str) -> Iterator[Path]:
    """Yield a file that redirects to a URL; it is removed afterwards. Raises OSError."""
    folder = Path(tempfile.mkdtemp(prefix="wikisync-", dir=_parent_folder()))  # of mode 0700
    try:
        file = folder / "wikisync.html"
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as page:
            page.write(_PAGE.format(address=escape(address)))
        yield file
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _parent_folder() -> str | None:
    """Return the folder for the file; None for the system's temporary folder.

    On Linux a browser in a sandbox (snap, flatpak) cannot read the temporary folder and hidden
    folders, but it can read the home folder.
    """
    if sys.platform != "linux":
        return None
    try:
        home = Path.home()
    except RuntimeError:  # no home folder is known
        return None
    fits = home.is_absolute() and os.access(home, os.W_OK | os.X_OK)
    return str(home) if fits else None
