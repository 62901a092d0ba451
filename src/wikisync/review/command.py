"""Run a review: plan, serve the page, wait, write the ticked pages, show the results."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from wikisync.errors import WikisyncError
from wikisync.report.error_messages import error_message
from wikisync.report.html import build_view
from wikisync.report.json_output import exit_code
from wikisync.report.summary import summary
from wikisync.report.text import plural
from wikisync.review.auth import Auth
from wikisync.review.rounds import next_round
from wikisync.review.server import ReviewApp, listen, serve
from wikisync.review.session import Session
from wikisync.workflow import sync_run
from wikisync.workflow.apply_plan import apply_reviewed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wikisync.config import Config
    from wikisync.page.model import Key
    from wikisync.progress import Progress
    from wikisync.request import Report, Request

IDLE_SECONDS: Final = 60 * 60.0
"""Seconds without a request after which a review ends."""

DELIVERY_SECONDS: Final = 10.0
DELIVERY_SECONDS_UNWRITTEN: Final = 1.0
"""Seconds that the browser has to fetch the final state, after writes and without them."""


def review(
    config: Config,
    request: Request,
    progress: Progress,
    on_ready: Callable[[str], None],
    notice: Callable[[], None] = lambda: None,
    on_timeout: Callable[[], None] = lambda: None,
    *,
    idle: float = IDLE_SECONDS,
) -> Report:
    """Serve the plan of ``request`` for a user to tick pages, write those, and return the report.

    ``on_ready`` is called with the URL, which works in one browser; ``on_timeout`` after ``idle``
    seconds without a request; ``notice`` when the user presses Ctrl-C during the writes. No lock is
    held while the page is open. All ticked pages are checked again before the first write. If one
    changed, or a guard refuses, nothing is written, and the page shows a new plan with the other
    ticks. Without pages to tick, nothing is served. Raises the errors of ``sync_run.dry_run`` and
    ``apply_plan.apply_reviewed``, and PortTaken.
    """
    planned = sync_run.dry_run(config, request, progress)
    view = build_view(planned, _now())
    if not any(entry.may_be_ticked for entry in view.entries):
        return planned
    session = Session(view)
    listener = listen()
    auth = Auth(listener.getsockname()[1])
    with serve(ReviewApp(auth, session).app, listener):
        chosen = _wait(session, idle, on_timeout, lambda: on_ready(auth.address))
        while chosen is not None:
            report = _write_chosen(config, planned, chosen, session, progress, notice)
            if not report.plan.refusals:
                return report
            planned = _show_new_plan(config, report, session, progress)
            chosen = _wait(session, idle, on_timeout)
        _end_session(session, ("Nothing was written.",), DELIVERY_SECONDS_UNWRITTEN, good=False)
        return replace(planned, declined=True)


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
            is_selected=lambda action: action.key in chosen,
            on_result=session.record,
        )
    except WikisyncError as error:
        _end_session(session, (str(error_message(error)),), DELIVERY_SECONDS, good=False)
        raise
    if not report.plan.refusals:
        unticked = session.unticked
        lines = tuple(_closing_lines(report, unticked))
        _end_session(session, lines, DELIVERY_SECONDS, good=exit_code(report) == 0)
    return report


def _show_new_plan(config: Config, refused: Report, session: Session, progress: Progress) -> Report:
    """Make a new plan after one was refused, open the session again with it, and return it."""
    try:
        planned = sync_run.dry_run(config, refused.request, progress)
    except WikisyncError as error:
        _end_session(session, (str(error_message(error)),), DELIVERY_SECONDS, good=False)
        raise
    before, state = session.shown
    view = build_view(planned, _now())
    session.reopen(view, next_round(before, state.ticked, view, refused.plan.refusals))
    return planned


def _end_session(session: Session, lines: tuple[str, ...], seconds: float, *, good: bool) -> None:
    """End a session, and wait until the browser has fetched the end; Ctrl-C skips the wait."""
    session.end(lines, good=good)
    with suppress(KeyboardInterrupt):
        session.wait_for_delivery(seconds)


def _closing_lines(report: Report, unticked: int) -> Iterator[str]:
    yield from summary(report)
    if unticked:
        stay = "it is" if unticked == 1 else "they are"
        yield f"{plural(unticked, 'page')} not ticked, and left as {stay}."


def _now() -> str:
    now = datetime.now(UTC)
    return f"{now.day} {now:%B %Y, %H:%M} UTC"
