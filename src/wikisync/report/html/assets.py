"""Convert the assets of a report to the values of its HTML page: before and after, side by side.

Small images are within the page, as ``data:`` addresses. An SVG in an ``img`` element runs no
scripts and loads nothing.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from wikisync.page.model import Key
from wikisync.planning.asset_model import AssetConflict
from wikisync.report.asset_plan_messages import asset_conflict_message
from wikisync.report.asset_rows import sizes
from wikisync.report.diff.asset_view import asset_doing
from wikisync.report.html.model import AssetSide, Entry
from wikisync.report.text import overwriting

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wikisync.planning.asset_model import AssetAction
    from wikisync.report.html.limits import SizeBudget
    from wikisync.request import AssetDiff, AssetVersion

_TYPES: Final = {
    "png": "png",
    "jpg": "jpeg",
    "jpeg": "jpeg",
    "gif": "gif",
    "webp": "webp",
    "svg": "svg+xml",
}
"""Ending of a name → the type of an image that is shown."""

_WHERE: Final = {"wiki": "on the wiki", "folder": "in the folder"}


def data_address(name: str, data: bytes) -> str | None:
    """Return the address of an image that consists of its bytes; None if it is not shown."""
    kind = _TYPES.get(name.rpartition(".")[2].lower())
    return None if kind is None else f"data:image/{kind};base64,{b64encode(data).decode()}"


def asset_entries(diffs: Iterable[AssetDiff], room: SizeBudget) -> list[Entry]:
    """Return an entry for each asset: conflicts first, then by name.

    ``room`` is the number of characters that images may take.
    """
    entries = [_entry(diff, number, room) for number, diff in enumerate(diffs)]
    return sorted(entries, key=lambda entry: (entry.status != "conflict", entry.name))


def _entry(diff: AssetDiff, number: int, room: SizeBudget) -> Entry:
    item = diff.item
    is_move = not isinstance(item, AssetConflict) and item.verb == "move"
    return Entry(
        id=f"f{number + 1}",
        key=Key("", item.path),
        status="conflict" if isinstance(item, AssetConflict) else item.verb,
        also="",
        side="" if isinstance(item, AssetConflict) else item.side,
        doing=asset_doing(item),
        name=item.file,
        old_name=item.from_file,
        title=sizes((None, diff.new)) if is_move else sizes((diff.old, diff.new)),
        lang="en",
        changes=(),
        message=asset_conflict_message(item) if isinstance(item, AssetConflict) else None,
        value=f"f{number}",
        overwrites="" if isinstance(item, AssetConflict) else overwriting(item),
        digest=_digest(diff),
        sides=tuple(_sides(diff, room, only_new=is_move)),
    )


def _digest(diff: AssetDiff) -> str:
    """Return a hash of what is done to an asset, and of its bytes before and after."""
    item = diff.item
    shown = [
        asset_doing(item),
        item.file,
        item.from_file,
        [(one.size, one.sha256) for one in (diff.old, diff.new) if one is not None],
    ]
    data = repr(shown).encode("utf-8", "surrogatepass")
    return blake2b(data, digest_size=12).hexdigest()


def _sides(diff: AssetDiff, room: SizeBudget, *, only_new: bool) -> Iterator[AssetSide]:
    labels = _labels(diff.item)
    for label, version in zip(labels, (diff.old, diff.new), strict=True):
        if version is None or (only_new and version is diff.old and label is labels[0]):
            continue
        yield AssetSide(
            label="" if only_new else label,
            facts=sizes((version, None)),
            image=_image(diff.item, version, room),
        )


def _image(item: AssetAction | AssetConflict, version: AssetVersion, room: SizeBudget) -> str:
    """Return the address of an image; "" where it is not shown."""
    address = None if version.data is None else data_address(item.file, version.data)
    return address if address is not None and room.take(len(address)) else ""


def _labels(item: AssetAction | AssetConflict) -> tuple[str, str]:
    if isinstance(item, AssetConflict):
        return "On the wiki", "In the folder"
    where = _WHERE[item.side]
    return f"Before, {where}", f"After, {where}"
