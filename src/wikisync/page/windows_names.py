"""Find file names that Windows reserves or refuses. Pure.

From Microsoft's *Naming Files, Paths, and Namespaces*: the name of a device is reserved with any
extension and in either case, and with the superscript digits of COM and LPT too.
"""

from __future__ import annotations

import re
from typing import Final

_DEVICE: Final = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9\u00b9\u00b2\u00b3])", re.IGNORECASE
)
_CHARACTER: Final = re.compile(r'[\x00-\x1f<>:"\\|?*]')


def windows_refusal(file: str) -> str | None:
    """Return why Windows cannot hold a file of this name (with ``/``), as a clause; None: it can.

    Each folder on the way counts too.
    """
    for part in file.split("/"):
        if match := _CHARACTER.search(part):
            return f"file names on Windows cannot contain {match[0]!r}: `{part}`"
        if part[-1:] in {".", " "}:
            what = "dot" if part[-1] == "." else "blank"
            return f"Windows removes the {what} at the end of a name: `{part}`"
        if _DEVICE.fullmatch(part.partition(".")[0].rstrip(" ")):
            return f"Windows reserves the name `{part}` for a device"
    return None
