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
from wikisync.report.plan_messages import refusal_message
from wikisync.report.summary import summary
from wikisync.report.text import plural
from wikisync.review.auth import Auth
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
    held while the page is open. All ticked pages are checked again before the first write; if one
    changed, nothing is written. Without pages to tick, nothing is served. Raises the errors of
    ``sync_run.dry_run`` and ``apply_plan.apply_reviewed``, and PortTaken.
    """
    report = sync_run.dry_run(config, request, progress)
    view = build_view(report, _now())
    pages = {entry.value: entry.key for entry in view.entries if entry.may_be_ticked}
    if not pages:
        return report
    session = Session(pages)
    listener = listen()
    auth = Auth(listener.getsockname()[1])
    with serve(ReviewApp(auth, session, view).app, listener):
        try:
            on_ready(auth.address)
            chosen = session.wait(idle)
            if chosen is None and session.state.phase == "open":
                on_timeout()
        except KeyboardInterrupt:
            chosen = None
        if chosen is None:
            _end_session(session, ("Nothing was written.",), DELIVERY_SECONDS_UNWRITTEN, good=False)
            return replace(report, declined=True)
        unticked = len(pages) - len(session.state.ticked)
        return _write_chosen(config, report, chosen, unticked, session, progress, notice)


def _write_chosen(
    config: Config,
    planned: Report,
    chosen: frozenset[Key],
    unticked: int,
    session: Session,
    progress: Progress,
    notice: Callable[[], None],
) -> Report:
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
    _end_session(
        session,
        tuple(_closing_lines(report, unticked)),
        DELIVERY_SECONDS,
        good=exit_code(report) == 0,
    )
    return report


def _end_session(session: Session, lines: tuple[str, ...], seconds: float, *, good: bool) -> None:
    """End a session, and wait until the browser has fetched the end; Ctrl-C skips the wait."""
    session.end(lines, good=good)
    with suppress(KeyboardInterrupt):
        session.wait_for_delivery(seconds)


def _closing_lines(report: Report, unticked: int) -> Iterator[str]:
    yield from (str(refusal_message(refusal)) for refusal in report.plan.refusals)
    yield from summary(report)
    if unticked:
        stay = "it is" if unticked == 1 else "they are"
        yield f"{plural(unticked, 'page')} not ticked, and left as {stay}."


def _now() -> str:
    now = datetime.now(UTC)
    return f"{now.day} {now:%B %Y, %H:%M} UTC"
