"""A page's values as a header has them, key by key, and which of them are to be written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wikisync.page.dates import parse_instant, same_instant
from wikisync.page.model import clean_tags
from wikisync.page.values import NO_EDITOR

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from wikisync.page.model import Page
    from wikisync.page.spelling import Value

_STAMPS: Final = frozenset({"date", "dateCreated"})
_PUBLISH: Final = frozenset({"publishStartDate", "publishEndDate"})
_ADDED: Final = frozenset({"scriptCss", "scriptJs", "private"})
"""Keys that Wiki.js's storage never writes; a user may."""


def values_of(page: Page, date: str | None, date_created: str | None) -> dict[str, Value]:
    """Key → value, in Wiki.js's order, of what the page names and a header can say."""
    values: dict[str, Value | None] = {
        "title": page.title,
        "description": page.description,
        "published": page.published,
        "date": date,
        "tags": None if page.tags is None else tuple(tag for tag in page.tags if tag.strip()),
        "editor": None if page.editor in NO_EDITOR else page.editor,
        "dateCreated": date_created,
        "publishStartDate": _date(page.publish_start),
        "publishEndDate": _date(page.publish_end),
        "scriptCss": page.script_css,
        "scriptJs": page.script_js,
        "private": page.private,
    }
    return {key: value for key, value in values.items() if value is not None}


def values_to_write(values: Mapping[str, Value], naming: Collection[str]) -> dict[str, Value]:
    """The values that a new file has lines for: ``naming`` asks for those that storage omits."""
    return {
        key: value
        for key, value in values.items()
        if (key not in _PUBLISH or value) and (key not in _ADDED or key in naming)
    }


def changed_values(
    said: Mapping[str, Value], asked: Mapping[str, Value], fields: Collection[str] | None
) -> dict[str, Value]:
    """What is to change: what is asked and differs in meaning from what the file says.

    With ``fields``, those keys alone, and the two dates.
    """
    return {
        key: value
        for key, value in asked.items()
        if (fields is None or key in fields or key in _STAMPS)
        and (not _same(key, said[key], value) if key in said else _needs_a_line(key, value))
    }


def _date(text: str | None) -> str | None:
    """A publish date that can be read again; Wiki.js itself takes any text."""
    return None if text is None or (text and parse_instant(text) is None) else text


def _same(key: str, one: Value, other: Value) -> bool:
    match one, other:
        case tuple(), tuple():
            return set(clean_tags(one)) == set(clean_tags(other))
        case str(), str() if key in _STAMPS or key in _PUBLISH:
            return same_instant(one, other)
    return one == other


def _needs_a_line(key: str, value: Value) -> bool:
    """Whether a value that the file does not name is written all the same."""
    if key in _STAMPS:
        return False
    return bool(value) or (key not in _PUBLISH and key not in _ADDED)
