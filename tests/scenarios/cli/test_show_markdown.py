"""``show --markdown`` prints what a comment says, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from support.workspace import page

if TYPE_CHECKING:
    from support.workspace import Workspace


def test_the_comment_of_a_plan_is_printed_without_the_wikis_address(workspace: Workspace) -> None:
    (workspace.folder / "home.md").write_text(page("Home <b>"), encoding="utf-8")
    workspace.run("plan", "push", "-o", "plan.json").ok()
    shown = workspace.run("show", "plan.json", "--markdown").ok()
    mark, heading, *rest = shown.out.splitlines()
    assert mark.startswith("<!-- wikisync ")
    assert heading == "### What this would change on the wiki"
    assert "<code>home&#46;md</code>" in shown.out or "<code>home.md</code>" in shown.out
    assert workspace.sandbox.url.partition("://")[2] not in shown.out
    assert "<b>" not in "".join(rest).partition("<details>")[0]
    assert shown.err == ""


def test_the_direction_of_the_plan_is_in_its_heading(workspace: Workspace) -> None:
    workspace.sandbox.create("home")
    workspace.run("plan", "pull", "-o", "plan.json").ok()
    shown = workspace.run("show", "plan.json", "--markdown").ok()
    assert "### What this would change in the folder" in shown.out
