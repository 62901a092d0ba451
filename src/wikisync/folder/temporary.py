"""Build and parse the names of temporary files. Pure.

A *draft* contains only bytes written by this program, and is removed wherever it is found. A file
*set aside* may contain a user's edit. Its name has the digest that was expected of it, that of its
replacement, and its own name, so that a later run can restore it, even without the state.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Final

TEMPORARY: Final = ".wikisync-"
"""The prefix of these names. Files of pages never start with a dot."""

MAX_NAME: Final = 140
"""The most bytes of a name: encrypting file systems allow little more."""

_DRAFT: Final = re.compile(re.escape(TEMPORARY) + "[0-9a-f]{12}")
_ASIDE: Final = re.compile(
    re.escape(TEMPORARY) + r"[0-9a-f]{12}\.([0-9a-f]{16})\.([0-9a-f]{16}|deleted)\.(.+)", re.DOTALL
)
_DIGEST: Final = 8


@dataclass(frozen=True, slots=True)
class SetAside:
    """The parsed name of a file set aside.

    ``expected`` is the start of the digest that the file should have, ``new`` that of its
    replacement (None for a deletion). ``name`` is the file's own; None where it was too long.
    """

    expected: bytes
    new: bytes | None
    name: str | None

    def was_expected(self, digest: bytes | None) -> bool:
        """Return whether a digest is that of the file to be replaced."""
        return digest is not None and digest[:_DIGEST] == self.expected

    def is_new(self, digest: bytes | None) -> bool:
        """Return whether a digest is that of the replacement."""
        return digest is not None and self.new is not None and digest[:_DIGEST] == self.new


def draft_name() -> str:
    """Return a new name for a draft."""
    return TEMPORARY + secrets.token_hex(6)


def aside_name(name: str, expected: bytes, new: bytes | None) -> str:
    """Return a new name for a file to be set aside; ``new`` is None for a deletion."""
    becomes = "deleted" if new is None else new[:_DIGEST].hex()
    prefix = f"{draft_name()}.{expected[:_DIGEST].hex()}.{becomes}."
    space = MAX_NAME - len(prefix)
    fits = len(name.encode()) <= space
    return prefix + (name if fits else _cut(name, space - 1) + "~")


def is_draft(entry: str) -> bool:
    """Return whether a name is one of ``draft_name``."""
    return _DRAFT.fullmatch(entry) is not None


def parse_aside(entry: str) -> SetAside | None:
    """Parse a name of ``aside_name``; None for any other name."""
    match = _ASIDE.fullmatch(entry)
    if match is None:
        return None
    expected, new, name = match.groups()
    return SetAside(
        bytes.fromhex(expected),
        None if new == "deleted" else bytes.fromhex(new),
        None if name.endswith("~") else name,
    )


def saved_name(name: str) -> str:
    """Return a visible name beside ``name`` for an edit whose own name is taken."""
    return f"{_cut(name, MAX_NAME)}.saved-{secrets.token_hex(3)}"


def _cut(name: str, limit: int) -> str:
    return name.encode()[:limit].decode(errors="ignore")
