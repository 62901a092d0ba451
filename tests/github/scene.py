"""A project on GitHub, its wiki, and people: a repository with a bare remote, events, the cache."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import chdir, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from github.api import REPOSITORY, FakeGitHub
from github.runner import WORKFLOW, JobRun, Runner
from support.git_repository import Repo, repository
from support.workspace import called, command, environment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from wikisync.sandbox import Sandbox

NUMBER: Final = 7
_HOOK: Final = '#!/bin/sh\n[ ! -e "$GIT_DIR/frozen" ]\n'


READING = ["read:pages", "read:source", "read:history"]
"""The permissions of the key for pull requests and the daily run."""


@dataclass(frozen=True)
class Event:
    """Something that starts the workflow: ``payload`` is what GitHub says of it."""

    name: str
    ref: str = "refs/heads/main"
    base: str = "main"
    payload: dict[str, Any] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    from_fork: bool = False
    repository: str = REPOSITORY


@dataclass
class Cache:
    """The cache of a repository: what one branch keeps, the main branch's is there for all."""

    root: Path
    kept: list[tuple[str, str]] = field(default_factory=list)
    restored: list[str] = field(default_factory=list)

    def save(self, workspace: Path, ref: str, given: dict[str, str]) -> None:
        shutil.copytree(workspace / given["path"], self.root / given["key"])
        self.kept.append((ref, given["key"]))

    def restore(self, workspace: Path, ref: str, given: dict[str, str]) -> None:
        for kept_by, key in reversed(self.kept):
            if kept_by in {ref, "refs/heads/main"} and key.startswith(given["restore-keys"]):
                shutil.copytree(self.root / key, workspace / given["path"])
                self.restored.append(key)
                return

    def lose(self) -> None:
        self.kept.clear()


