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
    local_changes, remote_changes = changed
    values: dict[str, Any] = {}
    conflicting: list[str] = []
    reason = ""
    for name, attribute in FIELDS.items():
        local_value = getattr(local, attribute)
        if name not in local_changes or local_value is None:
            continue
        values[attribute] = local_value
        if name not in remote_changes:
            continue
        if name == "tags":
            values[attribute] = merge_tags(base.tags or (), local_value, remote.tags or ())
        elif name == "content":
            merged = merge_text(*map(_lines, (local_value, base.content, remote.content)))
            if merged is None:
                reason = "no-git"
                conflicting.append(name)
            else:
                values[attribute] = _with_line_ends_of(merged[0], remote.content)
                if not merged[1]:
                    conflicting.append(name)
        elif _normalized(name, local_value) != _normalized(name, getattr(remote, attribute)):
            conflicting.append(name)
    page = replace(remote, **values)
    if conflicting:
        return MergeConflict(tuple(conflicting), page, reason)
    return Merged(page)


def merge_tags(
    base: tuple[str, ...], local: tuple[str, ...], remote: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the base's tags with every addition and removal of either side."""
    base_tags, local_tags, remote_tags = (clean_tags(tags) for tags in (base, local, remote))
    removed = (set(base_tags) - set(local_tags)) | (set(base_tags) - set(remote_tags))
    return tuple(
        tag for tag in dict.fromkeys((*base_tags, *local_tags, *remote_tags)) if tag not in removed
    )


def _lines(content: str) -> str:
    """Return content with one kind of line end: line ends are no change."""
    return normalize_content(content) + "\n"


def _with_line_ends_of(content: str, remote: str) -> str:
    """Return merged content with the final line end and the line ends of the wiki's."""
    if not remote.endswith(("\n", "\r")):
        content = content.removesuffix("\n")
    crlf = remote.count("\r\n")
    return content.replace("\n", "\r\n") if crlf and crlf == remote.count("\n") else content


def _normalized(name: str, value: Any) -> Any:
    return normalize_content(value) if name.startswith("script") and value else value
