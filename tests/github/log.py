"""What GitHub's runner makes of a step: commands in its log, and the files it reads back.

As the runner does it: a command is a line that begins with ``::name …::`` after blanks, or holds
``##[name …]`` anywhere. A line ends at LF, CR or both.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

_NAMES: Final = (
    *("add-mask", "error", "warning", "notice", "debug", "group", "endgroup", "echo"),
    *("set-output", "set-env", "add-path", "save-state", "add-matcher", "stop-commands"),
)
_COMMAND: Final = re.compile(rf"^\s*::({'|'.join(_NAMES)})(?: (.*?))?::(.*)$")
_OLD: Final = re.compile(rf"##\[({'|'.join(_NAMES)})[^\]]*\](.*)$")


@dataclass(frozen=True)
class Command:
    """A command that the runner acted on."""

    name: str
    properties: dict[str, str]
    message: str


@dataclass
class Log:
    """The log of a step, with the secrets that GitHub was told of shown as ``***``."""

    text: str
    commands: list[Command] = field(default_factory=list)
    masks: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, raw: str, masks: list[str]) -> Log:
        log = cls("", masks=list(masks))
        lines = []
        for line in re.split(r"\r\n|\r|\n", raw):
            command = _command(line)
            if command is not None:
                log.commands.append(command)
                if command.name == "add-mask":
                    log.masks.append(command.message)
            for mask in log.masks:
                line = line.replace(mask, "***")
            lines.append(line)
        log.text = "\n".join(lines)
        return log

    def named(self, *names: str) -> list[Command]:
        return [command for command in self.commands if command.name in names]


def _command(line: str) -> Command | None:
    if found := _COMMAND.match(line):
        properties = {}
        for part in (found[2] or "").split(","):
            name, sign, value = part.partition("=")
            if sign:
                properties[name] = _plain(value.replace("%3A", ":").replace("%2C", ","))
        return Command(found[1], properties, _plain(found[3]))
    if found := _OLD.search(line):
        return Command(found[1], {}, found[2])
    return None


def _plain(text: str) -> str:
    return text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%")


def outputs(text: str) -> dict[str, str]:
    """The outputs in the file that GITHUB_OUTPUT names."""
    found: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        name, sign, rest = line.partition("<<")
        if sign and "=" not in name:
            value = []
            for each in lines:
                if each == rest:
                    break
                value.append(each)
            else:
                raise AssertionError(f"no end of {name}")
            found[name] = "\n".join(value)
        else:
            name, sign, value_ = line.partition("=")
            assert sign, line
            found[name] = value_
    return found
