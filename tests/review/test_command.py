"""A review from its start to its end, where its end is not that somebody publishes."""

from __future__ import annotations

import threading
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


def test_an_image_is_ticked_and_published_as_a_page_is(workspace: Workspace) -> None:
    workspace.configure(assets="referenced")
    workspace.write("new.md", page("New", "![A](/img/a.png) ![B](/img/b.png)\n"))
    workspace.write("img/a.png", b"\x89PNG a")
    workspace.write("img/b.png", b"\x89PNG b")
    results: dict[str, str] = {}

    def publish(address: str) -> None:
        def visit() -> None:
            visitor = Visitor(address).enter()
            value = visitor.value("img/a.png")
            visitor.publish("img/a.png")
            outcome = visitor.watch()["outcomes"][value]
            results.update(outcome)

        threading.Thread(target=visit, daemon=True).start()

    report = review(configured(workspace), REQUEST, silent, publish, idle=20)
    assert workspace.sandbox.assets.paths() == ["img/a.png"]
    assert workspace.sandbox.pages() == []
    assert results == {"result": "done", "text": "created on the wiki"}
    assert (report.unticked, exit_code(report)) == (2, 0)
