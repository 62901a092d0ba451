"""Run a review: plan, serve the page, wait, write the ticked pages, show the results."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from wikisync.errors import WikisyncError
from wikisync.loopback.auth import Auth
from wikisync.loopback.server import listen, serve
from wikisync.report.error_messages import error_message
from wikisync.report.html import build_view
from wikisync.report.json_output import exit_code
from wikisync.report.summary import summary
from wikisync.review.rounds import next_round
from wikisync.review.server import ReviewApp
from wikisync.review.session import Session
from wikisync.workflow.apply_plan import apply_reviewed
from wikisync.workflow.dry_run import dry_run

if TYPE_CHECKING:
    from collections.abc import Callable

    from wikisync.config import Config
    from wikisync.page.model import Key
    from wikisync.progress import Progress
    from wikisync.request import Report, Request

IDLE_SECONDS: Final = 60 * 60.0
"""Seconds without a request after which a review ends."""

DELIVERY_SECONDS: Final = 10.0
DELIVERY_SECONDS_UNWRITTEN: Final = 1.0
"""Seconds that the browser has to fetch the final state, after writes and without them."""

READ_SECONDS: Final = 20.0
"""Seconds that the final page can be fetched again, while the browser shows it."""


def review(
    config: Config,
    request: Request,
    progress: Progress,
    on_ready: Callable[[str], None],
    notice: Callable[[], None] = lambda: None,
    on_timeout: Callable[[], None] = lambda: None,
    on_end: Callable[[Report], None] = lambda _report: None,
    *,
    idle: float = IDLE_SECONDS,
) -> Report:
    """Serve the plan of ``request`` for a user to tick pages, write those, and return the report.

    ``on_ready`` is called with the URL, which works in one browser; ``on_timeout`` after ``idle``
    seconds without a request; ``notice`` when the user presses Ctrl-C during the writes. No lock is
    held while the page is open. All ticked pages are checked again before the first write. If one
    changed, or a guard refuses, nothing is written, and the page shows a new plan with the other
    ticks. ``on_end`` is called with the report as soon as it is known: the page stays for a moment,
    so that a reload shows it. Without pages to tick, nothing is served. Raises the errors of
    ``dry_run`` and ``apply_plan.apply_reviewed``, and PortTaken.
    """
    planned = dry_run(config, request, progress)
    view = build_view(planned, _now())
    if not any(entry.may_be_ticked for entry in view.entries):
        on_end(planned)
        return planned
    session = Session(view)
    listener = listen()
    auth = Auth(listener.getsockname()[1])
    with serve(ReviewApp(auth, session).app, listener):
        chosen = _wait(session, idle, on_timeout, lambda: on_ready(auth.address))
        while chosen is not None:
            report = _write_chosen(config, planned, chosen, session, progress, notice)
            if not report.plan.refusals:
                break
            planned = _show_new_plan(config, report, session, progress)
            chosen = _wait(session, idle, on_timeout)
        else:
            report = replace(planned, declined=True)
            if session.state.phase == "open":
                session.end(("Nothing was written.",), good=False)
        on_end(report)
        with suppress(KeyboardInterrupt):
            written = chosen is not None
            session.wait_for_delivery(DELIVERY_SECONDS if written else DELIVERY_SECONDS_UNWRITTEN)
            if session.state.stays:
                session.wait_for_reader(READ_SECONDS)
        return report


def _wait(
    session: Session,
    idle: float,
    on_timeout: Callable[[], None],
    begin: Callable[[], None] = lambda: None,
) -> frozenset[Key] | None:
    """Call ``begin``, and return the pages to write; None after a close, Ctrl-C or no request."""
    try:
        begin()
        chosen = session.wait(idle)
    except KeyboardInterrupt:
        return None
    if chosen is None and session.state.phase == "open":
        on_timeout()
    return chosen


def _write_chosen(
    config: Config,
    planned: Report,
    chosen: frozenset[Key],
    session: Session,
    progress: Progress,
    notice: Callable[[], None],
) -> Report:
    """Write the chosen pages and end the session; with refusals, neither."""
    try:
        report = apply_reviewed(
            config,
            planned.request,
            planned.plan,
            progress,
            lambda _report: True,
            notice,
            is_selected=chosen.__contains__,
            on_result=session.record,
        )
    except WikisyncError as error:
        _end_with_error(session, error)
        raise
    if report.plan.refusals:
        return report
    for outcome in report.all_outcomes:  # some may have another result by the end of the run
        session.record(outcome)
    report = replace(report, unticked=session.unticked)
    session.end(tuple(summary(report)), good=_all_written(report), stays=not report.interrupted)
    return report


def _show_new_plan(config: Config, refused: Report, session: Session, progress: Progress) -> Report:
    """Make a new plan after one was refused, open the session again with it, and return it."""
    try:
        planned = dry_run(config, refused.request, progress)
    except WikisyncError as error:
        _end_with_error(session, error)
        raise
    before, state = session.shown
    view = build_view(planned, _now())
    session.reopen(view, next_round(before, state.ticked, view, refused.plan.refusals))
    return planned


def _end_with_error(session: Session, error: WikisyncError) -> None:
    """End a session, and wait until the browser has fetched the end; Ctrl-C skips the wait."""
    session.end((str(error_message(error)),), good=False)
    with suppress(KeyboardInterrupt):
        session.wait_for_delivery(DELIVERY_SECONDS)


def _all_written(report: Report) -> bool:
    """Return whether all that was chosen was done; what cannot be chosen does not count."""
    assets = report.plan.assets and replace(report.plan.assets, conflicts=(), problems=())
    chosen = replace(report.plan, conflicts=(), problems=(), assets=assets)
    return exit_code(replace(report, plan=chosen)) == 0


def _now() -> str:
    now = datetime.now(UTC)
    return f"{now.day} {now:%B %Y, %H:%M} UTC"
