"""Commit the pulled pages in the job's clone, and push the commit to a branch of its own.

The checked-out branch, index and files do not change. Every push names the commit that it expects
on the remote branch (``--force-with-lease``).
"""

from __future__ import annotations

import base64
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wikisync.errors import GitHubError
from wikisync.git.process import NETWORK, NO_PROGRAMS, run

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.github.environment import Job

BRANCH: Final = "wikisync/pull"
REMOTE: Final = "origin"
NAME: Final = "github-actions[bot]"
EMAIL: Final = "41898282+github-actions[bot]@users.noreply.github.com"
"""Author and committer of the commits: the names that GitHub uses for its jobs."""
TRAILER: Final = "Made-by: wikisync"
"""The trailer that marks commits by wikisync."""

_SIGNATURE: Final = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", NAME), ("EMAIL", EMAIL))
}


@dataclass(frozen=True, slots=True)
class Clone:
    """The repository that the job checked out, and the branch that pulled pages are pushed to.

    Every method raises GitHubError where git fails.
    """

    job: Job
    branch: str = BRANCH

    def commit_of(self, name: str = "HEAD") -> str:
        """Return the hash of the commit that a name refers to."""
        return self._output("rev-parse", "--verify", f"{name}^{{commit}}")

    def tree_of(self, name: str = "HEAD") -> str:
        """Return the hash of a commit's tree."""
        return self._output("rev-parse", "--verify", f"{name}^{{tree}}")

    def tree_with(self, folder: str) -> str:
        """Return the hash of HEAD's tree with the folder replaced by its state on disk."""
        with tempfile.TemporaryDirectory(prefix="wikisync-") as temporary:
            env = {"GIT_INDEX_FILE": str(Path(temporary) / "index")}
            self._run("read-tree", "HEAD", env=env)
            if (self.job.workspace / folder).is_dir():
                self._run("add", "--all", "--", f":(top,literal){folder}", env=env)
            return self._run("write-tree", env=env).decode("ascii").strip()

    def commit(self, tree: str, parent: str, message: str) -> str:
        """Create a commit by wikisync on no branch, and return its hash."""
        text = f"{message}\n\n{TRAILER}\n".encode()
        done = self._run("commit-tree", tree, "-p", parent, "-F", "-", stdin=text)
        return done.decode("ascii").strip()

    def remote_commit(self) -> str | None:
        """Fetch the branch from the remote and return its commit; None where it does not exist."""
        ref, env = f"refs/heads/{self.branch}", _network_environment(self.job)
        listed = self._run("ls-remote", REMOTE, ref, env=env).decode("ascii", "replace").split()
        if not listed:
            return None
        self._run("fetch", "--no-tags", "--no-recurse-submodules", "--quiet", REMOTE, ref, env=env)
        return listed[0]

    def foreign_commits(self, commit: str) -> tuple[str, ...]:
        """Return the commits in ``HEAD..commit`` that wikisync did not make, newest first.

        Merges without changes of their own do not count.
        """
        listed = self._output("rev-list", f"HEAD..{commit}").split()
        return tuple(each for each in listed if not self._is_ours(each))

    def same_folder(self, one: str, other: str, folder: str) -> bool:
        """Return whether a folder is the same in two commits or trees."""
        return not self._run("diff-tree", "-r", *NO_PROGRAMS, "--raw", one, other, "--", folder)

    def push(self, commit: str, expected: str | None) -> None:
        """Push a commit to the branch, if the remote's is still at ``expected`` (None: absent)."""
        self._push(f"{commit}:refs/heads/{self.branch}", expected)

    def delete_branch(self, expected: str) -> None:
        """Delete the remote branch, if it is still at ``expected``."""
        self._push(f":refs/heads/{self.branch}", expected)

    def _push(self, refspec: str, expected: str | None) -> None:
        lease = f"--force-with-lease=refs/heads/{self.branch}:{expected or ''}"
        self._run(
            *("push", "--quiet", "--porcelain", "--no-verify", lease, REMOTE, refspec),
            doing=f"push to {self.branch}",
            env=_network_environment(self.job),
        )

    def _is_ours(self, commit: str) -> bool:
        shown = self._output("show", *NO_PROGRAMS, "--no-patch", "--format=%P%x00%ce%x00%B", commit)
        parents, email, message = shown.split("\0", 2)
        if len(parents.split()) > 1:
            arguments = ("diff-tree", *NO_PROGRAMS, "--cc", "--no-commit-id", "-r")
            return not self._run(*arguments, commit)
        return email == EMAIL and TRAILER in message.splitlines()

    def _output(self, *arguments: str) -> str:
        return self._run(*arguments).decode("utf-8", "replace").strip()

    def _run(
        self,
        *arguments: str,
        stdin: bytes = b"",
        env: Mapping[str, str] | None = None,
        doing: str = "use git",
    ) -> bytes:
        done = run(self.job.workspace, *arguments, env={**_SIGNATURE, **(env or {})}, stdin=stdin)
        if done is None:
            raise GitHubError(doing, "git is not installed")
        if done.returncode:
            raise GitHubError(doing, _reason(done.returncode, done.stdout, done.stderr))
        return done.stdout


def _reason(code: int, *texts: bytes) -> str:
    found = [line for text in texts for line in _lines(text)]
    if any("(stale info)" in line for line in found):
        return "somebody pushed to it meanwhile"
    refused = [line for line in found if line.startswith("!") or "error:" in line]
    fatal = [line.partition("fatal: ")[2] for line in found if "fatal: " in line]
    return " ".join([*refused, *fatal, *found, f"git ended with exit code {code}"][0].split())


def _lines(text: bytes) -> list[str]:
    return [line.strip() for line in text.decode("utf-8", "replace").splitlines() if line.strip()]


def _network_environment(job: Job) -> dict[str, str]:
    """Return the environment variables of a git command that contacts GitHub, with the token.

    The token is set as an HTTP header for GitHub's address alone, not on a command line or in a
    file. Other commands do not get it: filters set by attributes may run in those.
    """
    header = f"http.{job.server.rstrip('/')}/.extraHeader"
    basic = base64.b64encode(f"x-access-token:{job.token}".encode()).decode("ascii")
    # The first, empty value removes a header that actions/checkout may have set.
    values = ("", f"Authorization: Basic {basic}") if job.token else ()
    first = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
    settings = {"GIT_CONFIG_COUNT": str(first + len(values))}
    for number, value in enumerate(values, first):
        settings |= {f"GIT_CONFIG_KEY_{number}": header, f"GIT_CONFIG_VALUE_{number}": value}
    return {**NETWORK, **settings}
