"""Unpack and check the values that are read from the state.

SQLite stores any value in any column, and a few bytes can unpack to gigabytes, so the types and the
sizes of all values are checked. Raises ValueError for a value that wikisync cannot have written.
"""

from __future__ import annotations

import zlib
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from wikisync.page.model import Page

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_BYTES: Final = 256 * 1024 * 1024
"""The most bytes of one unpacked value. No answer of a wiki and no file is larger."""

MAX_RATIO: Final = 64
"""How many times larger all values of a query may be unpacked, in addition to ``MAX_BYTES``."""

NUMBER: Final = frozenset({int})
TEXT: Final = frozenset({str})
BLOB: Final = frozenset({bytes})
NULL: Final = frozenset({type(None)})
"""The types that a column can have."""

_TEXTS: Final = {"content": TEXT, "tags": frozenset({list}) | NULL}
_FLAGS: Final = {"published", "private"}
_PAGE: Final = {
    field.name: _TEXTS.get(field.name, NULL | (frozenset({bool}) if field.name in _FLAGS else TEXT))
    for field in fields(Page)
}


class Unpacker:
    """Unpacks the values of one query, with a limit for each and for all together."""

    def __init__(self, packed: Iterable[object] = ()) -> None:
        stored = sum(len(value) for value in packed if isinstance(value, bytes))
        self._left = MAX_BYTES + MAX_RATIO * stored

    def __call__(self, data: bytes) -> bytes:
        """Return what ``zlib.compress`` was given. Raises ValueError or zlib.error."""
        if type(data) is not bytes:
            raise ValueError("a value that should be compressed is not")
        inflate = zlib.decompressobj()
        found = inflate.decompress(data, min(MAX_BYTES, self._left) + 1)
        self._left -= len(found)
        if len(found) > MAX_BYTES or self._left < 0:
            raise ValueError("a value is too large when it is unpacked")
        if not inflate.eof or inflate.unused_data:
            raise ValueError("a compressed value is cut off")
        return found


def check_row(row: Sequence[Any], kinds: Sequence[frozenset[type]]) -> None:
    """Check the type of each value of a row. Raises ValueError."""
    for value, kind in zip(row, kinds, strict=True):
        if type(value) not in kind:
            raise ValueError(f"a value is of the wrong type: {type(value).__name__}")


def page_of(values: Any) -> Page:
    """Return the page of these values, as JSON has them. Raises ValueError or TypeError."""
    if type(values) is not dict or values.keys() != _PAGE.keys():
        raise ValueError("a page has not the fields of one")
    check_row(list(values.values()), [_PAGE[name] for name in values])
    tags = values["tags"]
    if tags is not None:
        check_row(tags, [TEXT] * len(tags))
        values = {**values, "tags": tuple(tags)}
    return Page(**values)
