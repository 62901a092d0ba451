"""GitHub's runner, as much of it as the workflow needs: jobs, conditions, steps in their order.

Every ``run:`` of the workflow and of ``action.yml`` is run as it stands, by bash, in the
environment that GitHub sets. What comes from elsewhere (``actions/…``) is played: a checkout is a
clone, the cache is a folder, and Python is the one that runs the tests. The one script that is not
carried out is ``pip install``, which would change that Python: its words are noted instead, for a
test to read.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from github.expressions import Context
from github.log import Log, outputs
from wiki.hostile import TLS

if TYPE_CHECKING:
    from collections.abc import Callable

    from github.scene import Event, Scene

ROOT: Final = Path(__file__).parents[2]
ACTION: Final = ROOT / "action.yml"
WORKFLOW: Final = ROOT / ".github" / "workflows" / "wiki.yml"
LIMIT: Final = 1024 * 1024

_PYTHON: Final = """#!/bin/bash
if [ "$1 $2 $3 $4" = "-P -m pip install" ]; then
  printf '%s\\n' "$@" > "$NOTED_PIP"
  exit 0
fi
exec {python} "$@"
"""


@dataclass
class Step:
    """What became of a step."""

    name: str
    code: int
    log: Log
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)


@dataclass
class JobRun:
    """What became of a job: its steps by their names, those that were left out not among them."""

    name: str
    steps: dict[str, Step] = field(default_factory=dict)

    @property
    def green(self) -> bool:
        return all(step.code == 0 for step in self.steps.values())

    @property
    def log(self) -> str:
        return "\n".join(step.log.text for step in self.steps.values())

    @property
    def summary(self) -> str:
        return "\n".join(step.summary for step in self.steps.values())

    def annotations(self, *levels: str) -> list[tuple[str, str, str]]:
        """(file, line, message) of every annotation of these levels."""
        found = [command for step in self.steps.values() for command in step.log.named(*levels)]
        return [
            (c.properties.get("file", ""), c.properties.get("line", ""), c.message) for c in found
        ]


def load(file: Path) -> dict[str, Any]:
    """A workflow or an action. YAML takes the key ``on`` for a flag."""
    found = yaml.safe_load(file.read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return {"on" if key is True else str(key): value for key, value in found.items()}


@dataclass
class Runner:
    """A machine that runs the workflow for an event, with nothing left of the last time."""

    scene: Scene
    event: Event
    workspace: Path
    temporary: Path
    masks: list[str] = field(default_factory=list)
    token: str = ""
    number: int = 0

    def workflow(self, file: Path = WORKFLOW) -> dict[str, JobRun]:
        """Run all jobs of a workflow that this event starts."""
        known = load(file)
        trigger = known["on"]
        assert self.event.name in trigger, f"{file.name} is not started by {self.event.name}"
        about = trigger[self.event.name]
        if isinstance(about, dict) and self.event.base not in about["branches"]:
            return {}
        done = {}
        for name, job in known["jobs"].items():
            if self._context({}).condition(job.get("if"), succeeded=True):
                done[name] = self._job(name, job, known)
        return done

    def _job(self, name: str, job: dict[str, Any], workflow: dict[str, Any]) -> JobRun:
        for place in (self.workspace, self.temporary):
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
        rights = job.get("permissions", workflow.get("permissions", {}))
        if self.event.from_fork:  # whatever a workflow says
            rights = dict.fromkeys(rights, "read")
        self.token = f"ghs_{name}{self.scene.next_number()}"
        self.masks = [self.token, *filter(None, self.event.secrets.values())]
        self.scene.api.rights[self.token] = rights
        self.scene.let_push(allowed=rights.get("contents") == "write")
        run = JobRun(name)
        known: dict[str, Any] = {}
        self._steps(job["steps"], run, known, {})
        return run

    def _steps(
        self,
        steps: list[dict[str, Any]],
        run: JobRun,
        known: dict[str, Any],
        inputs: dict[str, str],
        prefix: str = "",
    ) -> bool:
        """Run steps; whether all of them went well."""
        fine = True
        for number, step in enumerate(steps):
            context = self._context(known, inputs)
            if not context.condition(step.get("if"), succeeded=fine):
                continue
            name = prefix + str(step.get("name", number))
            found = (
                self._script(name, step, context)
                if "run" in step
                else self._used(name, step, context, run)
            )
            run.steps[name] = found
            if "id" in step:
                known[step["id"]] = {"outputs": found.outputs}
            fine = fine and found.code == 0
        return fine

    def _script(self, name: str, step: dict[str, Any], context: Context) -> Step:
        """A ``run:``, as it stands."""
        assert "${{" not in step["run"], "an expression in a script is run by it"
        self.number += 1
        files = {
            variable: self.temporary / f"_{self.number}_{variable}"
            for variable in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH")
        }
        for file in files.values():
            file.touch()
        script = self.temporary / f"_{self.number}.sh"
        script.write_text(step["run"], encoding="utf-8")
        shell = ["--noprofile", "--norc", "-eo", "pipefail"] if step.get("shell") else ["-e"]
        env = {key: context.filled(value) for key, value in (step.get("env") or {}).items()}
        done = subprocess.run(
            ["bash", *shell, str(script)],
            cwd=self.workspace,
            env={**self._environment(), **{k: str(v) for k, v in files.items()}, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=60,
            check=False,
        )
        log = Log.of(done.stdout.decode("utf-8", "replace"), self.masks)
        assert "Traceback" not in log.text, log.text
        self.masks = log.masks
        summary = files["GITHUB_STEP_SUMMARY"].read_text(encoding="utf-8")
        assert len(summary.encode()) <= LIMIT
        written = outputs(files["GITHUB_OUTPUT"].read_text(encoding="utf-8"))
        return Step(name, done.returncode, log, summary, written)

    def _used(self, name: str, step: dict[str, Any], context: Context, run: JobRun) -> Step:
        given = {key: context.filled(value) for key, value in (step.get("with") or {}).items()}
        uses = step["uses"].partition("@")[0]
        match uses:
            case "actions/checkout":
                self.scene.check_out(self.event, self.workspace, given)
            case "actions/setup-python":
                self._python()
            case "actions/cache/restore":
                self.scene.cache.restore(self.workspace, self.event.ref, given)
            case "actions/cache/save":
                self.scene.cache.save(self.workspace, self.event.ref, given)
            case "./":
                return self._action(name, given, run)
            case _:
                raise AssertionError(f"nobody plays {uses}")
        return Step(name, 0, Log(""))

    def _action(self, name: str, given: dict[str, str], run: JobRun) -> Step:
        """The Action itself, each of its steps."""
        action = load(ACTION)
        unknown = given.keys() - action["inputs"].keys()
        assert not unknown, f"action.yml has no inputs {unknown}"
        inputs = {key: str(about.get("default", "")) for key, about in action["inputs"].items()}
        known: dict[str, Any] = {}
        fine = self._steps(
            action["runs"]["steps"], run, known, {**inputs, **given}, prefix=f"{name}: "
        )
        context = self._context(known, inputs)
        told = {key: context.filled(about["value"]) for key, about in action["outputs"].items()}
        return Step(name, 0 if fine else 1, Log(""), outputs=told)

    def _python(self) -> None:
        shim = self.temporary / "bin"
        shim.mkdir(exist_ok=True)
        python = shim / "python"
        python.write_text(_PYTHON.format(python=sys.executable), encoding="utf-8")
        python.chmod(0o755)
        command = Path(sysconfig.get_path("scripts")) / "wikisync"
        if not (shim / "wikisync").exists():
            (shim / "wikisync").symlink_to(command)

    @property
    def installed(self) -> str:
        """The words of ``pip install``."""
        return (self.temporary / "pip").read_text(encoding="utf-8")

    def _environment(self) -> dict[str, str]:
        """What GitHub sets for every step, and nothing of this machine's own."""
        event = self.temporary / "event.json"
        event.write_text(json.dumps(self.event.payload), encoding="utf-8")
        return {
            "PATH": f"{self.temporary / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.temporary),
            "LANG": "C.UTF-8",
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_API_URL": self.scene.api.url,
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": self.event.repository,
            "GITHUB_EVENT_NAME": self.event.name,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_REF": self.event.ref,
            "GITHUB_RUN_ID": "4711",
            "GITHUB_WORKSPACE": str(self.workspace),
            "RUNNER_TEMP": str(self.temporary),
            "NOTED_PIP": str(self.temporary / "pip"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
            "SSL_CERT_FILE": str(TLS / "cert.pem"),  # one authority loads faster than all
        }

    def _context(self, steps: dict[str, Any], inputs: dict[str, str] | None = None) -> Context:
        github = {
            "event_name": self.event.name,
            "event": self.event.payload,
            "ref": self.event.ref,
            "repository": self.event.repository,
            "run_id": str(self.scene.runs),
            "run_attempt": "1",
            "token": self.token,
        }
        values = {
            "github": github,
            "secrets": self.event.secrets,
            "vars": self.event.variables,
            "steps": steps,
            "inputs": inputs or {},
        }
        functions: dict[str, Callable[..., Any]] = {
            "always": lambda: True,
            "cancelled": lambda: False,
            "hashFiles": lambda name: "abc" if (self.workspace / name).is_file() else "",
        }
        return Context(values, functions)
