"""A report as one HTML page that a browser opens from anywhere, and that acts on nothing.

Needs the extra ``report``. The package knows no side and no state: it gets a report, and gives
text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.errors import ExtraMissing

try:
    from wikisync.report.html.builder import build_view
    from wikisync.report.html.model import PageView
    from wikisync.report.html.page import PublishedPage, ReviewState, document, review_page
except ModuleNotFoundError as error:
    raise ExtraMissing("report", error.name or "") from error

if TYPE_CHECKING:
    from wikisync.request import Report

__all__ = ["PageView", "PublishedPage", "ReviewState", "build_view", "review_page", "to_html"]


def to_html(report: Report, made: str) -> str:
    """The page of a report. ``made`` is the time that it is of, in words."""
    return document(build_view(report, made))
