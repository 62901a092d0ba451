"""What git knows of the folder's files, and the three-way merge of a text.

A few processes do for any number of files. How git is started is ``git_process``' business.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wikisync.errors import FolderError
from wikisync.git.process import NO_PROGRAMS, GitFailed, run, start
from wikisync.page.model import MAX_FILE_BYTES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from wikisync.git.process import GitProcess

__all__ = ["GitFailed", "Merge", "Repository", "Version", "merge_file"]

_CHUNK: Final = 1 << 16
_REGULAR: Final = {b"100644", b"100755"}  # neither a link nor a submodule
_COMMIT: Final = b"commit "
_NO_REPOSITORY: Final = ("not a git repository (or any", "cannot use bare repository")
_NO_COMMIT: Final = ("does not have any commits", "bad default revision")

# Each merge is shown against each of its parents: a merge by hand makes texts of its own.
_LOG: Final = (
    *("log", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-color", "-m", "--full-history"),
    *(*NO_PROGRAMS, "--date-order", "--format=commit %ct %at", "--", "."),
)


@dataclass(frozen=True, slots=True)
class Version:
    """A file since a commit: the blob that it is, and when it was written (s since 1970).

    That is the commit's time, or its author's, which a rebase keeps; the earlier of the two.
    ``blob`` is None where the commit took the file away.
    """

    blob: str | None
    time: int


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged text. Where it is not ``clean``, conflict marks stand in it: *here* and *wiki*."""

    text: str
    clean: bool


class Repository:
    """The git repository that a folder lies in. ``shallow``: its history is cut off."""

    def __init__(self, folder: Path, prefix: bytes, *, shallow: bool) -> None:
        self.shallow = shallow
        self._folder = folder
        self._prefix = prefix

    @classmethod
    def at(cls, folder: Path) -> Repository | None:
        """The repository around ``folder``; None where there is none, or git is not installed.

        Raises GitFailed where git cannot look: the repository is somebody else's
        (``safe.directory``), or damaged.
        """
        # The prefix comes last: it may hold anything, line ends too.
        asked = ("rev-parse", "--is-inside-work-tree", "--is-shallow-repository", "--show-prefix")
        done = run(folder, *asked)
        if done is None:
            return None
        if done.returncode:
            failure = GitFailed.from_stderr(done.stderr, done.returncode)
            if not done.stderr or any(sign in failure.reason for sign in _NO_REPOSITORY):
                return None
            raise failure
        inside, shallow, prefix, *_ = [*done.stdout.split(b"\n", 2), b"", b""]
        if inside != b"true":
            return None
        return cls(folder, prefix.removesuffix(b"\n"), shallow=shallow == b"true")

    def versions(self, files: Collection[str] | None = None) -> dict[str, tuple[Version, ...]]:
        """What was ever committed of ``files`` (names below the folder), newest first.

        None: of every file below the folder. Files that are gone by now are found too. Names that
        are no UTF-8, links and submodules are passed over. Raises GitFailed.
        """
        wanted = None if files is None else frozenset(files)
        found: dict[str, list[Version]] = {}
        time = 0
        for field, name in _pairs(self._log()):
            if field.startswith(_COMMIT):
                time = min(map(int, field.removeprefix(_COMMIT).split()))
                continue
            file = self._name(name)
            if file is None or (wanted is not None and file not in wanted):
                continue
            _was, mode, _old, blob, *_ = field.split(b" ")
            if mode in _REGULAR:
                _note(found.setdefault(file, []), Version(blob.decode("ascii"), time))
            else:  # taken away, or a link or a submodule by now: no file all the same
                _note(found.setdefault(file, []), Version(None, time))
        return {
            file: tuple(versions)
            for file, versions in found.items()
            if any(version.blob for version in versions)
        }

    def read(self, blobs: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """The bytes of blobs, each as it comes; None for one that is missing or too large.

        Raises GitFailed where git ends before it has answered.
        """
        with start(self._folder, "cat-file", "--batch") as git:
            for blob in blobs:
                # One question, one answer: neither pipe can fill up.
                with suppress(BrokenPipeError):
                    git.asking.write(f"{blob}\n".encode())
                    git.asking.flush()
                head = git.answers.readline().split()
                if not head:
                    raise git.ended_early()
                yield blob, None if len(head) < 3 else _body(git, int(head[2]))

    def _log(self) -> Iterator[bytes]:
        """The NUL-ended fields of git's log, as they come."""
        with start(self._folder, *_LOG) as git:
            rest = b""
            while chunk := git.answers.read(_CHUNK):
                *whole, rest = (rest + chunk).split(b"\0")
                yield from whole
            failure = git.failed()
        # A repository without a commit has no history, and says so as an error.
        if failure and not any(sign in failure.reason for sign in _NO_COMMIT):
            raise failure

    def _name(self, name: bytes) -> str | None:
        """A path in the repository as a name below the folder; None where there is none."""
        if not name.startswith(self._prefix):
            return None
        try:
            return name.removeprefix(self._prefix).decode("utf-8")
        except UnicodeDecodeError:
            return None


def merge_file(here: str, base: str, there: str) -> Merge | None:
    """The three-way merge of texts that each end in a line end; None where there is no git.

    Raises FolderError where it cannot be done for another reason, such as a full disk.
    """
    names = ("-L", "here", "-L", "base", "-L", "wiki", "here", "base", "wiki")
    try:
        with tempfile.TemporaryDirectory(prefix="wikisync-") as name:
            folder = Path(name)
            for file, text in (("here", here), ("base", base), ("wiki", there)):
                (folder / file).write_bytes(text.encode())
            # A repository that the temporary folder may lie in has no say.
            outside = {"GIT_CEILING_DIRECTORIES": str(folder.parent.resolve())}
            done = run(folder, "merge-file", "-p", *names, also=outside)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise FolderError("a temporary file", "write", reason) from error
    if done is None:
        return None
    if not 0 <= done.returncode < 128:  # the number of conflicts, up to 127
        said = done.stderr.decode("utf-8", "replace").strip() or f"exit code {done.returncode}"
        raise FolderError("a text", "merge", said.splitlines()[0])
    return Merge(done.stdout.decode("utf-8"), done.returncode == 0)


def _pairs(fields: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Git's fields as (commit, nothing) and (change, file name)."""
    stream = iter(fields)
    for field in stream:
        text = field.lstrip(b"\n")
        if text.startswith(_COMMIT):
            yield text, b""
        elif text.startswith(b":"):
            yield text, next(stream, b"")


def _note(versions: list[Version], older: Version) -> None:
    """Add the next older version; what a merge only repeats was committed before it."""
    if versions and versions[-1].blob == older.blob:
        versions.pop()
    versions.append(older)


def _body(git: GitProcess, size: int) -> bytes | None:
    """One answer's bytes, without the line end after them; too large a one is passed over."""
    if size > MAX_FILE_BYTES:
        left = size + 1
        while left and (chunk := git.answers.read(min(left, _CHUNK))):
            left -= len(chunk)
        return None
    data = git.answers.read(size + 1)
    if len(data) <= size:
        raise git.ended_early()
    return data[:-1]
