"""How much a place on GitHub holds, and how it is measured there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class MarkdownLimit:
    """A place for Markdown: what it holds, in ``unit``; ``elsewhere`` is where the rest is."""

    size: int
    unit: Literal["bytes", "characters"]
    elsewhere: str

    def takes(self, text: str) -> int:
        """How much of the room a text takes."""
        if self.unit == "bytes":
            return len(text.encode("utf-8", "replace"))
        # A sign beyond the first 65,536 is two to whoever counts as JavaScript does.
        return len(text.encode("utf-16-le", "replace")) // 2


_MARGIN: Final = 1_024
"""Left free: what GitHub itself may put around a text."""


def summary_limit(used: int = 0) -> MarkdownLimit:
    """A step's summary: GitHub takes 1,024 KiB of it, or nothing. ``used`` is there already."""
    return MarkdownLimit(
        max(0, 1_024 * 1_024 - used - _MARGIN), "bytes", "Look with wikisync diff."
    )


def comment_limit(summary: str = "") -> MarkdownLimit:
    """A comment, or the text of a pull request: GitHub takes 65,536 characters, or nothing.

    ``summary`` is the address of the job's summary, where that is known.
    """
    where = f"[The summary of the job]({summary})" if summary else "The summary of the job"
    return MarkdownLimit(65_536 - _MARGIN, "characters", f"{where} has more.")
