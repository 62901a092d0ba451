"""From the files that lie in the folder to the pages that they are, and to what is wrong with them.

``scan`` reads; ``name`` is pure and needs to know the wiki's locales, which may come later.
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
    from wikisync.page.model import ContentType, Key
    from wikisync.page.paths import Locales
    from wikisync.planning.model import Base, Stamp

Problem = BadPage | BadName


@dataclass(frozen=True, slots=True)
class Scan:
    """The files found: those that are pages, and those that are none, with the reason.

    ``read`` are the stamps and digests of files that had to be read, and that need not be again as
    long as their stamps stay; ``unseen`` are files of which that was known and that are gone.
    """

    pages: tuple[Local, ...] = ()
    problems: tuple[BadPage, ...] = ()
    read: dict[str, tuple[Stamp, bytes]] = field(default_factory=dict)
    unseen: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedPages:
    """The pages by their keys. ``stuck`` are keys whose file is no valid page: never gone."""

    local: dict[Key, Local]
    blocked: frozenset[Key]
    problems: tuple[Problem, ...]


def scan(
    folder: Folder,
    bases: Iterable[Base],
    progress: Callable[[], None] = lambda: None,
    stamps: Mapping[str, tuple[Stamp, bytes]] | None = None,
) -> Scan:
    """Look at every file of the folder. ``progress`` is called for each.

    A file that bears the stamp that ``stamps`` has of it has the bytes that it then had, by their
    digest, and is not read again where those are the base's. One whose bytes are the base's is not
    parsed again. Raises FolderError where the folder itself cannot be read; a file that cannot be
    is a problem of its own.
    """
    known = {base.file: base for base in bases}
    stamps = stamps or {}
    pages: list[Local] = []
    problems: list[BadPage] = []
    read: dict[str, tuple[Stamp, bytes]] = {}
    seen: set[str] = set()
    for found in folder.list_files():
        progress()
        seen.add(found.file)
        if isinstance(found, FolderError):
            problems.append(BadPage(found.file, None, f"it cannot be read: {found.reason}"))
            continue
        base = known.get(found.file)
        stamp, digest = stamps.get(found.file, (None, None))
        kind = _kind(found.file)
        as_known = stamp == found.stamp and base is not None and digest == base.digest
        if base is not None and as_known and base.content_type == kind:
            pages.append(Local(found.file, kind, base.local, base.digest))
            continue
        looked = time.time_ns()
        try:
            page = _page(found.file, kind, folder, base)
        except BadPage as problem:
            problems.append(problem)
            continue
        pages.append(page)
        if (
            base is not None
            and base.digest == page.digest
            and stat_is_reliable(found.stamp, looked)
        ):
            read[found.file] = (found.stamp, page.digest)
    problems += [
        BadPage(file, None, "it is a link or a folder now, and was a page's file")
        for file in sorted(known.keys() - seen)
        if folder.is_obstructed(file)
    ]
    return Scan(tuple(pages), tuple(problems), read, tuple(stamps.keys() - seen))


def _kind(file: str) -> ContentType:
    return EXTENSIONS[file[file.rindex(".") :]]


def _page(file: str, kind: ContentType, folder: Folder, base: Base | None) -> Local:
    try:
        data = folder.read(file)
    except FolderError as error:
        raise BadPage(file, None, f"it cannot be read: {error.reason}") from error
    digest = digest_of(data)
    if base is not None and base.digest == digest and base.content_type == kind:
        return Local(file, kind, base.local, digest)
    page = parse(data, kind, file=file).page
    if (why := reason_unsendable(page, kind)) is not None:
        raise BadPage(file, None, why)
    return Local(file, kind, fingerprint(page), digest)


def assign_keys(scanned: Scan, bases: Mapping[Key, Base], locales: Locales) -> NamedPages:
    """Give every file its page's key; what has none, or shares one, is a problem."""
    problems: list[Problem] = list(scanned.problems)
    files: dict[Key, list[Local]] = defaultdict(list)
    blocked = _keys([problem.file for problem in scanned.problems], bases, locales)
    was = {base.file: key for key, base in bases.items()}
    for local in scanned.pages:
        try:
            files[_key(local.file, was.get(local.file), locales)].append(local)
        except BadName as problem:
            problems.append(problem)
            blocked |= _keys([local.file], bases, locales)
    here = {key: found[0] for key, found in files.items() if len(found) == 1}
    for key, found in files.items():
        if len(found) > 1:
            blocked.add(key)
            others = ", ".join(local.file for local in found[1:])
            problems.append(BadPage(found[0].file, None, f"{others} is the same page: keep one"))
    return NamedPages(
        {key: local for key, local in here.items() if key not in blocked},
        frozenset(blocked),
        tuple(problems),
    )


def _key(file: str, was: Key | None, locales: Locales) -> Key:
    key = key_of(file, locales)
    if was is not None and was != key:
        # Neither is the one page gone, nor the other new.
        rule = f"it was {was}, and with the wiki's locales as they are now it would be {key}"
        raise BadName(file, rule)
    return key


def _keys(files: Iterable[str], bases: Mapping[Key, Base], locales: Locales) -> set[Key]:
    """The keys that these files bear or bore, as far as anyone knows."""
    files = set(files)
    # A folder that cannot be read ends in a slash: nothing is known of the files below it.
    folders = tuple(file for file in files if file.endswith("/"))
    keys = {
        key for key, base in bases.items() if base.file in files or base.file.startswith(folders)
    }
    for file in files:
        try:
            keys.add(key_of(file, locales))
        except BadName:
            continue
    return keys
