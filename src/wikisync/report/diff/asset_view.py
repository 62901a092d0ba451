"""Format the differences of assets: sizes and dimensions, in one line each. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.planning.asset_model import AssetConflict
from wikisync.report.asset_rows import asset_name, images_and_files, sizes
from wikisync.report.diff.page_view import COLOURS, heading
from wikisync.report.diff.styled_text import StyledLine, StyledText, cells, cut, filled, trimmed
from wikisync.report.text import escape_control, overwriting, planned_label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wikisync.planning.asset_model import AssetAction
    from wikisync.request import AssetDiff


def asset_lines(diffs: Iterable[AssetDiff], columns: int) -> Iterator[StyledLine]:
    """Yield a line for each asset: its name, sizes and dimensions, and the action at the right."""
    for diff in diffs:
        yield from heading(
            escape_control(asset_name(diff.item)),
            _sizes(diff),
            asset_doing(diff.item),
            COLOURS[_verb(diff.item)],
            columns,
        )


def asset_texts(diffs: Iterable[AssetDiff]) -> Iterator[str]:
    """Yield the same lines as plain text, for a pipe."""
    for diff in diffs:
        parts = (asset_name(diff.item), _sizes(diff), f"({asset_doing(diff.item)})")
        yield escape_control("  ".join(filter(None, parts)))


def asset_stat(
    diffs: Iterable[AssetDiff], columns: int, *, whole_names: bool
) -> Iterator[StyledLine]:
    """Yield a line for each asset as ``diffstat`` does for pages, then their number."""
    diffs = tuple(diffs)
    if not diffs:
        return
    widest = max(cells(_sizes(diff)) for diff in diffs)
    taken = widest + max(len(asset_doing(diff.item)) for diff in diffs) + len("  ") + len("  │ ")
    room = max(16, min(columns // 2, columns - taken))
    names = [escape_control(asset_name(diff.item)) for diff in diffs]
    shown = names if whole_names else [cut(name, room) for name in names]
    longest = max(map(cells, shown))
    for name, diff in zip(shown, diffs, strict=True):
        start = (StyledText(" "), *filled((StyledText(name),), longest), StyledText(" │ "))
        size = filled((StyledText(_sizes(diff)),), widest)
        note = StyledText(asset_doing(diff.item), COLOURS[_verb(diff.item)])
        yield trimmed((*start, *size, StyledText("  "), note))
    yield (StyledText(f" {images_and_files(len(diffs))}"),)


def asset_doing(item: AssetAction | AssetConflict) -> str:
    """Return what is to be done to an asset and where, in a few words."""
    if isinstance(item, AssetConflict):
        return "conflict"
    return ", ".join(filter(None, (planned_label(item), overwriting(item))))


def _verb(item: AssetAction | AssetConflict) -> str:
    return "conflict" if isinstance(item, AssetConflict) else item.verb


def _sizes(diff: AssetDiff) -> str:
    item = diff.item
    if not isinstance(item, AssetConflict) and item.verb == "move":
        return ""
    return sizes((diff.old, diff.new))
