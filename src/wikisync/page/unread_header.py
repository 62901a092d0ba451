"""Refuse headers that are not read as such: readers would get them as text. Pure."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from wikisync.errors import BadPage
from wikisync.page.header import EOL, HEADER_KEYS, PUBLICATION_KEYS, split_header
from wikisync.page.yaml_text import load_yaml

if TYPE_CHECKING:
    from wikisync.page.model import ContentType

_NAMES: Final = frozenset((*HEADER_KEYS, *PUBLICATION_KEYS))
_KEYS: Final = frozenset(map(str.lower, _NAMES))
_EMPTY_LINES: Final = re.compile(rf"(?:[ \t]*{EOL})+")
_IN_BRACES: Final = re.compile(rf"---[ \t]*{EOL}(\s*\{{.*?){EOL}---[ \t]*(?:{EOL}|\Z)", re.DOTALL)
_MAX_BRACES: Final = 4096
"""The most characters of a header in braces."""


def reject_unread_header(text: str, content_type: ContentType, file: str) -> None:
    """Raise BadPage if a text without a header has one after empty lines, or one in braces."""
    if content_type == "asciidoc":
        return
    if (blank := _EMPTY_LINES.match(text)) is not None:
        header = None
        with suppress(BadPage):
            header, _ = split_header(text[blank.end() :], content_type)
        if header is not None and any(entry.name in _NAMES for entry in header.entries):
            raise BadPage(file, 1, "a header must begin in the first line: delete the empty ones")
    braces = _IN_BRACES.match(text[:_MAX_BRACES])
    value = None if braces is None else load_yaml(braces[1])
    if isinstance(value, dict) and any(str(key).lower() in _KEYS for key in value):
        raise BadPage(file, 1, "write each key of the header as `key: value` in a line of its own")
