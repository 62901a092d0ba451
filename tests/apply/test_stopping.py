"""One bad page stops no other; a wiki out of reach, a full state and the user stop the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.apply_run import page, results
from wikisync.errors import (
    ApiDisabled,
    BadPage,
    Forbidden,
    Interrupted,
    StateError,
    Unreachable,
    WikisyncError,
)
from wikisync.folder.folder import Folder
from wikisync.sandbox import Drop, Hook, Refuse, Status
from wikisync.wiki.client import Wiki

if TYPE_CHECKING:
    from collections.abc import Iterator

    from support.apply_run import SyncSetup
    from wikisync.apply.result import ActionResult

NAMES = ("home", "news", "team")


@pytest.fixture
def filled(setup: SyncSetup) -> SyncSetup:
    for name in NAMES:
        setup.write(f"{name}.md", page(f"{name}\n"))
    return setup


def reasons(outcomes: list[ActionResult]) -> list[tuple[str, type[WikisyncError]]]:
    return [(outcome.result, type(outcome.error)) for outcome in outcomes if outcome.error]


def test_a_page_that_fails_stops_no_other(filled: SyncSetup) -> None:
    filled.sandbox.faults.add(Refuse(), on="create", path="news")
    assert [outcome.result for outcome in filled.do("push")] == ["done", "failed", "done"]
    assert results(filled.do("push")) == ["create wiki news: done"]


def test_a_wiki_out_of_reach_stops_the_run_and_the_rest_says_so(filled: SyncSetup) -> None:
    plan = filled.plan("push")
    filled.sandbox.faults.add(Drop(), times=None)
    outcomes = filled.apply(plan)
    assert reasons(outcomes) == [("failed", Unreachable), *[("skipped", Unreachable)] * 2]
    assert filled.sandbox.pages() == []
    filled.sandbox.faults.clear()
    assert [outcome.result for outcome in filled.do("push")] == ["done"] * 3


def test_a_wiki_that_goes_away_amid_the_run_keeps_what_was_done(filled: SyncSetup) -> None:
    plan = filled.plan("push")
    filled.sandbox.faults.add(Status(502), nth=4, times=None)
    outcomes = filled.apply(plan)
    assert [outcome.result for outcome in outcomes] == ["done", "failed", "skipped"]
    filled.sandbox.faults.clear()
    filled.settle()
    assert [outcome.result for outcome in filled.do("push")] == ["done"] * 2
    assert (filled.plan().in_sync, filled.mutations()["pages.create"]) == (3, 3)


def test_an_answer_lost_with_the_wiki_is_settled_by_the_next_run(filled: SyncSetup) -> None:
    plan = filled.plan("push")
    filled.sandbox.faults.add(Drop(after=True), on="create")
    filled.sandbox.faults.add(Drop(), on=("single", "singleByPath"), nth=2, times=None)
    outcomes = filled.apply(plan)
    assert [outcome.result for outcome in outcomes] == ["failed", "skipped", "skipped"]
    filled.sandbox.faults.clear()
    assert filled.settle() == 1
    assert (filled.plan().in_sync, filled.state.journal.open_entries()) == (1, [])


def test_an_api_switched_off_amid_the_run_stops_it(filled: SyncSetup) -> None:
    plan = filled.plan("push")
    off = Hook(lambda: filled.sandbox.switch_api(on=False), after=True)
    filled.sandbox.faults.add(off, on="create")
    outcomes = filled.apply(plan)
    assert reasons(outcomes) == [
        ("failed", ApiDisabled),
        ("skipped", ApiDisabled),
        ("skipped", ApiDisabled),
    ]


def test_a_state_that_cannot_be_written_stops_the_run(
    filled: SyncSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = filled.plan("push")

    def full(_intent: object) -> int:
        raise StateError("state.db", "unwritable", "database or disk is full")

    monkeypatch.setattr(filled.state.journal, "begin", full)
    outcomes = filled.apply(plan)
    assert reasons(outcomes) == [("failed", StateError), *[("skipped", StateError)] * 2]
    assert filled.sandbox.pages() == []


def test_the_user_stops_between_pages_and_the_next_run_does_the_rest(filled: SyncSetup) -> None:
    answers: Iterator[bool] = iter([False, True])
    outcomes = filled.apply(filled.plan("push"), stop=lambda: next(answers))
    assert [outcome.result for outcome in outcomes] == ["done", "skipped", "skipped"]
    assert reasons(outcomes) == [("skipped", Interrupted)] * 2
    assert [outcome.result for outcome in filled.do("push")] == ["done"] * 2


def test_pages_that_cannot_be_read_fail_by_name_and_not_as_overtaken(filled: SyncSetup) -> None:
    for name in NAMES:
        (filled.root / f"{name}.md").unlink()
        filled.sandbox.create(name)
    plan = filled.plan("pull")
    with Wiki(filled.sandbox.url, filled.sandbox.key(["read:pages"])) as filled.wiki:
        filled.wiki.connect()
        outcomes = filled.apply(plan)
    assert reasons(outcomes) == [("failed", Forbidden)] * 3


def test_a_page_that_no_file_can_hold_fails_by_its_files_name_and_stops_no_other(
    setup: SyncSetup,
) -> None:
    home = setup.sandbox.create("home")
    setup.sandbox.store.update("pages", home["id"], {"content": "half a page\0"})
    setup.sandbox.create("news")
    outcomes = setup.do("pull")
    assert results(outcomes) == ["create folder home: failed", "create folder news: done"]
    error = outcomes[0].error
    assert isinstance(error, BadPage)
    assert error.file == "home.md"
    assert setup.files() == ["news.md"]


def test_what_was_withheld_is_skipped_without_a_reason(filled: SyncSetup) -> None:
    filled.do()
    (filled.root / "home.md").unlink()
    [outcome] = filled.do("push")
    assert (outcome.result, outcome.error, outcome.action.skip_reason) == (
        "skipped",
        None,
        "delete",
    )
    assert len(filled.sandbox.pages()) == 3


def test_after_a_run_the_next_one_has_nothing_to_do(filled: SyncSetup) -> None:
    filled.sandbox.create("from-the-wiki")
    filled.do()
    plan = filled.plan(delete=True)
    assert (plan.actions, plan.conflicts, plan.in_sync) == ((), (), 4)


def test_a_rehearsal_writes_nowhere(filled: SyncSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    filled.sandbox.create("from-the-wiki")
    monkeypatch.setattr(Folder, "write", None)
    before = filled.files()
    plan = filled.plan()
    assert len(plan.writes) == 4
    assert (filled.files(), filled.mutations(), filled.state.bases.load()) == (before, {}, {})
