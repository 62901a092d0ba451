"""Beside Wiki.js's own Git storage, on one branch: what conflicts, and what helps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from support.git_repository import Repo, alone
from support.git_storage import GitStorage, git_storage
from support.texts import TEXT
from support.workspace import Workspace
from wikisync.sandbox import Sandbox

if TYPE_CHECKING:
    from pathlib import Path

    from support.workspace import Result

OTHER = "Another paragraph, far from the first.\n"
PAGE = f"{TEXT}\n{OTHER}"


@dataclass
class Shared:
    """A person's clone with wikisync, and the storage's clone, of one repository."""

    workspace: Workspace
    repo: Repo
    storage: GitStorage

    def edit(self, old: str, new: str) -> None:
        """Change a page here, publish it with wikisync, and commit it. The storage commits it."""
        self.workspace.change("guide/a.md", old, new)
        self.workspace.run("push", "--yes").ok()
        self.repo.git("commit", "-qam", "My edit")
        self.storage.commit("update", "guide/a")

    def clean(self) -> None:
        """Both sides are the same, so nothing is written, and nothing is left to commit."""
        before = self.workspace.both_sides()
        self.workspace.run("sync", "--yes").ok()
        result = self.workspace.run("sync", "--yes", "--json").ok()
        assert result.done() == []
        assert result.json["counts"]["in_sync"] == result.json["counts"]["pages"]
        assert self.workspace.both_sides() == before
        assert self.repo.git("status", "--short") == ""


@pytest.fixture
def shared(tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Shared:
    """A page that the wiki's storage has committed, and a clone that is in sync with the wiki."""
    alone(monkeypatch)
    sandbox.create("guide/a", title="A", content=PAGE)
    storage = git_storage(sandbox, tmp_path, "guide/a")
    (tmp_path / "project").mkdir()
    # The storage's pages are at the top of its repository, so that is the folder here.
    workspace = Workspace(tmp_path / "project", sandbox)
    (workspace.root / "wikisync.toml").unlink()
    workspace.folder.rmdir()
    repo = Repo(tmp_path / "project" / "pages")
    storage.repo.git("clone", "-q", str(storage.origin), str(repo.root))
    (tmp_path / "project" / "pages").joinpath(".git", "info", "exclude").write_text("")
    return Shared(workspace, repo, storage)


def settled(shared: Shared, *, write_back: bool) -> Shared:
    shared.workspace.configure(write_back=write_back)
    shared.workspace.run("sync", "--yes").ok()
    return shared


def test_with_write_back_the_storage_stops_where_a_person_pushes_first(shared: Shared) -> None:
    settled(shared, write_back=True).edit(OTHER, "Edited here.\n")
    shared.repo.git("push", "-q", "origin", "main")
    with pytest.raises(AssertionError, match="could not apply"):
        shared.storage.sync()


def test_with_write_back_a_person_meets_a_conflict_in_the_date_line(shared: Shared) -> None:
    settled(shared, write_back=True).edit(OTHER, "Edited here.\n")
    shared.storage.sync()
    shared.repo.git("pull", "-q", "--no-rebase", check=False)
    text = shared.workspace.read("guide/a.md")
    inside = text[text.index("<<<<<<<") : text.index(">>>>>>>")].splitlines()
    assert [line.partition(" ")[0] for line in inside] == ["<<<<<<<", "date:", "=======", "date:"]
    assert shared.workspace.run("status").code == 1


def test_without_write_back_nothing_conflicts_and_nothing_echoes(shared: Shared) -> None:
    settled(shared, write_back=False).edit(OTHER, "Edited here.\n")
    shared.storage.sync()  # the storage is first
    shared.repo.git("pull", "-q", "--no-rebase", "--no-edit")
    shared.clean()
    shared.repo.git("push", "-q", "origin", "main")
    shared.storage.sync()
    shared.edit("Edited here.", "Edited again.")
    shared.repo.git("push", "-q", "origin", "main")  # the person is first
    shared.storage.sync()
    shared.repo.git("pull", "-q", "--no-rebase", "--no-edit")
    shared.clean()
    assert shared.storage.imported == []
    assert "Edited again." in shared.storage.sandbox.page("guide/a")["content"]  # type: ignore[index]


