"""Workflow commands: lines of the log that GitHub acts on, and lines that only look like them.

What a command is, and what it escapes, is as GitHub's runner reads it: a line that begins with
``::name …::`` after blanks, or holds ``##[name …]`` anywhere, on stdout or stderr alike. A line
ends at LF, CR or both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from wikisync.report.text import escape_control

Level = Literal["error", "warning", "notice"]

SHOWN: Final = 10
"""Annotations of one level that GitHub shows of a step."""

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_COLOUR: Final = re.compile(r"\x1b\[[0-9;]*m")
_COMMAND: Final = re.compile(r"\A([\s\ufeff\u200b]*:):")
_BEGUN: Final = re.compile(r"[\s\ufeff\u200b]*:?")


@dataclass(frozen=True, slots=True)
class Annotation:
    """A remark of a run; ``file`` is relative to the top of the repository."""

    level: Level
    title: str
    message: str
    file: str = ""
    line: int | None = None

    def __str__(self) -> str:
        at = {"file": self.file, "line": str(self.line or ""), "title": self.title}
        given = ",".join(f"{name}={_property(value)}" for name, value in at.items() if value)
        return f"::{self.level}{f' {given}' if given else ''}::{_data(self.message)}"


def mask(secret: str) -> list[str]:
    """The commands that keep a secret out of the log, a line of it each."""
    return [f"::add-mask::{_data(line)}" for line in secret.splitlines() if line.strip()]


class Defuser:
    """Turn what a program prints, piece by piece, into lines that GitHub acts on in no way.

    Control characters are written as ``\\x1b``, the colours of a terminal are left out. GitHub ends
    a line at a bare CR too, so that this is one of them.
    """

    def __init__(self) -> None:
        self._line = ""
        """What of the line printed so far could become a command with what follows."""

    def feed(self, text: str) -> str:
        """Return the next piece as it is to be printed."""
        clean = _CONTROL.sub(_escape, _COLOUR.sub("", text).replace("\r\n", "\n"))
        first, *more = clean.split("\n")
        return "\n".join([self._next(first, self._line), *(self._next(line, "") for line in more)])

    def _next(self, part: str, before: str) -> str:
        """Return what goes on with a line, or is a new one where nothing is ``before``."""
        # The last sign of a command is escaped: those before it may be printed already.
        whole = _COMMAND.sub(lambda found: f"{found[1]}\\x3a", f"{before}{part}")
        whole = whole.replace("##[", "##\\x5b")
        self._line = whole.lstrip()[-1:] if _BEGUN.fullmatch(whole) else f"-{whole[-2:]}"
        return whole[len(before) :]


def harmless_json(text: str) -> str:
    """Return JSON on one line that is no command, has no control character, and means the same."""
    return _CONTROL.sub(lambda found: f"\\u{ord(found[0]):04x}", text).replace("##[", "##\\u005b")


def _escape(found: re.Match[str]) -> str:
    return f"\\x{ord(found[0]):02x}"


def output_lines(values: dict[str, str], word: str) -> str:
    """Lines for GITHUB_OUTPUT. ``word`` is one that no value holds: it ends each of them."""
    return "".join(f"{name}<<{word}\n{value}\n{word}\n" for name, value in values.items())


def _data(text: str) -> str:
    escaped = _plain(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    # What it becomes is one line of the log again.
    return escaped.replace("##[", "##\\x5b")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _plain(text: str) -> str:
    return "\n".join(escape_control(line) for line in text.split("\n"))
