"""Escape text for GitHub's Markdown, and build Markdown up to a size limit.

Text from pages and wikis must not become a link, an image, HTML, a mention or a reference to an
issue, nor end a block of code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal

from wikisync.report.text import escape_control, plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


# ASCII punctuation with a meaning in Markdown or HTML.
_ACTIVE: Final = re.compile(r"""[!"#$%&'*+:;<=>?@\[\\\]^_`{|}~]""")
_WWW: Final = re.compile(r"(?<=www)\.", re.IGNORECASE)
# GitHub searches for these in the rendered HTML, so an entity does not hide them.
_MENTIONS: Final = re.compile(r"[@#]")
_ISSUE: Final = re.compile(r"\bgh-(?=\d)", re.IGNORECASE)  # GH-12 is #12
_JOINER: Final = "&#8288;"  # invisible, and not part of a name
_SENTENCE: Final = re.compile(r"[!\"#$&*<>@\[\\\]^_`{|}~]|:(?=//)")
_TICKS: Final = re.compile("`+")

MAX_LINE: Final = 2_000
"""Characters shown of one line of a diff."""


def code(text: str) -> str:
    """Format a name as inline code, for sentences, table cells and ``<summary>``."""
    return f"<code>{_WWW.sub('&#46;', _ACTIVE.sub(_entity, escape_control(text)))}</code>"


def escape(text: str) -> str:
    """Escape a sentence that may contain text from a page or a wiki."""
    escaped = _SENTENCE.sub(_escape_match, escape_control(text))
    return _WWW.sub("&#46;", _ISSUE.sub(rf"\g<0>{_JOINER}", escaped))


def fence(lines: Iterable[str], language: str = "diff") -> str:
    """Format lines as a block of code that none of them can end."""
    body = "\n".join(_shorten(escape_control(line)) for line in lines)
    longest = max((len(run) for run in _TICKS.findall(body)), default=0)
    ticks = "`" * max(3, longest + 1)
    return f"{ticks}{language}\n{body}\n{ticks}"


def _shorten(line: str) -> str:
    return line if len(line) <= MAX_LINE else f"{line[:MAX_LINE]} …"


def _entity(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def _escape_match(found: re.Match[str]) -> str:
    joiner = _JOINER if _MENTIONS.match(found[0]) else ""
    return f"{_entity(found)}{joiner}"


@dataclass(frozen=True, slots=True)
class MarkdownLimit:
    """The size limit of a text on GitHub, in ``unit``; ``hint`` says where the rest is."""

    size: int
    unit: Literal["bytes", "characters"]
    hint: str

    def measure(self, text: str) -> int:
        """Return the size of a text in ``unit``."""
        if self.unit == "bytes":
            return len(text.encode("utf-8", "replace"))
        # GitHub counts UTF-16 code units, as JavaScript does.
        return len(text.encode("utf-16-le", "replace")) // 2


_MARGIN: Final = 1_024
"""Kept free for what GitHub itself may add to a text."""


def summary_limit(written: int = 0) -> MarkdownLimit:
    """Return the limit of a step's summary: 1,024 KiB less ``written`` bytes and a margin."""
    return MarkdownLimit(
        max(0, 1_024 * 1_024 - written - _MARGIN), "bytes", "Look with wikisync diff."
    )


def comment_limit(summary: str = "") -> MarkdownLimit:
    """Return the limit of comments and pull requests: GitHub rejects over 65,536 characters.

    ``summary`` is the URL of the job's summary, or empty.
    """
    where = f"[The summary of the job]({summary})" if summary else "The summary of the job"
    return MarkdownLimit(65_536 - _MARGIN, "characters", f"{where} has more.")


_NOTICE_SIZE: Final = 400
"""Kept free for the notice of what was left out."""
_LIST_SHARE: Final = 0.25
_MAX_DIFF_SHARE, _MIN_DIFF_SHARE = 0.25, 0.04
"""The share of the limit that one diff may take: less where there are many."""
_MIN_DIFF_SIZE: Final = 300
"""A diff is left out where less space than this remains for it."""


@dataclass(slots=True)
class BoundedMarkdown:
    """Markdown up to a limit. Each part gets a share of it, so that every part is present."""

    limit: MarkdownLimit
    parts: list[str] = field(default_factory=list)
    used: int = _NOTICE_SIZE
    omitted: int = 0

    def add(self, text: str) -> bool:
        """Append a text if it fits; return whether it did."""
        takes = self.limit.measure(text)
        if self.used + takes > self.limit.size:
            return False
        self.parts.append(text)
        self.used += takes
        return True

    def add_rows(self, head: str, lines: Sequence[str], more: str) -> None:
        """Append a list or a table under ``head``; nothing if it has no lines.

        ``more`` is the text for lines left out, with ``{}`` for their number.
        """
        if not lines or not self.add(head):
            return
        share = self.used + int(self.limit.size * _LIST_SHARE)
        for number, line in enumerate(lines):
            if self.used > share or not self.add(line):
                self.parts.append(more.format(f"{len(lines) - number:,}"))
                break
        self.add("\n")

    def add_diff(self, summary: str, lines: Sequence[str], count: int = 1) -> None:
        """Append one of ``count`` diffs, folded; lines that do not fit are left out."""
        share = max(_MIN_DIFF_SHARE, min(_MAX_DIFF_SHARE, 1 / count))
        frame = self.limit.measure(_details(summary, ""))
        room = min(self.limit.size - self.used - frame - 100, int(self.limit.size * share))
        shown = self._lines_that_fit(lines, room)
        if room < _MIN_DIFF_SIZE or (lines and not shown):
            self.omitted += 1
            return
        body = fence(shown)
        if len(shown) < len(lines):
            body += f"\n\n… and {plural(len(lines) - len(shown), 'line')} more."
        if not self.add(_details(summary, body)):
            self.omitted += 1

    def text(self) -> str:
        """Return the Markdown, with a notice of the diffs left out."""
        parts = list(self.parts)
        if self.omitted:
            what = plural(self.omitted, "more difference")
            parts.append(f"{what} did not fit here. {self.limit.hint}\n")
        return "".join(parts)

    def _lines_that_fit(self, lines: Sequence[str], room: int) -> Sequence[str]:
        """Return the longest head of ``lines`` whose block of code fits."""
        if self.limit.measure(fence(lines)) <= room:
            return lines
        few, many_lines = 0, len(lines)
        while few < many_lines:
            middle = (few + many_lines + 1) // 2
            if self.limit.measure(fence(lines[:middle])) <= room:
                few = middle
            else:
                many_lines = middle - 1
        return lines[:few]


def _details(summary: str, body: str) -> str:
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>\n\n"
