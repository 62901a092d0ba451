"""Moves that nobody remembers, of files that do not say when the wiki made their page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.git_repository import Repo, alone, repository
from support.workspace import page

if TYPE_CHECKING:
    from support.workspace import Workspace


def text(name: str, **lines: str) -> str:
    """A page's content; ``lines`` are what its lines say now (``line_3``)."""
    said = (lines.get(f"line_{n}", f"Line {n} of what {name} says.") for n in range(9))
    return "\n\n".join(said) + "\n"


@pytest.fixture
def repo(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """Two pages pushed and committed, whose files are older than the wiki; no memory of it."""
    alone(monkeypatch)
    workspace.push(guide__old=page("Old", text("old")), other=page("Other", text("other")))
    made = repository(workspace.root)
    made.write(".gitignore", ".wikisync\n")
    made.commit()
    return made


def forget(workspace: Workspace) -> None:
    for file in workspace.state.rglob("*"):
        file.unlink()


def ids(workspace: Workspace) -> dict[str, int]:
    return {row["path"]: row["id"] for row in workspace.sandbox.pages()}


def silent(workspace: Workspace) -> None:
    result = workspace.run("sync", "--yes", "--json").ok()
    assert (result.json["actions"], len(result.asked)) == ([], 1)


def test_a_page_that_was_moved_on_the_wiki_is_not_made_twice(
    workspace: Workspace, repo: Repo
) -> None:
    before = ids(workspace)
    workspace.sandbox.move("guide/old", "new")
    forget(workspace)
    workspace.run("sync", "--yes").ok()
    assert ids(workspace) == {"new": before["guide/old"], "other": before["other"]}
    assert workspace.files().keys() == {"new.md", "other.md"}
    silent(workspace)


def test_a_page_that_was_moved_there_and_changed_on_both_sides_is_merged(
    workspace: Workspace, repo: Repo
) -> None:
    before = ids(workspace)
    workspace.sandbox.move("guide/old", "new")
    workspace.sandbox.edit("new", content=text("old", line_7="Edited on the wiki."))
    repo.commit({"pages/guide/old.md": page("Old", text("old", line_1="Edited here."))})
    forget(workspace)
    workspace.run("sync", "--yes").ok()
    assert ids(workspace) == {"new": before["guide/old"], "other": before["other"]}
    assert "Edited here." in workspace.read("new.md")
    assert "Edited on the wiki." in workspace.read("new.md")
    silent(workspace)


def test_a_file_that_was_renamed_twice_in_git_and_edited_on_the_wiki_moves_its_page(
    workspace: Workspace, repo: Repo
) -> None:
    before = ids(workspace)
    for old, new in (("guide/old", "between"), ("between", "new")):
        repo.git("mv", f"pages/{old}.md", f"pages/{new}.md")
        repo.commit()
    repo.commit({"pages/new.md": page("Old", text("old", line_1="Edited here."))})
    workspace.sandbox.edit("guide/old", content=text("old", line_7="Edited on the wiki."))
    forget(workspace)
    workspace.run("sync", "--yes").ok()
    assert ids(workspace) == {"new": before["guide/old"], "other": before["other"]}
    assert "Edited here." in workspace.read("new.md")
    assert "Edited on the wiki." in workspace.read("new.md")
    silent(workspace)


def test_the_same_title_without_a_text_in_common_is_another_page(
    workspace: Workspace, repo: Repo
) -> None:
    workspace.remove("guide/old.md")
    repo.commit({"pages/fresh.md": page("Stranger", text("somebody here"))})
    workspace.sandbox.create("stranger", title="Stranger", content=text("somebody there"))
    before = ids(workspace)
    forget(workspace)
    workspace.run("sync", "--yes").ok()
    assert ids(workspace) == {**before, "fresh": max(before.values()) + 1}
    assert "somebody there" in workspace.read("stranger.md")


def test_a_title_that_two_files_bear_tells_nothing(workspace: Workspace, repo: Repo) -> None:
    workspace.sandbox.move("guide/old", "new")
    workspace.write("copy.md", workspace.read("guide/old.md"))
    forget(workspace)
    result = workspace.run("sync", "--yes", "--json").ok()
    assert [one for one in result.done() if one[0] == "move"] == []
    assert ids(workspace).keys() == {"guide/old", "copy", "new", "other"}


@pytest.mark.parametrize("side", ["wiki", "folder"])
@pytest.mark.parametrize(("name", "moved"), [("our-cats", True), ("dogs", False)])
def test_a_very_short_page_of_the_same_title_needs_a_name_alike_too(
    workspace: Workspace, repo: Repo, side: str, name: str, moved: bool
) -> None:
    workspace.push(cats=page("Cats", "To be written.\n"))
    repo.commit()
    number = ids(workspace)["cats"]
    if side == "wiki":
        workspace.sandbox.move("cats", name)
    else:
        workspace.remove("cats.md")
        repo.commit({f"pages/{name}.md": page("Cats", "To be written.\n")})
    forget(workspace)
    workspace.run("sync", "--yes").ok()
    assert workspace.files().keys() >= {f"{name}.md"}
    assert ((ids(workspace).keys() & {"cats", name}) == {name}) is moved
    assert (ids(workspace)[name] == number) is (moved or side == "wiki")
