"""Run git: without a shell, without secrets, and without programs that a repository names.

The only module that starts git. By default git fetches nothing; ``NETWORK`` lifts that for one
command. What is asked of git, and what its answers mean, is the caller's business.
"""

from __future__ import annotations

import errno
import os
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from wikisync.executables import CHILD_ENVIRONMENT, find_program

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

# Settings of a user or a repository that would change what is read, or run a program. A folder that
# is laid out like a bare repository, with a configuration of its own, can be committed like any
# other: git must not take it for one (safe.bareRepository).
_SETTINGS: Final = (
    "core.fsmonitor=false",
    f"core.hooksPath={os.devnull}",
    "core.quotePath=off",
    "credential.helper=",
    "diff.relative=false",
    "fetch.recurseSubmodules=false",
    "gc.auto=0",
    "log.diffMerges=separate",
    "log.follow=false",
    "log.showRoot=true",
    "log.showSignature=false",
    "maintenance.auto=false",
    "merge.conflictStyle=merge",
    "push.gpgSign=false",
    "push.recurseSubmodules=no",
    "safe.bareRepository=explicit",
    "submodule.recurse=false",
    "transfer.bundleURI=false",
)
NO_PROGRAMS: Final = ("--no-ext-diff", "--no-textconv")
"""Options of ``log``, ``show`` and ``diff-tree`` that keep drivers of attributes from running."""

NETWORK: Final = {"GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh", "GIT_NO_LAZY_FETCH": "0"}
"""The variables of a command that may fetch or push."""

# What git's own variables may say here: where it is installed, what is trusted, where to stop.
_KEPT: Final = (
    *("GIT_CONFIG", "GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS"),
    "GIT_SSL_",
)
# What may hold a secret; an Action's inputs are among it.
_SECRETS: Final = ("WIKISYNC_", "INPUT_", "GITHUB_TOKEN", "GH_TOKEN", "ACTIONS_")
_COMPLAINTS: Final = 1 << 16


class GitFailed(Exception):
    """Git could not say what it was asked. ``reason`` is its own first line."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @classmethod
    def from_stderr(cls, complaints: bytes, code: int) -> GitFailed:
        """The error of a git that ended with ``code``, in the line that says the most."""
        said = complaints.decode("utf-8", "replace")
        lines = [line.strip() for line in said.splitlines() if line.strip()]
        fatal = [line for line in lines if line.startswith("fatal: ")]
        told = [*fatal, *lines, f"git ended with exit code {code}"]
        return cls(told[0].removeprefix("fatal: "))

    @property
    def partial(self) -> bool:
        """Whether that is because the clone left the old contents out (``--filter``)."""
        return "promisor" in self.reason


@dataclass(frozen=True, slots=True)
class GitProcess:
    """Git at work: where to ask, and where the answers come from."""

    asking: IO[bytes]
    answers: IO[bytes]
    _process: subprocess.Popen[bytes]
    _complaints: IO[bytes]

    def failed(self) -> GitFailed | None:
        """Wait for git's end; the error that it ended in."""
        code = self._process.wait()
        return self.ended_early() if code else None

    def ended_early(self) -> GitFailed:
        """The error of a git that ended before it had answered."""
        code = self._process.wait()
        self._complaints.seek(0)
        return GitFailed.from_stderr(self._complaints.read(_COMPLAINTS), code)


@contextmanager
def start(folder: Path, *asked: str) -> Iterator[GitProcess]:
    """Git in ``folder``, for as long as the ``with`` lasts. Raises GitFailed."""
    # Complaints go to a file: a pipe that nobody reads could fill up.
    with tempfile.TemporaryFile() as complaints:
        try:
            process = subprocess.Popen(
                _command(asked),
                cwd=folder,
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=complaints,
            )
        except OSError as error:
            raise GitFailed(error.strerror or str(error)) from error
        asking, answers = process.stdin, process.stdout
        if asking is None or answers is None:
            raise AssertionError  # both were asked for
        try:
            yield GitProcess(asking, answers, process, complaints)
        finally:
            process.kill()
            for pipe in (asking, answers):
                with suppress(OSError):
                    pipe.close()
            process.wait()


def run(
    folder: Path, *asked: str, also: Mapping[str, str] | None = None, given: bytes = b""
) -> subprocess.CompletedProcess[bytes] | None:
    """Run git to its end; None where it is not installed.

    ``also`` are more variables for its environment, ``given`` is its input.
    """
    environment = _environment() | dict(also or {})
    try:
        return subprocess.run(
            _command(asked),
            cwd=folder,
            env=environment,
            input=given,
            capture_output=True,
            check=False,
        )
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return None


def _command(asked: tuple[str, ...]) -> list[str]:
    """The command line of git. Raises FileNotFoundError where it is not installed."""
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    program = find_program("git")
    if program is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "git")
    return [program, "--no-pager", *settings, *asked]


def _environment() -> dict[str, str]:
    """The environment without secrets, nor what would point git elsewhere, make it ask or fetch."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", *_SECRETS)) or name.startswith(_KEPT)
    }
    return (
        kept
        | CHILD_ENVIRONMENT
        | {
            "LC_ALL": "C",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_ALLOW_PROTOCOL": "none",  # for a git that does not know the line above
        }
    )
