"""Pages that were moved while nobody remembered them: known again by the time of their creation.

A file's ``dateCreated`` line is its page's ``createdAt``, which a page keeps for as long as it
lives. So a file without a page and a page without a file that name the same moment, and are the
only ones to do so, are one page. Git tells which of the two moved: where it once had a file of the
page's name, the file was renamed; else the page was moved on the wiki. Pure, but for reading files.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wikisync.meet.in_git import read_file
from wikisync.page.dates import instant

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import datetime

    from wikisync.meet.candidates import Candidate
    from wikisync.page.model import Key
    from wikisync.sides.folder import Folder
    from wikisync.sync.plan import Base, Local, There


@dataclass(frozen=True, slots=True)
class Strays:
    """Candidates for a base, by the key that they had at the base.

    ``moved`` are the keys, by the wiki, of those whose page was moved there.
    """

    pages: dict[Key, Candidate] = field(default_factory=dict)
    moved: dict[Key, Key] = field(default_factory=dict)


def find_strays(
    here: Mapping[Key, Local],
    there: Mapping[Key, There],
    bases: Mapping[Key, Base],
    alone: Mapping[Key, Candidate],
    folder: Folder,
) -> dict[Key, tuple[Key, Candidate]]:
    """Pages without a file that are one with a file without a page, by the keys of the pages.

    The values are the file's key, and both of them as a candidate. ``alone`` are the pages that
    have no file; only where there are such is any file read.
    """
    if not alone:
        return {}
    lonely = {key: local for key, local in here.items() if key not in bases and key not in there}
    files = _by_moment((key, _created(local, folder)) for key, local in lonely.items())
    pages = _by_moment((key, page.there.listed.created_at) for key, page in alone.items())
    found = {}
    for moment in files.keys() & pages.keys():
        if len(files[moment]) == len(pages[moment]) == 1:
            file, page = files[moment][0], pages[moment][0]
            if here[file].content_type == alone[page].content_type:
                found[page] = (file, replace(alone[page], local=here[file]))
    return found


def by_base(found: Mapping[Key, tuple[Key, Candidate]], in_git: Collection[Key]) -> Strays:
    """Those pages by the keys that they had at the base.

    ``in_git`` are the keys of pages of whose names git once had a file: there it was renamed.
    """
    told = Strays()
    for page, (file, candidate) in found.items():
        if page in in_git:
            told.pages[page] = candidate
        elif candidate.local is not None:
            told.pages[file] = replace(candidate, file=candidate.local.file)
            told.moved[file] = page
    return told


def _created(local: Local, folder: Folder) -> str:
    document = read_file(folder, local)
    return "" if document is None else document.date_created or ""


def _by_moment(dated: Iterable[tuple[Key, str]]) -> dict[datetime, list[Key]]:
    found: defaultdict[datetime, list[Key]] = defaultdict(list)
    for key, text in dated:
        if (moment := instant(text)) is not None:
            found[moment].append(key)
    return dict(found)
