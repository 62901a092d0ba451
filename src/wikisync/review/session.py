"""Hold the state of a review: open, then writing, then ended, or open again with a new plan.

Shared by two threads: the server's, and the one that runs the review and writes.
"""

from __future__ import annotations

from dataclasses import replace
from threading import Condition
from time import monotonic
from typing import TYPE_CHECKING

from wikisync.apply.asset_result import AssetResult
from wikisync.page.model import Key
from wikisync.planning.model import is_temporary_move
from wikisync.report.error_messages import error_message
from wikisync.report.html import PublishedPage, ReviewState
from wikisync.report.text import done_label, escape_control

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from wikisync.apply.result import ActionResult
    from wikisync.report.html import PageView
    from wikisync.review.rounds import Round


class Session:
    """The state of a review, and the view of the plan that is shown."""

    def __init__(self, view: PageView, clock: Callable[[], float] = monotonic) -> None:
        self._show(view)
        self._state = ReviewState()
        self._clock = clock
        self._last_request = clock()
        self._delivered = False
        self._stays_until = 0.0
        self._changed = Condition()

    @property
    def state(self) -> ReviewState:
        """Return the current state."""
        with self._changed:
            return self._state

    @property
    def shown(self) -> tuple[PageView, ReviewState]:
        """Return the view and the state of the same moment."""
        with self._changed:
            return self._view, self._state

    @property
    def unticked(self) -> int:
        """Return the number of pages that can be ticked and are not."""
        with self._changed:
            return len(self._pages) - len(self._state.ticked)

    # ---- for the server

    def touch(self) -> None:
        """Record the time of a request."""
        with self._changed:
            self._last_request = self._clock()

    def publish(self, ticked: Collection[str], shown_round: str = "1") -> bool:
        """Start writing the ticked pages; False for none, unknown ones, or if it is too late.

        ``shown_round`` is the round in which they were ticked: in another one, the same values may
        be other pages.
        """
        with self._changed:
            state = self._state
            if state.phase != "open" or shown_round != str(state.round):
                return False
            if not ticked or not self._pages.keys() >= set(ticked):
                return False
            self._set_state(replace(state, phase="writing", ticked=frozenset(ticked)))
            return True

    def close(self) -> bool:
        """End the review without writing, or end its last page; False where it is too late."""
        with self._changed:
            if self._state.phase == "writing":
                return False
            if self._state.phase == "ended":
                self._stays_until = self._clock()
                self._changed.notify_all()
                return True
            lines = ("Nothing was written.",)
            self._set_state(replace(self._state, phase="ended", lines=lines, stays=True))
            return True

    def mark_delivered(self, stay: float = 0.0) -> None:
        """Record that the browser has fetched the final state, and is likely to ask again.

        ``stay`` is the number of seconds in which it should ask.
        """
        with self._changed:
            if self._state.phase == "ended":
                self._delivered = True
                self._stays_until = self._clock() + stay
                self._changed.notify_all()

    # ---- for the thread that writes

    def wait(self, idle: float) -> frozenset[Key] | None:
        """Wait for the pages to write; None after a close or ``idle`` seconds without requests."""
        with self._changed:
            while self._state.phase == "open":
                left = self._last_request + idle - self._clock()
                if left <= 0:
                    return None
                self._changed.wait(left)
            if self._state.phase == "ended":
                return None
            return frozenset(self._pages[value] for value in self._state.ticked)

    def record(self, outcome: ActionResult | AssetResult) -> None:
        """Record the result of an action. Of several for one page, a failed one is kept."""
        if isinstance(outcome, AssetResult):
            value = self._values.get(Key("", outcome.action.path))
        else:
            temporary = is_temporary_move(outcome.action)
            value = None if temporary else self._values.get(outcome.action.key)
        if value is None:
            return
        with self._changed:
            before = dict(self._state.outcomes)
            if value not in before or before[value].result == "done":
                before[value] = published_page(outcome)
            self._set_state(replace(self._state, outcomes=tuple(before.items())))

    def reopen(self, view: PageView, found: Round) -> None:
        """Show a new plan, since a page changed before the first write."""
        with self._changed:
            self._show(view)
            self._last_request = self._clock()
            state = ReviewState(
                round=self._state.round + 1,
                ticked=found.ticked,
                changed=found.changed,
                notices=found.notices,
            )
            self._set_state(state)

    def end(self, lines: Collection[str], *, good: bool, stays: bool = False) -> None:
        """End the review. ``lines`` are the closing messages, ``good`` whether all is written.

        ``stays``: ``wait_for_reader`` is called afterwards, so that the page can be fetched again.
        """
        with self._changed:
            escaped = tuple(escape_control(line) for line in lines)
            state = replace(self._state, phase="ended", lines=escaped, good=good, stays=stays)
            self._set_state(state)

    def wait_for_delivery(self, seconds: float) -> None:
        """Wait until the browser has fetched the final state, at most ``seconds``."""
        with self._changed:
            self._changed.wait_for(lambda: self._delivered, seconds)

    def wait_for_reader(self, seconds: float) -> None:
        """Wait until the browser no longer shows the final state, at most ``seconds``."""
        with self._changed:
            end = self._clock() + seconds
            while self._delivered and (left := min(end, self._stays_until) - self._clock()) > 0:
                self._changed.wait(left)

    def _show(self, view: PageView) -> None:
        self._view = view
        self._pages = {entry.value: entry.key for entry in view.entries if entry.may_be_ticked}
        self._values = {key: value for value, key in self._pages.items()}

    def _set_state(self, state: ReviewState) -> None:
        self._state = state
        self._changed.notify_all()


def published_page(outcome: ActionResult | AssetResult) -> PublishedPage:
    """Return the result of an action as the page shows it."""
    action, error = outcome.action, outcome.error
    if outcome.result == "done":
        text = done_label(action)
        text = f"{text}, but: {error_message(error)}" if error else text
        return PublishedPage("failed" if error else "done", escape_control(text))
    return PublishedPage(
        outcome.result,
        escape_control(f"{outcome.result}: {error_message(error)}" if error else outcome.result),
    )
