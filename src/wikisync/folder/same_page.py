"""Name the files that are one page, and which of them to keep. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.errors import BadPage
from wikisync.page.paths import to_nfc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wikisync.planning.model import Base


def same_page(files: Sequence[str], base: Base | None) -> BadPage:
    """Return the problem of files that are one page, with the one to keep where they look alike.

    That is the one of the last run, else the one in NFC.
    """
    names = {to_nfc(file) for file in files}
    if len(names) > 1:
        return BadPage(files[0], None, f"{', '.join(files[1:])} is the same page: keep one")
    known = base.file if base is not None else ""
    keep, *others = sorted(files, key=lambda file: (file != known, file not in names))
    rest = " and ".join(f"$'{_escaped(file)}'" for file in others)
    what = (
        "two files have this name, which differ only in how Unicode composes the letters."
        f" Keep $'{_escaped(keep)}', and delete {rest} (as bash and zsh read these names)"
    )
    return BadPage(keep, None, what)


def _escaped(file: str) -> str:
    """Return a name in ASCII, as a shell reads it between ``$'`` and ``'``."""
    return "".join(
        c if c.isascii() and c.isprintable() and c not in "\\'" else _code(ord(c)) for c in file
    )


def _code(point: int) -> str:
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
