"""Find texts that a wiki's database may take for one. Pure.

Which texts are one depends on the database (wikijs.md, *Other databases*), so a result is a reason
to ask the wiki, not a fact about it.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_BEYOND: Final = "\ufffd"
_LIGATURES: Final = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})


@lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """Return the text without what databases may ignore; texts that are one give equal results.

    Ignored are case, marks on letters, compatibility forms and spaces at the end; ``ß``, ``ss`` and
    ``s`` are one, and so are all characters beyond the basic plane.
    """
    if text.isascii():  # for speed: most of a wiki's paths are
        return text.lower().replace("ss", "s").rstrip(" ")
    apart = unicodedata.normalize("NFKD", text)
    kept = "".join(_basic(c) for c in apart if not unicodedata.combining(c))
    return kept.casefold().translate(_LIGATURES).replace("ss", "s").rstrip(" ")


def closest(text: str, others: Iterable[str]) -> str | None:
    """Return the text among ``others`` that a database most likely takes for ``text``.

    Texts that differ only in case and marks come first, then those that come first in ``others``.
    Return None if none may be taken for it.
    """
    alike = [other for other in others if other != text and fold(other) == fold(text)]
    near = [other for other in alike if _by_character(other) == _by_character(text)]
    return next(iter(near or alike), None)


def _by_character(text: str) -> tuple[str, ...]:
    """Return the base letter of each character."""
    return tuple(_basic(unicodedata.normalize("NFD", c)[0].upper()) for c in text)


def _basic(character: str) -> str:
    return _BEYOND if ord(character[0]) > 0xFFFF else character
