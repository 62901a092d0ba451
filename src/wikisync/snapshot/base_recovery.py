"""Both halves of a meeting put together: who is to find a base, what was found, what was not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wikisync.errors import Forbidden
from wikisync.git.repository import Repository
from wikisync.page.fingerprint import fingerprint, listed_fingerprint
from wikisync.page.model import Record
from wikisync.planning.ancestor import MOST
from wikisync.planning.model import Note, NoteKind, Remote
from wikisync.snapshot.candidates import by_base, differing, find_move_candidates, without_file
from wikisync.snapshot.git_history import GitHistory
from wikisync.snapshot.wiki_history import WikiHistory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from wikisync.folder.folder import Folder
    from wikisync.page.model import Key
    from wikisync.page.paths import Locales
    from wikisync.planning.ancestor import GitVersion
    from wikisync.planning.model import Base, Local, RemoteState
    from wikisync.snapshot.candidates import Candidate
    from wikisync.state.bases import StoredBase
    from wikisync.wiki.client import Wiki


@dataclass(frozen=True, slots=True)
class RecoveredBases:
    """The bases that were found; the pages that had to be read for it; what stood in the way.

    ``moved``: a base's key → the key of its page now, where it was moved on the wiki.
    """

    bases: dict[Key, StoredBase] = field(default_factory=dict)
    read: dict[Key, Remote] = field(default_factory=dict)
    moved: dict[Key, Key] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


def recover_bases(
    wiki: Wiki,
    here: Mapping[Key, Local],
    there: Mapping[Key, RemoteState],
    bases: Mapping[Key, Base],
    folder: Folder,
    locales: Locales,
    *,
    git: Callable[[Path], Repository | None] = Repository.at,
    most: int = MOST,
) -> RecoveredBases:
    """Bases for pages that differ, that were moved, or whose file git once had and has no more.

    ``there`` has the pages whole that have a file. Git is started only where there is such a page.
    ``most`` bounds the versions of one page that are looked at. Raises what makes the wiki
    unreachable; whatever else stands in the way is a note.
    """
    pairs = dict(differing(here, there, bases))
    alone = dict(without_file(here, there, bases, folder, locales))
    if not pairs and not alone:
        return RecoveredBases()
    in_git = GitHistory.find(folder, git)
    found = find_move_candidates(here, there, bases, alone, folder)
    both_names = {file: _of_file(candidate) for file, candidate in found.values()}
    committed = in_git.committed({**pairs, **alone, **both_names})
    strays = by_base(found, committed.keys() & alone.keys())
    gone = {key: page for key, page in alone.items() if key in committed and key not in found}
    unread = {**_as_it_was(gone, committed), **strays.pages}
    candidates = {**pairs, **_read(wiki, unread)}
    on_wiki = WikiHistory(wiki, folder, most)
    remembered = dict(in_git.bases_of(candidates, on_wiki.search(candidates, committed)))
    left = pairs.keys() - remembered.keys()
    return RecoveredBases(
        remembered,
        {page.remote.listed.key: page.remote for key, page in candidates.items() if key in unread},
        {key: now for key, now in strays.moved.items() if key in remembered},
        (*_git_notes(in_git, len(left), len(alone)), *_wiki_notes(len(left & on_wiki.closed))),
    )


def _of_file(candidate: Candidate) -> Candidate:
    return candidate if candidate.local is None else replace(candidate, file=candidate.local.file)


def _as_it_was(
    gone: Mapping[Key, Candidate], committed: Mapping[Key, tuple[GitVersion, ...]]
) -> dict[Key, Candidate]:
    """Those pages without a file that may be, as far as the list tells, as git once had them."""
    return {
        key: page
        for key, page in gone.items()
        if any(
            not old.fingerprint.changed_fields(listed_fingerprint(page.remote.listed))
            for old in committed[key]
        )
    }


def _read(wiki: Wiki, unread: Mapping[Key, Candidate]) -> dict[Key, Candidate]:
    """Those pages, read whole."""
    keys = {page.remote.listed.key: key for key, page in unread.items()}
    found = {}
    try:
        for listed, got in wiki.read([page.remote.listed for page in unread.values()]):
            if isinstance(got, Record) and got.key == listed.key:
                there = Remote(listed, fingerprint(got.page), got)
                found[keys[listed.key]] = replace(unread[keys[listed.key]], remote=there)
    except Forbidden:
        return found  # who cannot read a page cannot tell what it was
    return found


def _git_notes(in_git: GitHistory, left: int, alone: int) -> tuple[Note, ...]:
    failed = in_git.failed
    if failed is not None:
        kind: NoteKind = "partial" if failed.partial else "git-failed"
        # Of pages without a file it could have told whether they were deleted here.
        return (Note(kind, left or alone, failed.reason),) if left or alone else ()
    if not left:
        return ()
    shallow = (Note("shallow", left),) if in_git.shallow else ()
    return (*shallow, Note("partial", left)) if in_git.missing else shallow


def _wiki_notes(closed: int) -> tuple[Note, ...]:
    return (Note("no-history", closed),) if closed else ()
