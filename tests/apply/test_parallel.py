"""Writes that go on at the same time keep every promise of writes that are made one by one."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from support.apply_run import page
from wikisync.apply.executor import apply
from wikisync.apply.result import find_missing
from wikisync.errors import Interrupted, PageChanged, StateError, Unreachable
from wikisync.sandbox import Drop, Hook, Late, LoseTags, Refuse
from wikisync.state.bases import unpack_page

if TYPE_CHECKING:
    from support.apply_run import SyncSetup
    from wikisync.apply.result import ActionResult

NAMES = tuple(f"page-{number}" for number in range(8))
MOMENT = 0.02
"""Seconds that a write takes, so that others are under way."""


@pytest.fixture
def wide(setup: SyncSetup) -> SyncSetup:
    """A setup that writes several pages at once, on a wiki whose writes take a moment."""
    setup.at_once = 3
    setup.sandbox.faults.add(Late(MOMENT, after=False), on=("create", "update"), times=None)
    return setup


@pytest.fixture
def synced(wide: SyncSetup) -> SyncSetup:
    for name in NAMES:
        wide.sandbox.create(name, content="Agreed.\n", title="A page", tags=["known"])
    wide.do("pull")
    wide.sandbox.requests.clear()
    return wide


def edit(setup: SyncSetup, *names: str, text: str = "Mine.\n", tags: str = "known") -> None:
    for name in names:
        setup.write(f"{name}.md", page(text, tags=tags))


def by_path(outcomes: list[ActionResult]) -> dict[str, str]:
    return {outcome.action.key.path: outcome.result for outcome in outcomes}


def all_right(setup: SyncSetup, text: str = "Mine.\n") -> None:
    """Every page is as its file, nothing is open, nothing is left to do, and the tree is whole."""
    for name in NAMES:
        found = setup.sandbox.page(name)
        assert found is not None
        assert found["content"] == text
        assert found["tags"] == rig_tags(setup, name)
    assert setup.state.journal.open_entries() == []
    assert (setup.plan().actions, setup.plan().in_sync) == ((), len(NAMES))
    assert setup.sandbox.tree_is_complete


def rig_tags(setup: SyncSetup, name: str) -> list[str]:
    [line] = [one for one in setup.text(f"{name}.md").splitlines() if one.startswith("tags:")]
    return [tag.strip() for tag in line.removeprefix("tags:").split(",") if tag.strip()]


def test_updates_go_on_at_the_same_time_and_each_page_is_right(synced: SyncSetup) -> None:
    edit(synced, *NAMES)
    assert by_path(synced.do("push")) == dict.fromkeys(NAMES, "done")
    assert synced.sandbox.races.max_under_way == synced.at_once
    all_right(synced)


def test_never_more_writes_are_in_flight_than_were_asked_for(synced: SyncSetup) -> None:
    synced.at_once = 2
    edit(synced, *NAMES)
    synced.do("push")
    assert synced.sandbox.races.max_under_way == 2


def test_pages_that_are_about_to_be_written_are_looked_at_in_one_request(synced: SyncSetup) -> None:
    edit(synced, *NAMES)
    plan = synced.plan("push")
    synced.sandbox.requests.clear()
    synced.apply(plan)
    looks = [seen for seen in synced.sandbox.requests if seen.fields[:2] == ("pages.single",) * 2]
    assert looks
    assert max(len(seen.fields) for seen in looks) == synced.at_once
    # With a look of its own before each write there would be two for each page.
    alone = [seen for seen in synced.sandbox.requests if seen.fields == ("pages.single",)]
    assert len(alone) < 2 * len(NAMES)


def test_a_page_edited_on_the_wiki_since_the_plan_is_not_overwritten_and_stops_no_other(
    synced: SyncSetup,
) -> None:
    edit(synced, *NAMES)
    plan = synced.plan("push")
    synced.sandbox.edit("page-3", content="Theirs.\n")
    assert by_path(synced.apply(plan)) == {**dict.fromkeys(NAMES, "done"), "page-3": "skipped"}
    found = synced.sandbox.page("page-3")
    assert found is not None
    assert found["content"] == "Theirs.\n"


def test_an_edit_between_the_look_and_the_write_is_kept_and_named(synced: SyncSetup) -> None:
    edit(synced, *NAMES)
    hook = Hook(lambda: synced.sandbox.edit("page-5", content="At the last moment.\n"))
    synced.sandbox.faults.add(hook, on="pages.update", path="page-5")
    outcomes = synced.do("push")
    [found] = [o for o in outcomes if o.conflict is not None]
    assert found.action.key.path == "page-5"
    assert found.conflict is not None
    assert found.conflict.kind == "overwrote-edit"
    kept = [
        synced.state.backups.data(noted.number, "overtaken")
        for noted in synced.state.journal.entries(synced.runs[-1].run_number)
    ]
    [lost] = [data for data in kept if data is not None]
    assert unpack_page(lost).content == "At the last moment.\n"


def test_what_is_overwritten_is_kept_first(synced: SyncSetup) -> None:
    edit(synced, *NAMES)
    synced.do("push")
    assert [unpack_page(data).content for data in synced.kept()] == ["Agreed.\n"] * len(NAMES)


def test_a_page_that_fails_stops_no_other(synced: SyncSetup) -> None:
    edit(synced, *NAMES)
    synced.sandbox.faults.add(Refuse(), on="update", path="page-2")
    assert by_path(synced.do("push")) == {**dict.fromkeys(NAMES, "done"), "page-2": "failed"}
    assert by_path(synced.do("push")) == {"page-2": "done"}
    all_right(synced)


def test_a_wiki_that_goes_away_stops_the_rest_and_the_next_run_does_it(synced: SyncSetup) -> None:
    synced.at_once = 2
    edit(synced, *NAMES)
    plan = synced.plan("push")
    fault = synced.sandbox.faults.add(Drop(), on="update", nth=4, times=None)
    synced.sandbox.faults.add(Drop(), times=None, when=lambda _: fault.applied > 0)
    outcomes = synced.apply(plan)
    assert len(outcomes) == len(NAMES)
    found = {outcome.result for outcome in outcomes}
    assert found == {"done", "failed", "skipped"}
    assert any(isinstance(outcome.error, Unreachable) for outcome in outcomes)
    synced.sandbox.faults.clear()
    synced.settle()
    synced.do("push")
    all_right(synced)


def test_the_user_stops_between_pages(synced: SyncSetup) -> None:
    edit(synced, *NAMES)
    asked: list[bool] = []

    def stop() -> bool:
        asked.append(len(asked) >= 4)
        return asked[-1]

    outcomes = synced.apply(synced.plan("push"), stop=stop)
    assert sum(outcome.result == "done" for outcome in outcomes) == 4
    assert {type(o.error) for o in outcomes if o.result == "skipped"} == {Interrupted}
    synced.do("push")
    all_right(synced)


def test_a_state_that_is_full_stops_the_run(
    synced: SyncSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    edit(synced, *NAMES)
    plan = synced.plan("push")

    def full(_intent: object) -> int:
        raise StateError("state.db", "unwritable", "database or disk is full")

    monkeypatch.setattr(synced.state.journal, "begin", full)
    outcomes = synced.apply(plan)
    assert {type(outcome.error) for outcome in outcomes} == {StateError}
    assert synced.mutations() == {}


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("verb", ["create", "update"])
def test_when_one_lane_dies_no_other_has_any_further_effect(
    synced: SyncSetup, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if verb == "create":
        for name in NAMES:
            synced.sandbox.delete(name)
            (synced.root / f"{name}.md").unlink()
        synced.do()
    edit(synced, *NAMES)
    plan = synced.plan("push")
    real, ends = synced.state.journal.end, [0]

    def end(*args: object, **more: object) -> None:
        ends[0] += 1
        if ends[0] == 3:
            raise Killed
        real(*args, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(synced.state.journal, "end", end)
        with pytest.raises(Killed):
            synced.apply(plan)
        _lanes_end()
        assert ends[0] == 3
    assert synced.settle() >= 1
    synced.do("push")
    synced.do("push")
    all_right(synced)


def _lanes_end() -> None:
    for thread in threading.enumerate():
        if thread.name.startswith("wikisync lane"):
            thread.join(10)
            assert not thread.is_alive()


@pytest.mark.parametrize("rate", [0.04, 0.13, 0.5, 1.0])
def test_creations_that_race_on_the_tree_all_end_right(wide: SyncSetup, rate: float) -> None:
    wide.at_once = 4
    wide.sandbox.races.tree = rate
    edit(wide, *NAMES)
    assert by_path(wide.do("push")) == dict.fromkeys(NAMES, "done")
    assert wide.sandbox.races.max_under_way > 1
    assert rate < 1 or wide.sandbox.races.lost["tree"] > 0
    all_right(wide)


@pytest.mark.parametrize("rate", [0.04, 1.0])
@pytest.mark.parametrize("verb", ["create", "update"])
def test_pages_that_bring_in_the_same_new_tag_never_meet(
    wide: SyncSetup, verb: str, rate: float
) -> None:
    if verb == "update":
        edit(wide, *NAMES, text="Agreed.\n")
        wide.do("push")
    wide.sandbox.races.tags = rate
    for number, name in enumerate(NAMES):
        edit(wide, name, tags=f"new-{number // 4}, shared")
    assert by_path(wide.do("push")) == dict.fromkeys(NAMES, "done")
    assert wide.sandbox.races.lost["tags"] == 0
    all_right(wide)


def test_another_program_s_race_for_a_tag_is_repaired(wide: SyncSetup) -> None:
    """Somebody else brings in the same tag: nobody here can wait for that one."""
    wide.sandbox.faults.add(LoseTags(), on="create", rate=0.5)
    edit(wide, *NAMES, tags="one, two")
    assert by_path(wide.do("push")) == dict.fromkeys(NAMES, "done")
    all_right(wide)


def test_the_last_creation_of_a_run_is_made_alone(wide: SyncSetup) -> None:
    edit(wide, *NAMES)
    beside: list[int] = []
    watch = Hook(lambda: beside.append(len(wide.sandbox.races.under_way)))
    wide.sandbox.faults.add(watch, on="create", times=None)
    wide.do("push")
    assert len(beside) == len(NAMES)
    assert beside[-1] == 1
    assert max(beside) > 1


def test_creations_come_before_updates_and_deletions_last(synced: SyncSetup) -> None:
    edit(synced, *NAMES[:5])
    (synced.root / "page-7.md").unlink()
    for name in ("new-1", "new-2", "new-3"):
        edit(synced, name)
    synced.do("push", delete=True)
    verbs = [seen.fields[0] for seen in synced.sandbox.requests if seen.is_mutation]
    assert verbs == ["pages.create"] * 3 + ["pages.update"] * 5 + ["pages.delete"]


def test_outcomes_are_told_as_they_are_known(synced: SyncSetup) -> None:
    """A page whose write takes long does not hold up what is said of the others."""
    edit(synced, *NAMES)
    until = threading.Event()
    synced.sandbox.faults.add(Late(until=until), on="update", path="page-0")
    told = []
    for outcome in apply(synced.plan("push"), synced.run()):
        told.append(outcome.action.key.path)
        if len(told) == len(NAMES) - 1:
            until.set()
    assert told[-1] == "page-0"


def test_a_page_gone_by_the_end_of_the_run_is_not_said_to_be_there(synced: SyncSetup) -> None:
    edit(synced, *NAMES)
    outcomes = synced.do("push")
    synced.sandbox.delete("page-4")
    found = find_missing(outcomes, synced.wiki.connect().pages, synced.wiki)
    [gone] = [outcome for outcome in found if outcome.result != "done"]
    assert (gone.action.key.path, gone.result) == ("page-4", "skipped")
    assert isinstance(gone.error, PageChanged)
    # One that is only hidden from the list is looked at, and is there.
    assert find_missing(outcomes[:1], (), synced.wiki) == tuple(outcomes[:1])
