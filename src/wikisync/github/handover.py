"""What the Action leaves to later steps of its job: what it found, for the pull request's text.

A file in the job's temporary folder, which nobody but the job can reach.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.github.job import Job

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
