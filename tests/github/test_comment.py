"""The one comment: found again by its mark, never somebody else's, and never twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from github.api import BOT, FakeGitHub
from wikisync.errors import GitHubError
from wikisync.github.api import update_comment
from wikisync.github.environment import read_job

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wikisync.github.environment import Job

MARK = "<!-- wikisync 0123 -->"
NUMBER = 7


@pytest.fixture
def api() -> Iterator[FakeGitHub]:
    with FakeGitHub() as served:
        served.rights["t"] = {"pull-requests": "write"}
        yield served


def here(api: FakeGitHub, token: str = "t", **more: str) -> Job:
    env = {"GITHUB_API_URL": api.url, "GITHUB_REPOSITORY": "ann/handbook", "GITHUB_TOKEN": token}
    return read_job({**env, **more})


def test_the_first_time_it_is_made_and_then_brought_up_to_date(api: FakeGitHub) -> None:
    assert update_comment(here(api), NUMBER, MARK, "one")
    assert update_comment(here(api), NUMBER, MARK, "two")
    assert api.of_bot(NUMBER) == [f"{MARK}\ntwo"]


def test_one_that_says_so_already_is_not_written_again(api: FakeGitHub) -> None:
    update_comment(here(api), NUMBER, MARK, "one")
    before = api.writes()
    update_comment(here(api), NUMBER, MARK, "one")
    assert api.writes() == before


def test_it_is_found_behind_hundreds_of_others(api: FakeGitHub) -> None:
    for number in range(250):
        api.say(NUMBER, f"comment {number}")
    mine = api.say(NUMBER, f"{MARK}\nold", BOT)
    update_comment(here(api), NUMBER, MARK, "new")
    assert mine["body"] == f"{MARK}\nnew"
    assert len(api.comments) == 251


def test_one_that_is_only_to_be_brought_up_to_date_is_not_made(api: FakeGitHub) -> None:
    assert not update_comment(here(api), NUMBER, MARK, "nothing", create=False)
    assert api.comments == []


def test_a_comment_of_another_mark_or_pull_request_is_left_alone(api: FakeGitHub) -> None:
    api.say(NUMBER, "<!-- wikisync 4567 -->\nother", BOT)
    api.say(8, f"{MARK}\nother", BOT)
    update_comment(here(api), NUMBER, MARK, "new")
    assert [c["body"].partition("\n")[2] for c in api.comments] == ["other", "other", "new"]


def test_somebodys_comment_that_begins_with_the_mark_is_left_alone(api: FakeGitHub) -> None:
    theirs = api.say(NUMBER, f"{MARK}\nlooks like yours")
    update_comment(here(api), NUMBER, MARK, "new")
    assert theirs["body"].endswith("looks like yours")
    assert api.of_bot(NUMBER) == [f"{MARK}\nnew"]


def test_a_persons_token_finds_that_persons_comment(api: FakeGitHub) -> None:
    api.rights["pat"], api.users["pat"] = {"pull-requests": "write"}, "ann"
    for text in ("one", "two"):
        update_comment(here(api, "pat"), NUMBER, MARK, text)
    assert [c["body"] for c in api.comments] == [f"{MARK}\ntwo"]


def test_a_server_that_is_only_busy_is_asked_again(api: FakeGitHub) -> None:
    api.failing += [(502, {}), (500, {}), (429, {"retry-after": "1"})]
    update_comment(here(api), NUMBER, MARK, "one")
    assert api.of_bot(NUMBER) == [f"{MARK}\none"]


def test_an_answer_that_is_lost_makes_no_second_comment(api: FakeGitHub) -> None:
    api.loses_answers = 2
    update_comment(here(api), NUMBER, MARK, "one")
    assert api.of_bot(NUMBER) == [f"{MARK}\none"]


def test_a_refusal_is_not_tried_again(api: FakeGitHub) -> None:
    api.rights["t"] = {}
    with pytest.raises(GitHubError) as caught:
        update_comment(here(api), NUMBER, MARK, "one")
    assert caught.value.status == 403
    assert len(api.writes()) == 1


def test_a_wait_that_github_asks_for_after_a_refusal_is_kept(api: FakeGitHub) -> None:
    api.failing.append((403, {"retry-after": "1"}))
    update_comment(here(api), NUMBER, MARK, "one")
    assert len(api.of_bot(NUMBER)) == 1


def test_a_server_that_stays_down_is_an_error_in_the_end(api: FakeGitHub) -> None:
    api.failing += [(500, {})] * 20
    with pytest.raises(GitHubError):
        update_comment(here(api), NUMBER, MARK, "one")
    assert len(api.asked) == 4


def test_nobody_there_is_an_error_that_does_not_tell_the_token(api: FakeGitHub) -> None:
    nowhere = here(api, "ghs_secret", GITHUB_API_URL="http://127.0.0.1:9")
    with pytest.raises(GitHubError) as caught:
        update_comment(nowhere, NUMBER, MARK, "one")
    assert "connection refused" in caught.value.reason
    assert "ghs_secret" not in repr(nowhere) + repr(caught.value)


def test_a_token_that_no_header_can_hold_is_an_error_that_does_not_tell_it(
    api: FakeGitHub,
) -> None:
    with pytest.raises(GitHubError) as caught:
        update_comment(here(api, "ghs_\nsecret"), NUMBER, MARK, "one")
    assert "secret" not in repr(caught.value)
