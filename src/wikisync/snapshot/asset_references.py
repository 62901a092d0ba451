"""Find the images and files that the pages of both sides refer to.

The targets of a page are kept in the state by what identifies its content: the digest of its file,
or its id and time on the wiki. So no content is parsed twice, and no unchanged file is read.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from wikisync.errors import BadPage, FolderError
from wikisync.folder.folder import digest_of
from wikisync.page.asset_links import asset_paths, asset_targets
from wikisync.page.document import parse
from wikisync.page.model import has_file_form
from wikisync.planning.model import Remote

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.folder.folder import Folder
    from wikisync.page.model import Key, Listed, Record
    from wikisync.page.paths import Layout
    from wikisync.planning.model import Base, Local, Side
    from wikisync.planning.snapshot import Snapshot
    from wikisync.state.bases import Bases

Targets = tuple[str, ...]


class References:
    """The pages that refer to each path of an asset, as far as they were added.

    ``cached`` are the targets of an earlier run; ``parsed`` are the new ones, and ``unused`` the
    keys of the others.
    """

    def __init__(
        self, folder: Folder, layout: Layout, url: str, cached: Mapping[bytes, Targets]
    ) -> None:
        self.parsed: dict[bytes, Targets] = {}
        self._folder = folder
        self._layout = layout
        self._url = url
        self._cached = cached
        self._used: set[bytes] = set()
        self._pages: defaultdict[str, set[str]] = defaultdict(set)
        self._by_side: dict[Side, defaultdict[str, set[str]]] = {
            "folder": defaultdict(set),
            "wiki": defaultdict(set),
        }
        self._seen: dict[Side, set[str]] = {"folder": set(), "wiki": set()}

    @property
    def paths(self) -> frozenset[str]:
        """Return the paths that pages refer to."""
        return frozenset(self._pages)

    @property
    def unused(self) -> frozenset[bytes]:
        """Return the keys of cached targets that no page has any more."""
        return frozenset(self._cached.keys() - self._used)

    def files_by_path(self) -> dict[str, tuple[str, ...]]:
        """Return the files of the pages that refer to each path."""
        return {path: tuple(sorted(files)) for path, files in self._pages.items()}

    def remaining(self) -> dict[Side, dict[str, tuple[str, ...]]]:
        """Return the same, as it is on each side after a run that writes to it.

        A page that both sides have is then as on the other side.
        """
        return {"wiki": self._after("folder", "wiki"), "folder": self._after("wiki", "folder")}

    def _after(self, source: Side, target: Side) -> dict[str, tuple[str, ...]]:
        found: defaultdict[str, set[str]] = defaultdict(set)
        for path, files in self._by_side[source].items():
            found[path] |= files
        for path, files in self._by_side[target].items():
            found[path] |= files - self._seen[source]
        return {path: tuple(sorted(files)) for path, files in found.items() if files}

    def add_file(self, key: Key, local: Local, base: Base | None) -> None:
        """Add a page's file. One that cannot be read refers to nothing."""
        cache_key = digest_of(b"file " + local.content_type.encode() + local.digest)
        targets = self._known(cache_key)
        if targets is None and base is not None and _has_content_of(local, base):
            # A page that was read, and pulled since.
            targets = self._cached.get(_cache_key(base))
            if targets is not None:
                self.parsed[cache_key] = targets
        if targets is None:
            try:
                document = parse(self._folder.read(local.file), local.content_type)
                content = document.file_content
            except (BadPage, FolderError):
                return
            targets = asset_targets(content, local.content_type, self._url)
            self.parsed[cache_key] = targets
        self._add("folder", targets, key, local.file, local.link_folder)

    def add_page(self, page: Listed | Record, content: str, file: str) -> None:
        """Add a page with its content on the wiki; ``file`` is the name of its file."""
        if not has_file_form(page.content_type):
            return
        cache_key = _cache_key(page)
        targets = self._known(cache_key)
        if targets is None:
            targets = asset_targets(content, page.content_type, self._url)
            self.parsed[cache_key] = targets
        self._add("wiki", targets, page.key, file)

    def add_known(self, listed: Listed, file: str) -> bool:
        """Add a page that was read as the wiki lists it now; return whether it was."""
        targets = self._known(_cache_key(listed))
        if targets is not None:
            self._add("wiki", targets, listed.key, file)
        return targets is not None

    def _known(self, cache_key: bytes) -> Targets | None:
        self._used.add(cache_key)
        known = self.parsed.get(cache_key)
        return self._cached.get(cache_key) if known is None else known

    def _add(
        self, side: Side, targets: Targets, key: Key, file: str, link_folder: str = ""
    ) -> None:
        self._seen[side].add(file)
        if targets:
            for path in asset_paths(targets, key, self._layout, link_folder):
                self._pages[path].add(file)
                self._by_side[side][path].add(file)


def add_pages(references: References, snapshot: Snapshot, bases: Bases) -> list[Remote]:
    """Add the pages of both sides as far as they are known. Return the pages that must be read."""
    for key, page in snapshot.local.items():
        references.add_file(key, page, snapshot.bases.get(key))
    unread: list[Remote] = []
    for key, remote in snapshot.remote.items():
        if not isinstance(remote, Remote):
            continue
        local, base = snapshot.local.get(key), snapshot.bases.get(key)
        file = local.file if local is not None else base.file if base is not None else str(key)
        if remote.record is not None:
            references.add_page(remote.record, remote.record.page.content, file)
        elif base is None:
            if not references.add_known(remote.listed, file):
                unread.append(remote)
        elif local is not None and local.digest == base.digest:
            continue
        elif not references.add_known(remote.listed, file) and (stored := bases.get(key)):
            # It is on the wiki as it was at its base, which has its content.
            references.add_page(remote.listed, stored.page.content, file)
    return unread


def _has_content_of(local: Local, base: Base) -> bool:
    """Return whether a file has the content of its page as it was at the base, links included."""
    return local.digest == base.digest and not local.link_folder


def _cache_key(page: Listed | Record | Base) -> bytes:
    return digest_of(f"page {page.content_type} {page.id} {page.updated_at} {page.key}".encode())
