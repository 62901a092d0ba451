"""The branch with what was fetched: made beside the clone's own work, pushed under a lease."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from support.git_repository import Repo, alone, repository
from wikisync.errors import GitHubError
from wikisync.git.process import run
from wikisync.github.clone import BRANCH, EMAIL, TRAILER, Clone, _network_environment
from wikisync.github.environment import read_job

if TYPE_CHECKING:
    from pathlib import Path

REF = f"refs/heads/{BRANCH}"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A clone with one commit, of a bare remote."""
    alone(monkeypatch)
    made = repository(tmp_path / "clone")
    made.git("init", "-q", "--bare", "-b", "main", str(tmp_path / "remote.git"))
    made.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    made.commit({"pages/a.md": "one\n", "README.md": "x\n"})
    made.git("push", "-q", "-u", "origin", "main")
    return made


def clone(repo: Repo, **env: str) -> Clone:
    return Clone(read_job({"GITHUB_WORKSPACE": str(repo.root), **env}))


def remote(repo: Repo) -> Repo:
    return Repo(repo.root.parent / "remote.git")


def proposed(repo: Repo, text: str, expected: str | None = None) -> str:
    """A commit of ours with another text, pushed."""
    repo.write("pages/a.md", text)
    mine = clone(repo)
    commit = mine.commit(mine.tree_with("pages"), mine.commit_of(), "Edited on the wiki")
    mine.push(commit, expected)
    return commit


def test_only_the_folder_goes_into_the_commit(repo: Repo) -> None:
    repo.write("README.md", "changed\n")
    repo.write("pages/new/b.md", "two\n")
    commit = proposed(repo, "ONE\n")
    changed = repo.git("diff", "--name-only", "HEAD", commit).split()
    assert changed == ["pages/a.md", "pages/new/b.md"]
    assert repo.git("show", "-s", "--format=%ce %ae", commit) == f"{EMAIL} {EMAIL}"
    assert remote(repo).git("rev-parse", REF) == commit


def test_the_clones_own_branch_and_index_stay_as_they_are(repo: Repo) -> None:
    repo.write("README.md", "staged\n")
    repo.git("add", "README.md")
    head = repo.git("rev-parse", "HEAD")
    proposed(repo, "ONE\n")
    assert repo.git("rev-parse", "HEAD") == head
    assert repo.git("diff", "--cached", "--name-only") == "README.md"


def test_a_folder_that_is_gone_is_deleted_in_the_tree(repo: Repo) -> None:
    mine = clone(repo)
    assert mine.tree_with("pages") == mine.tree_of()
    (repo.root / "pages" / "a.md").unlink()
    assert mine.tree_with("pages") != mine.tree_of()


def test_a_folder_whose_name_git_would_take_for_a_pattern_is_only_a_name(repo: Repo) -> None:
    repo.commit({"p*/c.md": "x\n"})
    repo.write("p*/c.md", "y\n")
    repo.write("pages/a.md", "changed\n")
    mine = clone(repo)
    tree = mine.tree_with("p*")
    assert repo.git("diff-tree", "-r", "--name-only", "HEAD", tree) == "p*/c.md"


def test_a_push_says_what_it_expects_and_overwrites_nothing_else(repo: Repo) -> None:
    first = proposed(repo, "ONE\n")
    second = proposed(repo, "TWO\n", first)
    with pytest.raises(GitHubError) as caught:
        proposed(repo, "THREE\n", first)
    assert caught.value.reason == "somebody pushed to it meanwhile"
    with pytest.raises(GitHubError):
        proposed(repo, "THREE\n", None)
    with pytest.raises(GitHubError):
        clone(repo).delete_branch(first)
    assert remote(repo).git("rev-parse", REF) == second


def test_the_branch_can_be_taken_away(repo: Repo) -> None:
    clone(repo).delete_branch(proposed(repo, "ONE\n"))
    assert clone(repo).remote_commit() is None


