"""Mark the commands in messages as code, with a button that copies them.

Messages name commands in running text (``report.plan_messages``): a command ends at a punctuation
mark or at a word that is no argument. File names in them are quoted as for a shell.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

from wikisync.report.text import escape_control

if TYPE_CHECKING:
    from collections.abc import Iterator

_NAMES: Final = (
    *("apply", "check", "demo", "diff", "doctor", "init", "log", "plan", "preview", "pull", "push"),
    *("restore", "review", "sandbox", "show", "status", "sync", "undo", "watch"),
)
_QUOTED: Final = r"""'[^']*'(?:"'"'[^']*')*"""
_ENDS: Final = r"""(?=[,.;:)]*(?:\s|\Z))"""
# What needs no quotes in a shell (``shlex.quote``), without a punctuation mark at its end.
_WORD: Final = rf"""(?:{_QUOTED}|[\w@%+=:,./-]*[\w@%+=/-]){_ENDS}"""
_VALUE: Final = rf"(?:--(?:prefer|allow|max-delete) {_WORD})"
_OPTION: Final = rf"(?:{_VALUE}|--?[a-z][a-z-]*)"
# A word of small letters is one of the sentence, unless it is a direction or an option follows.
_ARGUMENT: Final = rf"(?:{_OPTION}|(?:push|pull|sync)\b(?!,)|(?![a-z]+{_ENDS}(?! --)){_WORD})"
_COMMAND: Final = re.compile(
    rf"\bwikisync (?:{'|'.join(_NAMES)})\b(?: {_ARGUMENT})*(?![\w-])|(?<![\w-]){_OPTION}(?![\w-])",
    re.ASCII,
)


def commands(text: str) -> list[str]:
    """Return the commands that a message names, in order, without lone options."""
    return [part for part, is_command in _parts(text) if is_command and part[0] != "-"]


def with_commands(text: str) -> Markup:
    """Return a message as HTML, with its commands and options as code.

    Commands have a button to copy them. No line breaks within an option and its value.
    """
    return Markup("").join(
        _code(part) if is_command else Markup.escape(escape_control(part))
        for part, is_command in _parts(text)
    )


def _parts(text: str) -> Iterator[tuple[str, bool]]:
    start = 0
    for found in _COMMAND.finditer(text):
        if found.start() > start:
            yield text[start : found.start()], False
        yield found[0], True
        start = found.end()
    if start < len(text):
        yield text[start:], False


def _code(command: str) -> Markup:
    shown = Markup(" ").join(map(_word, command.split(" ")))
    if command.startswith("-"):
        return Markup('<code class="option">{}</code>').format(shown)
    return Markup(
        '<code class="command">{}<button type="button" class="copy js-only"'
        ' aria-label="Copy the command" title="Copy"></button></code>'
    ).format(shown)


def _word(word: str) -> Markup:
    text = Markup.escape(escape_control(word))
    return Markup("<span>{}</span>").format(text) if word.startswith("-") else text
