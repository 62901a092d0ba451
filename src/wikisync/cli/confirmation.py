"""Ask at a terminal whether a plan is to be carried out."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from wikisync.cli.terminal import console_for

if TYPE_CHECKING:
    from wikisync.request import Report


@dataclass(slots=True)
class Confirmation:
    """Decides whether a plan is carried out: with ``yes`` always, else a user is asked.

    ``asked`` is set once a plan was shown with a question.
    """

    yes: bool
    asked: bool = False

    def __call__(self, report: Report) -> bool:
        """Show the plan and ask. Raises NeedsYes where there is no terminal."""
        if self.yes:
            return True
        self.asked = True
        return _confirm(report)


def _confirm(report: Report) -> bool:
    from wikisync.errors import NeedsYes
    from wikisync.report.question import question_message
    from wikisync.report.terminal import show_plan

    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise NeedsYes
    show_plan(report, console_for(stderr=True))
    try:
        with redirect_stdout(sys.stderr):  # else the space after the question goes to stdout
            return _ask(question_message(report.plan))
    except typer.Abort:
        return False


def _ask(question: str) -> bool:
    from wikisync.report.wrapping import wrapped_rows

    rows = wrapped_rows(console_for(stderr=True), f"{question} [y/N]", reserve=len(": "))
    return typer.confirm("\n".join(rows), show_default=False, err=True)
