"""From the files that lie in the folder to the pages that they are, and to what is wrong with them.

``scan`` reads; ``name`` is pure and needs to know the wiki's locales, which may come later.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from wikisync.errors import BadName, BadPage, FolderError
from wikisync.page.document import parse
from wikisync.page.fingerprint import fingerprint
from wikisync.page.limits import unsendable
from wikisync.page.paths import EXTENSIONS, key_of
from wikisync.sides.folder import digest_of
from wikisync.sync.plan import Local

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from wikisync.page.model import Key
    from wikisync.page.paths import Locales
    from wikisync.sides.folder import Folder, Found
    from wikisync.sync.plan import Base

Problem = BadPage | BadName


@dataclass(frozen=True, slots=True)
class Scan:
    """The files found: those that are pages, and those that are none, with the reason."""

    pages: tuple[Local, ...]
    problems: tuple[BadPage, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """The pages by their keys. ``blocked`` are keys whose file is no valid page: never gone."""

    here: dict[Key, Local]
    blocked: frozenset[Key]
    problems: tuple[Problem, ...]


def scan(
    folder: Folder, bases: Iterable[Base], progress: Callable[[], None] = lambda: None
) -> Scan:
    """Read every file of the folder. ``progress`` is called for each.

    A file whose bytes are those of the base is not parsed again. Raises FolderError where the
    folder itself cannot be read; a file that cannot be is a problem of its own.
    """
    known = {base.file: base for base in bases}
    pages: list[Local] = []
    problems: list[BadPage] = []
    seen: set[str] = set()
    for found in folder.scan():
        progress()
        seen.add(found.file)
        if isinstance(found, FolderError):
            problems.append(BadPage(found.file, None, f"it cannot be read: {found.reason}"))
            continue
        try:
            pages.append(_page(found, known.get(found.file)))
        except BadPage as problem:
            problems.append(problem)
    problems += [
        BadPage(file, None, "it is a link or a folder now, and was a page's file")
        for file in sorted(known.keys() - seen)
        if folder.obstructs(file)
    ]
    return Scan(tuple(pages), tuple(problems))


def _page(found: Found, base: Base | None) -> Local:
    kind = EXTENSIONS[PurePosixPath(found.file).suffix]
    digest = digest_of(found.data)
    if base is not None and base.digest == digest and base.content_type == kind:
        return Local(found.file, kind, base.here, digest)
    page = parse(found.data, kind, file=found.file).page
    if (why := unsendable(page, kind)) is not None:
        raise BadPage(found.file, None, why)
    return Local(found.file, kind, fingerprint(page), digest)


def name(scanned: Scan, bases: Mapping[Key, Base], locales: Locales) -> Named:
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
    return Named(
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
