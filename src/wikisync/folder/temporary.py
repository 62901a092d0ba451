"""The names of files that have not, or no longer, their own. Pure.

A *draft* holds bytes of this program, and nobody else's: it is removed wherever it is found. A file
*set aside* may hold what a person saved: its name says what it was expected to hold, what was to
take its place, and which file it is, so that a later run can tell what to do with it, even without
a state.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Final

TEMPORARY: Final = ".wikisync-"
"""How each of these names begins. No page's file does: pages' names have no dot."""

MAX_NAME: Final = 140
"""Bytes of a name, at the most: encrypting file systems hold little more."""

_DRAFT: Final = re.compile(re.escape(TEMPORARY) + "[0-9a-f]{12}")
_ASIDE: Final = re.compile(
    re.escape(TEMPORARY) + r"[0-9a-f]{12}\.([0-9a-f]{16})\.([0-9a-f]{16}|deleted)\.(.+)", re.DOTALL
)
_DIGEST: Final = 8


@dataclass(frozen=True, slots=True)
class SetAside:
    """What the name of a file set aside says.

    ``lease`` is the beginning of the digest that the file was to have, ``new`` that of what was
    to take its place (None: nothing was). ``name`` is the file's own; None where it is too long.
    """

    expected: bytes
    new: bytes | None
    name: str | None

    def was_expected(self, digest: bytes | None) -> bool:
        """Whether a file of this digest is the one that was to be replaced."""
        return digest is not None and digest[:_DIGEST] == self.expected

    def is_new(self, digest: bytes | None) -> bool:
        """Whether a file of this digest is what was to take the other's place."""
        return digest is not None and self.new is not None and digest[:_DIGEST] == self.new


def draft_name() -> str:
    """Return a new name for a file that is being written."""
    return TEMPORARY + secrets.token_hex(6)


def aside_name(name: str, expected: bytes, new: bytes | None) -> str:
    """Return a new name for a file that is about to be set aside."""
    becomes = "deleted" if new is None else new[:_DIGEST].hex()
    begin = f"{draft_name()}.{expected[:_DIGEST].hex()}.{becomes}."
    room = MAX_NAME - len(begin)
    whole = len(name.encode()) <= room
    return begin + (name if whole else _cut(name, room - 1) + "~")


def is_draft(entry: str) -> bool:
    """Whether a name is one of ``draft_name``."""
    return _DRAFT.fullmatch(entry) is not None


def parse_aside(entry: str) -> SetAside | None:
    """Read a name of ``aside_name``; None where it is another."""
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
    """Return a name, to be seen, for a save that cannot have its own any more."""
    return f"{_cut(name, MAX_NAME)}.saved-{secrets.token_hex(3)}"


def _cut(name: str, most: int) -> str:
    return name.encode()[:most].decode(errors="ignore")
