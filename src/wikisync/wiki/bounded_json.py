"""Parse JSON from a server, with a limit on its number of values. Pure.

A small text can contain millions of values, each of which takes a hundred bytes or more once
parsed. So values are counted before parsing. JSON nested a thousand deep is rejected too.
"""

from __future__ import annotations

import json
import re
from typing import Final

MAX_VALUES: Final = 4_000_000
"""The most values in a response: at worst about half a gigabyte. A list of 100,000 pages has about
two million."""

# Linear in time: an unterminated string extends to the end of the body.
_TEXT: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_VALUE_STARTS: Final = b",[{"


class TooComplex(ValueError):
    """Raised for JSON with too many values or nested too deep. ``reason`` is a clause."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse(body: bytes, limit: int = MAX_VALUES) -> object:
    """Parse a body. Raises TooComplex; ValueError where it is not JSON."""
    check_values(body, limit)
    try:
        value: object = json.loads(body)
    except RecursionError:
        raise TooComplex("JSON that nests too deep") from None
    return value


def check_values(body: bytes, limit: int) -> None:
    """Raise TooComplex where JSON has more than ``limit`` values, without parsing it."""
    # Strings contain commas too: they are removed only where that can change the result.
    if _count_values(body) > limit and _count_values(_TEXT.sub(b"", body)) > limit:
        raise TooComplex("JSON of too many values")


def _count_values(body: bytes) -> int:
    """Return an upper bound of the number of values, from the characters that start one."""
    return 1 + sum(body.count(sign) for sign in _VALUE_STARTS)
