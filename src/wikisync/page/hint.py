"""What a file's content suggests as a title, where no header names one.

A hint only: it serves a page that is new to the wiki. What a file does not name is carried, so a
heading never changes the title of a page that has one (promise 6).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from wikisync.page.model import ContentType

_SKIPPED: Final[dict[ContentType, str]] = {
    "markdown": r"(?:[^\S\n]*\n)*",
    "asciidoc": r"(?:(?:[^\S\n]*|//[^\n]*|:[^\n]*)\n)*",
}
_HEADING: Final[dict[ContentType, re.Pattern[str]]] = {
    "markdown": re.compile(rf"\A{_SKIPPED['markdown']} {{0,3}}#[ \t]+([^\r\n]+)"),
    "asciidoc": re.compile(rf"\A{_SKIPPED['asciidoc']}=[ \t]+([^\r\n]+)"),
}
_CLOSING_HASHES: Final = re.compile(r"(?<=[ \t])#+\Z")


def first_heading(content: str, content_type: ContentType) -> str | None:
    """The heading that the content opens with; ``None`` where it opens otherwise."""
    pattern = _HEADING.get(content_type)
    match = pattern.match(content) if pattern else None
    if match is None:
        return None
    title = match[1].strip()
    if content_type == "markdown":
        title = _CLOSING_HASHES.sub("", title).strip()
    return title or None
