"""``--html FILE``: the report as a page in a file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from wikisync.errors import BadConfig, FolderError
from wikisync.folder.filesystem import reason_of
from wikisync.private_files import write_output

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.config import Config
    from wikisync.workflow.sync_run import Report


def check(file: Path, config: Config) -> None:
    """See that the report can be made and may lie there, before there is anything to report.

    Raises ExtraMissing, and BadConfig for a file among the pages, where it would be taken for one.
    """
    import wikisync.report.html  # noqa: F401

    if file.resolve().is_relative_to(config.folder.resolve()):
        raise BadConfig("", "--html", str(file), f"outside {config.folder_name}/, where pages are")


def write(report: Report, file: Path) -> None:
    """Write the page of a report, whole; a new file is for its owner alone. Raises FolderError."""
    from wikisync.report.html import to_html

    now = datetime.now(UTC)
    text = to_html(report, f"{now.day} {now:%B %Y, %H:%M} UTC")
    try:
        write_output(file, text.encode())
    except OSError as error:
        raise FolderError(str(file), "write", reason_of(error)) from error
