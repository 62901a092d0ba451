"""The Action's own step, in this process: its inputs in an environment, and what came of it."""

from __future__ import annotations

import io
import json
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from github.api import REPOSITORY, FakeGitHub
from github.log import Log, outputs
from support.workspace import Result, Workspace
from wikisync.github.action import run_action

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.sandbox import Sandbox

NUMBER = 7


@dataclass(frozen=True)
class Ended:
    """What a step came to."""

    code: int
    log: Log
    summary: str
    outputs: dict[str, str]
    raw: str

    def said(self, *levels: str) -> list[str]:
        return [command.message for command in self.log.named(*levels)]


@dataclass
class Place:
    """A project folder, its wiki, and GitHub's API, with a pull request in the air."""

    workspace: Workspace
    api: FakeGitHub
    temporary: Path
    event: dict[str, Any] = field(default_factory=dict)
    token: str = "ghs_job"

    def act(
        self, *, event: str = "", env: dict[str, str] | None = None, **inputs: str | None
    ) -> Ended:
        """Run the step; ``INPUT_…`` as ``action.yml`` sets them, ``env`` is the job's."""
        given = {"url": self.workspace.sandbox.url, "token": self.workspace.sandbox.token, **inputs}
        both = {
            **self.environment(event),
            **{f"INPUT_{name.upper()}": value for name, value in given.items() if value},
            **(env or {}),
        }
        out, err = io.StringIO(), io.StringIO()
        with chdir(self.workspace.root), redirect_stdout(out), redirect_stderr(err):
            code = run_action(both)
        raw = out.getvalue() + err.getvalue()
        written = outputs((self.temporary / "GITHUB_OUTPUT").read_text())
        summary = (self.temporary / "GITHUB_STEP_SUMMARY").read_text()
        return Ended(code, Log.of(raw, []), summary, written, raw)

    def run(self, *typed: str) -> Result:
        """Run a command by itself, as another step of the job."""
        return self.workspace.run(*typed, env={**self.environment()})

    def environment(self, event: str = "") -> dict[str, str]:
        """What GitHub sets for a step, with its files emptied."""
        files = {name: self.temporary / name for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        payload = self.temporary / "event.json"
        payload.write_text(json.dumps(self.event))
        for file in files.values():
            file.write_text("")
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.api.url,
            "GITHUB_EVENT_NAME": event or ("pull_request" if self.event else "push"),
            "GITHUB_EVENT_PATH": str(payload),
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_RUN_ID": "4711",
            "GITHUB_TOKEN": self.token,
            "GITHUB_WORKSPACE": str(self.workspace.root),
            "RUNNER_TEMP": str(self.temporary),
            **{name: str(file) for name, file in files.items()},
        }

    def comments(self) -> list[str]:
        return self.api.of_bot(NUMBER)


def placed(root: Path, sandbox: Sandbox, api: FakeGitHub) -> Place:
    """A place whose project has no ``wikisync.toml``: what is to be known comes by inputs."""
    project, temporary = root / "project", root / "temporary"
    project.mkdir()
    temporary.mkdir()
    workspace = Workspace(project, sandbox)
    (project / "wikisync.toml").unlink()
    api.rights["ghs_job"] = {"pull-requests": "write"}
    repo = {"full_name": REPOSITORY}
    about = {
        "number": NUMBER,
        "head": {"ref": "edit", "repo": repo},
        "base": {"ref": "main", "sha": "0" * 40},
    }
    return Place(workspace, api, temporary, {"pull_request": about})
