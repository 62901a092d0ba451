"""Find the keys of a header that are nearly one of wikisync's, and mean nothing to it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wikisync.checking.model import TextFact
from wikisync.page.header import HEADER_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.page.header import Header

_KEYS: Final = {key.lower(): key for key in HEADER_KEYS if key != "isPublished"} | {
    "draft": "draft"
}

_LONG: Final = 6
"""Letters from which another letter is a slip of the pen: `data` is not meant to be `date`."""


def mistaken_keys(header: Header | None) -> Iterator[TextFact]:
    """Yield the keys that are nearly one of wikisync's which the header does not have."""
    if header is None or header.kind != "yaml":
        return
    present = {entry.name for entry in header.entries}
    for entry in header.entries:
        if meant_key(entry.key) not in {None, *present}:
            yield TextFact(entry.key, entry.line, 1)


def meant_key(key: str) -> str | None:
    """Return the key that another one is a misspelling of, one letter apart; or None."""
    if key.lower() in _KEYS:
        return None
    bare = key.lower().replace("_", "").replace("-", "")
    return _KEYS.get(bare) or next(
        (known for name, known in _KEYS.items() if _is_one_slip_from(bare, name)), None
    )


def _is_one_slip_from(word: str, known: str) -> bool:
    """Return whether a letter is too many, missing, swapped with its neighbour or another one."""
    if abs(len(word) - len(known)) > 1 or len(word) < 3:
        return False
    start = next(
        (at for at, pair in enumerate(zip(word, known, strict=False)) if len(set(pair)) > 1), None
    )
    if start is None:
        return True
    rest, expected = word[start:], known[start:]
    if rest[1:] == expected or rest == expected[1:]:
        return True
    if rest[2:] == expected[2:] and rest[1::-1] == expected[:2]:
        return True
    return len(known) >= _LONG and rest[1:] == expected[1:]
