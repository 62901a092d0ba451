"""Run ``check`` as a command of the Action, and for the files of a plan."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from wikisync.errors import WikisyncError
from wikisync.github import job_output
from wikisync.github.environment import read_job
from wikisync.github.markdown_text import code, escape
from wikisync.github.workflow_commands import annotate_findings
from wikisync.progress import silent
from wikisync.report.check_messages import finding_message, fix_message
from wikisync.report.check_output import closing_line, exit_code, result_lines
from wikisync.report.json_output import DONE
from wikisync.report.sarif import write_sarif
from wikisync.workflow.check import run_check

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from wikisync.checking.model import CheckResult, Finding
    from wikisync.config import Config
    from wikisync.github.environment import Job
    from wikisync.github.workflow_commands import FailOn
    from wikisync.request import Report

_SHOWN = 50
"""Findings in the summary of a job; the log has them all."""


def check_step(config: Config, job: Job, fail_on: FailOn, sarif: Path) -> int:
    """Check the folder in a step of a job, and return its exit code. Raises WikisyncError."""
    result = run_check(config, (), silent)
    for line in result_lines(result):
        print("".join(piece.text for piece in line))  # noqa: T201  (the log of the job)
    print(closing_line(result))  # noqa: T201
    report_check(result, config, job, warnings=fail_on == "never")
    write_sarif(result, job_output.in_repository(config.folder, job), sarif)
    job_output.write_outputs(job.output, {"sarif": str(sarif)})
    return DONE if fail_on == "never" else exit_code(result)


def report_check(result: CheckResult, config: Config, job: Job, *, warnings: bool = False) -> None:
    """Write the annotations and the summary of a check."""
    folder = job_output.in_repository(config.folder, job)
    job_output.print_annotations(annotate_findings(result.findings, folder, warnings=warnings))
    job_output.append(job.summary, check_markdown(result))


def report_command_check(result: CheckResult, config: Config) -> None:
    """Report a check that a step ran without the Action; the job is read from the environment."""
    report_check(result, config, read_job(os.environ))


def check_markdown(result: CheckResult) -> str:
    """Return the summary of a check."""
    lines = [
        "### wikisync check: what readers would see wrong",
        "",
        escape(closing_line(result)),
        "",
    ]
    for each in result.findings[:_SHOWN]:
        place = f"{each.file}:{each.line}" if each.line else each.file
        text = escape(f"{finding_message(each)} {fix_message(each)}".strip())
        lines.append(f"- {each.level} {code(each.rule)} {code(place)}: {text}")
    if (rest := len(result.findings) - _SHOWN) > 0:
        lines.append(f"- and {rest:,} more, which the log has")
    return "\n".join(["", *lines, ""])


def check_plan(report: Report, config: Config, job: Job) -> str:
    """Annotate what is wrong in the files that a plan would publish; return a line of Markdown.

    All of it is a warning. The line is empty where nothing is wrong, or the check fails.
    """
    files = {action.file for action in report.plan.actions if action.side == "wiki"}
    findings = _findings(config, files)
    if not findings:
        return ""
    folder = job_output.in_repository(config.folder, job)
    job_output.print_annotations(annotate_findings(findings, folder, warnings=True))
    counts = Counter(each.rule for each in findings)
    rules = ", ".join(f"{count} {code(rule)}" for rule, count in counts.most_common())
    where = "these files" if len({each.file for each in findings}) > 1 else code(findings[0].file)
    return f"{code('wikisync check')} finds in {where}: {rules}."


def _findings(config: Config, files: Collection[str]) -> tuple[Finding, ...]:
    if not files:
        return ()
    try:
        result = run_check(replace(config, url=""), (), silent)
    except WikisyncError:  # it is an extra: the plan says what matters
        return ()
    return tuple(each for each in result.findings if each.file in files)
