"""Compare the most bytes of a file that the wiki takes with the setting and the folder's files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.doctor.model import unknown, warning, works
from wikisync.errors import FolderError, WikiError
from wikisync.folder.folder import Folder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.config import Config
    from wikisync.doctor.model import Check
    from wikisync.page.paths import Layout
    from wikisync.wiki.client import Wiki


def check_upload_limit(wiki: Wiki, config: Config, layout: Layout) -> Check:
    """Return whether the wiki takes what the setting lets through."""
    if config.assets == "none":
        return works("upload-limit", "assets-off")
    try:
        limit = wiki.assets.upload_limit()
    except WikiError:  # an older version does not know the question
        limit = None
    return judge_upload_limit(limit, config.max_asset_size, _sizes(config, layout))


def judge_upload_limit(limit: int | None, setting: int, sizes: Mapping[str, int]) -> Check:
    """Return the check of a limit in bytes, None where it is not known. Pure.

    ``sizes`` are those of the folder's images and files, in bytes.
    """
    if limit is None:
        return unknown("upload-limit", "limit-unseen", setting=setting)
    large = sorted(file for file, size in sizes.items() if size > limit)
    if large:
        return warning("upload-limit", "files-over-limit", limit=limit, files=large)
    if setting > limit:
        return warning("upload-limit", "limit-lower", limit=limit, setting=setting)
    if setting < limit:
        return works("upload-limit", "limit-higher", limit=limit, setting=setting)
    return works("upload-limit", "limit", limit=limit)


def _sizes(config: Config, layout: Layout) -> dict[str, int]:
    """Return the sizes of the files that may be images and files of the wiki, by their names."""
    folder = Folder(config.folder, config.ignore, layout, missing_ok=True, with_assets=True)
    try:
        list(folder.list_files())
    except FolderError:  # the check of the folder says so
        return {}
    return {file: stamp[0] for file, stamp in folder.assets.items()}
