"""Parse JSON from a server within bounds of structure. Pure.

A small text can hold millions of values, each of which takes a hundred bytes or more once parsed;
and what nests a thousand deep breaks whatever walks it. So values are counted before parsing.
"""

from __future__ import annotations

import json
import re
from typing import Final

MAX_VALUES: Final = 4_000_000
"""The most values in an answer, which take about half a gigabyte at worst. The list of 100,000
pages has about two million."""

# Every character is looked at once: a text that does not end goes on to the end of the body.
_TEXT: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)', re.DOTALL)
_OPENINGS_AND_COMMAS: Final = b",[{"


class TooComplex(ValueError):
    """JSON of too many values, or that nests too deep. ``reason`` says which, in a clause."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def parse(body: bytes, most: int = MAX_VALUES) -> object:
    """Parse a body. Raises TooComplex, or ValueError where it is no JSON."""
    check_values(body, most)
    try:
        value: object = json.loads(body)
    except RecursionError:
        raise TooComplex("JSON that nests too deep") from None
    return value


def check_values(body: bytes, most: int) -> None:
    """Check that JSON has no more than ``most`` values, before it is parsed. Raises TooComplex."""
    # Texts hold commas too: they are taken out only where that can change the answer.
    if _values(body) > most and _values(_TEXT.sub(b"", body)) > most:
        raise TooComplex("JSON of too many values")


def _values(body: bytes) -> int:
    """Count values, at most: each one begins the body, a list or an object, or follows a comma."""
    return 1 + sum(body.count(sign) for sign in _OPENINGS_AND_COMMAS)
