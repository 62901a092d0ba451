"""A run that has no wiki to ask: a fork of the project, or a pull request that gets no secret.

It ends green, says why, and shows of a pull request what can be shown without the wiki.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from wikisync.errors import GitHubError
from wikisync.github import log, tell
from wikisync.github.handover import CommandResult, save_result
from wikisync.github.preview import preview
from wikisync.report.error_messages import error_message
from wikisync.report.github.annotations import annotate
from wikisync.report.github.commands import Annotation
from wikisync.report.github.ending import job_exit_code, step_outputs
from wikisync.report.github.markdown import to_markdown
from wikisync.report.github.markup import code, escape
from wikisync.report.github.room import summary_limit
from wikisync.report.json_output import DONE

if TYPE_CHECKING:
    from wikisync.config import Config
    from wikisync.errors import UntrustedCheckout
    from wikisync.github.inputs import Inputs
    from wikisync.github.job import Job, PullRequest

FORK: Final = (
    "This pull request comes from a fork, so its runs get no secret and may not comment: the wiki"
    " was not asked."
)
NOT_ASKED: Final = "No token is given, so the wiki was not asked."
NO_WIKI: Final = "No wiki is configured, so there is nothing to do."
REMEDY: Final = "Set the secrets WIKISYNC_URL and WIKISYNC_TOKEN to change that."


def unconfigured(
    config: Config,
    job: Job,
    asked: Inputs,
    untrusted: UntrustedCheckout | None = None,
    *,
    has_url: bool,
) -> int:
    """Say why the wiki is not asked, show what can be shown; the exit code of the step.

    ``untrusted`` is why an address that the checkout has is not used.
    """
    about = job.pull_request
    reason, remedy = NOT_ASKED if has_url else NO_WIKI, REMEDY
    if untrusted and config.token:
        message = error_message(untrusted)
        reason, remedy = message.text, message.hint
    elif about and about.from_fork:
        reason, remedy = FORK, ""
    log.print_annotations([Annotation("notice", "wikisync", f"{reason} {remedy}".strip())])
    folder = tell.in_repository(config.folder, job)
    save_result(job, CommandResult(asked.command, folder, whole=False, body=""))
    if about is None:
        log.append(job.summary, f"### wikisync\n\n{escape(f'{reason} {remedy}')}\n")
        log.write_outputs(job.output, _nothing())
        return DONE
    return _preview(config, job, asked, about, f"{reason} {remedy}".strip())


def _preview(config: Config, job: Job, asked: Inputs, about: PullRequest, reason: str) -> int:
    title = "wikisync: the pages that this pull request changes"
    intro = f"{escape(reason)} Compared with {code(about.base)}, the target branch:"
    try:
        report = preview(config, job, delete=asked.delete)
    except GitHubError as error:
        log.print_annotations([Annotation("warning", "wikisync", str(error_message(error)))])
        log.append(job.summary, f"### {title}\n\n{escape(f'{reason} {error_message(error)}')}\n")
        log.write_outputs(job.output, _nothing())
        return DONE
    log.print_annotations(annotate(report, tell.in_repository(config.folder, job), asked.fail_on))
    log.write_outputs(job.output, step_outputs(report))
    if job.summary is not None:
        room = summary_limit(log.used(job.summary))
        log.append(job.summary, to_markdown(report, room, title, intro))
    return job_exit_code(report, asked.fail_on)


def _nothing() -> dict[str, str]:
    counted = dict.fromkeys(("created", "updated", "moved", "deleted", "conflicts"), "0")
    return {"changed": "false", **counted}
