"""What a push says of links: how many lead nowhere, and who links to a page under its old name."""

from __future__ import annotations

from support.texts import TEXT
from support.workspace import Workspace, page


def test_a_push_says_how_many_links_lead_nowhere_and_publishes_all_the_same(
    workspace: Workspace,
) -> None:
    workspace.sandbox.create("there", title="There", content="text")
    workspace.write("one.md", page("One", "[x](/gone) [y](two.md) [z](/there) [w](/gone-too)\n"))
    workspace.write("two.md", page("Two", "[x](one)\n"))
    got = workspace.run("push", "--yes").ok()
    assert "3 links of the published pages lead to no page, in one.md, two.md." in got.out
    assert "wikisync check" in got.out
    assert workspace.sandbox.page("one") is not None
    assert "lead to no page" not in workspace.run("push", "--yes").ok().out


def test_a_plan_says_so_too_and_a_pull_and_status_do_not(workspace: Workspace) -> None:
    workspace.write("one.md", page("One", "[x](/gone)\n"))
    assert (
        "1 link of the published pages leads to no page, in one.md."
        in workspace.run("push", "--dry-run").out
    )
    assert "lead" not in workspace.run("status").out
    assert "lead" not in workspace.run("pull", "--yes").out
    (note,) = workspace.run("push", "--dry-run", "--json").json["notes"]
    assert note.startswith("1 link of the published pages leads to no page")


def test_right_links_are_not_mentioned(workspace: Workspace) -> None:
    workspace.write("one.md", page("One", "[x](two.md) [y](https://example.com) [z](/login)\n"))
    workspace.write("two.md", page("Two"))
    assert "lead" not in workspace.run("push", "--yes").ok().out


def test_a_move_says_which_pages_still_link_to_the_old_name(workspace: Workspace) -> None:
    workspace.push(
        old=page("Old", TEXT),
        one=page("One", "[x](/old)\n"),
        two=page("Two", "[x](old.md#part)\n"),
        three=page("Three", "the old name in words\n"),
    )
    (workspace.folder / "old.md").rename(workspace.folder / "new.md")
    got = workspace.run("push", "--yes").ok()
    assert "2 pages still link to old → new: one.md, two.md." in got.out
    assert "lead to no page" not in got.out


def test_a_plan_file_has_what_a_push_says_of_links(workspace: Workspace) -> None:
    workspace.write("one.md", page("One", "[x](/gone)\n"))
    workspace.run("plan", "push", "-o", "plan.json").ok()
    assert "1 link of the published pages leads" in workspace.run("show", "plan.json").ok().out
    workspace.run("apply", "plan.json", "--yes").ok()
