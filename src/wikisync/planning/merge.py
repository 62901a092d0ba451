"""Merge a page three-way: the content by lines, every other field on its own. Pure."""

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
    """The fields that do not merge, and the page as far as it does.

    ``fields`` changed on both sides, to different values. ``page`` has everything that merges, the
    folder's value for the rest, and content with conflict markers. ``reason`` is ``no-git`` where
    git, which merges text, is not installed.
    """

    fields: tuple[str, ...]
    page: Page
    reason: str = ""


def three_way(
    base: Page,
    local: Page,
    remote: Page,
    changed: tuple[Collection[str], Collection[str]],
    merge_text: Callable[[str, str, str], tuple[str, bool] | None],
) -> Merged | MergeConflict:
    """Return one page with the changes of both sides since ``base``.

    ``local`` may leave fields out, which then keep the wiki's values. ``changed`` has the names of
    the fields changed in the folder and on the wiki since the base. ``merge_text`` gets the content
    in the folder, at the base and on the wiki, each ending in a line end, and returns the merged
    text and whether it is clean, or None where it cannot merge.
    """
    mine, theirs = changed
    values: dict[str, Any] = {}
    clashes: list[str] = []
    why = ""
    for name, attribute in FIELDS.items():
        ours = getattr(local, attribute)
        if name not in mine or ours is None:
            continue
        values[attribute] = ours
        if name not in theirs:
            continue
        if name == "tags":
            values[attribute] = merge_tags(base.tags or (), ours, remote.tags or ())
        elif name == "content":
            merged = merge_text(*map(_lines, (ours, base.content, remote.content)))
            if merged is None:
                why = "no-git"
                clashes.append(name)
            else:
                values[attribute] = _with_line_ends_of(merged[0], remote.content)
                if not merged[1]:
                    clashes.append(name)
        elif _plain(name, ours) != _plain(name, getattr(remote, attribute)):
            clashes.append(name)
    page = replace(remote, **values)
    if clashes:
        return MergeConflict(tuple(clashes), page, why)
    return Merged(page)


def merge_tags(
    base: tuple[str, ...], local: tuple[str, ...], remote: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the base's tags with every addition and removal of either side."""
    old, ours, others = (clean_tags(tags) for tags in (base, local, remote))
    removed = (set(old) - set(ours)) | (set(old) - set(others))
    return tuple(tag for tag in dict.fromkeys((*old, *ours, *others)) if tag not in removed)


def _lines(content: str) -> str:
    """Content as lines that all end alike: how lines end is no change."""
    return normalize_content(content) + "\n"


def _with_line_ends_of(content: str, remote: str) -> str:
    """Merged content with the end, and the line ends, that the wiki's has."""
    if not remote.endswith(("\n", "\r")):
        content = content.removesuffix("\n")
    crlf = remote.count("\r\n")
    return content.replace("\n", "\r\n") if crlf and crlf == remote.count("\n") else content


def _plain(name: str, value: Any) -> Any:
    return normalize_content(value) if name.startswith("script") and value else value
