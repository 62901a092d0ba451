"""Run the Action: read its inputs, run one command, and report the result to GitHub.

Without a token, as in a fork or a pull request from one, the run succeeds, says why the wiki was
not read, and compares the pull request with its target branch instead.

Inputs come from the environment variables that ``action.yml`` sets.
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
from wikisync.github.api import update_comment
from wikisync.github.check import check_plan, check_step
from wikisync.github.environment import CommandResult, read_job, save_result
from wikisync.github.markdown import comment_marker, error_markdown, to_markdown, without_address
from wikisync.github.markdown_text import code, comment_limit, escape, summary_limit
from wikisync.github.preview import preview
from wikisync.github.trust import check_writes, load
from wikisync.github.workflow_commands import (
    Annotation,
    FailOn,
    annotate,
    job_exit_code,
    needs_attention,
    step_outputs,
)
from wikisync.progress import silent
from wikisync.report.error_messages import error_message
from wikisync.report.html import builder
from wikisync.report.json_output import DONE, error_exit_code
from wikisync.report.terminal import show
from wikisync.request import Report, Request
from wikisync.workflow import sync_run
from wikisync.workflow.dry_run import dry_run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wikisync.config import Config
    from wikisync.github.environment import Job, PullRequest


_NO_URL: Final = "http://wiki.invalid"
"""The URL used to load the rest of the configuration where none is configured or trusted."""

NO_COMMENT: Final = "A pull request from a fork gets no comment: its runs may not write one."


@dataclass(frozen=True, slots=True)
class ActionRun:
    """A run of the Action: its inputs, the job it is in, and its configuration."""

    inputs: Inputs
    job: Job
    config: Config


def run_action(env: Mapping[str, str]) -> int:
    """Run the command that the inputs name, and return the exit code of the step."""
    job_output.guard_log(env)
    job = read_job(env)
    try:
        inputs = read_inputs(env)
        if inputs.command == "check":
            loaded = configuration.load(
                inputs.config, env=_with_inputs(env), need_token=False, need_url=False
            )
            config = _with_folder(loaded, inputs)
            return check_step(config, job, inputs.fail_on, _new_file(job, "sarif"))
        config, untrusted = _load_config(job, inputs, _with_inputs(env))
        job_output.mask(*config.secrets)
        if config.url == _NO_URL or not config.token:
            has_url = config.url != _NO_URL
            return report_unconfigured(config, job, inputs, untrusted, has_url=has_url)
        if inputs.command != "plan":
            check_writes(job, config.project, config.folder)
        return _run_command(ActionRun(inputs, job, config))
    except WikisyncError as error:
        _print_error(error, job)
        return error_exit_code(error)


def _with_inputs(env: Mapping[str, str]) -> dict[str, str]:
    """Return the environment with the inputs for the wiki as WIKISYNC variables."""
    names = ("URL", "TOKEN", "HEADERS")
    given = {name: value for name in names if (value := env.get(f"INPUT_{name}", "").strip())}
    return {**env, **{f"WIKISYNC_{name}": value for name, value in given.items()}}


def _load_config(
    job: Job, inputs: Inputs, env: Mapping[str, str]
) -> tuple[Config, UntrustedCheckout | None]:
    """Load the configuration; its URL is ``_NO_URL`` where none is configured or trusted.

    The error is the reason why a URL in the checkout is not trusted. Raises UsageError.
    """
    untrusted = None
    try:
        config = load(job, inputs.config, env, need_token=False)
    except (NotConfigured, UntrustedCheckout) as error:
        if inputs.config is not None and not inputs.config.is_file():
            raise
        placeholder_env = {**env, "WIKISYNC_URL": _NO_URL}
        config = configuration.load(inputs.config, env=placeholder_env, need_token=False)
        untrusted = error if isinstance(error, UntrustedCheckout) else None
    return _with_folder(config, inputs), untrusted


def _with_folder(config: Config, inputs: Inputs) -> Config:
    if not inputs.folder:
        return config
    folder = configuration.check_folder("action.yml", config.project, inputs.folder)
    return replace(config, folder=folder)


def _run_command(run: ActionRun) -> int:
    try:
        report, files = _execute(run)
    except WikisyncError as error:
        body = error_markdown(error, job_output.TITLES[run.inputs.command])
        _comment(run, without_address(body, run.config.url), create=False)
        raise
    from rich.console import Console

    whole = replace(report, diffs=(), request=replace(report.request, everything=True))
    show(whole, Console(highlight=False, markup=False, emoji=False))
    job_output.report_run(report, run.config, run.job, run.inputs.fail_on)
    job_output.write_outputs(run.job.output, files | _write_html(report, run))
    limit = comment_limit(run.job.run_url)
    wrong = check_plan(report, run.config, run.job) if run.inputs.command == "plan" else ""
    body = to_markdown(replace(report, wiki=""), limit, job_output.title(report), wrong)
    body = without_address(body, run.config.url)
    _comment(run, body, create=needs_attention(report))
    complete = job_exit_code(report, "conflicts") == DONE
    folder = job_output.in_repository(run.config.folder, run.job)
    save_result(run.job, CommandResult(run.inputs.command, folder, complete, body))
    return job_exit_code(report, run.inputs.fail_on)


def _execute(run: ActionRun) -> tuple[Report, dict[str, str]]:
    """Run the command; return its report, and the files written as {output name: path}."""
    inputs, command = run.inputs, run.inputs.command
    if command == "check":
        raise TypeError("check makes no plan")
    request = Request(
        command,
        "push" if command == "plan" else command,
        delete=inputs.delete,
        max_delete=inputs.max_delete,
        texts=True,
        images=True,
    )
    if inputs.command != "plan":
        return sync_run.run_sync(run.config, request, silent, ask=lambda _found: True), {}
    file = _new_file(run.job, "json")
    report = dry_run(run.config, replace(request, file=str(file)), silent)
    if report.plan.refusals:
        return report, {}
    settings = planfile.settings_of(run.config)
    return report, _make_output("plan-file", file, lambda: planfile.save(report, settings, file))


def _write_html(report: Report, run: ActionRun) -> dict[str, str]:
    """Write the report as an HTML file, and return it as {output name: path}."""
    file = _new_file(run.job, "html")
    return _make_output("report", file, lambda: builder.write(report, file))


def _make_output(name: str, file: Path, make: Callable[[], object]) -> dict[str, str]:
    """Call ``make`` to write a file; return {name: path}, or print a warning and return {}."""
    try:
        make()
    except WikisyncError as error:
        job_output.print_annotations([Annotation("warning", "wikisync", str(error_message(error)))])
        return {}
    return {name: str(file)}


def _new_file(job: Job, suffix: str) -> Path:
    """Return a path for a new file that later steps read, unique within the job."""
    folder = job.temporary or Path(tempfile.gettempdir())
    return folder / f"wikisync-{secrets.token_hex(4)}.{suffix}"


def _comment(run: ActionRun, body: str, *, create: bool) -> None:
    """Comment on the pull request, if the run has one. A failure is printed as a warning."""
    pull_request = run.job.pull_request
    if pull_request is None or not run.inputs.comment:
        return
    if pull_request.from_fork:
        job_output.append(run.job.summary, f"\n{NO_COMMENT}\n")
        return
    marker = comment_marker(run.config.url, run.config.folder_name, run.config.root)
    try:
        update_comment(run.job, pull_request.number, marker, body, create=create)
    except GitHubError as error:
        job_output.print_annotations([Annotation("warning", "wikisync", str(error_message(error)))])
        job_output.append(run.job.summary, f"\n{escape(str(error_message(error)))}\n")


def _print_error(error: WikisyncError, job: Job) -> None:
    print(f"wikisync: {error_message(error)}", file=sys.stderr)  # noqa: T201  (the log of the job)
    job_output.report_error(error, job)


FORK: Final = (
    "This pull request comes from a fork, so its runs get no secret and may not comment: the wiki"
    " was not asked."
)
NOT_ASKED: Final = "No token is given, so the wiki was not asked."
NO_WIKI: Final = "No wiki is configured, so there is nothing to do."
REMEDY: Final = "Set the secrets WIKISYNC_URL and WIKISYNC_TOKEN to change that."


def report_unconfigured(
    config: Config,
    job: Job,
    inputs: Inputs,
    untrusted: UntrustedCheckout | None = None,
    *,
    has_url: bool,
) -> int:
    """Report why the wiki is not read, with a preview of a pull request; return the exit code.

    ``untrusted`` is the reason why a URL in the checkout is not used.
    """
    pull_request = job.pull_request
    reason, remedy = NOT_ASKED if has_url else NO_WIKI, REMEDY
    if untrusted and config.token:
        message = error_message(untrusted)
        reason, remedy = message.text, message.hint
    elif pull_request and pull_request.from_fork:
        reason, remedy = FORK, ""
    job_output.print_annotations([Annotation("notice", "wikisync", f"{reason} {remedy}".strip())])
    folder = job_output.in_repository(config.folder, job)
    save_result(job, CommandResult(inputs.command, folder, complete=False, body=""))
    if pull_request is None:
        job_output.append(job.summary, f"### wikisync\n\n{escape(f'{reason} {remedy}')}\n")
        job_output.write_outputs(job.output, _zero_outputs())
        return DONE
    return _preview(config, job, inputs, pull_request, f"{reason} {remedy}".strip())


def _preview(
    config: Config, job: Job, inputs: Inputs, pull_request: PullRequest, reason: str
) -> int:
    title = "wikisync: the pages that this pull request changes"
    intro = f"{escape(reason)} Compared with {code(pull_request.base)}, the target branch:"
    try:
        report = preview(config, job, delete=inputs.delete)
    except GitHubError as error:
        job_output.print_annotations([Annotation("warning", "wikisync", str(error_message(error)))])
        job_output.append(
            job.summary, f"### {title}\n\n{escape(f'{reason} {error_message(error)}')}\n"
        )
        job_output.write_outputs(job.output, _zero_outputs())
        return DONE
    job_output.print_annotations(
        annotate(report, job_output.in_repository(config.folder, job), inputs.fail_on)
    )
    job_output.write_outputs(job.output, step_outputs(report))
    if wrong := check_plan(report, config, job):
        intro = f"{intro}\n\n{wrong}"
    if job.summary is not None:
        limit = summary_limit(job_output.size_of(job.summary))
        job_output.append(job.summary, to_markdown(report, limit, title, intro))
    return job_exit_code(report, inputs.fail_on)


def _zero_outputs() -> dict[str, str]:
    counts = dict.fromkeys(("created", "updated", "moved", "deleted", "conflicts"), "0")
    return {"changed": "false", **counts}


CommandInput = Literal["plan", "push", "pull", "sync", "check"]

_BOOLEANS: Final = {"true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs of the Action. An empty ``folder`` means that of the configuration."""

    command: CommandInput = "plan"
    folder: str = ""
    config: Path | None = None
    delete: bool = False
    max_delete: int | None = None
    fail_on: FailOn = "conflicts"
    comment: bool = True


