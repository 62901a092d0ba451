"""Find a base in git's history for an asset that has none and differs between the two sides.

If the wiki has the bytes of an earlier commit of the file, that is what both sides agreed on, and
only the file has changed since. Git is not asked where no asset needs it.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from wikisync.concurrency import bounded_map
from wikisync.git.repository import GitFailed, Repository
from wikisync.planning.asset_decisions import equal
from wikisync.planning.asset_model import AssetBase, is_svg

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from wikisync.folder.folder import Folder
    from wikisync.planning.asset_model import AssetSnapshot, LocalAsset, RemoteAsset


def recover_asset_bases(
    snapshot: AssetSnapshot,
    folder: Folder,
    digest: Callable[[RemoteAsset], str | None],
    jobs: int,
    git: Callable[[Path], Repository | None] = Repository.at,
) -> AssetSnapshot:
    """Return the snapshot with the bases that git's history has, and the digests read for it.

    ``digest`` reads the SHA-256 of an asset's stored bytes, None where that is not possible.
    """
    differing = {
        path: (local, snapshot.remote[path])
        for path, local in snapshot.local.items()
        if path not in snapshot.bases
        and path not in snapshot.blocked
        and path in snapshot.remote
        and not equal(local, snapshot.remote[path])
    }
    if not differing:
        return snapshot
    try:
        committed = _committed(differing, folder, git)
    except GitFailed:  # the notes of the pages say so
        return snapshot
    unread = [snapshot.remote[path] for path in committed if not snapshot.remote[path].sha256]
    remote = dict(snapshot.remote)
    calls = (partial(digest, asset) for asset in unread)
    for asset, sha256 in zip(unread, bounded_map(calls, jobs), strict=True):
        remote[asset.path] = replace(asset, sha256=sha256 or "")
    bases = {
        path: base
        for path, versions in committed.items()
        if (base := _base(differing[path][0], remote[path], versions)) is not None
    }
    return replace(snapshot, bases={**snapshot.bases, **bases}, remote=remote)


def _committed(
    differing: Mapping[str, tuple[LocalAsset, RemoteAsset]],
    folder: Folder,
    git: Callable[[Path], Repository | None],
) -> dict[str, frozenset[str]]:
    """Return the SHA-256 of the committed versions of each file that have the asset's size."""
    repository = git(folder.root)
    if repository is None:
        return {}
    versions = repository.versions({local.file for local, _remote in differing.values()})
    blobs = {
        path: {one.blob for one in versions.get(local.file, ()) if one.blob is not None}
        for path, (local, _remote) in differing.items()
    }
    sizes = repository.blob_sizes({blob for found in blobs.values() for blob in found})
    fitting = {
        path: {blob for blob in found if sizes.get(blob) == differing[path][1].size}
        for path, found in blobs.items()
    }
    digests = repository.blob_digests({blob for found in fitting.values() for blob in found})
    return {
        path: frozenset(digests[blob] for blob in found if blob in digests)
        for path, found in fitting.items()
        if found
    }


def _base(local: LocalAsset, remote: RemoteAsset, versions: frozenset[str]) -> AssetBase | None:
    """Return the base if a committed version of the file is what the wiki has."""
    if not remote.sha256:
        return None
    if remote.sha256 in versions:
        agreed = remote.sha256
    elif is_svg(remote.path, remote.mime) and len(versions) == 1:
        # The wiki stores an SVG with other bytes, and lists it with the size of what was sent.
        (agreed,) = versions
    else:
        return None
    return AssetBase(
        path=remote.path,
        file=local.file,
        id=remote.id,
        size=remote.size,
        local=agreed,
        remote=remote.sha256,
        created_at=remote.created_at,
        updated_at=remote.updated_at,
    )
