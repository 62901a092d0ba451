"""The pull request with what was fetched, where something is in its way."""

from __future__ import annotations

import io
import os
import stat
from contextlib import chdir, redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from github.api import REPOSITORY, FakeGitHub
from github.log import Log, outputs
from support.git_repository import Repo, alone, repository
from wikisync.github.clone import BRANCH
from wikisync.github.environment import CommandResult, load_result, read_job, save_result
from wikisync.github.pull_request import propose_pull_request

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass
class Stand:
    """A clone in which pages were fetched, its remote, and GitHub."""

    repo: Repo
    api: FakeGitHub
    env: dict[str, str]

    def fetched(self, text: str, *, whole: bool = True, body: str = "the report") -> None:
        """What the pull left: a file in the folder, and what it came to."""
        self.repo.write("pages/home.md", text)
        save_result(read_job(self.env), CommandResult("pull", "pages", whole, body))

    def propose(self, **env: str) -> tuple[int, Log]:
        err = io.StringIO()
        with chdir(self.repo.root), redirect_stderr(err):
            code = propose_pull_request({**self.env, **env})
        return code, Log.of(err.getvalue(), [])

    @property
    def remote(self) -> Repo:
        return Repo(self.repo.root.parent / "remote.git")

    def branches(self) -> set[str]:
        refs = self.remote.git("for-each-ref", "--format=%(refname:lstrip=2)", "refs/heads")
        return set(refs.split())


@pytest.fixture
def stand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stand]:
    alone(monkeypatch)
    repo = repository(tmp_path / "clone")
    repo.git("init", "-q", "--bare", "-b", "main", str(tmp_path / "remote.git"))
    repo.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    repo.commit({"pages/home.md": "one\n"})
    repo.git("push", "-q", "-u", "origin", "main")
    with FakeGitHub() as api:
        api.rights["t"] = {"contents": "write", "pull-requests": "write"}
        env = {
            "GITHUB_API_URL": api.url,
            "GITHUB_OUTPUT": str(tmp_path / "output"),
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_REPOSITORY": REPOSITORY,
            "GITHUB_TOKEN": "t",
            "GITHUB_WORKSPACE": str(repo.root),
            "RUNNER_TEMP": str(tmp_path),
        }
        made = Stand(repo, api, env)
        api.branches = made.branches
        yield made


def test_it_is_opened_with_the_report_and_its_address_is_told(stand: Stand) -> None:
    stand.fetched("two\n")
    code, log = stand.propose()
    assert code == 0
    (pull,) = stand.api.open_pulls()
    assert pull["body"].endswith("the report")
    with open(stand.env["GITHUB_OUTPUT"], encoding="utf-8") as file:  # noqa: PTH123
        assert outputs(file.read()) == {"pull-request": pull["html_url"]}
    assert pull["html_url"] in log.named("notice")[0].message


def test_an_answer_that_is_lost_opens_no_second_one(stand: Stand) -> None:
    stand.api.loses_answers = 1
    stand.fetched("two\n")
    assert stand.propose()[0] == 0
    assert len(stand.api.pulls) == 1


def test_one_that_was_closed_without_merging_is_opened_anew(stand: Stand) -> None:
    stand.fetched("two\n")
    stand.propose()
    stand.api.pulls[0]["state"] = "closed"
    assert stand.propose()[0] == 0
    assert len(stand.api.pulls) == 2


def test_one_whose_text_somebody_changed_is_written_anew(stand: Stand) -> None:
    stand.fetched("two\n")
    stand.propose()
    stand.api.pulls[0]["title"] = "changed"
    stand.propose()
    assert stand.api.pulls[0]["title"] == "Edited on the wiki"


def test_one_into_another_branch_is_left_alone(stand: Stand) -> None:
    stand.fetched("two\n")
    stand.propose()
    before = stand.remote.git("rev-parse", BRANCH)
    stand.fetched("three\n")
    code, log = stand.propose(GITHUB_REF="refs/heads/other")
    assert code == 1
    assert "into another branch" in log.named("error")[0].message
    assert stand.remote.git("rev-parse", BRANCH) == before


@pytest.mark.skipif(os.name != "posix", reason="modes are of POSIX")
def test_the_result_for_later_steps_is_for_its_owner_alone(stand: Stand) -> None:
    stand.fetched("two\n")
    file = Path(stand.env["RUNNER_TEMP"]) / "wikisync.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_two_wikis_of_a_repository_have_branches_of_their_own(stand: Stand) -> None:
    stand.fetched("two\n")
    stand.propose()
    stand.repo.git("checkout", "-q", ".")
    stand.repo.write("docs/other.md", "x\n")
    save_result(read_job(stand.env), CommandResult("pull", "docs", complete=True, body=""))
    assert stand.propose(WIKISYNC_BRANCH="wikisync/docs")[0] == 0
    heads = [pull["head"]["ref"] for pull in stand.api.open_pulls()]
    assert heads == [BRANCH, "wikisync/docs"]
    changed = stand.remote.git("diff", "--name-only", "main", "wikisync/docs").split()
    assert changed == ["docs/other.md"]


def test_a_run_on_no_branch_proposes_nothing(stand: Stand) -> None:
    stand.fetched("two\n")
    code, log = stand.propose(GITHUB_REF="refs/tags/v1")
    assert code == 1
    assert "is no branch" in log.named("error")[0].message
    assert stand.branches() == {"main"}


@pytest.mark.parametrize("whole", [True, False])
def test_a_stale_one_is_closed_only_where_all_of_the_wiki_was_seen(
    stand: Stand, *, whole: bool
) -> None:
    stand.fetched("two\n")
    stand.propose()
    stand.fetched("one\n", whole=whole)
    assert stand.propose()[0] == 0
    assert bool(stand.api.open_pulls()) is not whole
    assert (BRANCH in stand.branches()) is not whole


def test_a_branch_that_cannot_be_pushed_to_is_an_error_and_opens_nothing(stand: Stand) -> None:
    hook = stand.remote.root / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    stand.fetched("two\n")
    code, log = stand.propose()
    assert code == 1
    assert f"cannot push to {BRANCH}" in log.named("error")[0].message
    assert stand.api.pulls == []


def test_pages_fetched_by_the_command_itself_can_be_proposed(stand: Stand) -> None:
    (stand.repo.root / "wikisync.toml").write_text('url = "https://wiki.example.com"\n')
    stand.repo.write("pages/home.md", "two\n")
    assert load_result(read_job(stand.env)) is None
    assert stand.propose()[0] == 0
    changed = stand.remote.git("diff", "--name-only", "main", BRANCH).split()
    assert changed == ["pages/home.md"]


def test_what_was_left_can_be_damaged_without_harm(stand: Stand, tmp_path: Path) -> None:
    for text in ("{", "[]", '{"command": "pull"}', '{"x": 1}'):
        (tmp_path / "wikisync.json").write_text(text)
        assert load_result(read_job(stand.env)) is None
