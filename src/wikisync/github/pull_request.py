"""Open, update or close the pull request with the edits made on the wiki.

Its branch is force-pushed only while all its commits are by wikisync. After a commit by others it
is left alone until the pull request is merged or closed; new edits on the wiki wait until then.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from wikisync.errors import GitHubError, WikisyncError
from wikisync.github import job_output
from wikisync.github.api import Api
from wikisync.github.clone import BRANCH, Clone
from wikisync.github.environment import CommandResult, load_result, read_job
from wikisync.github.markdown_text import escape
from wikisync.github.trust import check_writes, load
from wikisync.github.workflow_commands import Annotation
from wikisync.report.error_messages import error_message
from wikisync.report.json_output import DONE, error_exit_code

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.github.environment import Job

TITLE: Final = "Edited on the wiki"
INTRO: Final = (
    "These pages were edited on the wiki. Merging this brings the edits into the folder; until"
    " then, nothing that is published overwrites them.\n\nwikisync keeps this branch up to date"
    " for as long as nobody else commits to it.\n\n"
)

_HEADS: Final = "refs/heads/"


@dataclass(frozen=True, slots=True)
class _Proposal:
    """The input of a pull request: the pulled folder of ``clone``, for the branch ``base``."""

    job: Job
    clone: Clone
    base: str
    result: CommandResult


def propose_pull_request(env: Mapping[str, str]) -> int:
    """Open or update the pull request for the pulled pages; return the exit code of the step."""
    job_output.guard_log(env)
    job = read_job(env)
    try:
        if not job.ref.startswith(_HEADS):
            raise GitHubError("open a pull request", f"{job.ref or 'this'} is no branch")
        check_writes(job)
        base = job.ref.removeprefix(_HEADS)
        result = load_result(job) or _result_without_action(job, env)
        clone = Clone(job, env.get("WIKISYNC_BRANCH", "").strip() or BRANCH)
        outcome = _propose(_Proposal(job, clone, base, result))
    except WikisyncError as error:
        print(f"wikisync: {error_message(error)}", file=sys.stderr)  # noqa: T201
        job_output.report_error(error, job)
        return error_exit_code(error)
    message = f"{outcome.text} {outcome.url}".strip()
    job_output.print_annotations(
        [Annotation("notice" if outcome.ok else "warning", "wikisync", message)]
    )
    job_output.append(job.summary, f"{escape(outcome.text)} {outcome.url}\n")
    job_output.write_outputs(job.output, {"pull-request": outcome.url})
    return DONE


@dataclass(frozen=True, slots=True)
class _Outcome:
    """The outcome as a sentence; ``url`` is that of the pull request, or empty."""

    text: str
    url: str = ""
    ok: bool = True


def _result_without_action(job: Job, env: Mapping[str, str]) -> CommandResult:
    """Return a result for pages pulled by the command, not the Action. Raises UsageError."""
    config = load(job, None, env, need_token=False)
    return CommandResult(
        "pull", job_output.in_repository(config.folder, job), complete=False, body=""
    )


def _propose(proposal: _Proposal) -> _Outcome:
    clone, folder = proposal.clone, proposal.result.folder
    head, tree, remote = clone.commit_of(), clone.tree_with(folder), clone.remote_commit()
    foreign = clone.foreign_commits(remote) if remote else ()
    if tree == clone.tree_of(head):
        if remote is None or not proposal.result.complete or foreign:
            return _Outcome("Nothing was edited on the wiki that is not here.")
        return _withdraw(proposal, remote)
    if remote and foreign:
        return _Outcome(
            f"Somebody committed to {clone.branch} ({foreign[0][:9]}), so it is left alone. Merge"
            " or close its pull request and delete the branch: what is new on the wiki waits until"
            " then.",
            ok=False,
        )
    with Api(proposal.job, "open a pull request") as api:
        _check_base(proposal, api)
        if remote is None or not clone.same_folder(tree, remote, folder):
            clone.push(clone.commit(tree, head, TITLE), remote)
        return api.retry(lambda: _open_or_update(proposal, api))


def _check_base(proposal: _Proposal, api: Api) -> None:
    """Raise GitHubError where the branch has an open pull request into another branch."""
    for each in api.retry(lambda: _pull_requests(proposal, api)):
        if (each.get("base") or {}).get("ref") != proposal.base:
            raise GitHubError(
                "open a pull request", f"{proposal.clone.branch} has one into another branch"
            )


def _open_or_update(proposal: _Proposal, api: Api) -> _Outcome:
    """Update the open pull request of the branch, or open one."""
    text = {"title": TITLE, "body": f"{INTRO}{proposal.result.body}"}
    found = _pull_requests(proposal, api)
    if not found:
        made = api.send("POST", "pulls", head=proposal.clone.branch, base=proposal.base, **text)
        return _Outcome("Opened a pull request:", _url(made))
    if any(found[0].get(name) != value for name, value in text.items()):
        api.send("PATCH", f"pulls/{int(found[0]['number'])}", **text)
    return _Outcome("The pull request is up to date:", _url(found[0]))


def _url(found: Mapping[str, Any]) -> str:
    return str(found.get("html_url") or "")


def _withdraw(proposal: _Proposal, remote: str) -> _Outcome:
    """Close the pull request and delete its branch: folder and wiki are the same."""
    with Api(proposal.job, "close the pull request") as api:

        def close() -> int:
            found = _pull_requests(proposal, api)
            for each in found:
                api.send("PATCH", f"pulls/{int(each['number'])}", state="closed")
            return len(found)

        closed = api.retry(close)
    proposal.clone.delete_branch(remote)
    outcome = "The pull request is closed" if closed else f"{proposal.clone.branch} is deleted"
    return _Outcome(f"The folder has all that is on the wiki. {outcome}.")


def _pull_requests(proposal: _Proposal, api: Api) -> list[dict[str, Any]]:
    """Return the open pull requests of the branch. Forgejo and Gitea list those of all branches."""
    repository, branch = proposal.job.repository, proposal.clone.branch
    found = api.items("pulls", state="open", head=f"{repository.partition('/')[0]}:{branch}")
    return [each for each in found if _is_from(each.get("head") or {}, repository, branch)]


def _is_from(head: Mapping[str, Any], repository: str, branch: str) -> bool:
    """Return whether a pull request is from the branch of this repository, not of a fork."""
    of = (head.get("repo") or {}).get("full_name", repository)
    return head.get("ref") == branch and of == repository
