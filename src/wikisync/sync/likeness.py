"""How much of a text another one has kept. Pure."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher
from typing import Final

from wikisync.page.fingerprint import plain_content

SHORT: Final = 1_000
"""Characters up to which two texts are compared sign by sign; longer ones line by line."""


def similarity(one: str, other: str, *, by_lines: bool = False) -> float:
    """The share of the longer text that both have, from 0 to 1; of nothing, nothing is shared.

    ``by_lines``: short texts too. Sign by sign, any two short pages of a kind are much alike.
    """
    a, b = plain_content(one), plain_content(other)
    if not a or not b:
        return 0.0
    if not by_lines and max(len(a), len(b)) <= SHORT:
        return SequenceMatcher(None, a, b, autojunk=False).ratio()
    lines, others = Counter(a.split("\n")), Counter(b.split("\n"))
    shared = sum(len(line) * count for line, count in (lines & others).items())
    whole = max(sum(len(line) * count for line, count in c.items()) for c in (lines, others))
    return shared / whole if whole else 0.0
