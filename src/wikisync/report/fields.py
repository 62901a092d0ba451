"""Which of a page's fields change, from what to what. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from wikisync.page.model import clean_tags
from wikisync.planning.model import Conflict

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from wikisync.page.model import Page
    from wikisync.planning.model import Action
    from wikisync.workflow.diff import PageDiff

_ATTRIBUTES: Final = {
    "title": "title",
    "description": "description",
    "published": "published",
    "publishStartDate": "publish_start",
    "publishEndDate": "publish_end",
    "editor": "editor",
    "scriptCss": "script_css",
    "scriptJs": "script_js",
    "private": "private",
}


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that changes, by the name that users see; "" is not set, or not there.

    A value may have several lines (styles, scripts). Of tags, ``old`` and ``new`` are all of them,
    with commas; ``added`` and ``removed`` are those that make the difference.
    """

    name: str
    old: str
    new: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def field_changes(pair: PageDiff) -> tuple[FieldChange, ...]:
    """The fields of a pair that change, tags last; of a page that comes or goes, all that are set.

    The content is no field here: it has hunks.
    """
    only = _concerned(pair.item)
    return (*_values(pair.old, pair.new, only), *_tags(pair.old, pair.new, only))


def _concerned(item: Action | Conflict) -> Collection[str]:
    """Of a conflict, also what would merge: a preference settles the whole page."""
    if isinstance(item, Conflict):
        return {*item.fields, *item.local_changes, *item.remote_changes}
    return item.fields


def _values(old: Page | None, new: Page | None, only: Collection[str]) -> Iterator[FieldChange]:
    for name, attribute in _ATTRIBUTES.items():
        before, after = _value(old, attribute), _value(new, attribute)
        if before != after and (not only or name in only):
            yield FieldChange(name, before, after)


def _tags(old: Page | None, new: Page | None, only: Collection[str]) -> Iterator[FieldChange]:
    before = clean_tags(old.tags or ()) if old else ()
    after = clean_tags(new.tags or ()) if new else ()
    if set(before) != set(after) and (not only or "tags" in only):
        yield FieldChange(
            "tags",
            ", ".join(before),
            ", ".join(after),
            tuple(tag for tag in after if tag not in before),
            tuple(tag for tag in before if tag not in after),
        )


def _value(page: Page | None, attribute: str) -> str:
    value = getattr(page, attribute) if page is not None else None
    if isinstance(value, bool):
        return str(value).lower()
    return str(value).replace("\r\n", "\n") if value else ""
