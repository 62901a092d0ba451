"""Names that cannot be pages, or differ from another's in case alone, with a proposal."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from support.workspace import page

if TYPE_CHECKING:
    from support.workspace import Result, Workspace

MEMORY = pytest.mark.parametrize("memory", [True, False], ids=["memory", "no memory"])
COMMANDS = pytest.mark.parametrize("command", ["push", "sync"])


def paths(workspace: Workspace) -> list[str]:
    return sorted(found["path"] for found in workspace.sandbox.pages())


def problems(result: Result) -> dict[str, str]:
    """The proposal of each file with a problem."""
    return {found["file"]: found.get("proposal", "") for found in result.json["problems"]}


@COMMANDS
def test_a_name_that_wikijs_refuses_or_reserves_gets_a_proposal(
    workspace: Workspace, command: str
) -> None:
    for file in ("Google/G Suite.md", "google g suite.md", "v1.2.md", "login.md", "good.md"):
        workspace.write(file, page())
    expected = {
        "Google/G Suite.md": "google/g-suite.md",
        "google g suite.md": "google-g-suite.md",
        "v1.2.md": "v1-2.md",
        "login.md": "login-page.md",
    }
    for how in ("--dry-run", "--yes"):
        result = workspace.run(command, how, "--json")
        assert (result.code, problems(result)) == (1, expected)
    assert paths(workspace) == ["good"]
    shown = workspace.run("status").text
    assert "Google/G Suite.md: page paths cannot contain spaces" in shown
    assert "Rename it, for example to google/g-suite.md." in shown
    for file, proposal in expected.items():
        (workspace.folder / proposal).parent.mkdir(exist_ok=True)
        (workspace.folder / file).rename(workspace.folder / proposal)
    workspace.run(command, "--yes").ok()
    assert len(paths(workspace)) == 5


def test_no_two_files_get_one_proposal_nor_that_of_a_page(workspace: Workspace) -> None:
    workspace.sandbox.create("a-b", content="On the wiki.")
    for file in ("a b.md", "a.b.md", "A B.html"):
        workspace.write(file, page())
    found = problems(workspace.run("push", "--yes", "--json"))
    stems = sorted(proposal.rpartition(".")[0] for proposal in found.values())
    assert stems == ["a-b-2", "a-b-3", "a-b-4"]


@MEMORY
@COMMANDS
def test_a_new_name_that_differs_from_a_pages_only_in_case_is_a_problem_that_names_both(
    workspace: Workspace, memory: bool, command: str
) -> None:
    workspace.push(home=page(), guide__a=page())
    workspace.sandbox.create("Other", content="On the wiki alone.")
    if not memory:
        shutil.rmtree(workspace.state)
    for file in ("Home.md", "Guide/a.md", "other.md", "fr/HOME.md"):
        workspace.write(file, page())
    for how in ("--dry-run", "--yes"):
        result = workspace.run(command, how, "--json")
        named = {found["file"]: found["message"] for found in result.json["problems"]}
        assert result.code == 1
        assert set(named) >= {"Home.md", "Guide/a.md"}
        assert "home.md" in named["Home.md"]
        assert "guide/a.md" in named["Guide/a.md"]
        if how == "--dry-run":  # a sync makes a file of the page first
            assert "en/Other" in named["other.md"]
    assert paths(workspace) == sorted(["HOME", "Other", "guide/a", "home"])
    workspace.remove("Home.md")
    workspace.remove("Guide/a.md")
    workspace.remove("other.md")
    workspace.run("sync", "--yes").ok()


def test_two_new_files_that_differ_only_in_case_are_both_named(workspace: Workspace) -> None:
    workspace.write("Plan.md", page())
    workspace.write("plan.md", page())
    result = workspace.run("push", "--yes", "--json")
    assert set(problems(result)) == {"Plan.md", "plan.md"}
    assert paths(workspace) == []
    workspace.remove("Plan.md")
    workspace.run("push", "--yes").ok()
    assert paths(workspace) == ["plan"]


def test_a_page_may_be_renamed_to_another_case_of_its_own_name(workspace: Workspace) -> None:
    workspace.push(home=page(), other=page())
    (workspace.folder / "home.md").rename(workspace.folder / "Home.md")
    assert workspace.run("push", "--yes", "--json").ok().done() == [("move", "wiki", "Home")]
    (workspace.folder / "other.md").rename(workspace.folder / "home.md")
    result = workspace.run("push", "--yes", "--json")
    assert (result.code, set(problems(result))) == (1, {"home.md"})
    assert paths(workspace) == ["Home", "other"]


@MEMORY
def test_two_pages_of_the_wiki_that_differ_only_in_case_are_kept_in_step(
    workspace: Workspace, memory: bool
) -> None:
    workspace.sandbox.create("home", content="One page.")
    workspace.sandbox.create("Home", content="Another page.")
    workspace.run("pull", "--yes").ok()
    assert sorted(workspace.files()) == ["Home.md", "home.md"]
    if not memory:
        shutil.rmtree(workspace.state)
    workspace.change("Home.md", "Another page.", "Another page, edited.")
    if memory:
        assert workspace.run("push", "--yes", "--json").ok().done() == [("update", "wiki", "Home")]
    result = workspace.run("sync", "--dry-run", "--json")
    assert result.json["problems"] == []
