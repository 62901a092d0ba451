"""Recover bases that the state does not have, from git's history and the wiki's."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wikisync.errors import Forbidden
from wikisync.git.repository import Repository
from wikisync.page.fingerprint import fingerprint, listed_fingerprint
from wikisync.page.model import Record
from wikisync.planning.ancestor import MOST
from wikisync.planning.model import Remote
from wikisync.planning.notes import Note, NoteKind
from wikisync.snapshot.candidates import (
    by_base,
    differing,
    find_move_candidates,
    other_form,
    without_file,
)
from wikisync.snapshot.git_history import GitHistory
from wikisync.snapshot.wiki_history import WikiHistory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from wikisync.folder.folder import Folder
    from wikisync.page.model import Key
    from wikisync.page.paths import Layout
    from wikisync.planning.ancestor import GitVersion
    from wikisync.planning.model import Base, Local, RemoteState
    from wikisync.snapshot.candidates import Candidate
    from wikisync.state.bases import StoredBase
    from wikisync.wiki.client import Wiki


@dataclass(frozen=True, slots=True)
class RecoveredBases:
    """The recovered bases, the pages that were read to find them, and notes of what failed.

    ``moved`` maps the key of a base to the present key of its page, if it was moved on the wiki.
    """

    bases: dict[Key, StoredBase] = field(default_factory=dict)
    read: dict[Key, Remote] = field(default_factory=dict)
    moved: dict[Key, Key] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()


def recover_bases(
    wiki: Wiki,
    local: Mapping[Key, Local],
    remote: Mapping[Key, RemoteState],
    bases: Mapping[Key, Base],
    folder: Folder,
    layout: Layout,
    *,
    git: Callable[[Path], Repository | None] = Repository.at,
    limit: int = MOST,
    moves: bool = True,
) -> RecoveredBases:
    """Find bases for pages without one that differ, were moved, or whose file git has deleted.

    ``remote`` must have the content of the pages that have a file. Git is started only if there is
    such a page. ``limit`` is the most versions of one page to read. Without ``moves``, no file is
    taken for that of a page with another name. Raises WikiError if the wiki cannot be reached;
    other failures are in the notes.
    """
    changed = dict(differing(local, remote, bases))
    found = without_file(local, remote, bases, folder, layout)
    first = next(found, None)
    if not changed and first is None:
        return RecoveredBases()
    git_history = GitHistory.find(folder, git)
    if not changed and not git_history.has_files and local.keys() <= remote.keys() | bases.keys():
        return RecoveredBases()  # as in a first pull: no history, and no file of an unknown page
    without_local = dict(() if first is None else (first, *found))
    if layout.index:
        without_local = git_history.in_known_form(without_local, other_form(without_local, layout))
    move_candidates = {}
    if moves:
        move_candidates = find_move_candidates(local, remote, bases, without_local, folder)
    both_names = {file: _with_local_file(candidate) for file, candidate in move_candidates.values()}
    committed = git_history.versions({**changed, **without_local, **both_names})
    moved = by_base(move_candidates, committed.keys() & without_local.keys())
    gone = {
        key: page
        for key, page in without_local.items()
        if key in committed and key not in move_candidates
    }
    unread = {**_possibly_unchanged(gone, committed), **moved.pages}
    candidates = {**changed, **_read_pages(wiki, unread)}
    wiki_history = WikiHistory(wiki, folder, limit)
    recovered = dict(git_history.bases_of(candidates, wiki_history.search(candidates, committed)))
    unresolved = changed.keys() - recovered.keys()
    return RecoveredBases(
        recovered,
        {page.remote.listed.key: page.remote for key, page in candidates.items() if key in unread},
        {key: now for key, now in moved.moved.items() if key in recovered},
        (
            *_git_notes(git_history, len(unresolved), len(without_local)),
            *_wiki_notes(len(unresolved & wiki_history.forbidden)),
        ),
    )


def _with_local_file(candidate: Candidate) -> Candidate:
    local = candidate.local
    if local is None:
        return candidate
    return replace(candidate, file=local.file, link_folder=local.link_folder)


def _possibly_unchanged(
    gone: Mapping[Key, Candidate], committed: Mapping[Key, tuple[GitVersion, ...]]
) -> dict[Key, Candidate]:
    """Return the pages without a file whose list entry does not differ from a version in git."""
    return {
        key: page
        for key, page in gone.items()
        if any(
            not old.fingerprint.changed_fields(listed_fingerprint(page.remote.listed))
            for old in committed[key]
        )
    }


def _read_pages(wiki: Wiki, unread: Mapping[Key, Candidate]) -> dict[Key, Candidate]:
    """Return the pages with their content; those that are gone, hidden or moved are left out."""
    keys = {page.remote.listed.key: key for key, page in unread.items()}
    found = {}
    try:
        for listed, got in wiki.read([page.remote.listed for page in unread.values()]):
            if isinstance(got, Record) and got.key == listed.key:
                remote = Remote(listed, fingerprint(got.page), got)
                found[keys[listed.key]] = replace(unread[keys[listed.key]], remote=remote)
    except Forbidden:
        return found  # without the right to read pages nothing can be compared
    return found


def _git_notes(git_history: GitHistory, unresolved: int, without_local: int) -> tuple[Note, ...]:
    failed = git_history.failed
    if failed is not None:
        kind: NoteKind = "partial" if failed.partial else "git-failed"
        # Git would have told whether the files of these pages were deleted.
        return (
            (Note(kind, unresolved or without_local, failed.reason),)
            if unresolved or without_local
            else ()
        )
    if not unresolved:
        return ()
    shallow = (Note("shallow", unresolved),) if git_history.shallow else ()
    return (*shallow, Note("partial", unresolved)) if git_history.missing else shallow


def _wiki_notes(closed: int) -> tuple[Note, ...]:
    return (Note("no-history", closed),) if closed else ()
