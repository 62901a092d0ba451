"""Find the version of a page that both sides had, for a page without a base.

Pure, and only about fingerprints. The folder's history is git's, the wiki's its own list of
versions. The version found becomes the page's base, and the decision table does the rest. Steps:

1. the wiki's present page among git's versions: only the folder changed, unless the wiki had one
   of the folder's newer texts since, and was reverted;
2. the file's present text among the page's versions: only the wiki changed;
3. the newest of the page's versions that git has too: both changed.

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
"""Versions of one page that are looked at, unless another bound is given."""

_FIRST: Final = 4  # versions looked at in the first round; then _NEXT more in each
_NEXT: Final = 15

_STYLE: Final = frozenset({"scriptCss"})
_NOT_IN_VERSIONS: Final = frozenset({"tags", "scriptCss", "scriptJs"})


@dataclass(frozen=True, slots=True)
class GitVersion:
    """A file as git had it at a time. ``blob`` is the name of its bytes."""

    blob: str
    fingerprint: Fingerprint
    time: datetime


@dataclass(frozen=True, slots=True)
class UnknownPage:
    """A page that nothing is remembered of, as far as it is known without its history.

    ``here`` is the file (None: it is gone), ``there`` the page, and ``updated_at`` when that last
    changed at the latest. ``committed`` are git's versions of the file, newest first.
    """

    local: Fingerprint | None
    remote: Fingerprint
    updated_at: datetime | None
    git_versions: tuple[GitVersion, ...] = ()


@dataclass(frozen=True, slots=True)
class WikiVersion:
    """An entry of a page's history: ``date`` is when the page had become so, at the latest."""

    id: int
    date: datetime | None


@dataclass(frozen=True, slots=True)
class Ancestor:
    """What both sides had: a version of git's, or (None) the file as it is now."""

    git_version: GitVersion | None


@dataclass(frozen=True, slots=True)
class VersionsNeeded:
    """Versions to read first, by their ids; without ids, the list of versions."""

    versions: tuple[int, ...] = ()


def find_ancestor(
    page: UnknownPage,
    trail: Sequence[WikiVersion] | None,
    read: Mapping[int, Fingerprint | None],
    date: datetime | None = None,
) -> Ancestor | VersionsNeeded | None:
    """Return the newest version that both sides had; None where there is none.

    ``trail`` lists the page's versions, newest first: empty where they cannot be read, None before
    they are requested. ``read`` has the fingerprints of the versions read, None for an unreadable
    one. ``date`` is the file's own: the version of that time is examined first.
    """
    if page.local is not None and not page.local.changed_fields(page.remote):
        return Ancestor(None)  # alike, under two names
    exact = _place(page.remote, page.git_versions, _STYLE)
    if page.local is None:
        # Gone here: a deletion only where the page is as git had it, tags and all.
        return None if exact is None else Ancestor(page.git_versions[exact])
    place = exact if exact is not None else _place(page.remote, page.git_versions, _NOT_IN_VERSIONS)
    newer = () if place is None else _newer(page, page.local, place)
    if place is not None and not newer:
        return Ancestor(page.git_versions[place])
    if place is None and not page.git_versions and "tags" in page.local.changed_fields(page.remote):
        return None  # nothing could tell whose tags changed
    if trail is None:
        return VersionsNeeded()
    past = _PageHistory(page, page.local, trail, read)
    shared = past.newest_shared()
    if place is None:
        return past.as_the_file() or (shared and shared[1]) or past.further(date)
    match = Ancestor(page.git_versions[place])
    if shared is None:
        return past.further() or match
    # The wiki had one of the newer texts, and went back to an older one.
    went_back = any(not text.changed_fields(shared[0]) for text in newer)
    return shared[1] if went_back else match


@dataclass(frozen=True, slots=True)
class _PageHistory:
    """The page's history on the wiki, as far as it was read."""

    page: UnknownPage
    here: Fingerprint
    trail: Sequence[WikiVersion]
    read: Mapping[int, Fingerprint | None]

    def as_the_file(self) -> Ancestor | None:
        """The newest version that holds the file's present text, of those that were read."""
        for index, entry in enumerate(self.trail):
            held = self.read.get(entry.id)
            if held and not self.here.changed_fields(held) and (found := self._shared(index, held)):
                return found
        return None

    def newest_shared(self) -> tuple[Fingerprint, Ancestor] | None:
        """The newest version that the folder has too, if everything newer was read."""
        for index, entry in enumerate(self.trail):
            if entry.id not in self.read:
                return None
            held = self.read[entry.id]
            if held and (found := self._shared(index, held)):
                return held, found
        return None

    def further(self, date: datetime | None = None) -> VersionsNeeded | None:
        """The versions to read next; None where all are."""
        unread = [entry.id for entry in self.trail if entry.id not in self.read]
        if not unread:
            return None
        if len(unread) < len(self.trail):
            return VersionsNeeded(tuple(unread[:_NEXT]))
        # What the page held at a time is the earliest version of that time or later.
        then = [entry.id for entry in self.trail if date and entry.date and entry.date >= date]
        return VersionsNeeded(tuple(dict.fromkeys((*then[-1:], *unread[:_FIRST]))))

    def _shared(self, index: int, held: Fingerprint) -> Ancestor | None:
        """What the folder has of this text, with the tags of the time when the page left it."""
        same = [old for old in self.page.git_versions if not old.fingerprint.changed_fields(held)]
        if same:
            left = self.trail[index - 1].date if index else self.page.updated_at
            in_time = (old for old in same if left is None or old.time <= left)
            return Ancestor(next(in_time, same[-1]))
        if self.here.changed_fields(held) or "tags" in self.here.changed_fields(self.page.remote):
            return None
        return Ancestor(None)


def _place(page: Fingerprint, committed: Sequence[GitVersion], apart: frozenset[str]) -> int | None:
    """Which of git's versions a page is, ``apart`` from some fields; the newest."""
    places = (n for n, old in enumerate(committed) if _same(old.fingerprint, page, apart))
    return next(places, None)


def _newer(page: UnknownPage, local: Fingerprint, place: int) -> tuple[Fingerprint, ...]:
    """The texts that the folder had only after one that the page has.

    None of them where the page did not change since the folder had moved on from it: it then had
    none of them.
    """
    later, earlier = page.git_versions[:place], page.git_versions[place:]
    if not later or (page.updated_at and page.updated_at < later[-1].time):
        return ()
    texts = (local, *(new.fingerprint for new in later))
    return tuple(
        text
        for text in texts
        if not any(_same(text, old.fingerprint, _NOT_IN_VERSIONS) for old in earlier)
    )


def _same(one: Fingerprint, other: Fingerprint, apart: frozenset[str]) -> bool:
    return apart.issuperset(one.changed_fields(other))
