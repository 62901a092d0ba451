"""Compare the old and the new version of a page: fields by name, content by lines. Pure.

``unified`` is the text of ``diff --json``, and of ``diff`` into a pipe. A terminal shows the same
differences by ``report.terminal.pages``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from wikisync.page.model import FIELDS, clean_tags
from wikisync.planning.model import Action, Conflict, Merge
from wikisync.report.diff import hunks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from wikisync.page.model import Page
    from wikisync.request import PageDiff


def unified(pair: PageDiff) -> str:
    """Return the difference of a pair as text: names, changed fields, then a unified diff.

    Every line ends with a newline. The text is empty if nothing differs.
    """
    return "".join(f"{line}\n" for line in lines(pair))


def lines(pair: PageDiff) -> Iterator[str]:
    """Yield the lines of ``unified`` without line ends; those of a merge for both sides."""
    for side in on_both_sides(pair):
        changed = [*_fields(side), *_content(side)]
        if changed:
            old_name, new_name = names(side)
            yield f"--- {old_name}"
            yield f"+++ {new_name}"
            yield from changed


def names(pair: PageDiff) -> tuple[str, str]:
    """Return the names of the old and the new side; ``/dev/null`` if a side has no page."""
    item = pair.item
    wiki, here = f"wiki/{item.key.locale}/{item.key.path}", item.file
    old, new = (here, wiki) if isinstance(item, Action) and item.side == "folder" else (wiki, here)
    if isinstance(item, Merge) and not item.writes_markers:
        new = f"{here} (merged)"
    return (old if pair.old else "/dev/null"), (new if pair.new else "/dev/null")


def contents(pair: PageDiff) -> tuple[str | None, str | None]:
    """Return the old and the new content as compared; None if a side has no page."""
    return _text(pair.old), _text(pair.new)


def content_hunks(
    pair: PageDiff, context: int = 3, *, words: bool = True
) -> tuple[hunks.Hunk, ...]:
    """Return the hunks of the content."""
    return hunks.hunks(*contents(pair), context, words=words)


def counts(pair: PageDiff) -> tuple[int, int]:
    """Return how many lines of content are added and how many are removed."""
    return hunks.counts(*contents(pair))


def on_both_sides(pair: PageDiff) -> tuple[PageDiff, ...]:
    """Return a pair for each side that is written: two for a merge, the wiki first."""
    item = pair.item
    if pair.in_folder is None or not isinstance(item, Merge):
        return (pair,)
    here = pair.in_folder.with_defaults_from(pair.old) if pair.old else pair.in_folder
    there = replace(pair, in_folder=None)
    mine = replace(item, side="folder", fields=item.remote_changes)
    return there, replace(there, item=mine, old=here)


def _fields(pair: PageDiff) -> Iterator[str]:
    """Yield a ``-`` and a ``+`` line for each changed field; of a new or deleted page, for all."""
    for change in field_changes(pair):
        for sign, value in (("-", change.old), ("+", change.new)):
            if value:
                yield f"{sign}{change.name}: {' '.join(value.split(chr(10)))}"


def _content(pair: PageDiff) -> Iterator[str]:
    for hunk in content_hunks(pair, words=False):
        yield hunk.header
        for sign, _, spans in hunks.one_below_the_other(hunk.rows):
            yield sign + "".join(span.text for span in spans)


def _text(page: Page | None) -> str | None:
    return None if page is None else page.content.replace("\r\n", "\n").rstrip()


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


_USUAL: Final = {"published": "true", "private": "false"}
"""Values that are not worth a line for a page that is new or deleted."""


def field_changes(pair: PageDiff) -> tuple[FieldChange, ...]:
    """Return the changed fields, tags last; of a new or deleted page, all that are set.

    The content is not among them, nor are such a page's usual values: published, not private.
    """
    only = _concerned(pair.item)
    return (*_values(pair.old, pair.new, only), *_tags(pair.old, pair.new, only))


def _concerned(item: Action | Conflict) -> Collection[str]:
    """Return the names of the fields to show; of a conflict, also those that would merge."""
    if isinstance(item, Conflict):
        return {*item.fields, *item.local_changes, *item.remote_changes}
    return item.fields


def _values(old: Page | None, new: Page | None, only: Collection[str]) -> Iterator[FieldChange]:
    for name, attribute in FIELDS.items():
        if name in ("tags", "content"):
            continue
        before, after = _value(old, attribute), _value(new, attribute)
        if (old is None or new is None) and (before or after) == _USUAL.get(name):
            continue
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
