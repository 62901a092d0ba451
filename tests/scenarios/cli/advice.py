"""What a report tells its reader to do next, read from its text as the reader would."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import Final, Literal

Choice = Literal["local", "wiki"]

_SENTENCE: Final = re.compile(r"(?<=[.:]) |\n")
_COMMAND: Final = re.compile(r"\bwikisync (push|pull|sync)\b([^.:;,]*(?:\.\w[^.:;,]*)*)")
_OPTIONS: Final = re.compile(r"--(?:prefer (?:local|wiki)|delete|convert)\b")
_LISTED: Final = re.compile(r"^  (?:delete (?:here|on the wiki)) +(\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Advice:
    """One thing that a report advises: a command with its options."""

    args: tuple[str, ...]

    @property
    def side(self) -> Choice | None:
        """Whose version it keeps; None where both are kept."""
        for side in ("local", "wiki"):
            if side in self.args:
                return side
        if "--delete" in self.args:
            return "local" if self.args[0] == "push" else "wiki"
        return None


def advised(text: str, ran: str) -> list[Advice]:
    """All that a report advises, in its order.

    ``ran`` is the command that printed it: options without a command are for that one.
    """
    found: list[Advice] = []
    for sentence in _SENTENCE.split(text):
        commands = list(_COMMAND.finditer(sentence))
        for command in commands:
            words = shlex.split(command[2])
            options = [part for option in _OPTIONS.findall(command[2]) for part in option.split()]
            found.append(Advice((command[1], *_paths(words, text), *options)))
        options = [part for option in _OPTIONS.findall(sentence) for part in option.split()]
        if commands:
            continue
        if options and "--delete removes it" not in sentence:
            found.append(Advice((ran, *options)))
        elif "un the command again" in sentence:
            found.append(Advice((ran,)))
    return found


def _paths(words: list[str], text: str) -> list[str]:
    """The PATH arguments of an advised command; ``PATH`` stands for the pages that are listed."""
    paths: list[str] = []
    for word in words:
        if word == "PATH":
            paths += _LISTED.findall(text)
        elif "/" in word or word.endswith((".md", "**")):
            paths.append(word)
    return paths
