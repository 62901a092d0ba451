"""Find the newest version that both sides had, for a page without a base.

Pure: compares fingerprints. The versions of a file are git's, the versions of a page are those of
the wiki's history. The version found becomes the page's base. It is, in this order:

1. the version in git that equals the page: only the folder changed, unless the wiki had a later
   version of git's too, and was reverted;
2. the version in the wiki's history that equals the file: only the wiki changed;
3. the newest version in the wiki's history that git has too: both changed.

The wiki's versions hold no tags, styles or scripts (wikijs.md, *Reading*): those are not compared,
and are taken from git. Styles are never compared, because the wiki minifies them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from wikisync.page.fingerprint import Fingerprint

MOST: Final = 50
"""The number of versions of a page that are read, unless another limit is given."""

_FIRST: Final = 4  # versions read in the first round; _NEXT in each later one
_NEXT: Final = 15

_STYLE: Final = frozenset({"scriptCss"})
_NOT_IN_VERSIONS: Final = frozenset({"tags", "scriptCss", "scriptJs"})


@dataclass(frozen=True, slots=True)
class GitVersion:
    """A version of a file in git. ``blob`` is the name of its content; ``time`` its commit's."""

    blob: str
    fingerprint: Fingerprint
    time: datetime


@dataclass(frozen=True, slots=True)
class UnknownPage:
    """A page without a base.

    ``local`` is None if the file is gone. ``updated_at`` is the time of the page's last change.
    ``git_versions`` are the versions of the file, newest first.
    """

    local: Fingerprint | None
    remote: Fingerprint
    updated_at: datetime | None
    git_versions: tuple[GitVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class WikiVersion:
    """An entry of a page's history on the wiki. The page had this content at ``date``."""

    id: int
    date: datetime | None


@dataclass(frozen=True, slots=True)
class Ancestor:
    """The version that both sides had: one in git, or the present file (None)."""

    git_version: GitVersion | None


@dataclass(frozen=True, slots=True)
class VersionsNeeded:
    """The ids of versions to read first; without ids, the list of versions is needed."""

    versions: tuple[int, ...] = ()


def find_ancestor(
    page: UnknownPage,
    versions: Sequence[WikiVersion] | None,
    fingerprints: Mapping[int, Fingerprint | None],
    date: datetime | None = None,
) -> Ancestor | VersionsNeeded | None:
    """Return the newest version that both sides had; None where there is none.

    ``versions`` is the page's history, newest first: empty if it cannot be read, None before it is
    requested. ``fingerprints`` has those of the versions read, by id; None for an unreadable one.
    ``date`` is the file's ``date`` line: the version of that time is read first.
    """
    if page.local is not None and not page.local.changed_fields(page.remote):
        return Ancestor(None)  # both sides are equal, under two names
    exact_index = _index_in_git(page.remote, page.git_versions, _STYLE)
    if page.local is None:
        # The file was deleted only if git had the page's present version, tags included.
        return None if exact_index is None else Ancestor(page.git_versions[exact_index])
    index = (
        exact_index
        if exact_index is not None
        else _index_in_git(page.remote, page.git_versions, _NOT_IN_VERSIONS)
    )
    newer_texts = () if index is None else _newer_texts(page, page.local, index)
    if index is not None and not newer_texts:
        return Ancestor(page.git_versions[index])
    if index is None and not page.git_versions and "tags" in page.local.changed_fields(page.remote):
        return None  # without git, nothing shows which side changed the tags
    if versions is None:
        return VersionsNeeded()
    history = _PageHistory(page, page.local, versions, fingerprints)
    shared = history.newest_shared()
    if index is None:
        return (
            history.newest_equal_to_file()
            or (shared and shared[1])
            or history.versions_to_read(date)
        )
    match = Ancestor(page.git_versions[index])
    if shared is None:
        return history.versions_to_read() or match
    # The wiki had one of the newer versions, and was reverted to an older one.
    reverted = any(not text.changed_fields(shared[0]) for text in newer_texts)
    return shared[1] if reverted else match


@dataclass(frozen=True, slots=True)
class _PageHistory:
    """A page's history on the wiki. ``fingerprints`` has those of the versions read so far."""

    page: UnknownPage
    local: Fingerprint
    versions: Sequence[WikiVersion]
    fingerprints: Mapping[int, Fingerprint | None]

    def newest_equal_to_file(self) -> Ancestor | None:
        """Return the ancestor if a version that was read equals the file; the newest one counts."""
        for index, entry in enumerate(self.versions):
            version = self.fingerprints.get(entry.id)
            if (
                version
                and not self.local.changed_fields(version)
                and (found := self._shared(index, version))
            ):
                return found
        return None

    def newest_shared(self) -> tuple[Fingerprint, Ancestor] | None:
        """Return the newest version that the folder has too, if all newer ones were read."""
        for index, entry in enumerate(self.versions):
            if entry.id not in self.fingerprints:
                return None
            version = self.fingerprints[entry.id]
            if version and (found := self._shared(index, version)):
                return version, found
        return None

    def versions_to_read(self, date: datetime | None = None) -> VersionsNeeded | None:
        """Return the versions to read next; None if all were read."""
        unread = [entry.id for entry in self.versions if entry.id not in self.fingerprints]
        if not unread:
            return None
        if len(unread) < len(self.versions):
            return VersionsNeeded(tuple(unread[:_NEXT]))
        # The page's content at a time is the earliest version of that time or later.
        then = [entry.id for entry in self.versions if date and entry.date and entry.date >= date]
        return VersionsNeeded(tuple(dict.fromkeys((*then[-1:], *unread[:_FIRST]))))

    def _shared(self, index: int, version: Fingerprint) -> Ancestor | None:
        """Return the folder's version of this content; None if the folder never had it.

        Of several in git, it is the newest that is not later than the next change of the page.
        """
        in_git = self.page.git_versions
        same = [old for old in in_git if not old.fingerprint.changed_fields(version)]
        if same:
            left = self.versions[index - 1].date if index else self.page.updated_at
            in_time = (old for old in same if left is None or old.time <= left)
            return Ancestor(next(in_time, same[-1]))
        retagged = "tags" in self.local.changed_fields(self.page.remote)
        return None if retagged or self.local.changed_fields(version) else Ancestor(None)


def _index_in_git(
    page: Fingerprint, versions: Sequence[GitVersion], ignored: frozenset[str]
) -> int | None:
    """Return the index of the newest version that equals a page, apart from ``ignored`` fields."""
    places = (n for n, old in enumerate(versions) if _same(old.fingerprint, page, ignored))
    return next(places, None)


def _newer_texts(page: UnknownPage, local: Fingerprint, index: int) -> tuple[Fingerprint, ...]:
    """Return the versions that the folder had only after the one that the page has.

    Empty if the page did not change after the first of them was committed.
    """
    later, earlier = page.git_versions[:index], page.git_versions[index:]
    if not later or (page.updated_at and page.updated_at < later[-1].time):
        return ()
    texts = (local, *(new.fingerprint for new in later))
    return tuple(
        text
        for text in texts
        if not any(_same(text, old.fingerprint, _NOT_IN_VERSIONS) for old in earlier)
    )


def _same(one: Fingerprint, other: Fingerprint, ignored: frozenset[str]) -> bool:
    return ignored.issuperset(one.changed_fields(other))
