"""Read what a report shows of assets: dimensions, and the bytes of small images.

Of a large file only the start is read. An asset that cannot be read is shown without dimensions.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Final

from wikisync.concurrency import bounded_map
from wikisync.errors import FolderError, WikiError
from wikisync.page.asset_links import asset_file, asset_paths, asset_targets
from wikisync.page.image_size import HEAD, image_size
from wikisync.page.model import CONTENT_TYPES
from wikisync.page.paths import EXTENSIONS
from wikisync.planning.asset_model import AssetConflict, AssetPlan
from wikisync.report.asset_rows import versions
from wikisync.request import AssetDiff, AssetVersion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wikisync.folder.folder import Folder
    from wikisync.page.model import ContentType, Page
    from wikisync.page.paths import Layout
    from wikisync.planning.asset_model import AssetAction, LocalAsset, RemoteAsset
    from wikisync.request import PageDiff, Report
    from wikisync.wiki.client import Wiki
    from wikisync.workflow.context import RunContext

    Item = AssetAction | AssetConflict

IMAGES: Final = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg")
"""Endings of the images whose dimensions are read, and that are shown."""

SMALL: Final = 256_000
"""The most bytes of an image that is shown."""

TOGETHER: Final = 8_000_000
"""The most bytes of all images that a report shows."""

MOST: Final = 200
"""The most assets that are read from a side, for a report that does not show contents, and from the
wiki for any report."""

_START: Final = 64 * 1024
"""Bytes that are read for the dimensions of an image at first."""


def with_assets(
    context: RunContext, report: Report, layout: Layout, *, contents: bool = False
) -> Report:
    """Return a report with the dimensions of its images in the folder.

    With ``contents``, what only the wiki has is read too. If the request wants images, the report
    gets small ones, also those that its pages show.
    """
    request, plan = report.request, report.plan.assets or AssetPlan()
    if not contents:
        return replace(report, asset_diffs=asset_dimensions(context.folder, plan))
    wiki = None if request.offline else context.wiki
    jobs = context.config.jobs
    diffs = asset_diffs(context.folder, plan, wiki, images=request.images, jobs=jobs)
    images: dict[str, bytes] = {}
    if request.images:
        images = page_images(context.folder, layout, report.diffs, diffs, context.config.url)
    return replace(report, asset_diffs=diffs, images=images)


def asset_dimensions(folder: Folder, plan: AssetPlan) -> tuple[AssetDiff, ...]:
    """Return an AssetDiff with the dimensions of the first files in the folder that are images."""
    return tuple(_diffs(folder, plan, None, images=False, most=MOST, jobs=1))


def asset_diffs(
    folder: Folder, plan: AssetPlan, wiki: Wiki | None, *, images: bool, jobs: int = 4
) -> tuple[AssetDiff, ...]:
    """Return an AssetDiff for every action that writes and every conflict, in the plan's order.

    Assets are read from the ``wiki`` unless it is None. ``images`` keeps the bytes of small ones.
    """
    return tuple(_bounded(_diffs(folder, plan, wiki, images=images, most=None, jobs=jobs)))


def page_images(
    folder: Folder,
    layout: Layout,
    diffs: Iterable[PageDiff],
    of_assets: Iterable[AssetDiff],
    url: str,
) -> dict[str, bytes]:
    """Return the small images that the pages of ``diffs`` show, by their paths on the wiki.

    They are in the folder, or among ``of_assets``, which have what the wiki's side was read of.
    """
    wanted: dict[str, None] = {}
    for diff in diffs:
        for page in (diff.old, diff.new):
            if page is not None:
                targets = asset_targets(page.content, _content_type(page, diff.item.file), url)
                wanted.update(dict.fromkeys(sorted(asset_paths(targets, diff.item.key, layout))))
    read = {one.item.path: one.new for one in of_assets}
    found: dict[str, bytes] = {}
    left = TOGETHER
    for path in filter(is_image, wanted):
        version = read.get(path)
        data = version.data if version is not None else _small_file(folder, path, layout)
        if data is not None and len(data) <= left:
            left -= len(data)
            found[path] = data
    return found


def _small_file(folder: Folder, path: str, layout: Layout) -> bytes | None:
    try:
        data = folder.read_start(asset_file(path, layout), SMALL + 1)
    except FolderError:
        return None
    return data if len(data) <= SMALL else None


def _content_type(page: Page, file: str) -> ContentType:
    by_name = EXTENSIONS.get(f".{file.rpartition('.')[2]}", "markdown")
    return CONTENT_TYPES.get(page.editor or "", by_name)


def is_image(name: str) -> bool:
    """Return whether a name is that of an image whose dimensions can be read."""
    return name.lower().endswith(IMAGES)


def _diffs(
    folder: Folder,
    plan: AssetPlan,
    wiki: Wiki | None,
    *,
    images: bool,
    most: int | None,
    jobs: int,
) -> Iterator[AssetDiff]:
    items: tuple[Item, ...] = (*plan.writes, *plan.conflicts)
    files = (item.local for item in items if item.local is not None and is_image(item.local.file))
    local = {one: _read_local(folder, one, images=images) for one in islice(files, most)}
    remote: dict[RemoteAsset, AssetVersion] = {}
    if wiki is not None:
        listed = [item.remote for item in items if item.remote and _is_read_from_wiki(item)][:MOST]
        tasks = (partial(_read_remote, wiki, one, images=images) for one in listed)
        remote = dict(zip(listed, bounded_map(tasks, jobs), strict=True))
    for item in items:
        here = None if item.local is None else local.get(item.local)
        there = None if item.remote is None else remote.get(item.remote)
        yield _with_content(item, here, there)


def _is_read_from_wiki(item: Item) -> bool:
    if item.remote is None or not is_image(item.remote.path):
        return False
    return isinstance(item, AssetConflict) or item.verb != "move"


def _read_local(folder: Folder, local: LocalAsset, *, images: bool) -> AssetVersion:
    plain = AssetVersion(local.size, local.sha256)
    keeps = images and local.size <= SMALL
    try:
        start = folder.read_start(local.file, SMALL + 1 if keeps else _START)
        if image_size(start) is None and len(start) == _START:
            start = folder.read_start(local.file, HEAD)
    except FolderError:
        return plain
    whole = start if keeps and len(start) == local.size else None
    return replace(plain, pixels=image_size(start), data=whole)


def _read_remote(wiki: Wiki, remote: RemoteAsset, *, images: bool) -> AssetVersion:
    plain = AssetVersion(remote.size, remote.sha256)
    keeps = images and remote.size <= SMALL
    try:
        start = wiki.assets.read_start(remote.path, SMALL + 1 if keeps else _START)
    except WikiError:
        return plain
    whole = start if keeps and len(start) <= SMALL else None
    return replace(plain, pixels=image_size(start), data=whole)


def _with_content(item: Item, local: AssetVersion | None, remote: AssetVersion | None) -> AssetDiff:
    """Return the diff of an item, with the versions as they were read, where they were."""
    old, new = versions(item)
    if isinstance(item, AssetConflict) or item.side == "wiki":
        before, after = remote, local
    else:
        before, after = local, remote
    if not isinstance(item, AssetConflict) and item.verb == "move":
        before = after = local
    return AssetDiff(item, old and (before or old), new and (after or new))


def _bounded(diffs: Iterable[AssetDiff]) -> Iterator[AssetDiff]:
    """Yield the diffs, with the bytes of images as far as they may all be shown."""
    left = TOGETHER
    for diff in diffs:
        size = sum(len(one.data) for one in (diff.old, diff.new) if one and one.data)
        if size <= left:
            left -= size
            yield diff
        else:
            old, new = (one and replace(one, data=None) for one in (diff.old, diff.new))
            yield replace(diff, old=old, new=new)
