"""Give the browser the address of a review without naming it on a command line.

Command lines can be read by every account of a machine. So the browser is given a local page that
leads on to the address: a file that only this account can read, in a folder of its own.
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
    '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>wikisync review</title>'
    '<meta name="referrer" content="no-referrer">'
    '<meta http-equiv="refresh" content="0; url={address}"><p><a href="{address}">Go on</a></p>'
    "</html>\n"
)


@contextmanager
def entrance(address: str) -> Iterator[Path]:
    """Yield a page that leads to an address; it is removed afterwards. Raises OSError."""
    folder = Path(tempfile.mkdtemp(prefix="wikisync-review-", dir=_place()))  # of mode 0700
    try:
        file = folder / "review.html"
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as page:
            page.write(_PAGE.format(address=escape(address)))
        yield file
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _place() -> str | None:
    """Return the folder to make it in; None: the system's for temporary files.

    On Linux a browser may be confined (snap, flatpak): it sees neither the system's temporary
    folder nor hidden folders, but the home folder.
    """
    if sys.platform != "linux":
        return None
    try:
        home = Path.home()
    except RuntimeError:  # there is none
        return None
    fits = home.is_absolute() and os.access(home, os.W_OK | os.X_OK)
    return str(home) if fits else None
