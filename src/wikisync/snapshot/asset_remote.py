"""Read the wiki's side of the assets: the digests of those that may have changed.

An asset whose id and time are those of its base has its bytes; any other is read, unless its size
alone shows that it is neither the base nor the file. A list may have a wrong size: what would be a
conflict is read too, up to the size that it would have to have. An asset that the list lacks is
looked for at its address: absence is not deletion (wikijs.md, *Assets*).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from wikisync.apply.asset_context import listed, remote_asset
from wikisync.concurrency import bounded_map
from wikisync.errors import AssetGone, Forbidden, TooLarge, WikiError
from wikisync.planning.asset_decisions import AssetAtPath, decide_asset
from wikisync.planning.asset_model import AssetBase, AssetConflict, RemoteAsset, is_svg
from wikisync.wiki.asset_responses import ListedAsset

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from wikisync.planning.asset_model import LocalAsset
    from wikisync.progress import Progress
    from wikisync.wiki.client import Wiki

FORBIDDEN = "the key may not read it on the wiki"
UNREADABLE = "the wiki lists it, and it cannot be read there"
TOO_LONG = "the wiki sends far more bytes of it than its list says: upload it there again"
UNLISTED = "the wiki does not list it for this key any more, though it is there"


@dataclass(slots=True)
class AssetReading:
    """The assets by path, and why others can neither be read nor taken for gone, as clauses."""

    remote: dict[str, RemoteAsset] = field(default_factory=dict)
    unread: dict[str, str] = field(default_factory=dict)


def read_assets(
    wiki: Wiki,
    index: Mapping[str, ListedAsset],
    bases: Mapping[str, AssetBase],
    local: Mapping[str, LocalAsset],
    progress: Progress,
    jobs: int,
    *,
    verify: bool = False,
) -> AssetReading:
    """Return the assets of ``index``, and what became of those that have a base alone.

    With ``verify`` each of them is read. Raises WikiError.
    """
    found = AssetReading()
    by_id = {base.id: base for base in bases.values()}
    to_read: list[tuple[ListedAsset, int | None]] = []
    for path, asset in index.items():
        base = bases.get(path) or by_id.get(asset.id)
        if not verify and base is not None and _is_unchanged(asset, base):
            found.remote[path] = remote_asset(asset, base.remote)
        elif verify or _may_be_equal(asset, base, local.get(path)):
            to_read.append((asset, None))
        else:
            found.remote[path] = remote_asset(asset, "")
            if size := _doubtful_size(found.remote[path], bases.get(path), local.get(path)):
                to_read.append((asset, size))
    missing = [base for path, base in bases.items() if path not in index]
    with progress("Reading images and files of the wiki", len(to_read) + len(missing)) as step:
        calls = [partial(_digest, wiki, asset, limit) for asset, limit in to_read]
        for (asset, limit), got in zip(to_read, _run(calls, jobs), strict=True):
            step()
            if isinstance(got, str):
                found.remote[asset.path] = remote_asset(asset, got)
            elif limit is None:
                found.unread[asset.path] = _reason(got)
        checks = [partial(_digest, wiki, _listed(base), 1) for base in missing]
        for base, got in zip(missing, _run(checks, jobs), strict=True):
            step()
            if not isinstance(got, AssetGone):
                found.unread[base.path] = FORBIDDEN if isinstance(got, Forbidden) else UNLISTED
    return found


def _run(calls: Sequence[Callable[[], str | WikiError]], jobs: int) -> list[str | WikiError]:
    return list(bounded_map(calls, jobs))


def _is_unchanged(asset: ListedAsset, base: AssetBase) -> bool:
    return (asset.id, asset.updated_at) == (base.id, base.updated_at) and asset.path == base.path


def _may_be_equal(asset: ListedAsset, base: AssetBase | None, local: LocalAsset | None) -> bool:
    """Return whether an asset may have the bytes of its base or of its file.

    The listed size of an SVG is not that of the stored bytes.
    """
    sizes = {one.size for one in (base, local) if one is not None}
    return asset.size in sizes or (bool(sizes) and is_svg(asset.path, asset.mime))


def _doubtful_size(remote: RemoteAsset, base: AssetBase | None, local: LocalAsset | None) -> int:
    """Return the most bytes of an unread asset that is no conflict, if its size makes it one."""
    found = AssetAtPath(remote.path, "", base, local, remote)
    if not isinstance(decide_asset(found), AssetConflict):
        return 0
    return max(one.size for one in (base, local) if one is not None)


def _digest(wiki: Wiki, asset: ListedAsset, limit: int | None = None) -> str | WikiError:
    """Return the digest of an asset, or the error of this asset alone. Raises any other."""
    try:
        return wiki.assets.read_digest(asset, limit).sha256
    except (AssetGone, Forbidden, TooLarge) as problem:
        return problem


def read_sha256(wiki: Wiki, asset: RemoteAsset) -> str | None:
    """Return the digest of an asset as the wiki stores it; None where it cannot be read."""
    got = _digest(wiki, listed(asset))
    return got if isinstance(got, str) else None


def _reason(problem: WikiError) -> str:
    match problem:
        case Forbidden():
            return FORBIDDEN
        case TooLarge():
            return TOO_LONG
    return UNREADABLE


def _listed(base: AssetBase) -> ListedAsset:
    return ListedAsset(base.id, 0, base.path, "", base.size, base.created_at, base.updated_at)


def remote_from_base(base: AssetBase) -> RemoteAsset:
    """Return the asset of a base as if the wiki had listed it unchanged."""
    return remote_asset(_listed(base), base.remote)
