"""The Action: one command, told to GitHub in all the ways that it has, and how the job ends."""

from __future__ import annotations

import secrets
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from wikisync import config as configuration
from wikisync import planfile
from wikisync.errors import GitHubError, NotConfigured, UntrustedCheckout, WikisyncError
from wikisync.github import log, tell
from wikisync.github.comment import comment
from wikisync.github.handover import CommandResult, save_result
from wikisync.github.inputs import inputs
from wikisync.github.job import job
from wikisync.github.trust import check_writes, load
from wikisync.github.unconfigured import unconfigured
from wikisync.report.error_messages import error_message
from wikisync.report.github.commands import Annotation
from wikisync.report.github.ending import code_of, differs, job_exit_code
from wikisync.report.github.markdown import error_markdown, mark, to_markdown, without_address
from wikisync.report.github.markup import escape
from wikisync.report.github.room import comment_limit
from wikisync.report.html import builder
from wikisync.report.json_output import DONE
from wikisync.report.progress import silent
from wikisync.report.terminal import show
from wikisync.request import Report, Request
from wikisync.workflow import sync_run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wikisync.config import Config
    from wikisync.github.inputs import Inputs
    from wikisync.github.job import Job

_NOWHERE: Final = "http://wiki.invalid"
"""Stands for an address that nobody gave, so that the rest of the configuration can be read."""

NO_COMMENT: Final = "A pull request from a fork gets no comment: its runs may not write one."


@dataclass(frozen=True, slots=True)
class ActionRun:
    """One run of the Action."""

    asked: Inputs
    job: Job
    config: Config


def run_action(env: Mapping[str, str]) -> int:
    """Do what the inputs ask for; the exit code of the step."""
    log.guard_log(env)
    here = job(env)
    try:
        asked = inputs(env)
        config, untrusted = _config(here, asked, _environment(env))
        log.mask(config.token)
        if config.url == _NOWHERE or not config.token:
            has_url = config.url != _NOWHERE
            return unconfigured(config, here, asked, untrusted, has_url=has_url)
        if asked.command != "plan":
            check_writes(here)
        return _commanded(ActionRun(asked, here, config))
    except WikisyncError as error:
        _tell_error(error, here)
        return code_of(error)


def _environment(env: Mapping[str, str]) -> dict[str, str]:
    """The environment with the inputs in the places where the configuration looks for them."""
    given = {
        name: value for name in ("URL", "TOKEN") if (value := env.get(f"INPUT_{name}", "").strip())
    }
    return {**env, **{f"WIKISYNC_{name}": value for name, value in given.items()}}


def _config(
    here: Job, asked: Inputs, env: Mapping[str, str]
) -> tuple[Config, UntrustedCheckout | None]:
    """Load the configuration; its address is ``_NOWHERE`` where there is none that may be used.

    The error says why, where the checkout has one. Raises UsageError.
    """
    untrusted = None
    try:
        config = load(here, asked.config, env, need_token=False)
    except (NotConfigured, UntrustedCheckout) as error:
        if asked.config is not None and not asked.config.is_file():
            raise
        nowhere = {**env, "WIKISYNC_URL": _NOWHERE}
        config = configuration.load(asked.config, env=nowhere, need_token=False)
        untrusted = error if isinstance(error, UntrustedCheckout) else None
    if asked.folder:
        folder = configuration.check_folder("action.yml", config.root, asked.folder)
        config = replace(config, folder=folder)
    return config, untrusted


def _commanded(run: ActionRun) -> int:
    try:
        report, files = _report(run)
    except WikisyncError as error:
        body = error_markdown(error, tell.TITLES[run.asked.command])
        _comment(run, without_address(body, run.config.url), anew=False)
        raise
    from rich.console import Console

    show(replace(report, diffs=()), Console(highlight=False, markup=False, emoji=False))
    tell.report_run(report, run.config, run.job, run.asked.fail_on)
    log.write_outputs(run.job.output, files | _page(report, run))
    room = comment_limit(run.job.run_url)
    body = to_markdown(replace(report, wiki=""), room, tell.title(report))
    body = without_address(body, run.config.url)
    _comment(run, body, anew=differs(report))
    whole = job_exit_code(report, "conflicts") == DONE
    folder = tell.in_repository(run.config.folder, run.job)
    save_result(run.job, CommandResult(run.asked.command, folder, whole, body))
    return job_exit_code(report, run.asked.fail_on)


def _report(run: ActionRun) -> tuple[Report, dict[str, str]]:
    """What the command found and did, and the files that it wrote, by their outputs' names."""
    asked = run.asked
    request = Request(
        asked.command,
        "push" if asked.command == "plan" else asked.command,
        delete=asked.delete,
        max_delete=asked.max_delete,
        texts=True,
    )
    if asked.command != "plan":
        return sync_run.run_sync(run.config, request, silent, ask=lambda _found: True), {}
    file = _place(run.job, "json")
    report = sync_run.dry_run(run.config, replace(request, file=str(file)), silent)
    if report.plan.refusals:
        return report, {}
    settings = planfile.settings_of(run.config)
    return report, _made("plan-file", file, lambda: planfile.save(report, settings, file))


def _page(report: Report, run: ActionRun) -> dict[str, str]:
    """The report as an HTML page."""
    file = _place(run.job, "html")
    return _made("report", file, lambda: builder.write(report, file))


def _made(name: str, file: Path, make: Callable[[], object]) -> dict[str, str]:
    """A file for later steps, as an output; that it cannot be made is a warning, no more."""
    try:
        make()
    except WikisyncError as error:
        log.print_annotations([Annotation("warning", "wikisync", str(error_message(error)))])
        return {}
    return {name: str(file)}


def _place(job: Job, suffix: str) -> Path:
    """A file for later steps, of a name that no other run of the Action in this job has."""
    folder = job.temporary or Path(tempfile.gettempdir())
    return folder / f"wikisync-{secrets.token_hex(4)}.{suffix}"


def _comment(run: ActionRun, body: str, *, anew: bool) -> None:
    """Comment on the pull request, where there is one. That it fails is a warning, no more."""
    about = run.job.pull_request
    if about is None or not run.asked.comment:
        return
    if about.from_fork:
        log.append(run.job.summary, f"\n{NO_COMMENT}\n")
        return
    hidden = mark(run.config.url, run.config.folder_name)
    try:
        comment(run.job, about.number, hidden, body, anew=anew)
    except GitHubError as error:
        log.print_annotations([Annotation("warning", "wikisync", str(error_message(error)))])
        log.append(run.job.summary, f"\n{escape(str(error_message(error)))}\n")


def _tell_error(error: WikisyncError, here: Job) -> None:
    print(f"wikisync: {error_message(error)}", file=sys.stderr)  # noqa: T201  (the log is its screen)
    tell.report_error(error, here)
