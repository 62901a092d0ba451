"""Read the versions of files from git, and make bases of them."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from wikisync.errors import BadPage, FolderError
from wikisync.folder.folder import digest_of
from wikisync.git.repository import GitFailed
from wikisync.page.document import parse
from wikisync.page.fingerprint import fingerprint
from wikisync.planning.ancestor import GitVersion
from wikisync.planning.model import Base
from wikisync.state.bases import StoredBase

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from wikisync.folder.folder import Folder
    from wikisync.git.repository import FileVersion, Repository
    from wikisync.page.document import Document
    from wikisync.page.fingerprint import Fingerprint
    from wikisync.page.model import ContentType, Key, Page
    from wikisync.planning.ancestor import Ancestor
    from wikisync.planning.model import Local
    from wikisync.snapshot.candidates import Candidate

_Form = tuple["ContentType", str]
"""What decides how a file's bytes are read: content type and ``link_folder``."""

_LAST: Final = 253_402_300_799  # the end of the year 9999


class GitHistory:
    """The versions of pages' files in a repository; without one, there are none.

    ``failed`` is the error of git, if it failed; ``missing`` counts the blobs that a partial clone
    does not have.
    """

    def __init__(self, repository: Repository | None, folder: Folder) -> None:
        self.failed: GitFailed | None = None
        self.missing = 0
        self._repository = repository
        self._folder = folder

    @classmethod
    def find(cls, folder: Folder, git: Callable[[Path], Repository | None]) -> GitHistory:
        """Return the history of the repository that ``git`` finds around a folder."""
        try:
            return cls(git(folder.root), folder)
        except GitFailed as failure:
            found = cls(None, folder)
            found.failed = failure
            return found

    @property
    def has_files(self) -> bool:
        """Whether git may have had files: there is a repository, or git failed to say."""
        return self._repository is not None or self.failed is not None

    @property
    def shallow(self) -> bool:
        """Whether the repository is a shallow clone."""
        return self._repository is not None and self._repository.shallow

    def versions(self, candidates: Mapping[Key, Candidate]) -> dict[Key, tuple[GitVersion, ...]]:
        """Return git's versions of each file, the newest first, without those that do not parse.

        A page without a file is included only if git has deleted its file: one that is merely not
        checked out is not gone. Returns nothing if git fails.
        """
        if self._repository is None:
            return {}
        try:
            versions = self._repository.versions({page.file for page in candidates.values()})
            known = {
                key: versions[page.file]
                for key, page in candidates.items()
                if page.file in versions
                and (page.local is not None or versions[page.file][0].blob is None)
            }
            prints = self._fingerprints(known, candidates)
        except GitFailed as failure:
            self.failed = failure
            return {}
        return {
            key: tuple(_versions(known[key], prints, _form_of(candidates[key]))) for key in known
        }

    def in_known_form(
        self, candidates: Mapping[Key, Candidate], others: Iterable[tuple[Key, Candidate]]
    ) -> dict[Key, Candidate]:
        """Return the candidates, each replaced by its other form if git knows only that one."""
        found, other = dict(candidates), dict(others)
        if self._repository is None or not other:
            return found
        files = {page.file for page in (*candidates.values(), *other.values())}
        try:
            known = self._repository.versions(files).keys()
        except GitFailed as failure:
            self.failed = failure
            return found
        return found | {
            key: page
            for key, page in other.items()
            if page.file in known and candidates[key].file not in known
        }

    def bases_of(
        self, candidates: Mapping[Key, Candidate], found: Mapping[Key, Ancestor]
    ) -> Iterator[tuple[Key, StoredBase]]:
        """Yield the base of each page that has an ancestor."""
        wanted: defaultdict[str, list[Key]] = defaultdict(list)
        for key, ancestor in found.items():
            if ancestor.git_version is not None:
                wanted[ancestor.git_version.blob].append(key)
            elif (document := read_file(self._folder, candidates[key].local)) is not None:
                yield key, _base_from(key, candidates[key], document.page)
        try:
            for blob, data in self._read(wanted):
                for key in wanted[blob]:
                    page = candidates[key]
                    document = _parsed(data, page.content_type, page.link_folder)
                    if document is not None:
                        yield key, _base_from(key, page, document.page)
        except GitFailed as failure:
            self.failed = failure

    def _fingerprints(
        self, known: Mapping[Key, tuple[FileVersion, ...]], candidates: Mapping[Key, Candidate]
    ) -> dict[tuple[str, _Form], Fingerprint]:
        """Return fingerprints by blob and form; the contents would take too much memory."""
        wanted: defaultdict[str, set[_Form]] = defaultdict(set)
        for key, versions in known.items():
            for version in versions:
                if version.blob is not None:
                    wanted[version.blob].add(_form_of(candidates[key]))
        found = {}
        for blob, data in self._read(wanted):
            self.missing += data is None
            for form in wanted[blob]:
                if (document := _parsed(data, *form)) is not None:
                    found[blob, form] = fingerprint(document.page)
        return found

    def _read(self, blobs: Iterable[str]) -> Iterable[tuple[str, bytes | None]]:
        wanted = list(blobs)
        return self._repository.read_blobs(wanted) if self._repository and wanted else ()


def read_file(folder: Folder, local: Local | None) -> Document | None:
    """Return a scanned file, parsed; None if there is none, or it changed since the scan."""
    if local is None:
        return None
    try:
        data = folder.read(local.file)
    except FolderError:
        return None
    if digest_of(data) != local.digest:
        return None
    return _parsed(data, local.content_type, local.link_folder)


def _versions(
    versions: Iterable[FileVersion],
    prints: Mapping[tuple[str, _Form], Fingerprint],
    form: _Form,
) -> Iterator[GitVersion]:
    for version in versions:
        if version.blob is None:
            continue
        print_ = prints.get((version.blob, form))
        if print_ is not None:
            yield GitVersion(version.blob, print_, _commit_time(version))


def _commit_time(version: FileVersion) -> datetime:
    # A commit can have any time, also one that a datetime cannot hold.
    return datetime.fromtimestamp(min(max(version.time, 0), _LAST), UTC)


def _form_of(candidate: Candidate) -> _Form:
    return candidate.content_type, candidate.link_folder


def _parsed(data: bytes | None, content_type: ContentType, link_folder: str) -> Document | None:
    if data is None:
        return None
    try:
        return parse(data, content_type, link_folder=link_folder)
    except BadPage:
        return None


def _base_from(key: Key, candidate: Candidate, old: Page) -> StoredBase:
    """Return the base of a page that was ``old`` on both sides; ``old`` may lack fields."""
    now = candidate.remote.record.page if candidate.remote.record else old
    page = old.with_defaults_from(now)
    listed = candidate.remote.listed
    base = Base(
        key,
        listed.id,
        candidate.file,
        candidate.content_type,
        local=fingerprint(old),
        # The wiki minifies styles, so the one in git is not what the wiki had.
        remote=fingerprint(page).with_fields_from(("scriptCss",), fingerprint(now)),
        created_at=listed.created_at,
        updated_at="",  # no page has this time, so the page is read as long as this is its base
        digest=b"",
    )
    return StoredBase(base, page)
