"""What is going on in a review: it is open, then its pages are written, then it has ended.

Between two threads: the one that serves and the one that writes. Nothing here knows of either.
"""

from __future__ import annotations

from dataclasses import replace
from threading import Condition
from time import monotonic
from typing import TYPE_CHECKING

from wikisync.report.error_messages import error_message
from wikisync.report.html import PublishedPage, ReviewState
from wikisync.report.text import done_label, escape_control

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from wikisync.apply import ActionResult
    from wikisync.page.model import Key


class Session:
    """A review of some pages. ``pages`` are those that can be ticked, by their value in forms."""

    def __init__(self, pages: Mapping[str, Key], clock: Callable[[], float] = monotonic) -> None:
        self._pages = pages
        self._values = {key: value for value, key in pages.items()}
        self._state = ReviewState()
        self._clock = clock
        self._seen = clock()
        self._delivered = False
        self._changed = Condition()

    @property
    def state(self) -> ReviewState:
        """The session now."""
        with self._changed:
            return self._state

    # ---- for the one that serves

    def touch(self) -> None:
        """Somebody is there."""
        with self._changed:
            self._seen = self._clock()

    def publish(self, ticked: Collection[str]) -> bool:
        """Have these pages written; False where that cannot be: none, unknown ones, or too late."""
        with self._changed:
            if self._state.phase != "open" or not ticked or not self._pages.keys() >= set(ticked):
                return False
            self._become(replace(self._state, phase="writing", ticked=frozenset(ticked)))
            return True

    def close(self) -> bool:
        """End it with nothing written; False where it is too late for that."""
        with self._changed:
            if self._state.phase != "open":
                return False
            self._become(replace(self._state, phase="ended", lines=("Nothing was written.",)))
            return True

    def delivered(self) -> None:
        """The end was shown to somebody."""
        with self._changed:
            if self._state.phase == "ended":
                self._delivered = True
                self._changed.notify_all()

    # ---- for the one that writes

    def wait(self, idle: float) -> frozenset[Key] | None:
        """The pages to be written; None: none, or nobody was there for ``idle`` seconds."""
        with self._changed:
            while self._state.phase == "open":
                left = self._seen + idle - self._clock()
                if left <= 0:
                    return None
                self._changed.wait(left)
            if self._state.phase == "ended":
                return None
            return frozenset(self._pages[value] for value in self._state.ticked)

    def tell(self, outcome: ActionResult) -> None:
        """What became of a step. Of a page's steps the one that went wrong is told."""
        value = self._values.get(outcome.action.key)
        if value is None or outcome.action.via_temporary_name:
            return
        with self._changed:
            before = dict(self._state.outcomes)
            if value not in before or before[value].result == "done":
                before[value] = told(outcome)
            self._become(replace(self._state, outcomes=tuple(before.items())))

    def end(self, lines: Collection[str], *, good: bool) -> None:
        """It is over."""
        with self._changed:
            said = tuple(escape_control(line) for line in lines)
            self._become(replace(self._state, phase="ended", lines=said, good=good))

    def linger(self, seconds: float) -> None:
        """Wait until the end was shown to somebody, but no longer than this."""
        with self._changed:
            self._changed.wait_for(lambda: self._delivered, seconds)

    def _become(self, state: ReviewState) -> None:
        self._state = state
        self._changed.notify_all()


def told(outcome: ActionResult) -> PublishedPage:
    """An outcome in words."""
    action, error = outcome.action, outcome.error
    if outcome.result == "done":
        text = done_label(action)
        text = f"{text}, but: {error_message(error)}" if error else text
        return PublishedPage("failed" if error else "done", escape_control(text))
    return PublishedPage(
        outcome.result,
        escape_control(f"{outcome.result}: {error_message(error)}" if error else outcome.result),
    )
