"""Read the folder's files as pages (``scan``), and assign their keys (``assign_keys``).

``assign_keys`` is separate because it needs the wiki's locales, which may be read at the same time.
"""

from __future__ import annotations

import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wikisync.errors import BadName, BadPage, FolderError, MisplacedFiles
from wikisync.folder.filesystem import stat_is_reliable
from wikisync.folder.folder import digest_of
from wikisync.folder.same_page import same_page
from wikisync.page.document import parse
from wikisync.page.fingerprint import fingerprint
from wikisync.page.index_links import to_wiki
from wikisync.page.misplaced import find_misplaced
from wikisync.page.model import has_file_form, reason_unsendable
from wikisync.page.paths import EXTENSIONS, file_of, key_of, to_nfc
from wikisync.planning.model import Local

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from wikisync.folder.folder import Folder
    from wikisync.page.document import Document, HeaderDoubt
    from wikisync.page.misplaced import Misplaced
    from wikisync.page.model import ContentType, Key, Page
    from wikisync.page.paths import Layout
    from wikisync.planning.model import Base, Stamp

Problem = BadPage | BadName


@dataclass(frozen=True, slots=True)
class Scan:
    """The files that are pages, and the problems of those that are not.

    ``index_pages`` are the pages of those index files that were parsed, with the links as in the
    files: ``assign_keys`` completes their fingerprints. ``too_long`` are the problems of files
    among ``pages`` that have a longer text than most wikis accept. ``read`` has stamp and digest of
    each file that was read and whose stamp is reliable, for the stat cache. ``gone`` are the files
    of the stat cache that no longer exist. ``marked`` are the pages with conflict markers, by file
    (see ``conflicts``); ``doubts`` are the files with values in their headers that were not taken.
    Both have only files that were read.
    """

    pages: tuple[Local, ...] = ()
    problems: tuple[BadPage, ...] = ()
    index_pages: dict[str, Page] = field(default_factory=dict)
    too_long: tuple[BadPage, ...] = ()
    read: dict[str, tuple[Stamp, bytes]] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    marked: dict[str, Document] = field(default_factory=dict)
    doubts: dict[HeaderDoubt, list[str]] = field(default_factory=dict)

    def without_long_texts(self) -> Scan:
        """Return this scan with the files in ``too_long`` as problems."""
        if not self.too_long:
            return self
        refused = {problem.file for problem in self.too_long}
        return replace(
            self,
            pages=tuple(local for local in self.pages if local.file not in refused),
            problems=(*self.problems, *self.too_long),
            too_long=(),
        )


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
    known = {to_nfc(base.file): base for base in bases}
    stamps = stamps or {}
    pages: list[Local] = []
    problems: list[BadPage] = []
    too_long: list[BadPage] = []
    index_pages: dict[str, Page] = {}
    read: dict[str, tuple[Stamp, bytes]] = {}
    seen: set[str] = set()
    marked: dict[str, Document] = {}
    doubts: defaultdict[HeaderDoubt, list[str]] = defaultdict(list)
    for found in folder.list_files():
        progress()
        name = to_nfc(found.file)
        seen.add(name)
        if isinstance(found, FolderError):
            problems.append(BadPage(found.file, None, f"it cannot be read: {found.reason}"))
            continue
        base = known.get(name)
        stamp, digest = stamps.get(found.file, (None, None))
        kind = _content_type(found.file)
        as_known = stamp == found.stamp and base is not None and digest == base.digest
        if base is not None and as_known and base.content_type == kind:
            pages.append(Local(found.file, kind, base.local, base.digest))
            continue
        read_at = time.time_ns()
        try:
            page, values, long_text = _read_page(found.file, kind, folder, base, marked, doubts)
        except BadPage as problem:
            problems.append(problem)
            continue
        pages.append(page)
        too_long += [long_text] if long_text is not None else []
        if values is not None and folder.layout.is_index(found.file):
            index_pages[found.file] = values
        if (
            base is not None
            and base.digest == page.digest
            and stat_is_reliable(found.stamp, read_at)
        ):
            read[found.file] = (found.stamp, page.digest)
    problems += [
        BadPage(file, None, "it was a page's file, and is now a link or a folder")
        for file in sorted(known.keys() - seen)
        if folder.is_obstructed(file) and not folder.ignores(file)
    ]
    gone = tuple(stamps.keys() - seen)
    return Scan(
        tuple(pages),
        tuple(problems),
        index_pages,
        tuple(too_long),
        read,
        gone,
        marked,
        dict(doubts),
    )


def _content_type(file: str) -> ContentType:
    return EXTENSIONS[file[file.rindex(".") :]]


def _read_page(
    file: str,
    kind: ContentType,
    folder: Folder,
    base: Base | None,
    marked: dict[str, Document],
    doubts: defaultdict[HeaderDoubt, list[str]],
) -> tuple[Local, Page | None, BadPage | None]:
    """Return a file, and its page if the file had to be parsed. Raises BadPage.

    The third value is the problem of a text that is longer than most wikis accept. The file is
    added to ``marked`` and ``doubts`` if it belongs there.
    """
    try:
        data = folder.read(file)
    except FolderError as error:
        raise BadPage(file, None, f"it cannot be read: {error.reason}") from error
    digest = digest_of(data)
    if base is not None and base.digest == digest and base.content_type == kind:
        return Local(file, kind, base.local, digest), None, None
    document = parse(data, kind, file=file)
    page = document.page
    problem = None
    if (found := reason_unsendable(page)) is not None:
        line = document.line_of_key(found.field) if found.field else None
        problem = BadPage(file, line, found.reason)
        if found.field is None:
            raise problem
    if document.has_markers:
        marked[file] = document
    for doubt in document.doubts:
        doubts[doubt].append(file)
    return Local(file, kind, fingerprint(page), digest), page, problem