def read_inputs(env: Mapping[str, str]) -> Inputs:
    """Read the inputs from the environment. Raises BadConfig, with the name of the input."""
    config = env.get("INPUT_CONFIG", "").strip()
    return Inputs(
        command=cast("CommandInput", _choice(env, "command", get_args(CommandInput), "plan")),
        folder=env.get("INPUT_FOLDER", "").strip(),
        config=Path(config) if config else None,
        delete=_BOOLEANS[_choice(env, "delete", tuple(_BOOLEANS), "false")],
        max_delete=_count(env, "max-delete"),
        fail_on=cast("FailOn", _choice(env, "fail-on", get_args(FailOn), "conflicts")),
        comment=_BOOLEANS[_choice(env, "comment", tuple(_BOOLEANS), "true")],
    )


def _input(env: Mapping[str, str], name: str) -> str:
    return env.get(f"INPUT_{name.upper().replace('-', '_')}", "").strip()


def _choice(env: Mapping[str, str], name: str, choices: tuple[str, ...], default: str) -> str:
    value = _input(env, name).lower() or default
    if value not in choices:
        raise BadConfig("action.yml", name, repr(value), f"one of {', '.join(choices)}")
    return value


def _count(env: Mapping[str, str], name: str) -> int | None:
    value = _input(env, name)
    if not value:
        return None
    if not (value.isascii() and value.isdigit()):
        raise BadConfig("action.yml", name, repr(value), "a whole number, 0 or more")
    return int(value)
