"""Select the pages without a base that may have one in a history, also if they were moved.

A file's ``dateCreated`` line has its page's ``createdAt``, which never changes. A file without a
page and a page without a file are paired if no other file and no other page has the same time of
creation; the rest is paired in the same way by title (and, for pages of very little text, only with
a similar name). A pair gets a base only if both sides once had the same text
(``base_recovery``). Git shows which side moved the page: the file was renamed if git once had
a file of the page's name; else the page was moved on the wiki.

Pure, apart from reading files and looking whether they exist.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from wikisync.errors import BadName
from wikisync.page.fingerprint import normalize_content
from wikisync.page.model import has_file_form, parse_instant
from wikisync.page.paths import file_of, keys_above
from wikisync.planning.model import Remote
from wikisync.planning.rename_detection import STUB, has_similar_name, keys_by_value
from wikisync.snapshot.git_history import read_file

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from wikisync.folder.folder import Folder
    from wikisync.page.document import Document
    from wikisync.page.model import ContentType, Key
    from wikisync.page.paths import Layout
    from wikisync.planning.model import Base, Local, RemoteState


@dataclass(frozen=True, slots=True)
class Candidate:
    """A page whose base is to be recovered. ``local`` is None if it has no file now.

    ``link_folder`` is that of ``file`` (``Layout.link_folder``).
    """

    file: str
    content_type: ContentType
    remote: Remote
    local: Local | None = None
    link_folder: str = ""


def differing(
    local: Mapping[Key, Local], remote: Mapping[Key, RemoteState], bases: Mapping[Key, Base]
) -> Iterator[tuple[Key, Candidate]]:
    """Yield pages without a base that are on both sides and differ."""
    for key, page in _unknown(remote, bases):
        local_file = local.get(key)
        if local_file is None or page.fingerprint is None or page.record is None:
            continue
        # A page that became another kind of page has no text in common with the file.
        if (
            local_file.content_type == page.listed.content_type
            and local_file.fingerprint.changed_fields(page.fingerprint)
        ):
            folder = local_file.link_folder
            yield key, Candidate(local_file.file, local_file.content_type, page, local_file, folder)


def without_file(
    local: Mapping[Key, Local],
    remote: Mapping[Key, RemoteState],
    bases: Mapping[Key, Base],
    folder: Folder,
    layout: Layout,
) -> Iterator[tuple[Key, Candidate]]:
    """Yield pages of the wiki that have neither a base nor a file in the folder."""
    above = keys_above(remote) if layout.index else frozenset()
    root = f"{folder.root}{os.sep}"  # joined as text: paths take longer than looking them up
    for key, page in _unknown(remote, bases):
        content_type = page.listed.content_type
        if key in local or page.listed.private or not has_file_form(content_type):
            continue
        try:
            file = file_of(key, content_type, layout, as_index=key in above)
        except BadName:
            continue
        # An existing file that does not parse is not gone.
        if not folder.ignores(file) and not os.path.lexists(root + folder.spelled(file)):
            link_folder = layout.link_folder(file, key)
            yield key, Candidate(file, content_type, page, link_folder=link_folder)


def other_form(
    candidates: Mapping[Key, Candidate], layout: Layout
) -> Iterator[tuple[Key, Candidate]]:
    """Yield each page with its other file: ``guide.md`` for ``guide/README.md``, or the reverse."""
    for key, page in candidates.items():
        as_index = not layout.is_index(page.file)
        try:
            file = file_of(key, page.content_type, layout, as_index=as_index)
        except BadName:
            continue
        yield key, replace(page, file=file, link_folder=layout.link_folder(file, key))


def _unknown(
    remote: Mapping[Key, RemoteState], bases: Mapping[Key, Base]
) -> Iterator[tuple[Key, Remote]]:
    new = [
        (key, page) for key, page in remote.items() if key not in bases and isinstance(page, Remote)
    ]
    # A page that was moved has its base under its old key.
    known = {(base.id, base.created_at) for base in bases.values()} if new else frozenset()
    for key, page in new:
        if (page.listed.id, page.listed.created_at) not in known:
            yield key, page


_Value = TypeVar("_Value", str, datetime)
"""A title or a time of creation."""


@dataclass(frozen=True, slots=True)
class MoveCandidates:
    """Candidates by the key that they had when both sides agreed.

    ``moved`` maps that key to the present one, for pages that were moved on the wiki.
    """

    pages: dict[Key, Candidate] = field(default_factory=dict)
    moved: dict[Key, Key] = field(default_factory=dict)


def find_move_candidates(
    here: Mapping[Key, Local],
    remote: Mapping[Key, RemoteState],
    bases: Mapping[Key, Base],
    without_local: Mapping[Key, Candidate],
    folder: Folder,
) -> dict[Key, tuple[Key, Candidate]]:
    """Return pairs of a page without a file and a file without a page, by the key of the page.

    The values are the file's key, and both as a candidate. ``without_local`` are the pages that
    have no file; no file is read if there are none.
    """
    if not without_local:
        return {}
    without_remote = {
        key: local for key, local in here.items() if key not in bases and key not in remote
    }
    documents = {key: read_file(folder, local) for key, local in without_remote.items()}
    times = (
        keys_by_value((_created(document), key) for key, document in documents.items()),
        keys_by_value(
            (parse_instant(page.remote.listed.created_at), key)
            for key, page in without_local.items()
        ),
    )
    found = dict(_unique_pairs(*times, here, without_local))
    matched = {file for file, _candidate in found.values()}
    titles = (
        keys_by_value(
            (d.suggested_title, k) for k, d in documents.items() if d and k not in matched
        ),
        keys_by_value(
            (page.remote.listed.title, k) for k, page in without_local.items() if k not in found
        ),
    )
    stubs = {key for key, document in documents.items() if document and _is_stub(document)}
    by_title = {
        page: (file, candidate)
        for page, (file, candidate) in _unique_pairs(*titles, here, without_local)
        if file not in stubs or has_similar_name(page, file)
    }
    return {**by_title, **found}


def by_base(found: Mapping[Key, tuple[Key, Candidate]], in_git: Collection[Key]) -> MoveCandidates:
    """Return the candidates by the keys that they had when both sides agreed.

    ``in_git`` are the keys for which git once had a file: these files were renamed.
    """
    candidates = MoveCandidates()
    for page, (file, candidate) in found.items():
        if page in in_git:
            candidates.pages[page] = candidate
        elif candidate.local is not None:
            candidates.pages[file] = replace(
                candidate, file=candidate.local.file, link_folder=candidate.local.link_folder
            )
            candidates.moved[file] = page
    return candidates


def _unique_pairs(
    files: Mapping[_Value, list[Key]],
    pages: Mapping[_Value, list[Key]],
    local: Mapping[Key, Local],
    without_local: Mapping[Key, Candidate],
) -> Iterator[tuple[Key, tuple[Key, Candidate]]]:
    """Yield pages and files with a unique common value and the same content type."""
    for value in files.keys() & pages.keys():
        if len(files[value]) == len(pages[value]) == 1:
            file, page = files[value][0], pages[value][0]
            if local[file].content_type == without_local[page].content_type:
                yield page, (file, replace(without_local[page], local=local[file]))


def _is_stub(document: Document) -> bool:
    """Return whether the content is too short to show that two pages are one."""
    return len(normalize_content(document.page.content)) < STUB


def _created(document: Document | None) -> datetime | None:
    return None if document is None else parse_instant(document.date_created or "")
