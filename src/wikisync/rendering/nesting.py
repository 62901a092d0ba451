"""Find HTML that nests so deep that cleaning it would take minutes.

For many elements the parser of ``sanitize`` looks at all that are open, so its time grows with the
number of elements times their depth, and it cannot be stopped.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from wikisync.rendering.tree import VOID

if TYPE_CHECKING:
    from collections.abc import Callable

MANY: Final = 30_000
"""Elements that take no more than some seconds however they nest."""

DEEPEST: Final = 1_000

# A comment, or a tag with its attributes, as a browser reads them.
_PART: Final = re.compile(
    r"<!--(?:-?>|.*?(?:--!?>|\Z))"
    r"|<(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*)"
    r"(?:[\s/]|[^\s/>][^\s/>=]*+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>\"'][^\s>]*))?)*+>?",
    re.DOTALL,
)
_VOID: Final = VOID | {"area", "base", "embed", "link", "meta", "param", "track"}
_RAW: Final = frozenset(
    (
        *("iframe", "noembed", "noframes", "noscript", "plaintext", "script", "style"),
        *("textarea", "title", "xmp"),
    )
)
"""Elements whose content may be text alone."""


def nests_too_deep(html: str, check: Callable[[], None]) -> bool:
    """Return whether HTML may have many elements, and nest deep.

    Never wrong where it returns False. Elements that are not closed in order count as open.
    ``check`` is called often, and may raise an exception to stop it.
    """
    if html.count("<") <= MANY:
        return False
    opened: list[str] = []
    text_until = ""
    for found in _PART.finditer(html):
        check()
        name = (found["name"] or "").lower()
        if not name or name in _VOID:
            continue
        if not found["end"]:
            opened.append(name)
            text_until = text_until or (name if name in _RAW else "")
        elif text_until in {"", name}:
            text_until = ""
            if opened and opened[-1] == name:
                opened.pop()
        if len(opened) > DEEPEST:
            return True
    return False
