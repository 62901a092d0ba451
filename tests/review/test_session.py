"""What goes on in a review: open, then written, then ended; each step once."""

from __future__ import annotations

from threading import Thread

import pytest

from support.values import action, key
from wikisync.apply import ActionResult
from wikisync.errors import PageChanged
from wikisync.review.session import Session

PAGES = {"0": key("a"), "1": key("b"), "2": key("c")}


def test_what_was_ticked_is_what_is_to_be_written() -> None:
    session = Session(PAGES)
    assert session.publish({"0", "2"})
    assert session.state.phase == "writing"
    assert session.wait(60) == frozenset({key("a"), key("c")})


@pytest.mark.parametrize("ticked", [set(), {"3"}, {"0", "nonsense"}])
def test_nothing_or_unknown_pages_cannot_be_published(ticked: set[str]) -> None:
    session = Session(PAGES)
    assert not session.publish(ticked)
    assert session.state.phase == "open"


def test_a_review_is_published_once() -> None:
    session = Session(PAGES)
    assert session.publish({"0"})
    assert not session.publish({"1"})
    assert not session.close()
    assert session.wait(60) == frozenset({key("a")})


def test_a_review_that_was_closed_writes_nothing() -> None:
    session = Session(PAGES)
    assert session.close()
    assert not session.publish({"0"})
    assert session.wait(60) is None


def test_a_review_that_nobody_looks_at_ends() -> None:
    now = iter([0.0, 10.0, 65.0, 71.0])
    session = Session(PAGES, clock=lambda: next(now))  # made at 0, looked at at 10
    session.touch()
    assert session.wait(55) is None


def test_the_outcome_of_each_page_is_told_in_words() -> None:
    session = Session(PAGES)
    session.publish({"0", "1"})
    session.record(ActionResult(action(path="a"), "done"))
    session.record(
        ActionResult(action(path="b"), "skipped", PageChanged(key("b"), "its title\x1b changed"))
    )
    session.record(ActionResult(action(path="unknown"), "done"))
    told = dict(session.state.outcomes)
    assert told.keys() == {"0", "1"}
    assert (told["0"].result, told["0"].text) == ("done", "updated on the wiki")
    assert told["1"].text.startswith("skipped: its title\\x1b changed; the page was left alone.")


def test_of_a_pages_steps_the_one_that_went_wrong_is_told() -> None:
    session = Session(PAGES)
    session.record(ActionResult(action("move"), "done"))
    session.record(ActionResult(action(), "failed", PageChanged(key("a"), "it changed")))
    session.record(ActionResult(action(), "done"))
    assert dict(session.state.outcomes)["0"].result == "failed"


def test_the_end_waits_until_somebody_saw_it() -> None:
    session = Session(PAGES)
    session.publish({"0"})
    session.mark_delivered()  # too early: that was not the end
    session.end(("Done.\x1b",), good=True)
    waiting = Thread(target=session.wait_for_delivery, args=(60,))
    waiting.start()
    assert waiting.is_alive()
    session.mark_delivered()
    waiting.join(20)
    assert not waiting.is_alive()
    assert session.state.lines == ("Done.\\x1b",)
