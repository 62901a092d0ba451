"""Run git without a shell, without secrets, and without programs that a repository configures.

The only module that starts git. By default git may not use the network; the variables ``NETWORK``
allow it for one command. Callers choose the arguments and parse the output.
"""

from __future__ import annotations

import errno
import os
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final

from wikisync.executables import CHILD_ENVIRONMENT, SECRET_PREFIXES, find_program

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

# These override settings of a user or a repository that would change the output, or run a program.
# A folder laid out like a bare repository, with its own configuration, can be committed: git must
# not use it as one (safe.bareRepository).
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
"""Options of ``log``, ``show`` and ``diff-tree`` that disable drivers set by attributes."""

NETWORK: Final = {"GIT_ALLOW_PROTOCOL": "file:git:http:https:ssh", "GIT_NO_LAZY_FETCH": "0"}
"""Environment variables for a command that may fetch or push."""

# Variables of git that are kept: where it is installed, what it trusts, where discovery stops.
_KEPT_VARIABLES: Final = (
    *("GIT_CONFIG", "GIT_EXEC_PATH", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS"),
    "GIT_SSL_",
)
_MAX_STDERR: Final = 1 << 16


class GitFailed(Exception):
    """Raised where git fails. ``reason`` is the first line of its error message."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @classmethod
    def from_stderr(cls, stderr: bytes, code: int) -> GitFailed:
        """Return the error for a git that exited with ``code``: its first fatal or first line."""
        text = stderr.decode("utf-8", "replace")
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        fatal = [line for line in lines if line.startswith("fatal: ")]
        candidates = [*fatal, *lines, f"git ended with exit code {code}"]
        return cls(candidates[0].removeprefix("fatal: "))

    @property
    def partial(self) -> bool:
        """Return whether git failed because the clone is partial (``--filter``)."""
        return "promisor" in self.reason


@dataclass(frozen=True, slots=True)
class GitProcess:
    """A running git process with its input and output pipes."""

    stdin: IO[bytes]
    stdout: IO[bytes]
    _process: subprocess.Popen[bytes]
    _stderr: IO[bytes]

    def wait(self) -> GitFailed | None:
        """Wait for git to exit; return its error, or None where it succeeded."""
        code = self._process.wait()
        return self.failure() if code else None

    def failure(self) -> GitFailed:
        """Wait for git to exit and return its error, whatever its exit code."""
        code = self._process.wait()
        self._stderr.seek(0)
        return GitFailed.from_stderr(self._stderr.read(_MAX_STDERR), code)


@contextmanager
def start(folder: Path, *arguments: str) -> Iterator[GitProcess]:
    """Start git in ``folder``, and kill it at the end of the ``with``. Raises GitFailed."""
    # stderr goes to a file: a pipe that nobody reads could fill up and block git.
    with tempfile.TemporaryFile() as stderr:
        try:
            process = subprocess.Popen(
                _command(arguments),
                cwd=folder,
                env=_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
            )
        except OSError as error:
            raise GitFailed(error.strerror or str(error)) from error
        stdin, stdout = process.stdin, process.stdout
        if stdin is None or stdout is None:
            raise AssertionError  # Popen was given PIPE for both
        try:
            yield GitProcess(stdin, stdout, process, stderr)
        finally:
            process.kill()
            for pipe in (stdin, stdout):
                with suppress(OSError):
                    pipe.close()
            process.wait()


def run(
    folder: Path, *arguments: str, env: Mapping[str, str] | None = None, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes] | None:
    """Run git and return its completed process; None where it is not installed.

    ``env`` are additional environment variables. The exit code is not checked.
    """
    environment = _environment() | dict(env or {})
    try:
        return subprocess.run(
            _command(arguments),
            cwd=folder,
            env=environment,
            input=stdin,
            capture_output=True,
            check=False,
        )
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return None


def _command(arguments: tuple[str, ...]) -> list[str]:
    """Return the command line of git. Raises FileNotFoundError where it is not installed."""
    settings = [part for setting in _SETTINGS for part in ("-c", setting)]
    program = find_program("git")
    if program is None:
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), "git")
    return [program, "--no-pager", *settings, *arguments]


def _environment() -> dict[str, str]:
    """Return the environment without secrets and repository variables; no prompts, no fetching."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GIT_", *SECRET_PREFIXES)) or name.startswith(_KEPT_VARIABLES)
    }
    return (
        kept
        | CHILD_ENVIRONMENT
        | {
            "LC_ALL": "C",
            "GIT_OPTIONAL_LOCKS": "0",
            "GIT_TERMINAL_PROMPT": "0",
            "GIT_NO_LAZY_FETCH": "1",
            "GIT_ALLOW_PROTOCOL": "none",  # for versions of git without GIT_NO_LAZY_FETCH
        }
    )
