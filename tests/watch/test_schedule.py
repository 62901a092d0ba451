"""When the two sides are compared next."""

from __future__ import annotations

from wikisync.watch.schedule import LONGEST_QUIET, MOST_LEAD, PATIENCE, SLOWEST, Schedule


def test_a_save_is_followed_by_a_comparison_once_the_folder_is_quiet() -> None:
    schedule = Schedule(quiet_for=2, every=60, next_look=60)
    schedule.file_changed(10)
    assert schedule.due() == 12
    schedule.file_changed(11)
    assert schedule.due() == 13
    schedule.compared(13, changed=True)
    assert schedule.due() == 73


def test_a_file_that_is_written_without_end_is_not_waited_for_for_ever() -> None:
    schedule = Schedule(quiet_for=2, every=600, next_look=600)
    for second in range(100):
        schedule.file_changed(second)
    assert schedule.due() == LONGEST_QUIET * 2


def test_the_wiki_is_looked_at_less_often_while_nothing_changes_and_as_before_after_a_change() -> (
    None
):
    schedule = Schedule(quiet_for=2, every=60)
    waits = []
    for _ in range(PATIENCE * (SLOWEST + 2)):
        schedule.compared(0, changed=False)
        waits.append(schedule.next_look)
    assert waits[0] == 60
    assert waits == sorted(waits)
    assert waits[-1] == SLOWEST * 60
    schedule.compared(0, changed=True)
    assert schedule.next_look == 60


def test_after_a_failure_each_attempt_waits_longer_but_not_longer_than_a_look() -> None:
    schedule = Schedule(quiet_for=2, every=60)
    waits = []
    for _ in range(8):
        schedule.failed(0)
        waits.append(schedule.next_look)
    assert waits == [5, 10, 20, 40, 60, 60, 60, 60]


def test_a_save_does_not_hurry_an_attempt_while_the_wiki_is_away() -> None:
    schedule = Schedule(quiet_for=2, every=60)
    schedule.failed(100)
    schedule.file_changed(100)
    assert schedule.due() == 105
    schedule.compared(105, changed=True)
    assert schedule.due() == 165


def test_after_a_sleep_the_look_is_due_at_once() -> None:
    schedule = Schedule(quiet_for=2, every=60, next_look=300)
    schedule.look_now(10)
    assert schedule.due() == 10


def test_planning_begins_before_the_quiet_ends_by_what_it_took_but_not_with_the_save() -> None:
    schedule = Schedule(quiet_for=2, every=60, next_look=60)
    schedule.planned(0.4)
    assert schedule.starts() == 60
    schedule.file_changed(10)
    assert schedule.starts() == 12 - 0.6
    schedule.planned(100)
    assert schedule.starts() == 12 - MOST_LEAD * 2


def test_after_a_plan_was_discarded_the_next_one_begins_when_the_quiet_ends() -> None:
    schedule = Schedule(quiet_for=2, every=60, next_look=60)
    schedule.planned(0.4)
    schedule.file_changed(10)
    schedule.discarded()
    schedule.file_changed(11)
    assert schedule.starts() == schedule.due() == 13
    schedule.compared(13, changed=True)
    schedule.file_changed(20)
    assert schedule.starts() < schedule.due()
