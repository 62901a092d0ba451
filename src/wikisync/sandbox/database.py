"""Describe the databases that a wiki can have: what each takes for one text, and what it refuses.

The sandbox always stores in SQLite; it answers as Wiki.js does with the database chosen
(wikijs.md, *Other databases*).
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final


@dataclass(frozen=True)
class Database:
    """Hold how a database differs from the others.

    ``collation`` is the one of the sandbox's SQLite that compares texts as this database does.
    """

    name: str
    version: str
    collation: str = "binary"
    limits_length: bool = True
    checks_references: bool = True
    refuses_nul: bool = False


DATABASES: Final = {
    "postgresql": Database("PostgreSQL", "15", refuses_nul=True),
    "mariadb": Database("MariaDB", "10.11", collation="general_ci"),
    "mysql": Database("MySQL", "8.0", collation="general_ci"),
    "sqlite": Database("SQLite", "3.44", limits_length=False, checks_references=False),
}
"""The values of ``--collation``."""

DEFAULT: Final = "postgresql"

# Of the characters that utf8mb4_general_ci maps to others, these blocks have letters with marks.
_WITH_MARKS: Final = frozenset({0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x1E, 0x1F})
_WITH_CASE: Final = _WITH_MARKS | {0x21, 0x24, 0xFF}


def general_ci(text: str) -> str:
    """Return the text as ``utf8mb4_general_ci`` compares it: equal results are one text.

    Case, marks on letters and spaces at the end do not count; all characters beyond the basic
    plane are one.
    """
    return "".join(map(_weight, text.rstrip(" ")))


def compare_general_ci(one: str, other: str) -> int:
    """Return -1, 0 or 1, as an SQLite collation does."""
    a, b = general_ci(one), general_ci(other)
    return (a > b) - (a < b)


@lru_cache(maxsize=4096)
def _weight(character: str) -> str:
    point = ord(character)
    if point > 0xFFFF:
        return "\ufffd"
    if character == "ß":
        return "S"
    base = unicodedata.normalize("NFD", character)[0] if point >> 8 in _WITH_MARKS else character
    upper = base.upper() if point >> 8 in _WITH_CASE else base
    return upper if len(upper) == 1 else base
