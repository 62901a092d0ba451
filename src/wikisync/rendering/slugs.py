"""Make the anchors of headings, as Wiki.js does (wikijs.md, *Links between pages*). Pure."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_KEPT: Final = "-_~"
_LAST: Final = "\uffff"
"""The wiki takes no letter after this one. It keeps all marks, also those of an emoji that is left
out (``\ufe0f``)."""
_SPACES: Final = "\u3001\u3002\uff01\uff02"


def slug(text: str) -> str:
    """Return the anchor of a heading of this text, before it is made unique."""
    kept = []
    for character in unicodedata.normalize("NFKC", text):
        category = unicodedata.category(character)[0]
        if (category in "LNM" and character <= _LAST) or character in _KEPT:
            kept.append(character)
        elif category == "Z" or character in _SPACES:
            kept.append(" ")
    return re.sub(r"[\s-]+", "-", "".join(kept).strip()).lower()


class Anchors:
    """The anchors that the headings of a page have so far."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._numbers: dict[str, int] = {}

    def add(self, wanted: str) -> str:
        """Return the anchor of the next heading, which no other has.

        One that begins with a digit gets ``h-``, one that is taken a number.
        """
        wanted = f"h-{wanted}" if re.match(r"[0-9]", wanted) else wanted
        anchor, number = wanted, self._numbers.get(wanted, 0)
        while anchor in self._taken:
            number += 1
            anchor = f"{wanted}-{number}"
        self._numbers[wanted] = number
        self._taken.add(anchor)
        return anchor
