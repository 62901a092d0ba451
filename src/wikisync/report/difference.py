"""What differs between a page as it is and as it would be: fields by name, content line by line.

Pure. ``unified`` is the text that ``diff --json`` has and that ``diff`` shows in colour.
"""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING

from wikisync.page.model import clean_tags
from wikisync.sync.plan import Action

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.compare import Pair
    from wikisync.page.model import Page

_FIELDS = {
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


def unified(pair: Pair) -> str:
    """The difference of a pair as text: names, changed fields, then a unified diff of the content.

    Every line ends with a newline; a page that stays the same gives an empty text.
    """
    return "".join(f"{line}\n" for line in lines(pair))


def lines(pair: Pair) -> Iterator[str]:
    """The lines of ``unified``, without their ends."""
    old_name, new_name = _names(pair)
    changed = [*_fields(pair), *_content(pair)]
    if not changed:
        return
    yield f"--- {old_name}"
    yield f"+++ {new_name}"
    yield from changed


def _names(pair: Pair) -> tuple[str, str]:
    item = pair.item
    wiki, here = f"wiki/{item.key.locale}/{item.key.path}", item.file
    old, new = (here, wiki) if isinstance(item, Action) and item.side == "folder" else (wiki, here)
    return (old if pair.old else "/dev/null"), (new if pair.new else "/dev/null")


def _fields(pair: Pair) -> Iterator[str]:
    """A ``-`` and a ``+`` line for each field that changes; a page that comes or goes has all."""
    for name, attribute in _FIELDS.items():
        old, new = _value(pair.old, attribute), _value(pair.new, attribute)
        if old == new or (pair.item.fields and name not in pair.item.fields):
            continue
        if old:
            yield f"-{name}: {old}"
        if new:
            yield f"+{name}: {new}"
        if not old and not new:
            continue
    yield from _tags(pair)


def _tags(pair: Pair) -> Iterator[str]:
    old = clean_tags(pair.old.tags or ()) if pair.old else ()
    new = clean_tags(pair.new.tags or ()) if pair.new else ()
    if set(old) == set(new) or (pair.item.fields and "tags" not in pair.item.fields):
        return
    if old:
        yield f"-tags: {', '.join(old)}"
    if new:
        yield f"+tags: {', '.join(new)}"


def _value(page: Page | None, attribute: str) -> str:
    value = getattr(page, attribute) if page is not None else None
    if isinstance(value, bool):
        return str(value).lower()
    return " ".join(str(value).split("\n")) if value else ""


def _content(pair: Pair) -> Iterator[str]:
    old = _lines(pair.old)
    new = _lines(pair.new)
    # The first two lines are the names, which stand above the fields already.
    for number, line in enumerate(unified_diff(old, new, lineterm="")):
        if number > 1:
            yield line


def _lines(page: Page | None) -> list[str]:
    return [] if page is None else page.content.replace("\r\n", "\n").rstrip().split("\n")