@dataclass
class Scene:
    """``remote`` is GitHub's copy, ``clone`` a person's; ``wiki`` what the pages go to."""

    root: Path
    sandbox: Sandbox
    api: FakeGitHub
    remote: Path
    clone: Repo
    cache: Cache
    runs: int = 0
    runner: Runner | None = None
    configured: bool = True
    main: str = "main"
    workflow: Path = WORKFLOW
    address_is_secret: bool = True

    def next_number(self) -> int:
        self.runs += 1
        return self.runs

    # ---- what people do

    def commit(self, files: dict[str, str | None], branch: str = "main") -> str:
        """A person's commit on a branch, pushed; its id."""
        self.let_push(allowed=True)
        known = branch in self.branches()
        if known:
            self.clone.git("fetch", "-q", "origin")
            self.clone.git("switch", "-q", "-C", branch, f"origin/{branch}")
        else:
            self.clone.git("switch", "-q", "-c", branch)
        self.clone.commit(dict(files))
        self.clone.git("push", "-q", "-u", "origin", branch)
        return self.clone.git("rev-parse", "HEAD")

    def merge(self, branch: str) -> None:
        """What the button of a pull request does."""
        self.let_push(allowed=True)
        self.clone.git("fetch", "-q", "origin")
        self.clone.git("switch", "-q", "-C", "main", "origin/main")
        self.clone.git("merge", "-q", "--no-ff", "-m", "Merge", f"origin/{branch}")
        self.clone.git("push", "-q", "origin", "main")

    def in_remote(self, *asked: str) -> str:
        return Repo(self.remote).git(*asked)

    def branches(self) -> set[str]:
        return set(
            self.in_remote("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads").split()
        )

    def file(self, name: str, branch: str = "main") -> str:
        """A file as a branch of the remote has it."""
        return self.in_remote("show", f"{branch}:{name}")

    def let_push(self, *, allowed: bool) -> None:
        frozen = self.remote / "frozen"
        frozen.unlink(missing_ok=True) if allowed else frozen.touch()

    def here(self, *args: str) -> str:
        """What the command prints where the job ran, as a step of it would."""
        assert self.runner is not None
        done = subprocess.run(
            command(*args),
            cwd=self.runner.workspace,
            env={**os.environ, **{k: v for k, v in self._given().items() if v}},
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    def publish(self) -> None:
        """What a first publication leaves, without the workflow: pages, and the cache."""
        with chdir(self.clone.root), environment(self._given()):
            code, out, err, _ = called(("push", "--yes"))
        assert code == 0, out + err
        self.clone.git("checkout", "-q", ".")
        self.cache.save(
            self.clone.root, "refs/heads/main", {"path": ".wikisync", "key": "wikisync-0"}
        )

    def _given(self) -> dict[str, str | None]:
        return {"WIKISYNC_URL": self.sandbox.url, "WIKISYNC_TOKEN": self.sandbox.token}

    # ---- what GitHub does

    def pushed(self) -> JobRun:
        """The job that a push to main starts."""
        return self._only(self._on_main("push"))

    def scheduled(self, name: str = "schedule") -> JobRun:
        return self._only(self._on_main(name))

    def _on_main(self, name: str) -> Event:
        return self._event(name, ref=f"refs/heads/{self.main}", base=self.main)

    def pull_request(self, branch: str, *, fork: bool = False, base: str = "main") -> JobRun:
        """The job of a pull request of this branch."""
        self.clone.git("fetch", "-q", "origin")
        head = "mallory/handbook" if fork else REPOSITORY
        payload = {
            "number": NUMBER,
            "pull_request": {
                "number": NUMBER,
                "title": "$(touch /tmp/owned)`touch owned`",
                "head": {"ref": branch, "repo": {"full_name": head}},
                "base": {"ref": base, "sha": self.in_remote("rev-parse", base)},
            },
        }
        ref = f"refs/pull/{NUMBER}/merge"
        event = self._event("pull_request", ref=ref, payload=payload, base=base)
        self._merge_ref(branch, base, ref)
        if fork:
            event = Event("pull_request", ref, base, payload, {}, {}, from_fork=True)
        return self._only(event)

    def _merge_ref(self, branch: str, base: str, ref: str) -> None:
        self.let_push(allowed=True)
        self.clone.git("switch", "-q", "--detach", f"origin/{base}")
        self.clone.git("merge", "-q", "--no-ff", "-m", "Merge", f"origin/{branch}")
        self.clone.git("push", "-q", "-f", "origin", f"HEAD:{ref}")

    def _event(self, name: str, **more: Any) -> Event:
        secrets = {
            "WIKISYNC_URL": self.sandbox.url if self.address_is_secret else "",
            "WIKISYNC_TOKEN": self.sandbox.token,
            "WIKISYNC_READ_TOKEN": self.sandbox.key(READING),
        }
        return Event(name, secrets=secrets if self.configured else {}, **more)

    def _only(self, event: Event) -> JobRun:
        """Run the workflow, of which the event starts one job."""
        runner = Runner(self, event, self.root / "workspace", self.root / "temporary")
        (job,) = runner.workflow(self.workflow).values()
        self.runner = runner
        for secret in event.secrets.values():
            if secret == self.sandbox.token:
                assert secret not in job.log
                assert secret not in job.summary
        return job

    def check_out(self, event: Event, to: Path, given: dict[str, str]) -> None:
        """What actions/checkout leaves: the commit of the event, with as much history as asked."""
        assert given["persist-credentials"] == "false"
        depth = int(given.get("fetch-depth", "1"))
        shallow = [] if depth == 0 else ["--depth", str(depth)]
        here = Repo(to)
        here.git("init", "-q", "-b", "unborn")
        here.git("remote", "add", "origin", f"file://{self.remote}")
        every = [] if shallow else ["+refs/heads/*:refs/remotes/origin/*"]
        here.git("fetch", "-q", *shallow, "origin", *every, f"+{event.ref}:refs/tmp/wanted")
        if event.ref.startswith("refs/heads/"):
            here.git(
                "checkout", "-q", "-B", event.ref.removeprefix("refs/heads/"), "refs/tmp/wanted"
            )
        else:
            here.git("checkout", "-q", "--detach", "refs/tmp/wanted")


@contextmanager
def staged(root: Path, sandbox: Sandbox, api: FakeGitHub, main: str = "main") -> Iterator[Scene]:
    """A project with one commit, nothing on the wiki, and GitHub, or another forge, around it."""
    remote, clone = root / "remote.git", root / "clone"
    bare = repository(remote.parent / "bare")
    bare.git("init", "-q", "--bare", "-b", main, str(remote))
    hook = remote / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(_HOOK)
    hook.chmod(0o755)
    person = repository(clone)
    person.git("remote", "add", "origin", str(remote))
    cache = root / "cache"
    cache.mkdir()
    with api:
        scene = Scene(root, sandbox, api, remote, person, Cache(cache), main=main)
        api.branches = scene.branches
        yield scene
