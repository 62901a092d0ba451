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
def repo(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """Two pages pushed and committed, whose files are older than the wiki; no memory of it."""
    alone(monkeypatch)
    ws.push(guide__old=page("Old", text("old")), other=page("Other", text("other")))
    made = repository(ws.root)
    made.write(".gitignore", ".wikisync\n")
    made.commit()
    return made


def forget(ws: Workspace) -> None:
    for file in ws.state.rglob("*"):
        file.unlink()


def ids(ws: Workspace) -> dict[str, int]:
    return {row["path"]: row["id"] for row in ws.box.pages()}


def silent(ws: Workspace) -> None:
    result = ws.run("sync", "--yes", "--json").ok()
    assert (result.json["actions"], len(result.asked)) == ([], 1)


def test_a_page_that_was_moved_on_the_wiki_is_not_made_twice(ws: Workspace, repo: Repo) -> None:
    before = ids(ws)
    ws.box.move("guide/old", "new")
    forget(ws)
    ws.run("sync", "--yes").ok()
    assert ids(ws) == {"new": before["guide/old"], "other": before["other"]}
    assert ws.files().keys() == {"new.md", "other.md"}
    silent(ws)


def test_a_page_that_was_moved_there_and_changed_on_both_sides_is_merged(
    ws: Workspace, repo: Repo
) -> None:
    before = ids(ws)
    ws.box.move("guide/old", "new")
    ws.box.edit("new", content=text("old", line_7="Edited on the wiki."))
    repo.commit({"pages/guide/old.md": page("Old", text("old", line_1="Edited here."))})
    forget(ws)
    ws.run("sync", "--yes").ok()
    assert ids(ws) == {"new": before["guide/old"], "other": before["other"]}
    assert "Edited here." in ws.read("new.md")
    assert "Edited on the wiki." in ws.read("new.md")
    silent(ws)


def test_a_file_that_was_renamed_twice_in_git_and_edited_on_the_wiki_moves_its_page(
    ws: Workspace, repo: Repo
) -> None:
    before = ids(ws)
    for old, new in (("guide/old", "between"), ("between", "new")):
        repo.git("mv", f"pages/{old}.md", f"pages/{new}.md")
        repo.commit()
    repo.commit({"pages/new.md": page("Old", text("old", line_1="Edited here."))})
    ws.box.edit("guide/old", content=text("old", line_7="Edited on the wiki."))
    forget(ws)
    ws.run("sync", "--yes").ok()
    assert ids(ws) == {"new": before["guide/old"], "other": before["other"]}
    assert "Edited here." in ws.read("new.md")
    assert "Edited on the wiki." in ws.read("new.md")
    silent(ws)


def test_the_same_title_without_a_text_in_common_is_another_page(ws: Workspace, repo: Repo) -> None:
    ws.remove("guide/old.md")
    repo.commit({"pages/fresh.md": page("Stranger", text("somebody here"))})
    ws.box.create("stranger", title="Stranger", content=text("somebody there"))
    before = ids(ws)
    forget(ws)
    ws.run("sync", "--yes").ok()
    assert ids(ws) == {**before, "fresh": max(before.values()) + 1}
    assert "somebody there" in ws.read("stranger.md")


def test_a_title_that_two_files_bear_tells_nothing(ws: Workspace, repo: Repo) -> None:
    ws.box.move("guide/old", "new")
    ws.write("copy.md", ws.read("guide/old.md"))
    forget(ws)
    result = ws.run("sync", "--yes", "--json").ok()
    assert [one for one in result.done() if one[0] == "move"] == []
    assert ids(ws).keys() == {"guide/old", "copy", "new", "other"}


@pytest.mark.parametrize("side", ["wiki", "folder"])
@pytest.mark.parametrize(("name", "moved"), [("our-cats", True), ("dogs", False)])
def test_a_very_short_page_of_the_same_title_needs_a_name_alike_too(
    ws: Workspace, repo: Repo, side: str, name: str, moved: bool
) -> None:
    ws.push(cats=page("Cats", "To be written.\n"))
    repo.commit()
    number = ids(ws)["cats"]
    if side == "wiki":
        ws.box.move("cats", name)
    else:
        ws.remove("cats.md")
        repo.commit({f"pages/{name}.md": page("Cats", "To be written.\n")})
    forget(ws)
    ws.run("sync", "--yes").ok()
    assert ws.files().keys() >= {f"{name}.md"}
    assert ((ids(ws).keys() & {"cats", name}) == {name}) is moved
    assert (ids(ws)[name] == number) is (moved or side == "wiki")
