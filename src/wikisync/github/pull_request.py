"""The one pull request with what was edited on the wiki: opened, brought up to date, or closed.

Its branch is wikisync's as long as nobody else commits to it. Once somebody has, it is left alone
until the pull request is merged or closed; what is new on the wiki waits there meanwhile.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from wikisync.errors import GitHubError, WikisyncError
from wikisync.github import job_output
from wikisync.github.api import Api
from wikisync.github.clone import BRANCH, Clone
from wikisync.github.environment import CommandResult, job, load_result
from wikisync.github.markdown_text import escape
from wikisync.github.trust import check_writes, load
from wikisync.github.workflow_commands import Annotation, code_of
from wikisync.report.error_messages import error_message
from wikisync.report.json_output import DONE

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
    """What is to be proposed: the folder of this clone, against the branch ``base``."""

    job: Job
    clone: Clone
    base: str
    left: CommandResult


def propose_pull_request(env: Mapping[str, str]) -> int:
    """Propose what a pull brought into the folder; the exit code of the step."""
    job_output.guard_log(env)
    here = job(env)
    try:
        if not here.ref.startswith(_HEADS):
            raise GitHubError("open a pull request", f"{here.ref or 'this'} is no branch")
        check_writes(here)
        base = here.ref.removeprefix(_HEADS)
        found = load_result(here) or _without_action(here, env)
        clone = Clone(here, env.get("WIKISYNC_BRANCH", "").strip() or BRANCH)
        outcome = _proposed(_Proposal(here, clone, base, found))
    except WikisyncError as error:
        print(f"wikisync: {error_message(error)}", file=sys.stderr)  # noqa: T201
        job_output.report_error(error, here)
        return code_of(error)
    message = f"{outcome.text} {outcome.url}".strip()
    job_output.print_annotations(
        [Annotation("notice" if outcome.fine else "warning", "wikisync", message)]
    )
    job_output.append(here.summary, f"{escape(outcome.text)} {outcome.url}\n")
    job_output.write_outputs(here.output, {"pull-request": outcome.url})
    return DONE


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What became of it; ``url`` is the pull request's, where there is one."""

    text: str
    url: str = ""
    fine: bool = True


def _without_action(here: Job, env: Mapping[str, str]) -> CommandResult:
    """What is known where the pages were pulled by the command itself. Raises UsageError."""
    config = load(here, None, env, need_token=False)
    return CommandResult(
        "pull", job_output.in_repository(config.folder, here), whole=False, body=""
    )


def _proposed(about: _Proposal) -> _Outcome:
    clone, folder = about.clone, about.left.folder
    head, tree, there = clone.commit_of(), clone.tree_with(folder), clone.remote_commit()
    strangers = clone.foreign_commits(there) if there else ()
    if tree == clone.tree_of(head):
        if there is None or not about.left.whole or strangers:
            return _Outcome("Nothing was edited on the wiki that is not here.")
        return _withdraw(about, there)
    if there and strangers:
        return _Outcome(
            f"Somebody committed to {clone.branch} ({strangers[0][:9]}), so it is left alone. Merge"
            " or close its pull request and delete the branch: what is new on the wiki waits until"
            " then.",
            fine=False,
        )
    with Api(about.job, "open a pull request") as api:
        _check_base(about, api)
        if there is None or not clone.same_folder(tree, there, folder):
            clone.push(clone.commit(tree, head, TITLE), there)
        return api.again(lambda: _open(about, api))


def _check_base(about: _Proposal, api: Api) -> None:
    """Raise GitHubError where the branch is at work for a pull request into another branch."""
    for each in api.again(lambda: _pull_requests(about, api)):
        if (each.get("base") or {}).get("ref") != about.base:
            raise GitHubError(
                "open a pull request", f"{about.clone.branch} has one into another branch"
            )


def _open(about: _Proposal, api: Api) -> _Outcome:
    """Bring the open pull request of the branch up to date; a new one where there is none."""
    text = {"title": TITLE, "body": f"{INTRO}{about.left.body}"}
    found = _pull_requests(about, api)
    if not found:
        made = api.send("POST", "pulls", head=about.clone.branch, base=about.base, **text)
        return _Outcome("Opened a pull request:", _url(made))
    if any(found[0].get(name) != value for name, value in text.items()):
        api.send("PATCH", f"pulls/{int(found[0]['number'])}", **text)
    return _Outcome("The pull request is up to date:", _url(found[0]))


def _url(found: Mapping[str, Any]) -> str:
    return str(found.get("html_url") or "")


def _withdraw(about: _Proposal, there: str) -> _Outcome:
    """Close what proposes edits that are not on the wiki any more, or are here already."""
    with Api(about.job, "close the pull request") as api:

        def close() -> int:
            found = _pull_requests(about, api)
            for each in found:
                api.send("PATCH", f"pulls/{int(each['number'])}", state="closed")
            return len(found)

        closed = api.again(close)
    about.clone.drop(there)
    what = "The pull request is closed" if closed else f"{about.clone.branch} is deleted"
    return _Outcome(f"The folder has all that is on the wiki. {what}.")


def _pull_requests(about: _Proposal, api: Api) -> list[dict[str, Any]]:
    owner = about.job.repository.partition("/")[0]
    return list(api.items("pulls", state="open", head=f"{owner}:{about.clone.branch}"))
