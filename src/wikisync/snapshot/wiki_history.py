"""Find common ancestors in the wiki's history, reading versions of many pages per request."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from wikisync.errors import Forbidden, WikiError
from wikisync.page.fingerprint import fingerprint
from wikisync.page.model import parse_instant
from wikisync.planning.ancestor import (
    Ancestor,
    UnknownPage,
    VersionsNeeded,
    WikiVersion,
    find_ancestor,
)
from wikisync.snapshot.git_history import read_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from wikisync.folder.folder import Folder
    from wikisync.page.fingerprint import Fingerprint
    from wikisync.page.model import Key
    from wikisync.planning.ancestor import GitVersion
    from wikisync.snapshot.candidates import Candidate
    from wikisync.wiki.client import Wiki


class WikiHistory:
    """Searches the common ancestors of pages.

    ``limit`` is the most versions of a page to list. ``forbidden`` has the pages whose history the
    key may not read.
    """

    def __init__(self, wiki: Wiki, folder: Folder, limit: int) -> None:
        self.forbidden: set[Key] = set()
        self._wiki = wiki
        self._folder = folder
        self._limit = limit
        self._versions: dict[Key, tuple[WikiVersion, ...]] = {}
        self._dates: dict[Key, datetime | None] = {}
        self._read: defaultdict[Key, dict[int, Fingerprint | None]] = defaultdict(dict)

    def search(
        self,
        candidates: Mapping[Key, Candidate],
        committed: Mapping[Key, tuple[GitVersion, ...]],
    ) -> dict[Key, Ancestor]:
        """Return the ancestors of the pages that have one; ``committed`` are versions from git."""
        found: dict[Key, Ancestor] = {}
        waiting = {
            key: _unknown_page(page, committed.get(key, ())) for key, page in candidates.items()
        }
        while waiting:
            needed: dict[Key, VersionsNeeded] = {}
            for key, stranger in waiting.items():
                result = find_ancestor(
                    stranger, self._versions.get(key), self._read[key], self._dates.get(key)
                )
                if isinstance(result, VersionsNeeded):
                    needed[key] = result
                elif result is not None:
                    found[key] = result
            self._fetch(needed, candidates)
            waiting = {key: waiting[key] for key in needed}
        return found

    def _fetch(
        self, needed: Mapping[Key, VersionsNeeded], candidates: Mapping[Key, Candidate]
    ) -> None:
        ids = {key: candidates[key].remote.listed.id for key in needed}
        unlisted = {key: number for key, number in ids.items() if not needed[key].versions}
        try:
            if unlisted:
                self._list(unlisted)
                self._dates |= {key: self._date(candidates[key]) for key in unlisted}
            wanted = [
                (key, number) for key, versions in needed.items() for number in versions.versions
            ]
            if wanted:
                self._load(wanted, ids)
        except Forbidden:
            # Go on with what was read so far.
            self.forbidden |= needed.keys()
            self._versions |= dict.fromkeys(needed, ())

    def _list(self, ids: Mapping[Key, int]) -> None:
        lists = self._wiki.version_lists(list(ids.values()), self._limit)
        for key, number in ids.items():
            versions = lists[number]
            if isinstance(versions, WikiError):
                self._versions[key] = ()
                if isinstance(versions, Forbidden):
                    self.forbidden.add(key)
            else:
                self._versions[key] = tuple(
                    WikiVersion(version.id, parse_instant(version.date)) for version in versions
                )

    def _load(self, wanted: list[tuple[Key, int]], ids: Mapping[Key, int]) -> None:
        versions = self._wiki.versions([(ids[key], number) for key, number in wanted])
        for key, number in wanted:
            version = versions[ids[key], number]
            known = None if isinstance(version, WikiError) else fingerprint(version.page)
            self._read[key][number] = known

    def _date(self, page: Candidate) -> datetime | None:
        document = read_file(self._folder, page.local)
        return parse_instant(document.date) if document and document.date else None


def _unknown_page(page: Candidate, committed: tuple[GitVersion, ...]) -> UnknownPage:
    remote = page.remote.fingerprint
    if remote is None:
        raise AssertionError(f"{page.file} had to be read before its ancestor was looked for")
    return UnknownPage(
        None if page.local is None else page.local.fingerprint,
        remote,
        parse_instant(page.remote.listed.updated_at),
        committed,
    )
