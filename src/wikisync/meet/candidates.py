"""Which pages are to find a base: pure, but for a look whether a file is there."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wikisync.errors import BadName
from wikisync.page.model import has_file_form
from wikisync.page.paths import file_of
from wikisync.planning.model import Remote

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wikisync.folder.folder import Folder
    from wikisync.page.model import ContentType, Key
    from wikisync.page.paths import Locales
    from wikisync.planning.model import Base, Local, RemoteState


@dataclass(frozen=True, slots=True)
class Candidate:
    """A page that is to find its base. ``local`` is None where only git may know the file."""

    file: str
    content_type: ContentType
    remote: Remote
    local: Local | None = None


def differing(
    here: Mapping[Key, Local], there: Mapping[Key, RemoteState], bases: Mapping[Key, Base]
) -> Iterator[tuple[Key, Candidate]]:
    """Pages of both sides that nothing is remembered of, and that differ."""
    for key, page in _unknown(there, bases):
        local = here.get(key)
        if local is None or page.fingerprint is None or page.record is None:
            continue
        # A page that became another kind of page has no text in common with the file.
        if local.content_type == page.listed.content_type and local.fingerprint.changed_fields(
            page.fingerprint
        ):
            yield key, Candidate(local.file, local.content_type, page, local)


def without_file(
    here: Mapping[Key, Local],
    there: Mapping[Key, RemoteState],
    bases: Mapping[Key, Base],
    folder: Folder,
    locales: Locales,
) -> Iterator[tuple[Key, Candidate]]:
    """Pages of the wiki that nothing is remembered of, and that have no file in the folder."""
    for key, page in _unknown(there, bases):
        content_type = page.listed.content_type
        if key in here or page.listed.private or not has_file_form(content_type):
            continue
        try:
            file = file_of(key, content_type, locales)
        except BadName:
            continue
        # A file that is there, and no valid page, is not gone.
        if not folder.ignores(file) and not os.path.lexists(folder.root / file):
            yield key, Candidate(file, content_type, page)


def _unknown(
    there: Mapping[Key, RemoteState], bases: Mapping[Key, Base]
) -> Iterator[tuple[Key, Remote]]:
    # A page that moved here from elsewhere is remembered under its old name.
    known = {(base.id, base.created_at) for base in bases.values()}
    for key, page in there.items():
        if key in bases or not isinstance(page, Remote):
            continue
        if (page.listed.id, page.listed.created_at) not in known:
            yield key, page
