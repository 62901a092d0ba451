"""Read the folder's side of the assets: the managed files, with their digests.

A file whose stamp is that of the stat cache is not read again. Nor is one that the wiki would not
take, unless a plan needs its digest: a video of some gigabytes is refused by its size.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from wikisync.concurrency import bounded_map
from wikisync.errors import BadAsset, FolderError
from wikisync.folder.asset_files import AssetDigest, digest_asset
from wikisync.folder.filesystem import stat_is_reliable
from wikisync.planning.asset_model import LocalAsset

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from wikisync.errors import BadName
    from wikisync.folder.folder import Folder
    from wikisync.planning.model import Stamp
    from wikisync.progress import Progress
    from wikisync.snapshot.assets import CollectedAssets

_AT_ONCE: Final = 2
"""Files that are read at the same time: a disk is no faster with more."""

POINTER: Final = "it is a pointer of Git LFS, not the file itself: get that with `git lfs pull`"


@dataclass(slots=True)
class AssetScan:
    """The managed files by path on the wiki, and the problems of those that cannot be sent.

    ``read`` has the stamp and the digest of each file that was read, for the stat cache;
    ``gone`` are the files in it that no longer exist.
    """

    local: dict[str, LocalAsset] = field(default_factory=dict)
    problems: dict[str, BadAsset | BadName] = field(default_factory=dict)
    read: dict[str, tuple[Stamp, str]] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()


def scan_assets(
    folder: Folder,
    files: Mapping[str, str],
    stamps: Mapping[str, tuple[Stamp, str]],
    progress: Progress,
    unneeded: Collection[str] = (),
) -> AssetScan:
    """Return the assets of ``files``, which maps their paths on the wiki to their names.

    The folder has been listed. ``stamps`` is the stat cache: {file: (stamp, SHA-256)}. The files at
    the ``unneeded`` paths are not read. Files that cannot be read become problems.
    """
    found = AssetScan()
    unread: list[tuple[str, str]] = []
    for path, file in files.items():
        stamp = folder.assets[file]
        known, sha256 = stamps.get(file, (None, ""))
        if known == stamp:
            found.local[path] = LocalAsset(path, file, stamp[0], sha256)
        elif path in unneeded:
            found.local[path] = LocalAsset(path, file, stamp[0])
        else:
            unread.append((path, file))
    if not unread:
        return found
    read_at = time.time_ns()
    with progress("Reading images and files of the folder", len(unread)) as step:
        calls = (partial(_digest, folder, file) for _path, file in unread)
        for (path, file), got in zip(unread, bounded_map(calls, _AT_ONCE), strict=True):
            step()
            if isinstance(got, FolderError):
                found.problems[path] = BadAsset(file, f"it cannot be read: {got.reason}")
            elif got.is_pointer:
                found.problems[path] = BadAsset(file, POINTER)
            else:
                found.local[path] = LocalAsset(path, file, got.size, got.sha256)
                stamp = folder.assets[file]
                if stat_is_reliable(stamp, read_at) and stamp[0] == got.size:
                    found.read[file] = (stamp, got.sha256)
    return found


def with_files_read(
    found: CollectedAssets, paths: Iterable[str], folder: Folder, progress: Progress
) -> CollectedAssets:
    """Return the assets with the digests of files that were not read.

    Files that cannot be read become problems.
    """
    local = dict(found.snapshot.local)
    scan = scan_assets(folder, {path: local.pop(path).file for path in paths}, {}, progress)
    snapshot = replace(
        found.snapshot,
        local={**local, **scan.local},
        blocked=found.snapshot.blocked | scan.problems.keys(),
        problems=(*found.snapshot.problems, *scan.problems.values()),
    )
    return replace(found, snapshot=snapshot, read={**found.read, **scan.read})


def _digest(folder: Folder, file: str) -> AssetDigest | FolderError:
    try:
        return digest_asset(folder, file)
    except FolderError as problem:
        return problem
