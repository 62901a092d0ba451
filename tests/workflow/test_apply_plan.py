"""A plan that was reviewed does what was reviewed, or nothing: held against both sides of today."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from support.workspace import Workspace, page
from wikisync.config import load
from wikisync.progress import silent
from wikisync.report.json_output import exit_code
from wikisync.workflow import sync_run
from wikisync.workflow.apply_plan import apply_reviewed
from wikisync.workflow.dry_run import dry_run

if TYPE_CHECKING:
    from wikisync.apply.result import ActionResult
    from wikisync.config import Config
    from wikisync.planning.model import Command
    from wikisync.request import Report


def configured(workspace: Workspace) -> Config:
    return load(start=workspace.root, env={"WIKISYNC_TOKEN": workspace.sandbox.token})


def plan(workspace: Workspace, direction: Command = "push", **wishes: Any) -> Report:
    request = sync_run.Request("plan", direction, **wishes)
    return dry_run(configured(workspace), request, silent)


def apply(workspace: Workspace, reviewed: Report, **options: Any) -> Report:
    request = replace(reviewed.request, command="apply")
    return apply_reviewed(
        configured(workspace), request, reviewed.plan, silent, lambda _report: True, **options
    )


def written(report: Report) -> list[tuple[str, str]]:
    return [(o.action.verb, o.action.key.path) for o in report.outcomes if o.result == "done"]


def refusals(report: Report) -> dict[str, str]:
    return {refusal.file: refusal.detail for refusal in report.plan.refusals}


def test_what_was_reviewed_is_done(workspace: Workspace) -> None:
    workspace.push(one=page("A"), two=page("B"))
    workspace.change("one.md", "Text.", "Mine.")
    workspace.write("new.md", page("C"))
    report = apply(workspace, plan(workspace))
    assert written(report) == [("create", "new"), ("update", "one")]
    assert exit_code(report) == 0


def test_what_came_after_the_review_is_left_and_counted(workspace: Workspace) -> None:
    workspace.push(one=page("A"), two=page("B"))
    workspace.change("one.md", "Text.", "Mine.")
    reviewed = plan(workspace)
    workspace.change("two.md", "Text.", "Mine.")
    workspace.write("new.md", page("C"))
    report = apply(workspace, reviewed)
    assert written(report) == [("update", "one")]
    assert report.unplanned == 2
    assert workspace.sandbox.page("new") is None


def test_only_the_chosen_pages_are_done_and_each_outcome_is_told(workspace: Workspace) -> None:
    workspace.write("one.md", page("A"))
    workspace.write("two.md", page("B"))
    told: list[ActionResult] = []
    report = apply(
        workspace, plan(workspace), is_selected=lambda key: key.path == "two", on_result=told.append
    )
    assert written(report) == [("create", "two")]
    assert tuple(told) == report.outcomes
    assert workspace.sandbox.page("one") is None


def test_a_page_that_moved_on_stops_all_of_it_or_is_skipped(workspace: Workspace) -> None:
    workspace.push(one=page("A"), two=page("B"))
    workspace.change("one.md", "Text.", "Mine.")
    workspace.change("two.md", "Text.", "Mine.")
    reviewed = plan(workspace)
    workspace.sandbox.edit("two", content="Theirs.\n")
    report = apply(workspace, reviewed)
    assert refusals(report) == {"two.md": "its content changed on the wiki"}
    assert exit_code(report) == 4
    assert not written(report)
    told: list[ActionResult] = []
    report = apply(workspace, reviewed, skip_stale=True, on_result=told.append)
    assert written(report) == [("update", "one")]
    assert {(o.action.key.path, o.result) for o in told} == {("one", "done"), ("two", "skipped")}
    assert exit_code(report) == 3
