"""Format a report as one self-contained HTML page without active content.

Needs the extra ``report``. The package reads neither side and no state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.errors import ExtraMissing

try:
    from wikisync.report.html.builder import build_view
    from wikisync.report.html.model import PageView
    from wikisync.report.html.page import document
    from wikisync.report.html.review import PublishedPage, ReviewState, review_page
except ModuleNotFoundError as error:
    raise ExtraMissing("report", error.name or "") from error

if TYPE_CHECKING:
    from wikisync.request import Report

__all__ = ["PageView", "PublishedPage", "ReviewState", "build_view", "review_page", "to_html"]


def to_html(report: Report, made: str) -> str:
    """Return the HTML page of a report. ``made`` is its time, in words."""
    return document(build_view(report, made))
