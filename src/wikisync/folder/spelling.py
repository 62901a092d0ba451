"""Find the Unicode form in which a name is on disk.

Names are compared in NFC, and a file keeps the form that it has: macOS and programs for it write
NFD, which other systems take for another name (files.md, *Names*).
"""

from __future__ import annotations

import os
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def on_disk(root: str, parts: Iterable[str]) -> list[str]:
    """Return the parts of a path below ``root``, each in the form in which it exists.

    A part that does not exist is returned as it is.
    """
    found: list[str] = []
    path = root
    for given in parts:
        name = given
        forms = () if given.isascii() else _other_forms(given)
        if forms and not os.path.lexists(os.path.join(path, given)):  # noqa: PTH118
            there = (form for form in forms if os.path.lexists(os.path.join(path, form)))  # noqa: PTH118
            name = next(there, given)
        path = os.path.join(path, name)  # noqa: PTH118
        found.append(name)
    return found


def _other_forms(name: str) -> list[str]:
    forms = (unicodedata.normalize(form, name) for form in ("NFC", "NFD"))
    return [form for form in forms if form != name]
