"""The three-way merge of a page: the content by its lines, every other field on its own. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from wikisync.page.fingerprint import normalize_content
from wikisync.page.model import FIELDS, Page, clean_tags

if TYPE_CHECKING:
    from collections.abc import Callable, Collection


@dataclass(frozen=True, slots=True)
class Merged:
    """A page with both sides' changes."""

    page: Page


@dataclass(frozen=True, slots=True)
class MergeConflict:
    """What does not merge, and what could be merged of it.

    ``fields`` changed on both sides, to different values. ``page`` has everything that does merge,
    this folder's value for the rest, and content with marks. ``why``: ``no-git`` where the text
    could not be merged for want of git.
    """

    fields: tuple[str, ...]
    page: Page
    reason: str = ""


def three_way(
    base: Page,
    here: Page,
    there: Page,
    changed: tuple[Collection[str], Collection[str]],
    merge_text: Callable[[str, str, str], tuple[str, bool] | None],
) -> Merged | MergeConflict:
    """Both sides' changes since ``base`` in one page.

    ``here`` may leave fields out, which are then the wiki's. ``changed`` names the fields that
    changed here and on the wiki since the base. ``merge_text`` gets the content here, at the base
    and on the wiki, each ending in a line end, and gives the merged text and whether it is clean;
    None where that cannot be done.
    """
    mine, theirs = changed
    values: dict[str, Any] = {}
    clashes: list[str] = []
    why = ""
    for name, attribute in FIELDS.items():
        ours = getattr(here, attribute)
        if name not in mine or ours is None:
            continue
        values[attribute] = ours
        if name not in theirs:
            continue
        if name == "tags":
            values[attribute] = merge_tags(base.tags or (), ours, there.tags or ())
        elif name == "content":
            merged = merge_text(*map(_lines, (ours, base.content, there.content)))
            if merged is None:
                why = "no-git"
                clashes.append(name)
            else:
                values[attribute] = _with_line_ends_of(merged[0], there.content)
                if not merged[1]:
                    clashes.append(name)
        elif _plain(name, ours) != _plain(name, getattr(there, attribute)):
            clashes.append(name)
    page = replace(there, **values)
    if clashes:
        return MergeConflict(tuple(clashes), page, why)
    return Merged(page)


def merge_tags(
    base: tuple[str, ...], here: tuple[str, ...], there: tuple[str, ...]
) -> tuple[str, ...]:
    """Tags with what either side added, and without what either side took away."""
    old, ours, others = (clean_tags(tags) for tags in (base, here, there))
    removed = (set(old) - set(ours)) | (set(old) - set(others))
    return tuple(tag for tag in dict.fromkeys((*old, *ours, *others)) if tag not in removed)


def _lines(content: str) -> str:
    """Content as lines that all end alike: how lines end is no change."""
    return normalize_content(content) + "\n"


def _with_line_ends_of(content: str, there: str) -> str:
    """Merged content with the end, and the line ends, that the wiki's has."""
    if not there.endswith(("\n", "\r")):
        content = content.removesuffix("\n")
    crlf = there.count("\r\n")
    return content.replace("\n", "\r\n") if crlf and crlf == there.count("\n") else content


def _plain(name: str, value: Any) -> Any:
    return normalize_content(value) if name.startswith("script") and value else value
