"""The job's clone: the commit that holds the pulled pages, and the branch that it goes to.

The clone's own branch, index and files are left as they are. Nothing that lies on the branch is
ever overwritten unseen: every push says what it expects to find there.
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
"""Who signs what a job commits: GitHub's own name for it."""
TRAILER: Final = "Made-by: wikisync"
"""The line by which a commit of ours is known again."""

_SIGNED: Final = {
    f"GIT_{role}_{what}": value
    for role in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", NAME), ("EMAIL", EMAIL))
}


@dataclass(frozen=True, slots=True)
class Clone:
    """The repository that the job checked out, and the branch that what it fetched goes to."""

    job: Job
    branch: str = BRANCH

    def commit_of(self, name: str = "HEAD") -> str:
        """The commit that a name stands for. Raises GitHubError, as all of this does."""
        return self._text("rev-parse", "--verify", f"{name}^{{commit}}")

    def tree_of(self, name: str = "HEAD") -> str:
        """The tree of a commit."""
        return self._text("rev-parse", "--verify", f"{name}^{{tree}}")

    def tree_with(self, folder: str) -> str:
        """The tree that HEAD would have with the folder as it lies on disk; nothing else of it."""
        with tempfile.TemporaryDirectory(prefix="wikisync-") as place:
            own = {"GIT_INDEX_FILE": str(Path(place) / "index")}
            self._run("read-tree", "HEAD", also=own)
            if (self.job.workspace / folder).is_dir():
                self._run("add", "--all", "--", f":(top,literal){folder}", also=own)
            return self._run("write-tree", also=own).decode("ascii").strip()

    def commit(self, tree: str, parent: str, message: str) -> str:
        """A commit of ours, on no branch yet."""
        text = f"{message}\n\n{TRAILER}\n".encode()
        done = self._run("commit-tree", tree, "-p", parent, "-F", "-", given=text)
        return done.decode("ascii").strip()

    def remote_commit(self) -> str | None:
        """The commit that the branch has on the remote, fetched; None where there is no branch."""
        ref, also = f"refs/heads/{self.branch}", _network(self.job)
        listed = self._run("ls-remote", REMOTE, ref, also=also).decode("ascii", "replace").split()
        if not listed:
            return None
        self._run(
            "fetch", "--no-tags", "--no-recurse-submodules", "--quiet", REMOTE, ref, also=also
        )
        return listed[0]

    def foreign_commits(self, commit: str) -> tuple[str, ...]:
        """The commits up to this one that HEAD has not and wikisync did not make, newest first.

        A merge that only brings two sides together has nothing of its own, and is no stranger.
        """
        listed = self._text("rev-list", f"HEAD..{commit}").split()
        return tuple(each for each in listed if not self._is_ours(each))

    def same_folder(self, one: str, other: str, folder: str) -> bool:
        """Whether two commits or trees have the same folder."""
        return not self._run("diff-tree", "-r", *NO_PROGRAMS, "--raw", one, other, "--", folder)

    def push(self, commit: str, expected: str | None) -> None:
        """Bring the branch to a commit, if the remote's is still the one that is expected."""
        self._push(f"{commit}:refs/heads/{self.branch}", expected)

    def drop(self, expected: str) -> None:
        """Take the branch away, if it is still as expected."""
        self._push(f":refs/heads/{self.branch}", expected)

    def _push(self, what: str, expected: str | None) -> None:
        lease = f"--force-with-lease=refs/heads/{self.branch}:{expected or ''}"
        self._run(
            *("push", "--quiet", "--porcelain", "--no-verify", lease, REMOTE, what),
            doing=f"push to {self.branch}",
            also=_network(self.job),
        )

    def _is_ours(self, commit: str) -> bool:
        told = self._text("show", *NO_PROGRAMS, "--no-patch", "--format=%P%x00%ce%x00%B", commit)
        parents, email, message = told.split("\0", 2)
        if len(parents.split()) > 1:
            asked = ("diff-tree", *NO_PROGRAMS, "--cc", "--no-commit-id", "-r")
            return not self._run(*asked, commit)
        return email == EMAIL and TRAILER in message.splitlines()

    def _text(self, *asked: str) -> str:
        return self._run(*asked).decode("utf-8", "replace").strip()

    def _run(
        self,
        *asked: str,
        given: bytes = b"",
        also: Mapping[str, str] | None = None,
        doing: str = "use git",
    ) -> bytes:
        done = run(self.job.workspace, *asked, also={**_SIGNED, **(also or {})}, given=given)
        if done is None:
            raise GitHubError(doing, "git is not installed")
        if done.returncode:
            raise GitHubError(doing, _reason(done.returncode, done.stdout, done.stderr))
        return done.stdout


def _reason(code: int, *texts: bytes) -> str:
    said = [line for text in texts for line in _lines(text)]
    if any("(stale info)" in line for line in said):
        return "somebody pushed to it meanwhile"
    refused = [line for line in said if line.startswith("!") or "error:" in line]
    fatal = [line.partition("fatal: ")[2] for line in said if "fatal: " in line]
    return " ".join([*refused, *fatal, *said, f"git ended with exit code {code}"][0].split())


def _lines(text: bytes) -> list[str]:
    return [line.strip() for line in text.decode("utf-8", "replace").splitlines() if line.strip()]


def _network(job: Job) -> dict[str, str]:
    """Return the variables of a command that goes to GitHub: with the token to push with.

    The token is given as a header for GitHub's own address, never on a command line or in a file,
    and to no other command: what attributes select, such as a filter, may run in those.
    """
    header = f"http.{job.server.rstrip('/')}/.extraHeader"
    basic = base64.b64encode(f"x-access-token:{job.token}".encode()).decode("ascii")
    # The first, empty value takes away a header that actions/checkout may have left.
    values = ("", f"Authorization: Basic {basic}") if job.token else ()
    first = int(os.environ.get("GIT_CONFIG_COUNT") or 0)
    settings = {"GIT_CONFIG_COUNT": str(first + len(values))}
    for number, value in enumerate(values, first):
        settings |= {f"GIT_CONFIG_KEY_{number}": header, f"GIT_CONFIG_VALUE_{number}": value}
    return {**NETWORK, **settings}
