"""Group the items of a list that have one reason, so that it is said once for all of them. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ALONE: Final = 4
"""The most items of one reason that are listed one by one."""

_VARIABLE: Final = re.compile(r"(`[^`]*`|“[^”]*”|\d[\d,.:TZ-]*)")
"""Parts of a message in which two messages of one reason may differ."""


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list: its name, and what is said about it.

    ``heading`` is the kind of list; ``own_names`` are names in ``text`` and ``hint`` that are this
    item's alone, such as its file. ``example`` is a hint for this item that serves as an example
    for others of the same reason.
    """

    name: str
    text: str
    hint: str = ""
    heading: str = ""
    own_names: tuple[str, ...] = ()
    example: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Items of one reason. ``text`` and ``hint`` have ``…`` and ``PATH`` where the items differ."""

    items: tuple[Item, ...]
    text: str
    hint: str

    @property
    def heading(self) -> str:
        """The kind of list that the items are in."""
        return self.items[0].heading


def group_by_reason(items: Iterable[Item]) -> list[Group]:
    """Return the items in groups of one reason, in the order of their first items."""
    found: defaultdict[tuple[str, str, str], list[Item]] = defaultdict(list)
    for item in items:
        text, hint = _common_text(item)
        key = (item.heading, _VARIABLE.sub("…", text), _VARIABLE.sub("…", hint))
        found[key].append(item)
    return [_group(group) for group in found.values()]


def reason_of(text: str, own_names: Iterable[str]) -> str:
    """Return what a text has in common with other texts of the same reason."""
    return _VARIABLE.sub("…", _without(own_names, text, "…"))


def _without(names: Iterable[str], text: str, substitute: str) -> str:
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = text.replace(name, substitute)
    return text


def _group(items: Sequence[Item]) -> Group:
    if len(items) == 1:
        return Group(tuple(items), items[0].text, items[0].hint or items[0].example)
    texts, hints = zip(*map(_common_text, items), strict=True)
    return Group(tuple(items), _merged(texts), _merged(hints) or items[0].example)


def _common_text(item: Item) -> tuple[str, str]:
    """Return text and hint without the item's own names; a word in the text is no name."""
    own = item.own_names
    files = [name for name in own if "." in name or "/" in name]
    return _without(files, item.text, "…"), _without(own, item.hint, "PATH")


def _merged(texts: Sequence[str]) -> str:
    """Return one text for texts that differ in variable parts alone."""
    parts = zip(*(_VARIABLE.split(text) for text in set(texts)), strict=True)
    return "".join(_merged_part(part) for part in parts)


def _merged_part(part: tuple[str, ...]) -> str:
    first = part[0]
    if len(set(part)) == 1:
        return first
    return f"{first[0]}…{first[-1]}" if first[0] in "`“" else "…"
