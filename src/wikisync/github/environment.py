"""What GitHub says of the run: its event, its repository, and the files that it reads back.

Every value comes from the environment or the event's file, never from a command line: titles and
branch names are written by anybody, and a script that had them pasted in would run them.

What the Action leaves to later steps of its job: what it found, for the pull request's text.

A file in the job's temporary folder, which nobody but the job can reach.
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


API: Final = "https://api.github.com"
SERVER: Final = "https://github.com"
NO_COMMIT: Final = "0" * 40
"""Git's name for no commit at all."""
_SHA: Final = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


@dataclass(frozen=True, slots=True)
class PullRequest:
    """The pull request that a run is about. ``base`` is its target branch, ``base_sha`` its head.

    ``from_fork``: it comes from another repository, whose runs get no secret and may not write.
    """

    number: int
    base: str
    base_sha: str
    from_fork: bool


@dataclass(frozen=True, slots=True)
class Job:
    """A run on GitHub. ``token`` is GitHub's own, and kept out of ``repr``.

    ``sha`` is the commit that GitHub starts the run at, ``merge_base`` what a merge queue merges
    into.
    """

    event: str
    repository: str
    workspace: Path
    api: str
    server: str
    token: _Secret
    ref: str
    run_url: str
    sha: str = NO_COMMIT
    merge_base: str = NO_COMMIT
    summary: Path | None = None
    output: Path | None = None
    temporary: Path | None = None
    pull_request: PullRequest | None = None


class _Secret(str):
    """A text that does not show itself by accident."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "'***'"


def job(env: Mapping[str, str]) -> Job:
    """The run as the environment tells it."""
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
        token=_Secret(env.get("GITHUB_TOKEN", "").strip()),
        ref=env.get("GITHUB_REF", ""),
        run_url=f"{server}/{repository}/actions/runs/{run}" if repository and run else "",
        sha=_commit(env.get("GITHUB_SHA")),
        merge_base=_commit((event.get("merge_group") or {}).get("base_sha")),
        summary=_path_in(env, "GITHUB_STEP_SUMMARY"),
        output=_path_in(env, "GITHUB_OUTPUT"),
        temporary=_path_in(env, "RUNNER_TEMP"),
        pull_request=_pull_request(event, repository),
    )


def _commit(found: object) -> str:
    """Return the name of a commit, or ``NO_COMMIT``."""
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
            _commit(found["base"]["sha"]),
            from_fork=head is None or str(head["full_name"]) != repository,
        )
    except (KeyError, TypeError, ValueError):
        return None


_NAME: Final = "wikisync.json"


@dataclass(frozen=True, slots=True)
class CommandResult:
    """What a command came to. ``folder`` is as the repository names it.

    ``whole`` is False where something was left: a conflict, a failure, a refusal. ``body`` is the
    report in Markdown, no larger than the text of a pull request.
    """

    command: str
    folder: str
    whole: bool
    body: str


def save_result(job: Job, handover: CommandResult) -> None:
    """Leave it to the steps that follow. That it fails costs them a text, no more."""
    file = _result_file(job)
    if file is not None:
        with suppress(OSError):
            file.write_text(json.dumps(asdict(handover)), encoding="utf-8")


def load_result(job: Job) -> CommandResult | None:
    """What was left, if anything was."""
    file = _result_file(job)
    try:
        found = json.loads(file.read_text(encoding="utf-8")) if file else None
        return CommandResult(**found) if found else None
    except (OSError, ValueError, TypeError):
        return None


def _result_file(job: Job) -> Path | None:
    return job.temporary / _NAME if job.temporary else None
