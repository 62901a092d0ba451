"""Read the committed versions of the folder's files, and merge texts three ways, with git.

The number of git processes does not depend on the number of files.
"""

from __future__ import annotations

import tempfile
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wikisync.errors import FolderError
from wikisync.git.process import NO_PROGRAMS, GitFailed, run, start
from wikisync.page.model import MAX_FILE_BYTES
from wikisync.private_files import reason_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from wikisync.git.process import GitProcess

__all__ = ["FileVersion", "GitFailed", "MergeResult", "Repository", "merge_file"]

_CHUNK: Final = 1 << 16
_REGULAR: Final = {b"100644", b"100755"}  # neither a link nor a submodule
_COMMIT: Final = b"commit "
_NO_REPOSITORY: Final = ("not a git repository (or any", "cannot use bare repository")
_NO_COMMIT: Final = ("does not have any commits", "bad default revision")

# -m shows a merge against each parent: a merge resolved by hand contains texts of its own.
_LOG: Final = (
    *("log", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-color", "-m", "--full-history"),
    *(*NO_PROGRAMS, "--date-order", "--format=commit %ct %at", "--", "."),
)


@dataclass(frozen=True, slots=True)
class FileVersion:
    """A file as a commit has it: its blob, and its time in seconds since 1970.

    ``time`` is the earlier of the commit's time and the author's, which a rebase keeps. ``blob`` is
    None where the commit deleted the file.
    """

    blob: str | None
    time: int


@dataclass(frozen=True, slots=True)
class MergeResult:
    """A merged text. If not ``clean``, it contains conflict markers, labelled *here* and *wiki*."""

    text: str
    clean: bool


class Repository:
    """The git repository around a folder. ``shallow``: it has only part of its history."""

    def __init__(self, folder: Path, prefix: bytes, *, shallow: bool) -> None:
        self.shallow = shallow
        self._folder = folder
        self._prefix = prefix

    @classmethod
    def at(cls, folder: Path) -> Repository | None:
        """Return the repository around ``folder``; None without a repository or without git.

        Raises GitFailed where git cannot open it: another user owns it (``safe.directory``), or it
        is damaged.
        """
        # The prefix comes last: it may contain any character, even line ends.
        arguments = (
            "rev-parse",
            "--is-inside-work-tree",
            "--is-shallow-repository",
            "--show-prefix",
        )
        done = run(folder, *arguments)
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

    def versions(self, files: Collection[str] | None = None) -> dict[str, tuple[FileVersion, ...]]:
        """Return all committed versions of ``files`` (names below the folder), newest first.

        ``files`` of None means every file below the folder, deleted ones included. Skips names that
        are not UTF-8, links and submodules. Raises GitFailed.
        """
        wanted = None if files is None else frozenset(files)
        found: dict[str, list[FileVersion]] = {}
        time = 0
        for field, name in _entries(self._log()):
            if field.startswith(_COMMIT):
                time = min(map(int, field.removeprefix(_COMMIT).split()))
                continue
            file = self._name_below(name)
            if file is None or (wanted is not None and file not in wanted):
                continue
            _old_mode, mode, _old, blob, *_ = field.split(b" ")
            if mode in _REGULAR:
                _add_older(found.setdefault(file, []), FileVersion(blob.decode("ascii"), time))
            else:  # deleted, or replaced by a link or a submodule
                _add_older(found.setdefault(file, []), FileVersion(None, time))
        return {
            file: tuple(versions)
            for file, versions in found.items()
            if any(version.blob for version in versions)
        }

    def read_blobs(self, blobs: Iterable[str]) -> Iterator[tuple[str, bytes | None]]:
        """Yield each blob with its bytes; None for one that is missing or too large for a page.

        Raises GitFailed where git exits early.
        """
        with start(self._folder, "cat-file", "--batch") as git:
            for blob in blobs:
                head = _head(git, blob)
                yield blob, None if len(head) < 3 else _read_blob(git, int(head[2]))

    def blob_sizes(self, blobs: Collection[str]) -> dict[str, int]:
        """Return the size in bytes of each blob that the clone has. Raises GitFailed."""
        with start(self._folder, "cat-file", "--batch-check") as git:
            heads = ((blob, _head(git, blob)) for blob in blobs)
            return {blob: int(head[2]) for blob, head in heads if len(head) == 3}

    def blob_digests(self, blobs: Collection[str]) -> dict[str, str]:
        """Return the SHA-256, in hexadecimal digits, of each blob that the clone has.

        None is loaded whole. Raises GitFailed.
        """
        found: dict[str, str] = {}
        with start(self._folder, "cat-file", "--batch") as git:
            for blob in blobs:
                head = _head(git, blob)
                if len(head) == 3:
                    digest = sha256()
                    for piece in _pieces(git, int(head[2])):
                        digest.update(piece)
                    found[blob] = digest.hexdigest()
        return found

    def _log(self) -> Iterator[bytes]:
        """Yield the NUL-terminated fields of git's log."""
        with start(self._folder, *_LOG) as git:
            rest = b""
            while chunk := git.stdout.read(_CHUNK):
                *whole, rest = (rest + chunk).split(b"\0")
                yield from whole
            failure = git.wait()
        # git log fails in a repository without a commit.
        if failure and not any(sign in failure.reason for sign in _NO_COMMIT):
            raise failure

    def _name_below(self, name: bytes) -> str | None:
        """Return a repository path relative to the folder; None outside it or if not UTF-8."""
        if not name.startswith(self._prefix):
            return None
        try:
            return name.removeprefix(self._prefix).decode("utf-8")
        except UnicodeDecodeError:
            return None


def merge_file(local: str, base: str, remote: str) -> MergeResult | None:
    """Merge texts three ways; each ends in a line end. Returns None where git is not installed.

    Raises FolderError where it fails for another reason, such as a full disk.
    """
    names = ("-L", "here", "-L", "base", "-L", "wiki", "here", "base", "wiki")
    try:
        with tempfile.TemporaryDirectory(prefix="wikisync-") as name:
            folder = Path(name)
            for file, text in (("here", local), ("base", base), ("wiki", remote)):
                (folder / file).write_bytes(text.encode())
            # The settings of a repository around the temporary folder do not apply.
            env = {"GIT_CEILING_DIRECTORIES": str(folder.parent.resolve())}
            done = run(folder, "merge-file", "-p", *names, env=env)
    except OSError as error:
        raise FolderError("a temporary file", "write", reason_of(error)) from error
    if done is None:
        return None
    if not 0 <= done.returncode < 128:  # the number of conflicts, up to 127
        complaint = done.stderr.decode("utf-8", "replace").strip() or f"exit code {done.returncode}"
        raise FolderError("a text", "merge", complaint.splitlines()[0])
    return MergeResult(done.stdout.decode("utf-8"), done.returncode == 0)


def _entries(fields: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Yield fields of git's log as (commit line, b"") and (change, file name)."""
    stream = iter(fields)
    for field in stream:
        text = field.lstrip(b"\n")
        if text.startswith(_COMMIT):
            yield text, b""
        elif text.startswith(b":"):
            yield text, next(stream, b"")


def _add_older(versions: list[FileVersion], older: FileVersion) -> None:
    """Append the next older version. A newer one with the same blob only repeats it (a merge)."""
    if versions and versions[-1].blob == older.blob:
        versions.pop()
    versions.append(older)


def _head(git: GitProcess, blob: str) -> list[bytes]:
    """Ask ``git cat-file`` for a blob; return its name, type and size, or why it is missing.

    One request, one response: neither pipe can fill up. Raises GitFailed where git has ended.
    """
    with suppress(BrokenPipeError):
        git.stdin.write(f"{blob}\n".encode())
        git.stdin.flush()
    head = git.stdout.readline().split()
    if not head:
        raise git.failure()
    return head


def _pieces(git: GitProcess, size: int) -> Iterator[bytes]:
    """Yield the bytes of one blob, and read the line end after them. Raises GitFailed."""
    left = size
    while left:
        piece = git.stdout.read(min(left, _CHUNK))
        if not piece:
            raise git.failure()
        left -= len(piece)
        yield piece
    git.stdout.read(1)


def _read_blob(git: GitProcess, size: int) -> bytes | None:
    """Read the bytes of one blob without the line end after them; None where it is too large."""
    pieces = _pieces(git, size)
    if size <= MAX_FILE_BYTES:
        return b"".join(pieces)
    for _piece in pieces:
        pass
    return None
