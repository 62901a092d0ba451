"""Forgejo and Gitea run the same Action and workflow: their API differs, and that is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from github.api import FakeForge
from github.scene import NUMBER, staged
from support.git_repository import alone
from support.workspace import page
from wikisync.github.api import update_comment
from wikisync.github.clone import BRANCH
from wikisync.github.environment import read_job

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from github.scene import Scene
    from wikisync.github.environment import Job
    from wikisync.sandbox import Sandbox

MARK = "<!-- wikisync 0123 -->"


@pytest.fixture(params=["forgejo-actions", "gitea-actions"])
def api(request: pytest.FixtureRequest) -> FakeForge:
    return FakeForge(name=request.param)


@pytest.fixture
def served(api: FakeForge) -> Iterator[FakeForge]:
    with api:
        api.rights["t"] = {}
        yield api


@pytest.fixture
def forge(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, api: FakeForge
) -> Iterator[Scene]:
    """A project on a forge with the workflow and two pages, published once."""
    alone(monkeypatch)
    with staged(tmp_path, sandbox, api) as made:
        made.commit(
            {"pages/home.md": page("Home", "one\n"), "pages/alpha.md": page("A", "alpha\n")}
        )
        made.publish()
        yield made


def job(api: FakeForge, token: str = "t") -> Job:
    return read_job(
        {"GITHUB_API_URL": api.url, "GITHUB_REPOSITORY": "ann/handbook", "GITHUB_TOKEN": token}
    )


def test_the_comment_is_made_once_and_found_again_among_many(served: FakeForge) -> None:
    for number in range(150):
        served.say(NUMBER, f"comment {number}", {"id": 5, "login": "ann"})
    for text in ("one", "two"):
        update_comment(job(served), NUMBER, MARK, text)
    assert served.of_bot(NUMBER) == [f"{MARK}\ntwo"]
    assert len(served.comments) == 151


def test_a_list_that_comes_whole_is_asked_for_once(served: FakeForge) -> None:
    for number in range(250):
        served.say(NUMBER, f"comment {number}", {"id": 5, "login": "ann"})
    update_comment(job(served), NUMBER, MARK, "one", create=False)
    assert len(served.asked) == 1


def test_somebodys_comment_that_begins_with_the_mark_is_left_alone(served: FakeForge) -> None:
    theirs = served.say(NUMBER, f"{MARK}\nlooks like yours", {"id": 5, "login": "ann"})
    update_comment(job(served), NUMBER, MARK, "new")
    assert theirs["body"].endswith("looks like yours")
    assert served.of_bot(NUMBER) == [f"{MARK}\nnew"]


@pytest.mark.slow
def test_a_pull_request_gets_one_comment_and_a_push_is_published(forge: Scene) -> None:
    forge.commit({"pages/alpha.md": page("A", "alpha\nmore\n")}, "edit")
    assert forge.pull_request("edit").green
    forge.commit({"pages/home.md": page("Home", "one\nmore\n")}, "edit")
    assert forge.pull_request("edit").green
    (comment,) = forge.api.of_bot(NUMBER)
    assert "home.md" in comment
    forge.merge("edit")
    assert forge.pushed().green
    assert "more" in str(forge.sandbox.page("alpha"))


@pytest.mark.slow
def test_edits_on_the_wiki_are_put_into_one_pull_request_among_others(forge: Scene) -> None:
    for number in range(70):  # on three pages of the list
        head = {"ref": f"topic-{number}", "repo": {"full_name": "ann/handbook"}}
        forge.api.pulls.append({"number": number, "state": "open", "head": head})
    head = {"ref": BRANCH, "repo": {"full_name": "mallory/handbook"}}
    forge.api.pulls.append({"number": 99, "state": "open", "head": head, "base": {"ref": "x"}})
    for text in ("edited", "edited again"):
        forge.sandbox.edit("home", content=f"one\n{text}\n")
        assert forge.scheduled().green
    (own,) = [pull for pull in forge.api.pulls if pull.get("title") == "Edited on the wiki"]
    assert own["head"]["ref"] == BRANCH
    assert "edited again" in forge.file("pages/home.md", BRANCH)
    forge.merge(BRANCH)
    assert forge.scheduled().green
    assert own["state"] == "closed"
    assert [pull["state"] for pull in forge.api.pulls[:71]] == ["open"] * 71
