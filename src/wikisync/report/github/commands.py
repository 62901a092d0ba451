"""Workflow commands: lines of the log that GitHub acts on, and lines that only look like them.

What a command is, and what it escapes, is as GitHub's runner reads it: a line that begins with
``::name …::`` after blanks, or holds ``##[name …]`` anywhere, on stdout or stderr alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from wikisync.report.words import shown

Level = Literal["error", "warning", "notice"]

SHOWN: Final = 10
"""Annotations of one level that GitHub shows of a step."""


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


def harmless(line: str) -> str:
    """A line of the log that is no command, whatever it repeats."""
    safe = line.replace("##[", "##\\x5b")
    return f"\\x3a{safe.lstrip()[1:]}" if safe.lstrip().startswith("::") else safe


def harmless_json(text: str) -> str:
    """JSON on one line that is no command, and means the same."""
    return text.replace("##[", "##\\u005b")


def outputs(values: dict[str, str], word: str) -> str:
    """Lines for GITHUB_OUTPUT. ``word`` is one that no value holds: it ends each of them."""
    return "".join(f"{name}<<{word}\n{value}\n{word}\n" for name, value in values.items())


def _data(text: str) -> str:
    escaped = _plain(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    # What it becomes is one line of the log again.
    return escaped.replace("##[", "##\\x5b")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def _plain(text: str) -> str:
    return "\n".join(shown(line) for line in text.split("\n"))
