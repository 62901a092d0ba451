"""Nothing is forgotten on the word of a clock that is wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from support.workspace import page
from wikisync.wiki.transport import GraphQLTransport

if TYPE_CHECKING:
    from collections.abc import Callable

    from support.workspace import Workspace


@pytest.fixture
def kept(workspace: Workspace) -> Workspace:
    """A page whose first text was overwritten on the wiki."""
    workspace.push(start=page("Start", "First.\n"))
    edit(workspace, "Second.")
    return workspace


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    def to(days: int) -> None:
        def now() -> str:
            moment = datetime.now(UTC) + timedelta(days=days)
            return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

        monkeypatch.setattr("wikisync.workflow.run_journal.now", now)

    return to


def edit(workspace: Workspace, text: str) -> str:
    """A run that overwrites a page; what it said."""
    workspace.write("start.md", page("Start", f"{text}\n"))
    return workspace.run("push", "--yes").ok().text


def remembers(workspace: Workspace, text: str) -> bool:
    return any(found == f"{text}\n" for _verb, _side, _path, found in workspace.kept())


def test_a_clock_a_hundred_days_ahead_forgets_nothing_and_is_said(
    kept: Workspace, set_clock: Callable[[int], None]
) -> None:
    set_clock(100)
    said = edit(kept, "Third.")
    assert said.count("This machine's clock is 100 days ahead of the wiki's") == 1
    assert remembers(kept, "First.")
    assert remembers(kept, "Second.")
    set_clock(0)
    assert "clock is behind the last run" in edit(kept, "Fourth.")
    assert remembers(kept, "First.")
    assert remembers(kept, "Third.")


def test_what_a_run_kept_in_1970_is_not_old_for_the_next_right_one(
    workspace: Workspace, set_clock: Callable[[int], None]
) -> None:
    set_clock(-(datetime.now(UTC) - datetime(1970, 1, 2, tzinfo=UTC)).days)
    workspace.push(start=page("Start", "First.\n"))
    assert "days behind the wiki's" in edit(workspace, "Second.")
    set_clock(0)
    for text in ("Third.", "Fourth."):
        assert "clock" not in edit(workspace, text)
    assert remembers(workspace, "First.")


def test_a_clock_that_agrees_with_the_wiki_forgets_what_is_old(
    kept: Workspace, set_clock: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    later = datetime.now(UTC) + timedelta(days=100)
    monkeypatch.setattr(GraphQLTransport, "wiki_time", property(lambda _wire: later))
    set_clock(100)
    assert "clock" not in edit(kept, "Third.")
    assert not remembers(kept, "First.")
    assert remembers(kept, "Second.")


def test_where_the_wiki_does_not_tell_the_time_nothing_is_forgotten(
    kept: Workspace, set_clock: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(GraphQLTransport, "wiki_time", property(lambda _wire: None))
    assert "have no Date header" not in edit(kept, "Third.")
    set_clock(100)
    assert "have no Date header" in edit(kept, "Fourth.")
    assert remembers(kept, "First.")


@pytest.mark.parametrize("command", [["status", "--offline"], ["diff", "--offline"], ["log"]])
def test_a_command_that_asks_no_wiki_forgets_nothing(
    kept: Workspace, set_clock: Callable[[int], None], command: list[str]
) -> None:
    set_clock(100)
    kept.run(*command).ok()
    assert remembers(kept, "First.")
