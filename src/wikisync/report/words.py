"""Small words: numbers with their nouns, and names as a terminal may show them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from wikisync.sync.plan import Action, Side

# Control characters but the tab, what turns the direction of writing, and bytes that are no text.
TO_DO: Final[dict[tuple[str, Side], str]] = {
    ("create", "wiki"): "create on the wiki",
    ("update", "wiki"): "update on the wiki",
    ("delete", "wiki"): "delete on the wiki",
    ("move", "wiki"): "move on the wiki",
    ("move", "folder"): "move here",
    ("merge", "wiki"): "merge on both sides",
    ("merge", "folder"): "merge here",
    ("create", "folder"): "create here",
    ("update", "folder"): "update here",
    ("delete", "folder"): "delete here",
}
DONE: Final[dict[tuple[str, Side], str]] = {
    ("create", "wiki"): "created on the wiki",
    ("update", "wiki"): "updated on the wiki",
    ("delete", "wiki"): "deleted on the wiki",
    ("move", "wiki"): "moved on the wiki",
    ("move", "folder"): "moved here",
    ("merge", "wiki"): "merged on both sides",
    ("merge", "folder"): "merged here",
    ("create", "folder"): "created here",
    ("update", "folder"): "updated here",
    ("delete", "folder"): "deleted here",
}

_UNSAFE = re.compile(
    r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


_CONVERT: Final = "convert on both sides", "converted on both sides"
_CONVERT_AND_PUSH: Final = "convert on the wiki", "converted on the wiki"


def to_do(action: Action) -> str:
    """What is to happen to a page, and where."""
    return (
        _conversion(action)[0]
        if action.converts
        else TO_DO.get((action.verb, action.side), action.verb)
    )


def done(action: Action) -> str:
    """What happened to a page, and where."""
    return (
        _conversion(action)[1]
        if action.converts
        else DONE.get((action.verb, action.side), action.verb)
    )


def overwriting(action: Action, *, done: bool = False) -> str:
    """Whose edit an action goes over, in a clause; nothing where it goes over none."""
    if action.overwrites is None:
        return ""
    return f"{'overwrote' if done else 'overwrites'} an edit made {EDITED[action.overwrites]}"


EDITED: Final[dict[Side, str]] = {"wiki": "on the wiki", "folder": "here"}


def _conversion(action: Action) -> tuple[str, str]:
    return _CONVERT if action.takes_conversion else _CONVERT_AND_PUSH


def many(count: int, noun: str) -> str:
    """``1 page``, ``2 pages``, ``12,000 pages``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def shown(text: str) -> str:
    """Text from pages and wikis without what could steer a terminal: each such sign escaped."""
    return _UNSAFE.sub(_escaped, text)


def _escaped(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
