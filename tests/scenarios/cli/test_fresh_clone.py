"""A clone without a memory meets the wiki: git's history and the page's tell what both once had."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.git_repository import Repo, alone, repository
from support.workspace import Workspace, page

PAGES, COMMITS = 60, 5
WIKI = range(0, PAGES, 2)  # on the wiki, each as one of the commits had it
EDITED = list(WIKI)[:10]  # edited on the wiki since
READER = ["read:pages", "read:source", "write:pages", "manage:pages"]


def text(number: int, commit: int, wiki: str = "", here: str = "") -> str:
    """A page's content after so many commits; each commit changes a line of its own."""
    lines = [f"Page {number}.", ""]
    for line in range(12):
        said = f"since {min(commit, COMMITS)}" if line == 6 else "from the first day"
        lines += [f"Line {line} of page {number}, {said}.", ""]
    return "\n".join([wiki, *lines, here, ""])


@pytest.fixture
def repo(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """60 pages with 5 commits each, half of them on the wiki, 10 edited there, 5 of these here."""
    alone(monkeypatch)
    made = repository(workspace.root)
    for commit in range(COMMITS):
        made.commit({f"pages/p{n:02}.md": page(f"P{n}", text(n, commit)) for n in range(PAGES)})
    for n in WIKI:
        title = f"P{n}"
        commit = COMMITS - 1 if n in EDITED else n % COMMITS
        workspace.sandbox.create(f"p{n:02}", title=title, content=text(n, commit))
    for n in EDITED:
        workspace.sandbox.edit(f"p{n:02}", content=text(n, COMMITS - 1, wiki="Edited on the wiki."))
    changed = {}
    for n in EDITED[:4]:
        changed[n] = text(n, COMMITS - 1, here="Edited here.")
    changed[EDITED[4]] = text(EDITED[4], COMMITS - 1, wiki="Edited here, in the same place.")
    made.commit({f"pages/p{n:02}.md": page(f"P{n}", new) for n, new in changed.items()})
    return made


def paths(result: dict[str, object], verb: str, side: str) -> list[int]:
    actions = result["actions"]
    assert isinstance(actions, list)
    return sorted(int(a["path"][1:]) for a in actions if (a["action"], a["side"]) == (verb, side))


def test_what_moved_on_is_pushed_pulled_or_merged_and_only_a_true_conflict_is_named(
    workspace: Workspace, repo: Repo
) -> None:
    result = workspace.run("sync", "--yes", "--json")
    data = result.json
    assert result.code == 3
    assert [c["path"] for c in data["conflicts"]] == [f"p{EDITED[4]:02}"]
    assert paths(data, "create", "wiki") == [n for n in range(PAGES) if n not in WIKI]
    behind = [n for n in WIKI if n not in EDITED and n % COMMITS != COMMITS - 1]
    assert paths(data, "update", "wiki") == behind
    assert paths(data, "update", "folder") == EDITED[5:]
    assert paths(data, "merge", "wiki") == EDITED[:4]
    for n in EDITED[:4]:
        for found in (
            workspace.read(f"p{n:02}.md"),
            (workspace.sandbox.page(f"p{n:02}") or {})["content"],
        ):
            assert "Edited here." in found
            assert "Edited on the wiki." in found
    assert "Edited on the wiki." in (workspace.sandbox.page(f"p{EDITED[4]:02}") or {})["content"]
    assert "Edited here, in the same place." in workspace.read(f"p{EDITED[4]:02}.md")
    again = workspace.run("sync", "--yes", "--json")
    assert (again.code, again.done()) == (3, [])
    assert len(again.json["conflicts"]) == 1


def test_a_key_that_may_not_read_histories_still_gets_the_git_half(
    workspace: Workspace, repo: Repo
) -> None:
    token = workspace.sandbox.key(READER)
    result = workspace.run("sync", "--yes", "--json", env={"WIKISYNC_TOKEN": token})
    data = result.json
    assert result.code == 3
    behind = [n for n in WIKI if n not in EDITED and n % COMMITS != COMMITS - 1]
    assert paths(data, "update", "wiki") == behind
    assert sorted(int(c["path"][1:]) for c in data["conflicts"]) == EDITED
    assert any("read:history" in note for note in data["notes"])
    for n in EDITED:
        assert "Edited on the wiki." in (workspace.sandbox.page(f"p{n:02}") or {})["content"]


def test_a_shallow_clone_is_said_to_be_one_and_overwrites_nothing(
    workspace: Workspace, repo: Repo, tmp_path: Path
) -> None:
    (tmp_path / "other").mkdir()
    other = Workspace(tmp_path / "other", workspace.sandbox)
    shallow = repo.clone(tmp_path / "shallow", "--depth", "1", "--no-checkout")
    (shallow.root / ".git").rename(other.root / ".git")
    Repo(other.root).git("checkout", "-q", "-f", "main", "--", "pages")
    before = workspace.sandbox.pages()
    result = other.run("sync", "--yes", "--json")
    data = result.json
    assert result.code == 3
    assert any("fetch-depth: 0" in note for note in data["notes"])
    # The page's own history still tells where the file's text is one that it had.
    assert paths(data, "update", "folder") == EDITED[5:]
    assert paths(data, "update", "wiki") == []
    now = {p["path"]: p["content"] for p in workspace.sandbox.pages()}
    assert all(now[p["path"]] == p["content"] for p in before)


def test_a_file_that_git_had_and_has_no_more_is_a_deletion_only_when_asked(
    workspace: Workspace, repo: Repo
) -> None:
    workspace.run("sync", "--yes")
    gone, back = 12 * 2, 13 * 2
    workspace.sandbox.edit(f"p{back:02}", content="Changed since.\n")
    repo.commit({f"pages/p{gone:02}.md": None, f"pages/p{back:02}.md": None})
    for file in workspace.state.rglob("*"):
        file.unlink()
    result = workspace.run("sync", "--yes", "--json").json
    assert paths(result, "delete", "wiki") == [gone]
    assert workspace.sandbox.page(f"p{gone:02}") is not None
    workspace.run("sync", "--yes", "--delete")
    assert workspace.sandbox.page(f"p{gone:02}") is None
    assert workspace.sandbox.page(f"p{back:02}") is not None


def pulled(workspace: Workspace, monkeypatch: pytest.MonkeyPatch, *paths: str) -> Repo:
    """Some pages of the wiki's, as files in git, and no memory of it."""
    alone(monkeypatch)
    for number, path in enumerate(paths):
        workspace.sandbox.create(path, title="A title", content=text(number, 0), tags=["one"])
    workspace.run("pull", "--yes")
    made = repository(workspace.root)
    made.commit()
    forget(workspace)
    return made


def forget(workspace: Workspace) -> None:
    for file in workspace.state.rglob("*"):
        file.unlink()


def ids(workspace: Workspace) -> dict[str, int]:
    return {row["path"]: row["id"] for row in workspace.sandbox.pages()}


def test_a_page_that_was_moved_on_the_wiki_is_known_again_by_the_time_it_was_made(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulled(workspace, monkeypatch, "guide/old", "other")
    before = ids(workspace)
    workspace.sandbox.move("guide/old", "guide/new")
    workspace.sandbox.edit("guide/new", content=text(0, 0, wiki="Edited on the wiki."))
    result = workspace.run("sync", "--yes", "--json")
    assert result.code == 0, result.err
    assert "guide/old.md" not in workspace.files()
    assert "Edited on the wiki." in workspace.read("guide/new.md")
    assert ids(workspace) == {"guide/new": before["guide/old"], "other": before["other"]}
    assert workspace.run("sync", "--yes", "--json").done() == []


def test_a_file_that_was_renamed_in_git_moves_its_page_though_that_was_edited_since(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = pulled(workspace, monkeypatch, "guide/old", "other")
    before = ids(workspace)
    repo.git("mv", "pages/guide/old.md", "pages/new.md")
    repo.commit()
    workspace.sandbox.edit("guide/old", content=text(0, 0, wiki="Edited on the wiki."))
    result = workspace.run("sync", "--yes", "--json")
    assert result.code == 0, result.err
    assert ids(workspace) == {"new": before["guide/old"], "other": before["other"]}
    assert "Edited on the wiki." in workspace.read("new.md")
    assert "guide/old.md" not in workspace.files()
    assert workspace.run("sync", "--yes", "--json").done() == []


def test_without_git_too_a_moved_page_is_known_again(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    pulled(workspace, monkeypatch, "old", "other")
    (workspace.root / ".git").rename(workspace.root / "no-git")
    workspace.sandbox.move("old", "new")
    before = ids(workspace)
    workspace.run("push", "--yes").ok()
    assert ids(workspace) == before
    forget(workspace)
    workspace.run("pull", "--yes").ok()
    assert "new.md" in workspace.files()
    assert "old.md" not in workspace.files()
    assert ids(workspace) == before


def test_of_two_files_of_the_same_moment_none_is_taken_for_a_page_that_moved(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = pulled(workspace, monkeypatch, "old")
    repo.commit({"pages/copy.md": workspace.read("old.md")})
    workspace.sandbox.move("old", "new")
    result = workspace.run("sync", "--yes", "--json")
    assert [a["action"] for a in result.json["actions"] if a["action"] == "move"] == []
    assert ids(workspace).keys() == {"old", "copy", "new"}
