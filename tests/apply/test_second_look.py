"""A page is deleted or moved on the wiki only if its file is missing at two looks, in a second."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.apply_run import page, results
from support.texts import full_text
from wikisync.apply import second_look
from wikisync.errors import FolderError, PageChanged
from wikisync.report.error_messages import error_message
from wikisync.sandbox import Hook

if TYPE_CHECKING:
    from support.apply_run import SyncSetup
    from wikisync.planning.model import Plan


class Clock:
    """A clock that only waiting moves on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.time = 100.0
        self.waits: list[float] = []
        monkeypatch.setattr(second_look, "now", lambda: self.time)
        monkeypatch.setattr(second_look, "wait", self.wait)
        monkeypatch.setattr("wikisync.folder.folder.monotonic", lambda: self.time)

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.time += seconds


@pytest.fixture
def synced(setup: SyncSetup) -> SyncSetup:
    for name in ("one", "two", "three"):
        setup.write(f"{name}.md", page(full_text(f"The text of {name}, like no other.\n")))
    setup.do()
    return setup


def removed(setup: SyncSetup, *names: str) -> Plan:
    for name in names:
        (setup.root / f"{name}.md").unlink()
    return setup.plan("push", delete=True)


def test_the_second_look_is_a_second_after_the_first_and_a_run_waits_once(
    synced: SyncSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        clock = Clock(patch)
        plan = removed(synced, "one", "two", "three")
        clock.time += 0.25  # the wiki's answers
        outcomes = synced.apply(plan)
    assert [outcome.result for outcome in outcomes] == ["done"] * 3
    assert clock.waits == [0.75]


def test_a_plan_that_was_shown_for_longer_than_a_second_is_not_waited_for(
    synced: SyncSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        clock = Clock(patch)
        plan = removed(synced, "one")
        clock.time += 30
        synced.apply(plan)
    assert clock.waits == []


@pytest.mark.parametrize("file", ["one.md", "one.html"])
def test_a_file_that_is_back_keeps_its_page_and_is_named(synced: SyncSetup, file: str) -> None:
    before = synced.sandbox.page("one")
    plan = removed(synced, "one", "two")
    synced.write(file, page("Put back.\n"))
    one, two = synced.apply(plan)
    assert (one.result, two.result) == ("skipped", "done")
    assert isinstance(one.error, PageChanged)
    assert str(error_message(one.error)) == (
        f"its file {file} is there again; the page was left alone. Run the command again."
    )
    assert one.conflict is not None
    assert synced.sandbox.page("one") == before
    assert synced.sandbox.page("two") is None


def test_an_editor_that_saves_by_renaming_away_while_we_wait_keeps_the_page(
    synced: SyncSetup, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = (synced.root / "one.md").rename(synced.root / "one.md~")
    plan = synced.plan("push", delete=True)
    assert [action.verb for action in plan.actions] == ["delete"]
    monkeypatch.setattr(second_look, "wait", lambda _s: away.rename(synced.root / "one.md"))
    assert results(synced.apply(plan)) == ["delete wiki one: skipped"]
    assert synced.plan("push", delete=True).actions == ()


def test_the_second_look_comes_after_all_that_is_asked_of_the_wiki(synced: SyncSetup) -> None:
    plan = removed(synced, "one")
    back = Hook(lambda: synced.write("one.md", page("Put back.\n")), after=True)
    synced.sandbox.faults.add(back, on="pages.single", path="one")
    assert results(synced.apply(plan)) == ["delete wiki one: skipped"]
    assert synced.sandbox.page("one") is not None


def test_a_folder_that_is_gone_says_nothing_of_its_files(synced: SyncSetup) -> None:
    plan = removed(synced, "one")
    synced.root.rename(synced.root.with_name("unmounted"))
    [outcome] = synced.apply(plan)
    assert (outcome.result, type(outcome.error)) == ("failed", FolderError)
    assert synced.sandbox.page("one") is not None


def renamed(setup: SyncSetup, old: str, new: str) -> None:
    (setup.root / f"{old}.md").rename(setup.root / f"{new}.md")


@pytest.mark.parametrize("copied", [False, True], ids=["taken back", "copied back"])
def test_a_rename_that_is_taken_back_moves_no_page_and_is_named(
    synced: SyncSetup, copied: bool
) -> None:
    renamed(synced, "one", "other")
    plan = synced.plan("push")
    assert [action.verb for action in plan.actions] == ["move"]
    if copied:
        synced.write("one.md", synced.text("other.md"))
    else:
        renamed(synced, "other", "one")
    [outcome] = synced.apply(plan)
    assert outcome.result == "skipped"
    assert isinstance(outcome.error, PageChanged)
    assert "one.md is there again" in outcome.error.found or "gone again" in outcome.error.found
    assert synced.sandbox.page("one") is not None
    assert synced.sandbox.page("other") is None


def test_pages_that_change_places_find_each_others_files_where_they_were(synced: SyncSetup) -> None:
    renamed(synced, "one", "aside")
    renamed(synced, "two", "one")
    renamed(synced, "aside", "two")
    renamed(synced, "three", "aside")
    assert {outcome.result for outcome in synced.do("push")} == {"done"}
    assert synced.plan("push").actions == ()
