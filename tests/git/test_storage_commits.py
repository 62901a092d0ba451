"""The commits of Wiki.js's Git storage are told from those that people make."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from support.git_repository import Repo, alone, repository
from wikisync.git.storage_commits import LOOKED_AT, count_storage_commits

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    alone(monkeypatch)
    return repository(tmp_path / "repo")


def commit(repo: Repo, subject: str, *files: str) -> None:
    for file in files:
        repo.write(file, f"{subject} {repo.git('rev-list', '--all', '--count')}\n")
    repo.git("add", "-A")
    repo.git("commit", "-q", "--allow-empty", "-m", subject)


@pytest.mark.parametrize(
    ("subject", "file"),
    [
        ("docs: update guide/install", "guide/install.md"),
        ("docs: create home", "fr/home.md"),
        ("docs: update news", "news.html"),
        ("docs: create 日本/語", "日本/語.md"),
        ("docs: add all untracked content", "home.md"),
    ],
)
def test_a_commit_of_the_storage_is_known_by_the_page_it_names(
    repo: Repo, subject: str, file: str
) -> None:
    commit(repo, "Begin", "other.txt")
    assert count_storage_commits(repo.root) == 0
    commit(repo, subject, file)
    assert count_storage_commits(repo.root) == 1
    (repo.root / "pages").mkdir()
    assert count_storage_commits(repo.root / "pages") == 1


@pytest.mark.parametrize(
    ("subject", "files"),
    [
        ("docs: update the guide", ["guide.md"]),
        ("docs: update readme", ["README.md"]),
        ("docs: update guide", ["guide.md", "other.md"]),
        ("docs: update guide", ["src/program.py"]),
        ("docs(guide): update guide", ["guide.md"]),
        ("fix: update guide", ["guide.md"]),
    ],
)
def test_a_commit_that_people_make_is_none_of_the_storage(
    repo: Repo, subject: str, files: list[str]
) -> None:
    commit(repo, subject, *files)
    assert count_storage_commits(repo.root) == 0


def test_only_the_newest_commits_are_looked_at(repo: Repo) -> None:
    commit(repo, "docs: create home", "home.md")
    commits = "".join(
        f"commit refs/heads/main\ncommitter A <a@example.org> {1700000000 + n} +0000\ndata 1\nx\n"
        + ("from refs/heads/main^0\n" if n == 0 else "")
        for n in range(LOOKED_AT)
    )
    feed = repo.root.parent / "feed"
    feed.write_text(commits)
    os.system(f"git -C {repo.root} fast-import --quiet < {feed}")
    assert repo.git("rev-list", "--count", "HEAD") == str(LOOKED_AT + 1)
    assert count_storage_commits(repo.root) == 0


def test_without_a_repository_or_a_commit_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone(monkeypatch)
    assert count_storage_commits(tmp_path) == 0
    assert count_storage_commits(repository(tmp_path / "empty").root) == 0
    monkeypatch.setenv("PATH", "")
    assert count_storage_commits(tmp_path / "empty") == 0


def test_nothing_that_the_repository_names_is_run(repo: Repo) -> None:
    commit(repo, "docs: update home", "home.md")
    ran = repo.root / "ran"
    repo.write(".gitattributes", "*.md diff=evil filter=evil\n")
    for name in ("diff.evil.command", "diff.evil.textconv", "core.fsmonitor", "core.pager"):
        repo.git("config", name, f"touch {ran}; cat")
    assert count_storage_commits(repo.root) == 1
    assert not ran.exists()
