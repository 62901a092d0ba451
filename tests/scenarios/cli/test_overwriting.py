"""A plan says of each edit that it goes over whose it is, wherever it is shown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from support.workspace import page

if TYPE_CHECKING:
    from support.workspace import Workspace


@pytest.fixture
def torn(workspace: Workspace) -> Workspace:
    """A page edited on both sides, and one edited here alone."""
    workspace.push(torn=page("Torn", "Agreed.\n"), mine=page("Mine", "Agreed.\n"))
    workspace.change("torn.md", "Agreed.", "Here.")
    workspace.change("mine.md", "Agreed.", "Here.")
    workspace.sandbox.edit("torn", content="There.\n")
    return workspace


@pytest.mark.parametrize(
    ("command", "prefer", "side"), [("push", "local", "wiki"), ("pull", "wiki", "folder")]
)
def test_json_names_the_side_whose_edit_a_step_goes_over(
    torn: Workspace, command: str, prefer: str, side: str
) -> None:
    for more in (["--dry-run"], ["--yes"]):
        result = torn.run(command, "--prefer", prefer, "--json", *more)
        assert result.action("torn")["overwrites"] == side
        others = [a for a in result.json["actions"] if a["path"] != "torn"]
        assert [a["overwrites"] for a in others] == [None] * len(others)


def test_the_report_says_it_of_the_page_and_counts_it(torn: Workspace) -> None:
    planned = torn.run("push", "--prefer", "local", "--dry-run").out
    assert "torn.md  content; overwrites an edit made on the wiki" in planned
    assert "1 page overwrites an edit made on the wiki." in planned
    done = torn.run("push", "--prefer", "local", "--yes").ok().out
    assert "torn.md  content; overwrote an edit made on the wiki" in done
    assert "1 page overwrote an edit made on the wiki." in done


def test_a_diff_says_it_beside_the_page(torn: Workspace) -> None:
    text = torn.run("diff", "--prefer", "local").out
    assert "torn.md  Torn  (update on the wiki, overwrites an edit made on the wiki)" in text
    assert "mine.md  Mine  (update on the wiki)" in text


def test_what_nobody_edited_is_not_said_to_be_overwritten(workspace: Workspace) -> None:
    workspace.push(mine=page("Mine"), gone=page("Gone"))
    workspace.change("mine.md", "Text.", "New.")
    workspace.remove("gone.md")
    pushed = workspace.run("push", "--delete", "--prefer", "local", "--json", "--dry-run")
    brought = workspace.run("pull", "--prefer", "wiki", "--json", "--dry-run")
    assert [a["overwrites"] for r in (pushed, brought) for a in r.json["actions"]] == [None] * 3
    workspace.run("push", "--yes").ok()
    undone = workspace.run("undo", "--dry-run", "--json")
    assert [action["overwrites"] for action in undone.json["actions"]] == [None]


def test_a_deletion_goes_over_an_edit_of_the_page(workspace: Workspace) -> None:
    workspace.push(cut=page("Cut"), other=page("Other"))
    workspace.remove("cut.md")
    workspace.sandbox.edit("cut", content="Theirs.\n")
    result = workspace.run("push", "--prefer", "local", "--delete", "--dry-run", "--json")
    assert (result.action("cut")["action"], result.action("cut")["overwrites"]) == (
        "delete",
        "wiki",
    )


def test_a_name_chosen_over_one_given_on_the_other_side_is_said(workspace: Workspace) -> None:
    workspace.push(old=page("Old"), other=page("Other"))
    (workspace.folder / "old.md").rename(workspace.folder / "mine.md")
    workspace.sandbox.move("old", "theirs")
    result = workspace.run("push", "--prefer", "local", "--dry-run", "--json")
    assert result.action("mine")["overwrites"] == "wiki"


def test_a_plan_file_has_it_and_the_pages_to_look_at_show_it(torn: Workspace) -> None:
    html = torn.root / "plan.html"
    args = ("push", "--prefer", "local", "-o", "plan.json", "--html", str(html))
    torn.run("plan", *args).ok()
    data = json.loads((torn.root / "plan.json").read_bytes())
    assert {a["path"]: a["overwrites"] for a in data["actions"]} == {"torn": "wiki", "mine": None}
    assert "This overwrites an edit made on the wiki." in html.read_text()
    assert "overwrites an edit made on the wiki" in torn.run("show", "plan.json").out
    done = torn.run("apply", "plan.json", "--yes", "--json").ok()
    assert done.action("torn")["overwrites"] == "wiki"


def test_an_edit_that_the_reviewers_were_not_shown_is_not_gone_over(torn: Workspace) -> None:
    """A plan that says of a step that it goes over no edit does not agree to one that does."""
    from wikisync.planfile.format import identity

    torn.run("plan", "push", "--prefer", "local", "-o", "plan.json").ok()
    file = torn.root / "plan.json"
    data = json.loads(file.read_bytes())
    for action in data["actions"]:
        action["overwrites"] = None
    file.write_text(json.dumps({**data, "id": identity(data)}))
    result = torn.run("apply", "plan.json", "--yes", "--json")
    assert result.code == 4, result
    assert (torn.sandbox.page("torn") or {})["content"] == "There.\n"
