"""Text from pages and wikis as GitHub's Markdown may hold it: shown as it is, and doing nothing.

No link, no image, no HTML, no mention of a person and no reference to an issue comes of it, and no
block that was begun ends before its time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from wikisync.report.text import escape_control

if TYPE_CHECKING:
    from collections.abc import Iterable

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
