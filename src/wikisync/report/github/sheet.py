"""A text that grows as long as its place has room, and says what did not fit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from wikisync.report.github.markup import fence
from wikisync.report.text import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wikisync.report.github.room import MarkdownLimit

_NOTICES: Final = 400
"""Kept free for saying what did not fit."""
_LISTS: Final = 0.25
_LARGEST, _SMALLEST = 0.25, 0.04
"""The share of a place that one difference may take: less where there are many."""
_LEAST: Final = 300
"""A difference of which no more than this would fit is not begun."""


@dataclass(slots=True)
class BoundedMarkdown:
    """Markdown for one place. Each part takes no more than its share, so that all are there."""

    room: MarkdownLimit
    parts: list[str] = field(default_factory=list)
    used: int = _NOTICES
    left_out: int = 0

    def add(self, text: str) -> bool:
        """Add a text, if it still fits; whether it did."""
        takes = self.room.takes(text)
        if self.used + takes > self.room.size:
            return False
        self.parts.append(text)
        self.used += takes
        return True

    def rows(self, head: str, lines: Sequence[str], more: str) -> None:
        """A list or a table under its head; ``more`` says what is counted where some are left out.

        Nothing at all where there are no lines.
        """
        if not lines or not self.add(head):
            return
        share = self.used + int(self.room.size * _LISTS)
        for number, line in enumerate(lines):
            if self.used > share or not self.add(line):
                self.parts.append(more.format(f"{len(lines) - number:,}"))
                break
        self.add("\n")

    def difference(self, summary: str, lines: Sequence[str], among: int = 1) -> None:
        """One of ``among`` differences, folded up; what does not fit of it is left out."""
        share = max(_SMALLEST, min(_LARGEST, 1 / among))
        frame = self.room.takes(_folded(summary, ""))
        room = min(self.room.size - self.used - frame - 100, int(self.room.size * share))
        kept = self._fitting(lines, room)
        if room < _LEAST or (lines and not kept):
            self.left_out += 1
            return
        body = fence(kept)
        if len(kept) < len(lines):
            body += f"\n\n… and {plural(len(lines) - len(kept), 'line')} more."
        if not self.add(_folded(summary, body)):
            self.left_out += 1

    def text(self) -> str:
        """All that fitted, and a notice of what did not."""
        parts = list(self.parts)
        if self.left_out:
            what = plural(self.left_out, "more difference")
            parts.append(f"{what} did not fit here. {self.room.elsewhere}\n")
        return "".join(parts)

    def _fitting(self, lines: Sequence[str], room: int) -> Sequence[str]:
        """As many lines from the top as fit; a block of them is measured as it will be shown."""
        if self.room.takes(fence(lines)) <= room:
            return lines
        few, many_lines = 0, len(lines)
        while few < many_lines:
            middle = (few + many_lines + 1) // 2
            if self.room.takes(fence(lines[:middle])) <= room:
                few = middle
            else:
                many_lines = middle - 1
        return lines[:few]


def _folded(summary: str, body: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>\n\n"
