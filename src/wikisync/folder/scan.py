"""Read the folder's files as pages (``scan``), and assign their keys (``assign_keys``).

``assign_keys`` is separate because it needs the wiki's locales, which may be read at the same time.
"""

from __future__ import annotations

import time
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wikisync.errors import BadName, BadPage, FolderError
from wikisync.folder.filesystem import stat_is_reliable
from wikisync.folder.folder import digest_of
from wikisync.page.document import parse
from wikisync.page.fingerprint import fingerprint
from wikisync.page.model import reason_unsendable
from wikisync.page.paths import EXTENSIONS, key_of
from wikisync.planning.model import Local

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from wikisync.folder.folder import Folder
    from wikisync.page.document import Document, HeaderDoubt
    from wikisync.page.model import ContentType, Key
    from wikisync.page.paths import Layout
    from wikisync.planning.model import Base, Stamp

Problem = BadPage | BadName


@dataclass(frozen=True, slots=True)
class Scan:
    """The files that are pages, and the problems of those that are not.

    ``read`` has stamp and digest of each file that was read and whose stamp is reliable, for the
    stat cache. ``gone`` are the files of the stat cache that no longer exist. ``marked`` are the
    pages with conflict markers, by file (see ``conflicts``); ``doubts`` are the files with values
    in their headers that were not taken. Both have only files that were read.
    """

    pages: tuple[Local, ...] = ()
    problems: tuple[BadPage, ...] = ()
    read: dict[str, tuple[Stamp, bytes]] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    marked: dict[str, Document] = field(default_factory=dict)
    doubts: dict[HeaderDoubt, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class KeyedPages:
    """Pages by key. ``blocked`` keys have a file that is no valid page: they are not deleted."""

    local: dict[Key, Local]
    blocked: frozenset[Key]
    problems: tuple[Problem, ...]


def scan(
    folder: Folder,
    bases: Iterable[Base],
    progress: Callable[[], None] = lambda: None,
    stamps: Mapping[str, tuple[Stamp, bytes]] | None = None,
) -> Scan:
    """Read every file of the folder. ``progress`` is called for each.

    ``stamps`` is the stat cache: {file: (stamp, digest)}. A file whose stamp is unchanged and whose
    digest is the base's is not read; one whose digest is the base's is not parsed. Files that
    cannot be read become problems. Raises FolderError where the folder itself cannot be read.
    """
    known = {base.file: base for base in bases}
    stamps = stamps or {}
    pages: list[Local] = []
    problems: list[BadPage] = []
    read: dict[str, tuple[Stamp, bytes]] = {}
    seen: set[str] = set()
    marked: dict[str, Document] = {}
    doubts: defaultdict[HeaderDoubt, list[str]] = defaultdict(list)
    for found in folder.list_files():
        progress()
        seen.add(found.file)
        if isinstance(found, FolderError):
            problems.append(BadPage(found.file, None, f"it cannot be read: {found.reason}"))
            continue
        base = known.get(found.file)
        stamp, digest = stamps.get(found.file, (None, None))
        kind = _content_type(found.file)
        as_known = stamp == found.stamp and base is not None and digest == base.digest
        if base is not None and as_known and base.content_type == kind:
            pages.append(Local(found.file, kind, base.local, base.digest))
            continue
        read_at = time.time_ns()
        try:
            page = _read_page(found.file, kind, folder, base, marked, doubts)
        except BadPage as problem:
            problems.append(problem)
            continue
        pages.append(page)
        if (
            base is not None
            and base.digest == page.digest
            and stat_is_reliable(found.stamp, read_at)
        ):
            read[found.file] = (found.stamp, page.digest)
    problems += [
        BadPage(file, None, "it was a page's file, and is now a link or a folder")
        for file in sorted(known.keys() - seen)
        if folder.is_obstructed(file)
    ]
    gone = tuple(stamps.keys() - seen)
    return Scan(tuple(pages), tuple(problems), read, gone, marked, dict(doubts))


def _content_type(file: str) -> ContentType:
    return EXTENSIONS[file[file.rindex(".") :]]


def _read_page(
    file: str,
    kind: ContentType,
    folder: Folder,
    base: Base | None,
    marked: dict[str, Document],
    doubts: defaultdict[HeaderDoubt, list[str]],
) -> Local:
    """Return a file as a page, and add it to ``marked`` and ``doubts`` if it belongs there."""
    try:
        data = folder.read(file)
    except FolderError as error:
        raise BadPage(file, None, f"it cannot be read: {error.reason}") from error
    digest = digest_of(data)
    if base is not None and base.digest == digest and base.content_type == kind:
        return Local(file, kind, base.local, digest)
    document = parse(data, kind, file=file)
    if (found := reason_unsendable(document.page)) is not None:
        line = document.line_of_key(found.field) if found.field else None
        raise BadPage(file, line, found.reason)
    if document.has_markers:
        marked[file] = document
    for doubt in document.doubts:
        doubts[doubt].append(file)
    return Local(file, kind, fingerprint(document.page), digest)


def assign_keys(scanned: Scan, bases: Mapping[Key, Base], layout: Layout) -> KeyedPages:
    """Assign each file its key. A file without a key, or with another file's, is a problem."""
    problems: list[Problem] = list(scanned.problems)
    files: dict[Key, list[Local]] = defaultdict(list)
    blocked = _possible_keys([problem.file for problem in scanned.problems], bases, layout)
    known_keys = {base.file: key for key, base in bases.items()}
    for local in scanned.pages:
        try:
            files[_key(local.file, known_keys.get(local.file), layout)].append(local)
        except BadName as problem:
            problems.append(problem)
            blocked |= _possible_keys([local.file], bases, layout)
    unique = {key: found[0] for key, found in files.items() if len(found) == 1}
    for key, found in files.items():
        if len(found) > 1:
            blocked.add(key)
            others = ", ".join(local.file for local in found[1:])
            problems.append(BadPage(found[0].file, None, f"{others} is the same page: keep one"))
    return KeyedPages(
        {key: local for key, local in unique.items() if key not in blocked},
        frozenset(blocked),
        tuple(problems),
    )


def _key(file: str, known: Key | None, layout: Layout) -> Key:
    key = key_of(file, layout)
    if known is not None and known != key:
        # The old page is not deleted and the new one not created.
        rule = f"it was {known}, and with the wiki's locales as they are now it would be {key}"
        raise BadName(file, rule)
    return key


def _possible_keys(files: Iterable[str], bases: Mapping[Key, Base], layout: Layout) -> set[Key]:
    """Return the keys that the files have, or had by their bases, as far as known."""
    files = set(files)
    # A folder that cannot be read ends in a slash, and stands for all files below it.
    folders = tuple(file for file in files if file.endswith("/"))
    keys = {
        key for key, base in bases.items() if base.file in files or base.file.startswith(folders)
    }
    for file in files:
        try:
            keys.add(key_of(file, layout))
        except BadName:
            continue
    return keys
