"""Collect the images and files of both sides and their bases, as the planner's input.

Managed are those that pages refer to and those that have a base, or all (setting ``assets``). The
wiki's list was read with that of its pages. Nothing is written, neither to a side nor to the state.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

from wikisync.errors import BadAsset, Forbidden, WikiError
from wikisync.page.asset_links import asset_file, asset_path
from wikisync.page.asset_names import ending, stored_path
from wikisync.page.fingerprint import fingerprint
from wikisync.planning.asset_model import AssetBase, AssetSnapshot
from wikisync.planning.model import Remote
from wikisync.planning.notes import Note
from wikisync.snapshot.asset_files import AssetScan, scan_assets
from wikisync.snapshot.asset_history import recover_asset_bases
from wikisync.snapshot.asset_names import files_by_path, local_name_problem, remote_name_problem
from wikisync.snapshot.asset_references import References, add_pages
from wikisync.snapshot.asset_remote import (
    AssetReading,
    read_assets,
    read_sha256,
    remote_from_base,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wikisync.config import AssetChoice
    from wikisync.errors import BadName
    from wikisync.folder.folder import Folder
    from wikisync.page.paths import Layout
    from wikisync.planning.model import Stamp
    from wikisync.planning.snapshot import Snapshot
    from wikisync.progress import Progress
    from wikisync.state import State
    from wikisync.wiki.asset_responses import AssetIndex, ListedAsset
    from wikisync.wiki.client import Wiki


@dataclass(frozen=True, slots=True)
class AssetOptions:
    """Which assets are managed, and how many are read from the wiki at the same time.

    The wiki takes files of at most ``max_size`` bytes.
    """

    choice: AssetChoice = "none"
    jobs: int = 4
    max_size: int = sys.maxsize


NO_ASSETS = AssetOptions()


@dataclass(frozen=True, slots=True)
class CollectedAssets:
    """The assets of both sides, and what the state is to store of reading them.

    ``index`` is the wiki's list; None offline. ``unnoticed`` are the bases of assets that changed
    while their time did not, without that time: so the next run reads them. ``read`` and ``gone``
    are for the stat cache, ``targets`` and ``unused`` for that of the pages' links.
    """

    snapshot: AssetSnapshot = field(default_factory=AssetSnapshot)
    index: AssetIndex | None = None
    notes: tuple[Note, ...] = ()
    read: dict[str, tuple[Stamp, str]] = field(default_factory=dict)
    gone: frozenset[str] = frozenset()
    targets: dict[bytes, tuple[str, ...]] = field(default_factory=dict)
    unused: frozenset[bytes] = frozenset()
    unnoticed: tuple[AssetBase, ...] = ()


class AssetCollector:
    """Collects the assets of one run. The folder has been listed.

    ``without_state`` ignores the bases, as in a first run; ``verify`` reads every file and asset.
    """

    def __init__(
        self,
        folder: Folder,
        state: State,
        progress: Progress,
        layout: Layout,
        options: AssetOptions,
        *,
        without_state: bool = False,
        verify: bool = False,
    ) -> None:
        self._folder = folder
        self._state = state
        self._progress = progress
        self._layout = layout
        self._options = options
        self._verify = verify
        self._candidates: set[str] = set()
        bases = {} if without_state else state.asset_bases.load()
        self._bases = {p: base for p, base in bases.items() if not self._is_ignored(base.file)}
        self._files, self._doubled = files_by_path(
            (asset_path(file, layout), file) for file in folder.assets
        )

    def collect(
        self, wiki: Wiki, index: AssetIndex, pages: Snapshot
    ) -> tuple[CollectedAssets, Snapshot]:
        """Return the assets, and ``pages`` with those that were read for it. Raises WikiError."""
        if index.allowed and not (self._files or self._bases or index.assets):
            return CollectedAssets(index=index), pages
        listed = self._listed(index)
        references = References(self._folder, self._layout, wiki.url, self._state.page_links.load())
        unread = add_pages(references, pages, self._state.bases)
        managed = self._managed(references, listed)
        if unread and listed.keys() - managed:
            pages = self._with_pages_read(wiki, pages, unread, references)
            managed = self._managed(references, listed)
        listed = {path: asset for path, asset in listed.items() if path in managed}
        scan = self._scan(managed, listed)
        if not index.allowed:
            # Pages may refer to images that the wiki has and the folder lacks.
            left_out = self._bases.keys() | scan.local.keys() | references.paths
            snapshot = AssetSnapshot(self._bases, allowed=False, left_out=len(left_out))
            return self._result(snapshot, scan, references, index), pages
        reading = read_assets(
            wiki,
            {path: asset for path, asset in listed.items() if path not in scan.problems},
            {path: base for path, base in self._bases.items() if path not in scan.problems},
            scan.local,
            self._progress,
            self._options.jobs,
            verify=self._verify,
        )
        for path, reason in reading.unread.items():
            scan.problems[path] = BadAsset(self._file(path), reason)
        snapshot = recover_asset_bases(
            self._snapshot(scan, reading, references),
            self._folder,
            partial(read_sha256, wiki),
            self._options.jobs,
        )
        unnoticed = _unnoticed(snapshot)
        bases = {**snapshot.bases, **{base.path: base for base in unnoticed}}
        snapshot = replace(snapshot, bases=bases)
        result = self._result(snapshot, scan, references, index)
        return replace(result, unnoticed=unnoticed), pages

    def collect_offline(self, url: str, pages: Snapshot) -> CollectedAssets:
        """Return the assets of the folder, with the bases as the wiki's side."""
        if not (self._files or self._bases):
            return CollectedAssets()
        references = References(self._folder, self._layout, url, self._state.page_links.load())
        add_pages(references, pages, self._state.bases)
        scan = self._scan(self._managed(references, {}), {})
        remote = {path: remote_from_base(base) for path, base in self._bases.items()}
        snapshot = self._snapshot(scan, AssetReading(remote), references)
        return replace(self._result(snapshot, scan, references), unused=frozenset())

    def _is_ignored(self, file: str) -> bool:
        return file not in self._folder.assets and self._folder.ignores(file)

    def _file(self, path: str) -> str:
        known = self._files.get(path)
        return self._folder.spelled(asset_file(path, self._layout)) if known is None else known

    def _listed(self, index: AssetIndex) -> dict[str, ListedAsset]:
        """Return the wiki's assets below the root by path, the newest of several."""
        root = f"{self._layout.root}/" if self._layout.root else ""
        found: dict[str, ListedAsset] = {}
        for asset in index.assets:
            other = found.get(asset.path)
            if asset.path.startswith(root) and (
                other is None or (asset.updated_at, asset.id) > (other.updated_at, other.id)
            ):
                found[asset.path] = asset
        return {
            path: asset
            for path, asset in found.items()
            if path in self._bases
            or path in self._files
            or not self._folder.ignores(asset_file(path, self._layout))
        }

    def _managed(self, references: References, listed: Mapping[str, ListedAsset]) -> set[str]:
        """Return the paths of the assets to sync, of those that are on a side or have a base."""
        known = {*self._files, *listed, *self._bases}
        if self._options.choice == "all":
            return known
        ids = {(base.id, base.created_at) for base in self._bases.values()}
        renamed = {path for path, asset in listed.items() if (asset.id, asset.created_at) in ids}
        used = {*(known & references.paths), *self._bases, *renamed}
        self._candidates = self._possibly_renamed() - used
        return used | self._candidates

    def _possibly_renamed(self) -> set[str]:
        """Return the paths of files that may be those of bases without one, by another name.

        Pages need not refer to the new name yet.
        """
        lost = {
            (path.rpartition("/")[0], ending(path), base.size)
            for path, base in self._bases.items()
            if path not in self._files
        }
        if not lost:
            return set()
        return {
            path
            for path, file in self._files.items()
            if path not in self._bases
            and (path.rpartition("/")[0], ending(path), self._folder.assets[file][0]) in lost
        }

    def _with_pages_read(
        self, wiki: Wiki, pages: Snapshot, unread: list[Remote], references: References
    ) -> Snapshot:
        """Read the pages that only the wiki has, and return ``pages`` with their content."""
        if self._options.choice == "all":
            return pages
        remote = dict(pages.remote)
        try:
            with self._progress("Reading what new pages refer to", len(unread)) as step:
                for page, got in wiki.read([one.listed for one in unread]):
                    step()
                    if isinstance(got, WikiError) or got.key != page.key:
                        continue
                    references.add_page(got, got.page.content, str(page.key))
                    remote[page.key] = Remote(page, fingerprint(got.page), got)
        except Forbidden:  # a key that may read no page pulls none
            return pages
        return replace(pages, remote=remote)

    def _scan(self, managed: Iterable[str], listed: Mapping[str, ListedAsset]) -> AssetScan:
        """Return the managed files, and the problems of both sides' names."""
        problems: dict[str, BadAsset | BadName] = {}
        files: dict[str, str] = {}
        taken = self._files.keys() | listed.keys() | self._bases.keys()
        for path in sorted(managed):
            problem: BadAsset | BadName | None
            file = self._files.get(path)
            if file is None:
                problem = self._problem_without_file(path, is_listed=path in listed)
            else:
                problem = self._doubled.get(path) or local_name_problem(
                    path, file, taken, self._layout, is_listed=path in listed
                )
            if problem is not None:
                problems[path] = problem
            elif file is not None:
                files[path] = file
        stamps = {} if self._verify else self._state.asset_files.load()
        unneeded = self._too_large(files, listed)
        scan = scan_assets(self._folder, files, stamps, self._progress, unneeded)
        scan.problems |= problems
        for path in sorted(listed.keys() & scan.local.keys() & self._bases.keys()):
            edited = scan.local[path].sha256 != self._bases[path].local
            if edited and (problem := local_name_problem(path, files[path], taken, self._layout)):
                scan.problems[path] = problem  # it would be sent under another name
                del scan.local[path]
        digests = {base.local for base in self._bases.values()}
        for path in self._candidates & scan.local.keys():
            if scan.local[path].sha256 not in digests:
                del scan.local[path]
        scan.gone = frozenset(stamps.keys() - self._folder.assets.keys())
        return scan

    def _too_large(
        self, files: Mapping[str, str], listed: Mapping[str, ListedAsset]
    ) -> frozenset[str]:
        """Return the paths of files that the wiki would not take, and that are new by their size.

        Any other large file may be in sync, or a renamed one.
        """
        known = {base.size for base in self._bases.values()}
        sizes = {path: self._folder.assets[file][0] for path, file in files.items()}
        return frozenset(
            path
            for path, size in sizes.items()
            if size > self._options.max_size
            and size not in known
            and not (path in listed and listed[path].size == size)
        )

    def _problem_without_file(self, path: str, *, is_listed: bool) -> BadAsset | BadName | None:
        file = self._file(path)
        if self._folder.is_obstructed(file):
            return BadAsset(file, "it is a link or a folder here, and links are not followed")
        if is_listed:
            return remote_name_problem(path, self._layout, on_windows=self._folder.on_windows)
        return None

    def _snapshot(
        self, scan: AssetScan, reading: AssetReading, references: References
    ) -> AssetSnapshot:
        # A name that the wiki would change is that of another asset: it is not deleted there.
        stored = {stored_path(path) for path in scan.problems} - scan.local.keys()
        return AssetSnapshot(
            bases=self._bases,
            local=scan.local,
            remote=reading.remote,
            blocked=frozenset({*scan.problems, *stored}),
            referrers=references.files_by_path(),
            remaining=references.remaining(),
            problems=tuple(problem for _path, problem in sorted(scan.problems.items())),
            file_of=self._file,
        )

    def _result(
        self,
        snapshot: AssetSnapshot,
        scan: AssetScan,
        references: References,
        index: AssetIndex | None = None,
    ) -> CollectedAssets:
        several = sorted(snapshot.remote.keys() & index.several.keys()) if index else []
        return CollectedAssets(
            snapshot,
            index,
            (Note("assets-doubled", len(several), files=tuple(several)),) if several else (),
            scan.read,
            scan.gone,
            references.parsed,
            references.unused,
        )


def _unnoticed(snapshot: AssetSnapshot) -> tuple[AssetBase, ...]:
    """Return the bases, without their time, of assets that changed while their time did not."""
    return tuple(
        replace(base, updated_at="")
        for path, base in snapshot.bases.items()
        if (remote := snapshot.remote.get(path)) is not None
        and (remote.id, remote.updated_at) == (base.id, base.updated_at)
        and remote.sha256 not in {"", base.remote}
    )
