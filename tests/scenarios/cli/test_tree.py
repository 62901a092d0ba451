"""Creations that meet each other may leave the wiki's tree of pages without some: it ends whole."""

from __future__ import annotations

from typing import Final

import pytest

from support.workspace import Workspace, page
from wikisync.sandbox import Late, Refuse

PAGES: Final = tuple(f"page-{number}" for number in range(6))
REBUILD: Final = "pages.rebuildTree"
WRITER: Final = (
    *("read:pages", "read:source", "read:history", "write:pages"),
    *("manage:pages", "delete:pages"),
)


@pytest.fixture
def racing(workspace: Workspace) -> Workspace:
    """New pages for a wiki where whoever can lose the race for the tree does."""
    workspace.sandbox.faults.add(Late(0.03, after=False), on="create", times=None)
    workspace.sandbox.races.tree = 1.0
    for name in PAGES:
        workspace.write(f"{name}.md", page(name))
    return workspace


def asked(workspace: Workspace, field: str) -> int:
    return sum(seen.fields.count(field) for seen in workspace.sandbox.requests)


def refuse_the_last(workspace: Workspace) -> None:
    """The one creation that the run makes alone."""
    workspace.sandbox.faults.add(Refuse(), on="create", path=PAGES[-1], times=None)


def test_a_tree_is_whole_after_creations_that_raced_and_nothing_more_is_asked(
    racing: Workspace,
) -> None:
    racing.run("push", "--yes").ok()
    assert racing.sandbox.races.lost["tree"] > 0
    assert racing.sandbox.tree_is_complete
    assert asked(racing, REBUILD) == 0


def test_a_tree_is_rebuilt_where_the_last_creation_is_refused(racing: Workspace) -> None:
    refuse_the_last(racing)
    result = racing.run("push", "--yes", "--json")
    assert result.code == 1
    assert len(result.done()) == len(PAGES) - 1
    assert "notes" not in result.json
    assert racing.sandbox.tree_is_complete
    assert asked(racing, REBUILD) == 1


def test_once_the_tree_is_whole_it_is_not_rebuilt_again(racing: Workspace) -> None:
    refuse_the_last(racing)
    racing.run("push", "--yes")
    racing.run("push", "--yes")
    assert asked(racing, REBUILD) == 1


def test_a_key_that_may_not_rebuild_the_tree_is_told_of_once(racing: Workspace) -> None:
    refuse_the_last(racing)
    racing.env["WIKISYNC_TOKEN"] = racing.sandbox.key(WRITER)
    first = racing.run("push", "--yes", "--json")
    [note] = first.json["notes"]
    assert "page tree may lack" in note
    assert "Rebuild Page Tree" in note
    assert "notes" not in racing.run("push", "--yes", "--json").json
    assert asked(racing, REBUILD) == 1


def test_a_wiki_that_fails_to_rebuild_its_tree_is_asked_again_by_the_next_run(
    racing: Workspace,
) -> None:
    refuse_the_last(racing)
    racing.sandbox.faults.add(Refuse(), on="rebuildTree")
    assert "page tree may lack" in racing.run("push", "--yes").text
    racing.remove(f"{PAGES[-1]}.md")
    assert racing.run("push", "--yes").ok().text.count("page tree") == 0
    assert racing.sandbox.tree_is_complete
    assert asked(racing, REBUILD) == 2


def test_a_pull_writes_nothing_to_the_wiki_not_even_its_tree(racing: Workspace) -> None:
    refuse_the_last(racing)
    racing.sandbox.faults.add(Refuse(), on="rebuildTree")
    racing.run("push", "--yes")
    racing.run("pull", "--yes")
    assert asked(racing, REBUILD) == 1


def test_one_creation_at_a_time_leaves_no_doubt_about_the_tree(racing: Workspace) -> None:
    refuse_the_last(racing)
    racing.run("push", "--yes", "--jobs", "1")
    assert racing.sandbox.tree_is_complete
    assert asked(racing, REBUILD) == 0
