"""Read the job from GitHub's environment, and pass the Action's result to later steps.

Values come from environment variables and the event file, never from a command line: anybody can
choose titles and branch names, and a script that contained them would run them as code.

The result is a file in the job's temporary folder.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from wikisync.config import Secret
from wikisync.private_files import write_output

if TYPE_CHECKING:
    from collections.abc import Mapping


API: Final = "https://api.github.com"
SERVER: Final = "https://github.com"
NO_COMMIT: Final = "0" * 40
"""Git's name for no commit."""
_SHA: Final = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class PullRequest:
    """The pull request of a run. ``base`` is its target branch, at the commit ``base_sha``.

    ``from_fork``: it comes from another repository. Its runs get no secrets and may not write.
    """

    number: int
    base: str
    base_sha: str
    from_fork: bool


@dataclass(frozen=True, slots=True)
class Job:
    """A job on GitHub. ``token`` is for GitHub's API, and kept out of ``repr``.

    ``sha`` is the commit that GitHub runs the workflow on, ``merge_base`` the target commit of a
    merge queue. ``summary`` and ``output`` are the files that GitHub reads back.
    """

    event: str
    repository: str
    workspace: Path
    api: str
    server: str
    token: Secret
    ref: str
    run_url: str
    sha: str = NO_COMMIT
    merge_base: str = NO_COMMIT
    summary: Path | None = None
    output: Path | None = None
    temporary: Path | None = None
    pull_request: PullRequest | None = None


def read_job(env: Mapping[str, str]) -> Job:
    """Read the job from the environment."""
    repository = env.get("GITHUB_REPOSITORY", "")
    server = env.get("GITHUB_SERVER_URL") or SERVER
    run = env.get("GITHUB_RUN_ID", "")
    event = _event(env)
    return Job(
        event=env.get("GITHUB_EVENT_NAME", ""),
        repository=repository,
        workspace=Path(env.get("GITHUB_WORKSPACE") or Path.cwd()),
        api=(env.get("GITHUB_API_URL") or API).rstrip("/"),
        server=server,
        token=Secret(env.get("GITHUB_TOKEN", "").strip()),
        ref=env.get("GITHUB_REF", ""),
        run_url=f"{server}/{repository}/actions/runs/{run}" if repository and run else "",
        sha=_commit_sha(env.get("GITHUB_SHA")),
        merge_base=_commit_sha((event.get("merge_group") or {}).get("base_sha")),
        summary=_path_in(env, "GITHUB_STEP_SUMMARY"),
        output=_path_in(env, "GITHUB_OUTPUT"),
        temporary=_path_in(env, "RUNNER_TEMP"),
        pull_request=_pull_request(event, repository),
    )


def _commit_sha(found: object) -> str:
    """Return a commit hash; ``NO_COMMIT`` where the value is none."""
    return found if isinstance(found, str) and _SHA.fullmatch(found) else NO_COMMIT


def _path_in(env: Mapping[str, str], name: str) -> Path | None:
    return Path(env[name]) if env.get(name) else None


def _event(env: Mapping[str, str]) -> dict[str, Any]:
    file = _path_in(env, "GITHUB_EVENT_PATH")
    try:
        event = json.loads(file.read_bytes()) if file else {}
    except (OSError, ValueError):
        return {}
    return event if isinstance(event, dict) else {}


def _pull_request(event: Mapping[str, Any], repository: str) -> PullRequest | None:
    found = event.get("pull_request")
    try:
        if not found:
            return None
        head = found["head"]["repo"]  # None: the fork was deleted
        return PullRequest(
            int(found["number"]),
            str(found["base"]["ref"]),
            _commit_sha(found["base"]["sha"]),
            from_fork=head is None or str(head["full_name"]) != repository,
        )
    except (KeyError, TypeError, ValueError):
        return None


_RESULT_NAME: Final = "wikisync.json"


@dataclass(frozen=True, slots=True)
class CommandResult:
    """The result of a command. ``folder`` is relative to the top of the repository.

    ``complete`` is False after a conflict, a failure or a refusal. ``body`` is the report in
    Markdown, which fits in the text of a pull request.
    """

    command: str
    folder: str
    complete: bool
    body: str


def save_result(job: Job, result: CommandResult) -> None:
    """Write the result for later steps, with mode 0600, since it has texts of pages.

    Errors are ignored: those steps then lack a text.
    """
    file = _result_file(job)
    if file is not None:
        with suppress(OSError):
            write_output(file, json.dumps(asdict(result)).encode())


def load_result(job: Job) -> CommandResult | None:
    """Read the result of an earlier step; None where there is none."""
    file = _result_file(job)
    try:
        found = json.loads(file.read_text(encoding="utf-8")) if file else None
        return CommandResult(**found) if found else None
    except (OSError, ValueError, TypeError):
        return None


def _result_file(job: Job) -> Path | None:
    return job.temporary / _RESULT_NAME if job.temporary else None
