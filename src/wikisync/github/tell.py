"""Telling GitHub of a command: the summary, the annotations, the outputs."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from wikisync.github import log
from wikisync.github.job import job
from wikisync.report.github.annotations import annotate, of_error
from wikisync.report.github.ending import step_outputs
from wikisync.report.github.markdown import error_markdown, to_markdown
from wikisync.report.github.room import summary_limit

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.config import Config
    from wikisync.errors import WikisyncError
    from wikisync.github.job import Job
    from wikisync.report.github.ending import FailOn
    from wikisync.workflow.sync_run import Report

TITLES: Final = {
    "plan": "wikisync: what publishing this would change on the wiki",
    "push": "wikisync push: the folder to the wiki",
    "pull": "wikisync pull: the wiki to the folder",
    "sync": "wikisync sync: both ways",
}


def report_run(report: Report, config: Config, job: Job, fail_on: FailOn = "conflicts") -> None:
    """Tell of a command that has a report."""
    log.print_annotations(annotate(report, in_repository(config.folder, job), fail_on))
    log.write_outputs(job.output, step_outputs(report))
    if job.summary is not None:
        room = summary_limit(log.used(job.summary))
        log.append(job.summary, f"{to_markdown(report, room, title(report))}\n")


def report_command(report: Report, config: Config) -> None:
    """Tell of a command that a step ran by itself, as its environment says."""
    report_run(report, config, job(os.environ))


def report_command_error(error: WikisyncError) -> None:
    """The same of what ended it before there was anything to report."""
    report_error(error, job(os.environ))


def report_error(error: WikisyncError, job: Job) -> None:
    """Tell of what ended a command before there was anything to report."""
    log.print_annotations([of_error(error)])
    log.append(job.summary, error_markdown(error, "wikisync: it could not be done"))


def title(report: Report) -> str:
    """The heading of what is told of a report."""
    request = report.request
    named = TITLES.get(request.command, f"wikisync {request.command}")
    return f"{named} (only looked)" if request.dry_run else named


def in_repository(folder: Path, job: Job) -> str:
    """The folder of pages as the repository names it, for annotations of its files."""
    try:
        return folder.resolve().relative_to(job.workspace.resolve()).as_posix()
    except ValueError:
        return folder.as_posix()