def test_what_is_on_the_branch_is_found_and_told_apart(repo: Repo, tmp_path: Path) -> None:
    assert clone(repo).remote_commit() is None
    ours = proposed(repo, "ONE\n")
    assert clone(repo).remote_commit() == ours
    assert clone(repo).foreign_commits(ours) == ()
    other = remote(repo).clone(tmp_path / "other", "-b", BRANCH)
    other.commit({"pages/a.md": "mine\n"})
    other.git("push", "-q")
    theirs = other.git("rev-parse", "HEAD")
    assert clone(repo).remote_commit() == theirs
    assert clone(repo).foreign_commits(theirs) == (theirs,)


@pytest.mark.parametrize(("email", "message"), [(EMAIL, "x"), ("a@example.org", f"x\n\n{TRAILER}")])
def test_neither_our_name_nor_our_line_alone_makes_a_commit_ours(
    repo: Repo, monkeypatch: pytest.MonkeyPatch, email: str, message: str
) -> None:
    repo.git("switch", "-q", "-c", "other")
    repo.write("pages/a.md", "x\n")
    monkeypatch.setenv("GIT_COMMITTER_EMAIL", email)
    repo.git("commit", "-q", "-a", "-m", message)
    commit = repo.git("rev-parse", "HEAD")
    repo.git("switch", "-q", "main")
    assert clone(repo).foreign_commits(commit) == (commit,)


@pytest.mark.parametrize("own", [False, True])
def test_a_merge_is_a_strangers_only_where_it_has_something_of_its_own(
    repo: Repo, *, own: bool
) -> None:
    ours = proposed(repo, "ONE\n")
    repo.git("checkout", "-q", ".")
    repo.commit({"README.md": "main went on\n"})
    repo.git("switch", "-q", "--detach", ours)
    repo.git("merge", "-q", "--no-commit", "--no-ff", "main")
    if own:
        repo.write("pages/a.md", "and something besides\n")
    repo.git("commit", "-q", "-a", "-m", "Merge")
    merge = repo.git("rev-parse", "HEAD")
    repo.git("switch", "-q", "main")
    assert clone(repo).foreign_commits(merge) == ((merge,) if own else ())


def test_hooks_of_the_repository_are_not_run(repo: Repo) -> None:
    hook = repo.root / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert proposed(repo, "ONE\n") == remote(repo).git("rev-parse", REF)


def test_the_token_goes_to_githubs_address_alone_and_stands_nowhere(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WIKISYNC_TOKEN", "wiki-secret")
    mine = clone(repo, GITHUB_TOKEN="ghs_secret", GITHUB_SERVER_URL="https://github.example")
    also = _network_environment(mine.job)

    def header(address: str) -> bytes:
        return mine._run("config", "--get-urlmatch", "http", address, env=also)

    assert b"Authorization: Basic" in header("https://github.example/x")
    with pytest.raises(GitHubError):  # which is to say: there is none
        header("https://github.example.org/x")
    assert "ghs_secret" not in repr(mine)
    assert "ghs_secret" not in (repo.root / ".git" / "config").read_text()
    told = mine._run("-c", "alias.env=!env", "env", env=also)
    assert b"wiki-secret" not in told
    assert b"GITHUB_TOKEN" not in told


def test_a_filter_that_attributes_select_is_run_without_the_token(repo: Repo) -> None:
    seen = repo.root.parent / "seen"
    repo.git("config", "filter.nosy.clean", f"env >{seen}; cat")
    repo.commit({".gitattributes": "*.md filter=nosy\n"})
    repo.write("pages/a.md", "ONE\n")
    mine = clone(repo, GITHUB_TOKEN="ghs_secret")
    mine.tree_with("pages")
    assert "PATH=" in seen.read_text()
    assert "Authorization" not in seen.read_text()


def test_git_gets_no_secret_of_the_job_where_it_only_reads(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("INPUT_TOKEN", "GITHUB_TOKEN", "WIKISYNC_TOKEN"):
        monkeypatch.setenv(name, "a-secret")
    done = run(repo.root, "-c", "alias.env=!env", "env")
    assert done is not None
    assert b"PATH=" in done.stdout
    assert b"a-secret" not in done.stdout