def assign_keys(
    scanned: Scan,
    bases: Mapping[Key, Base],
    layout: Layout,
    on_wiki: Collection[Key] = (),
    *,
    long_texts: bool = False,
) -> KeyedPages:
    """Assign each file its key. A file without a key, or with another file's, is a problem.

    ``on_wiki`` are the keys of the wiki's pages: a file that has the key of one is in its place.
    ``long_texts``: the wiki keeps titles and descriptions of any length.
    """
    if not long_texts:
        scanned = scanned.without_long_texts()
    problems: list[Problem] = list(scanned.problems)
    files: dict[Key, list[Local]] = defaultdict(list)
    odd = [problem.file for problem in scanned.problems]
    blocked = _possible_keys(odd, bases, layout)
    names = [local.file for local in scanned.pages]
    misplaced = find_misplaced([*names, *odd], layout, lambda key: key in bases or key in on_wiki)
    if misplaced is not None:
        problems.append(_misplaced_files(misplaced, layout))
    skipped = frozenset() if misplaced is None else frozenset(misplaced.files)
    known_keys = {to_nfc(base.file): key for key, base in bases.items()}
    for local in scanned.pages:
        if local.file in skipped:
            continue
        try:
            key = _key(local.file, known_keys.get(to_nfc(local.file)), layout)
            files[key].append(_with_links(local, key, scanned.index_pages, layout))
        except BadName as problem:
            problems.append(problem)
            blocked |= _possible_keys([local.file], bases, layout)
    if misplaced is not None:
        blocked |= _misplaced_keys(misplaced, bases, layout, on_wiki) - files.keys()
    unique = {key: found[0] for key, found in files.items() if len(found) == 1}
    for key, found in files.items():
        if len(found) > 1:
            blocked.add(key)
            problems.append(same_page([local.file for local in found], bases.get(key)))
    return KeyedPages(
        {key: local for key, local in unique.items() if key not in blocked},
        frozenset(blocked),
        tuple(problems),
    )


def _misplaced_files(misplaced: Misplaced, layout: Layout) -> MisplacedFiles:
    files = misplaced.files
    setting, locale = layout.locale_folders, layout.locales.default
    return MisplacedFiles(files[0], "", setting, locale, files, misplaced.usual)


def _misplaced_keys(
    misplaced: Misplaced, bases: Mapping[Key, Base], layout: Layout, on_wiki: Collection[Key]
) -> set[Key]:
    """Return the keys of the pages that the misplaced files may be.

    Where the setting seems to be wrong, no page of the default locale may get a file by it.
    """
    files, default = set(map(to_nfc, misplaced.files)), layout.locales.default
    keys = misplaced.keys | {key for key, base in bases.items() if to_nfc(base.file) in files}
    if misplaced.usual:
        keys |= {key for key in (*bases, *on_wiki) if key.locale == default}
    return set(keys)


def _with_links(local: Local, key: Key, index_pages: Mapping[str, Page], layout: Layout) -> Local:
    """Return an index file with the fingerprint that its page has on the wiki."""
    folder = layout.link_folder(local.file, key)
    page = index_pages.get(local.file)
    if not folder or page is None:
        return replace(local, link_folder=folder) if folder else local
    content = to_wiki(page.content, local.content_type, folder)
    if content == page.content:
        return replace(local, link_folder=folder)
    return replace(
        local, link_folder=folder, fingerprint=fingerprint(replace(page, content=content))
    )


def _key(file: str, known: Key | None, layout: Layout) -> Key:
    key = key_of(file, layout)
    if known is not None and (known.locale, to_nfc(known.path)) != key:
        # The old page is not deleted and the new one not created.
        now = "the wiki's locales as they are"
        if known.locale == key.locale:
            now = "`index` in wikisync.toml as it is"
        elif to_nfc(known.path) == key.path:  # one reason for many files
            rule = f"its page is of the locale `{known.locale}`, and with {now} now the file would"
            raise BadName(file, f"{rule} be one of `{key.locale}`")
        raise BadName(file, f"it was {known}, and with {now} now it would be {key}")
    return key


def _possible_keys(files: Iterable[str], bases: Mapping[Key, Base], layout: Layout) -> set[Key]:
    """Return the keys that the files have, or had by their bases, as far as known."""
    files = set(map(to_nfc, files))
    if not files:
        return set()
    # A folder that cannot be read ends in a slash, and stands for all files below it.
    folders = tuple(file for file in files if file.endswith("/"))
    keys = {
        key
        for key, base in bases.items()
        if (file := to_nfc(base.file)) in files or file.startswith(folders)
    }
    for file in files:
        try:
            keys.add(key_of(file, layout))
        except BadName:
            continue
    return keys


def with_current_names(
    bases: Mapping[Key, Base], scanned: Scan, named: KeyedPages, layout: Layout
) -> dict[Key, Base]:
    """Return the bases; where a page has no file, with the name that it has by the layout.

    A base has the name of a former layout until its page is recorded again.
    """
    files = {to_nfc(local.file) for local in scanned.pages}
    files |= {to_nfc(bad.file) for bad in scanned.problems}
    found = dict(bases)
    for key, base in bases.items():
        if key in named.local or to_nfc(base.file) in files or not has_file_form(base.content_type):
            continue
        with suppress(BadName):
            if not _is_file_of(key, base.file, layout):
                as_index = layout.is_index(base.file)
                file = file_of(key, base.content_type, layout, as_index=as_index)
                found[key] = replace(base, file=file)
    return found


def _is_file_of(key: Key, file: str, layout: Layout) -> bool:
    try:
        return key_of(file, layout) == key
    except BadName:
        return False
