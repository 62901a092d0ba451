"""A text that grows as long as its place has room, and says what did not fit.

Text from pages and wikis as GitHub's Markdown may hold it: shown as it is, and doing nothing.

No link, no image, no HTML, no mention of a person and no reference to an issue comes of it, and no
block that was begun ends before its time.

How much a place on GitHub holds, and how it is measured there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from wikisync.report.text import escape_control, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


# ASCII punctuation that Markdown or HTML could take for its own.
_ACTIVE: Final = re.compile(r"""[!"#$%&'*+:;<=>?@\[\\\]^_`{|}~]""")
_WWW: Final = re.compile(r"(?<=www)\.", re.IGNORECASE)
# GitHub looks for these after the Markdown is HTML, where an entity is a letter like any other.
_CALLS: Final = re.compile(r"[@#]")
_ISSUE: Final = re.compile(r"\bgh-(?=\d)", re.IGNORECASE)  # GH-12 is #12
_JOINER: Final = "&#8288;"  # invisible, and no part of a name
_SENTENCE: Final = re.compile(r"[!\"#$&*<>@\[\\\]^_`{|}~]|:(?=//)")
_TICKS: Final = re.compile("`+")

MAX_LINE: Final = 2_000
"""Characters shown of one line of a difference."""


def code(text: str) -> str:
    """A name in fixed width: in a sentence, in a cell of a table, or in a ``<summary>``."""
    return f"<code>{_WWW.sub('&#46;', _ACTIVE.sub(_entity, escape_control(text)))}</code>"


def escape(text: str) -> str:
    """A sentence that may repeat what a page or a wiki says."""
    escaped = _SENTENCE.sub(_called, escape_control(text))
    return _WWW.sub("&#46;", _ISSUE.sub(rf"\g<0>{_JOINER}", escaped))


def fence(lines: Iterable[str], language: str = "diff") -> str:
    """Lines as a block of code that none of them can end."""
    body = "\n".join(_short(escape_control(line)) for line in lines)
    longest = max((len(run) for run in _TICKS.findall(body)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{body}\n{ticks}"


def _short(line: str) -> str:
    return line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]} …"


def _entity(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def _called(found: re.Match[str]) -> str:
    joiner = _JOINER if _CALLS.match(found[0]) else ""
    return f"{_entity(found)}{joiner}"


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
        """A list or a table under its head; ``more`` says what is counted where some are
        left out.

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
