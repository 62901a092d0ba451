"""A report as one HTML page that a browser opens from anywhere, and that acts on nothing.

Needs the extra ``report``. The package knows no side and no state: it gets a report, and gives
text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.errors import ExtraMissing

try:
    from wikisync.report.html.build import view
    from wikisync.report.html.document import document
    from wikisync.report.html.review import State, Told, review_page
    from wikisync.report.html.view import View
except ModuleNotFoundError as error:
    raise ExtraMissing("report", error.name or "") from error

if TYPE_CHECKING:
    from wikisync.workflow import Report

__all__ = ["State", "Told", "View", "review_page", "to_html", "view"]


def to_html(report: Report, made: str) -> str:
    """The page of a report. ``made`` is the time that it is of, in words."""
    return document(view(report, made))
