"""What goes on in a review: open, then written, then ended; each step once."""

from __future__ import annotations

from threading import Thread
from typing import TYPE_CHECKING

import pytest

from report.html.reports import conflicting, pair, report
from support.values import action, key, page
from wikisync.apply.result import ActionResult
from wikisync.errors import PageChanged
from wikisync.planning.model import Refusal
from wikisync.report.html import PageView, build_view
from wikisync.review.rounds import next_round
from wikisync.review.session import Session

if TYPE_CHECKING:
    from wikisync.request import PageDiff

OLD, NEW = page("Old.\n"), page("New.\n")


def view_of(*pairs: PageDiff) -> PageView:
    return build_view(report(*pairs), "1 January 2026")


PAGES = view_of(*(pair(OLD, NEW, path=path) for path in "abc"))


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


def test_the_final_page_stays_for_its_reader_but_not_for_long() -> None:
    now = [0.0]
    session = Session(PAGES, clock=lambda: now[0])
    session.publish({"0"})
    session.end(("Done.",), good=True, stays=True)
    session.wait_for_reader(60)  # nobody fetched it
    session.mark_delivered(30)
    waiting = Thread(target=session.wait_for_reader, args=(60,))
    waiting.start()
    assert waiting.is_alive()
    now[0] = 50.0
    session.mark_delivered(30)  # fetched again: until 80, but no longer than 60
    now[0] = 61.0
    session.mark_delivered(30)
    waiting.join(20)
    assert not waiting.is_alive()


def test_whoever_closes_the_final_page_need_not_be_waited_for() -> None:
    session = Session(PAGES)
    session.close()
    session.mark_delivered(60)
    waiting = Thread(target=session.wait_for_reader, args=(60,))
    waiting.start()
    assert session.close()
    waiting.join(20)
    assert not waiting.is_alive()
    assert session.state.lines == ("Nothing was written.",)


PAGES_BC = (pair(OLD, NEW, path="b"), pair(OLD, NEW, path="c"))
STALE = Refusal("stale", file="a.md", detail="its content changed on the wiki")


def test_after_a_page_changed_the_other_ticks_stay_and_that_page_says_why() -> None:
    session = Session(PAGES)
    session.publish({"0", "1"})
    now = view_of(
        pair(OLD, NEW, path="0 is new, and moves every number"),
        pair(page("Theirs.\n"), NEW, path="a"),
        pair(OLD, NEW, path="b"),
        pair(OLD, NEW, path="c"),
    )
    session.reopen(now, next_round(PAGES, session.state.ticked, now, [STALE]))
    state = session.state
    assert (state.phase, state.round) == ("open", 2)
    assert state.ticked == {"2"}
    assert dict(state.changed) == {
        "0": "New since the review began.",
        "1": "Changed during the review: its content changed on the wiki.",
    }
    assert state.notices == (
        "Nothing was written: 1 page changed during the review. Its tick was removed."
        " The other 1 page can be written as reviewed.",
    )
    assert session.publish({"2"}, "2")
    assert session.wait(60) == frozenset({key("b")})


def test_ticks_of_an_earlier_plan_are_not_taken_for_pages_of_the_new_one() -> None:
    session = Session(PAGES)
    session.publish({"0"})
    now = view_of(pair(OLD, NEW, path="other"))
    session.reopen(now, next_round(PAGES, {"0"}, now, [STALE]))
    assert not session.publish({"0"}, "1")
    assert session.state.phase == "open"


def test_a_page_that_is_no_longer_in_the_plan_is_named_with_the_reason() -> None:
    now = view_of(pair(OLD, NEW, path="b"), pair(OLD, NEW, path="c"))
    done = Refusal("stale", file="a.md", detail="it is already as planned")
    found = next_round(PAGES, {"0", "2"}, now, [done])
    assert found.notices[1:] == ("a.md is no longer in the list: it is already as planned.",)
    assert found.changed == ()
    assert found.ticked == {"1"}


def test_a_page_whose_change_is_another_one_loses_its_tick_though_nothing_refused_it() -> None:
    now = view_of(pair(OLD, page("Newer.\n"), path="a"), *PAGES_BC)
    found = next_round(PAGES, {"0", "1"}, now, [Refusal("locked")])
    assert found.ticked == {"1"}
    assert dict(found.changed) == {"0": "Changed during the review."}


def test_a_page_that_became_a_conflict_cannot_stay_ticked() -> None:
    now = view_of(conflicting("a"), *PAGES_BC)
    found = next_round(PAGES, {"0", "1"}, now, [STALE])
    assert len(found.ticked) == 1
    assert [text for _, text in found.changed] == [
        "Changed during the review: its content changed on the wiki."
    ]


def test_what_refuses_the_whole_plan_is_said_and_takes_no_tick() -> None:
    found = next_round(PAGES, {"0", "1"}, PAGES, [Refusal("locked", detail="process 7")])
    assert found.ticked == {"0", "1"}
    assert found.notices[0] == "Nothing was written."
    assert found.notices[1].startswith("Another run of wikisync is active: process 7.")
