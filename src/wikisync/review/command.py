"""A review as a list of steps: look, show, wait, write what was ticked, say what became of it."""

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
from wikisync.review.server import Site, listening, served
from wikisync.review.session import Session
from wikisync.workflow import sync_run
from wikisync.workflow.apply_plan import apply_reviewed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wikisync.config import Config
    from wikisync.page.model import Key
    from wikisync.progress import Progress
    from wikisync.request import Report, Request

IDLE: Final = 60 * 60.0
"""Seconds after which a review that nobody looks at ends by itself."""

LINGER: Final = 10.0
LINGER_SHORT: Final = 1.0
"""Seconds that the browser has to fetch the end, where pages were written and where none were."""


def review(
    config: Config,
    request: Request,
    progress: Progress,
    opened: Callable[[str], None],
    notice: Callable[[], None] = lambda: None,
    unseen: Callable[[], None] = lambda: None,
    *,
    idle: float = IDLE,
) -> Report:
    """Let somebody tick pages of the plan of ``request``, and do what was ticked, or nothing.

    ``opened`` is called with the address, which is good for one browser; ``unseen`` where nobody
    looked at the page for ``idle`` seconds, ``notice`` where the user asks to stop. No lock is
    held while the page is open; before anything is written every ticked page is looked at again,
    and where one moved on, all is refused. Where there is nothing to tick, nothing is served.
    Raises what ``workflow.look`` and ``reviewed.apply_reviewed`` raise, and PortTaken.
    """
    looked = sync_run.dry_run(config, request, progress)
    shown = build_view(looked, _now())
    pages = {entry.value: entry.key for entry in shown.entries if entry.may_be_ticked}
    if not pages:
        return looked
    session = Session(pages)
    socket = listening()
    gate = Auth(socket.getsockname()[1])
    with served(Site(gate, session, shown).app, socket):
        try:
            opened(gate.address)
            chosen = session.wait(idle)
            if chosen is None and session.state.phase == "open":
                unseen()
        except KeyboardInterrupt:
            chosen = None
        if chosen is None:
            _ended(session, ("Nothing was written.",), LINGER_SHORT, good=False)
            return replace(looked, declined=True)
        left = len(pages) - len(session.state.ticked)
        return _written(config, looked, chosen, left, session, progress, notice)


def _written(
    config: Config,
    looked: Report,
    chosen: frozenset[Key],
    left: int,
    session: Session,
    progress: Progress,
    notice: Callable[[], None],
) -> Report:
    try:
        report = apply_reviewed(
            config,
            looked.request,
            looked.plan,
            progress,
            lambda _report: True,
            notice,
            is_selected=lambda action: action.key in chosen,
            on_result=session.tell,
        )
    except WikisyncError as error:
        _ended(session, (str(error_message(error)),), LINGER, good=False)
        raise
    _ended(session, tuple(_last_words(report, left)), LINGER, good=exit_code(report) == 0)
    return report


def _ended(session: Session, lines: tuple[str, ...], linger: float, *, good: bool) -> None:
    """End a session, and let the browser see it; Ctrl-C ends only the waiting for that."""
    session.end(lines, good=good)
    with suppress(KeyboardInterrupt):
        session.linger(linger)


def _last_words(report: Report, left: int) -> Iterator[str]:
    yield from (str(refusal_message(refusal)) for refusal in report.plan.refusals)
    yield from summary(report)
    if left:
        stay = "it is" if left == 1 else "they are"
        yield f"{plural(left, 'page')} not ticked, and left as {stay}."


def _now() -> str:
    now = datetime.now(UTC)
    return f"{now.day} {now:%B %Y, %H:%M} UTC"
