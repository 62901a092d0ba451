"""A review from its start to its end, where its end is not that somebody publishes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from review.visitor import Visitor
from support.workspace import Workspace, page
from wikisync.config import Config, load
from wikisync.errors import Unreachable
from wikisync.progress import silent
from wikisync.report.json_output import exit_code
from wikisync.review import review
from wikisync.workflow import sync_run

if TYPE_CHECKING:
    pass

pytestmark = pytest.mark.slow

REQUEST = sync_run.Request("review", "push")


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    """A project with a page that is not on the wiki."""
    workspace.write("new.md", page("New"))
    return workspace


def configured(workspace: Workspace) -> Config:
    return load(start=workspace.root, env={"WIKISYNC_TOKEN": workspace.sandbox.token})


def test_a_review_that_nobody_looks_at_ends_with_nothing_written(workspace: Workspace) -> None:
    told: list[str] = []
    report = review(
        configured(workspace),
        REQUEST,
        silent,
        on_ready=told.append,
        on_timeout=lambda: told.append("unseen"),
        idle=0,
    )
    assert report.declined
    assert exit_code(report) == 4
    assert told[0].startswith("http://127.0.0.1:")
    assert told[1:] == ["unseen"]
    assert workspace.sandbox.pages() == []


def test_ctrl_c_as_the_address_is_told_writes_nothing(workspace: Workspace) -> None:
    def interrupted(_address: str) -> None:
        raise KeyboardInterrupt

    assert review(configured(workspace), REQUEST, silent, interrupted).declined
    assert workspace.sandbox.pages() == []


def test_after_its_end_nobody_answers_at_the_address(workspace: Workspace) -> None:
    told: list[str] = []
    review(configured(workspace), REQUEST, silent, told.append, idle=0)
    with pytest.raises(OSError, match="refused"):
        Visitor(told[0]).send("GET", "/")


def test_a_plan_that_is_refused_whole_is_not_served(workspace: Workspace) -> None:
    told: list[str] = []
    config = load(start=workspace.root, env={"WIKISYNC_TOKEN": "nobody's"})
    report = review(config, REQUEST, silent, told.append)
    assert [refusal.rule for refusal in report.plan.refusals] == ["guest"]
    assert told == []


def test_a_wiki_that_is_gone_before_the_page_opens_is_an_error(workspace: Workspace) -> None:
    workspace.sandbox.close()
    with pytest.raises(Unreachable):
        review(configured(workspace), REQUEST, silent, lambda _address: None)