def test_an_edit_in_the_browser_comes_by_either_way_once(shared: Shared) -> None:
    settled(shared, write_back=False)
    shared.storage.sandbox.edit("guide/a", content=PAGE.replace(OTHER, "From the browser.\n"))
    shared.storage.commit("update", "guide/a")
    shared.storage.sync()
    shared.repo.git("pull", "-q", "--no-rebase", "--no-edit")
    shared.clean()  # Git brought it: nothing to pull, and nothing is pushed back
    shared.storage.sandbox.edit("guide/a", content=PAGE.replace(OTHER, "Once more.\n"))
    shared.storage.commit("update", "guide/a")
    shared.workspace.run("pull", "--yes").ok()
    shared.repo.git("checkout", "-q", "--", ".")  # what wikisync brought is the storage's to commit
    shared.storage.sync()
    shared.repo.git("pull", "-q", "--no-rebase", "--no-edit")
    shared.clean()


def test_a_new_page_that_git_brings_to_the_wiki_is_known_to_both(shared: Shared) -> None:
    settled(shared, write_back=False)
    text = f"---\ntitle: New\ndescription: \ntags: \n---\n\n{PAGE}"
    shared.repo.commit({"guide/new.md": text})
    shared.repo.git("push", "-q", "origin", "main")
    shared.storage.sync()
    assert shared.storage.imported == ["guide/new.md"]
    shared.clean()


def test_a_new_page_that_wikisync_and_git_both_bring_conflicts(shared: Shared) -> None:
    settled(shared, write_back=False)
    text = f"---\ntitle: New\ndescription: \ntags: \n---\n\n{PAGE}"
    shared.workspace.write("guide/new.md", text)
    shared.workspace.run("push", "--yes").ok()
    shared.storage.commit("create", "guide/new")
    shared.storage.sync()
    shared.repo.commit()
    shared.repo.git("pull", "-q", "--no-rebase", "--no-edit", check=False)
    assert shared.repo.git("status", "--short") == "AA guide/new.md"
    # The way out: the storage's file is the page with the wiki's times.
    shared.repo.git("checkout", "--theirs", "guide/new.md")
    shared.repo.commit()
    shared.clean()


def initialised(shared: Shared, *more: str) -> tuple[Result, str]:
    """The output of ``init`` in the clone, whose top is the folder, and the configuration."""
    file = shared.repo.root / "wikisync.toml"
    url = shared.storage.sandbox.url
    result = shared.workspace.run("init", url, "--folder", ".", *more, cwd=shared.repo.root)
    return result.ok(), file.read_text()


def test_init_sets_write_back_where_the_storage_commits(shared: Shared) -> None:
    result, text = initialised(shared)
    assert "write_back = false\n" in text
    assert "It has write_back = false: Wiki.js's Git storage commits here too" in result.out
    assert "1 recent commit" in result.out
    env = {"WIKISYNC_URL": None}
    shared.workspace.run("sync", "--yes", cwd=shared.repo.root, env=env).ok()
    assert shared.repo.git("status", "--short") == "?? wikisync.toml"
    # Again: the file stays, and what it has is right.
    result, again = initialised(shared)
    assert again == text
    assert "write_back" not in result.out


def test_init_says_it_where_a_configuration_is_there(shared: Shared) -> None:
    _result, text = initialised(shared)
    file = shared.repo.root / "wikisync.toml"
    file.write_text(text.replace("write_back = false\n", "jobs = 3\n"))
    result, again = initialised(shared)
    assert "set\nwrite_back = false in wikisync.toml" in result.out
    assert "write_back" not in again


def test_init_for_another_wiki_replaces_what_init_wrote_for_the_first(shared: Shared) -> None:
    initialised(shared)
    with Sandbox() as other:
        env = {"WIKISYNC_TOKEN": other.token}
        args = ("init", other.url, "--folder", ".")
        shared.workspace.run(*args, cwd=shared.repo.root, env=env).ok()
        text = (shared.repo.root / "wikisync.toml").read_text()
        assert other.url in text
        assert "write_back = false" in text


def test_init_leaves_write_back_alone_in_other_repositories(shared: Shared) -> None:
    shared.repo.git("checkout", "-q", "--orphan", "fresh")
    shared.repo.git("commit", "-q", "-m", "docs: update the guide")
    result, text = initialised(shared)
    assert "write_back" not in text + result.out
