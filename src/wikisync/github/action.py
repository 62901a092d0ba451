"""The Action: one command, told to GitHub in all the ways that it has, and how the job ends.

A run that has no wiki to ask: a fork of the project, or a pull request that gets no secret.

It ends green, says why, and shows of a pull request what can be shown without the wiki.

The Action's inputs, from the environment that ``action.yml`` gives its script.
"""

from __future__ import annotations

import secrets
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, cast, get_args

from wikisync import config as configuration
from wikisync import planfile
from wikisync.errors import BadConfig, GitHubError, NotConfigured, UntrustedCheckout, WikisyncError
from wikisync.github import job_output
from wikisync.github.api import comment
from wikisync.github.environment import CommandResult, job, save_result
from wikisync.github.markdown import error_markdown, mark, to_markdown, without_address
from wikisync.github.markdown_text import code, comment_limit, escape, summary_limit
from wikisync.github.preview import preview
from wikisync.github.trust import check_writes, load
from wikisync.github.workflow_commands import (
    Annotation,
    FailOn,
    annotate,
    code_of,
    differs,
    job_exit_code,
    step_outputs,
)
from wikisync.progress import silent
from wikisync.report.error_messages import error_message
from wikisync.report.html import builder
from wikisync.report.json_output import DONE
from wikisync.report.terminal import show
from wikisync.request import Report, Request
from wikisync.workflow import sync_run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wikisync.config import Config
    from wikisync.github.environment import Job, PullRequest


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
    job_output.guard_log(env)
    here = job(env)
    try:
        asked = inputs(env)
        config, untrusted = _config(here, asked, _environment(env))
        job_output.mask(config.token)
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
        body = error_markdown(error, job_output.TITLES[run.asked.command])
        _comment(run, without_address(body, run.config.url), anew=False)
        raise
    from rich.console import Console

    show(replace(report, diffs=()), Console(highlight=False, markup=False, emoji=False))
    job_output.report_run(report, run.config, run.job, run.asked.fail_on)
    job_output.write_outputs(run.job.output, files | _page(report, run))
    room = comment_limit(run.job.run_url)
    body = to_markdown(replace(report, wiki=""), room, job_output.title(report))
    body = without_address(body, run.config.url)
    _comment(run, body, anew=differs(report))
    whole = job_exit_code(report, "conflicts") == DONE
    folder = job_output.in_repository(run.config.folder, run.job)
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
        job_output.print_annotations([Annotation("warning", "wikisync", str(error_message(error)))])
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
        job_output.append(run.job.summary, f"\n{NO_COMMENT}\n")
        return
    hidden = mark(run.config.url, run.config.folder_name)
    try:
        comment(run.job, about.number, hidden, body, anew=anew)
    except GitHubError as error:
        job_output.print_annotations([Annotation("warning", "wikisync", str(error_message(error)))])
        job_output.append(run.job.summary, f"\n{escape(str(error_message(error)))}\n")


def _tell_error(error: WikisyncError, here: Job) -> None:
    print(f"wikisync: {error_message(error)}", file=sys.stderr)  # noqa: T201  (the log is its screen)
    job_output.report_error(error, here)


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
    job_output.print_annotations([Annotation("notice", "wikisync", f"{reason} {remedy}".strip())])
    folder = job_output.in_repository(config.folder, job)
    save_result(job, CommandResult(asked.command, folder, whole=False, body=""))
    if about is None:
        job_output.append(job.summary, f"### wikisync\n\n{escape(f'{reason} {remedy}')}\n")
        job_output.write_outputs(job.output, _nothing())
        return DONE
    return _preview(config, job, asked, about, f"{reason} {remedy}".strip())


def _preview(config: Config, job: Job, asked: Inputs, about: PullRequest, reason: str) -> int:
    title = "wikisync: the pages that this pull request changes"
    intro = f"{escape(reason)} Compared with {code(about.base)}, the target branch:"
    try:
        report = preview(config, job, delete=asked.delete)
    except GitHubError as error:
        job_output.print_annotations([Annotation("warning", "wikisync", str(error_message(error)))])
        job_output.append(
            job.summary, f"### {title}\n\n{escape(f'{reason} {error_message(error)}')}\n"
        )
        job_output.write_outputs(job.output, _nothing())
        return DONE
    job_output.print_annotations(
        annotate(report, job_output.in_repository(config.folder, job), asked.fail_on)
    )
    job_output.write_outputs(job.output, step_outputs(report))
    if job.summary is not None:
        room = summary_limit(job_output.used(job.summary))
        job_output.append(job.summary, to_markdown(report, room, title, intro))
    return job_exit_code(report, asked.fail_on)


def _nothing() -> dict[str, str]:
    counted = dict.fromkeys(("created", "updated", "moved", "deleted", "conflicts"), "0")
    return {"changed": "false", **counted}


CommandInput = Literal["plan", "push", "pull", "sync"]

_FLAGS: Final = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a workflow asked the Action for. ``folder`` is empty where the configuration tells."""

    command: CommandInput = "plan"
    folder: str = ""
    config: Path | None = None
    delete: bool = False
    max_delete: int | None = None
    fail_on: FailOn = "conflicts"
    comment: bool = True


def inputs(env: Mapping[str, str]) -> Inputs:
    """The inputs. Raises BadConfig, by the input's own name."""
    config = env.get("INPUT_CONFIG", "").strip()
    return Inputs(
        command=cast("CommandInput", _word(env, "command", get_args(CommandInput), "plan")),
        folder=env.get("INPUT_FOLDER", "").strip(),
        config=Path(config) if config else None,
        delete=_FLAGS[_word(env, "delete", tuple(_FLAGS), "false")],
        max_delete=_count(env, "max-delete"),
        fail_on=cast("FailOn", _word(env, "fail-on", get_args(FailOn), "conflicts")),
        comment=_FLAGS[_word(env, "comment", tuple(_FLAGS), "true")],
    )


def _given(env: Mapping[str, str], name: str) -> str:
    return env.get(f"INPUT_{name.upper().replace('-', '_')}", "").strip()


def _word(env: Mapping[str, str], name: str, known: tuple[str, ...], default: str) -> str:
    value = _given(env, name).lower() or default
    if value not in known:
        raise BadConfig("action.yml", name, repr(value), f"one of {', '.join(known)}")
    return value


def _count(env: Mapping[str, str], name: str) -> int | None:
    value = _given(env, name)
    if not value:
        return None
    if not (value.isascii() and value.isdigit()):
        raise BadConfig("action.yml", name, repr(value), "a whole number from 0")
    return int(value)
