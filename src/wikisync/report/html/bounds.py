"""How much of a report is shown, so that it opens in a browser whatever the pages are. Pure.

Nothing is left out silently: whoever is refused room says so on the page.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class PageLimits:
    """Sizes in characters: of one page and of all pages together, differences and previews.

    ``line`` is the longest line that is shown whole. The seconds are the processor's.
    """

    difference: int = 300_000
    differences: int = 8_000_000
    preview: int = 60_000
    previews: int = 3_000_000
    line: int = 2_000
    preview_seconds: float = 2.0
    previews_seconds: float = 20.0
    differences_seconds: float = 60.0


LIMITS: Final = PageLimits()

OVERHEAD: Final = 200
"""What a line takes beside its text."""

MARKUP: Final = 4
"""How many times as long as its content a preview may be before it takes more of the room."""


class SizeBudget:
    """What is left of a budget."""

    def __init__(self, size: int) -> None:
        self.left = size

    def take(self, size: int) -> bool:
        """Take so much; False, and nothing is taken, where there is not so much."""
        if size > self.left:
            return False
        self.left -= size
        return True
