"""The sandbox answers as the recorded Wiki.js did, all through one conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scenarios.contract.replay import CONTRACT, STEPS, Client, replay
from wikisync.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORDED = 155
ABOUT_ASSETS = 20


@pytest.fixture(scope="module")
def conversation() -> Iterator[dict[int, list[str]]]:
    """How the answer to each step differs from what was recorded."""
    with Sandbox(locales=("en", "fr")) as sandbox:
        client = Client(sandbox.url)
        client.set_up(CONTRACT["roles"])
        yield {number: client.take(step) for number, step in enumerate(STEPS)}


def _name(step: dict[str, Any]) -> str:
    return f"{step['title']} as {step['as']}".replace(" ", "-")


@pytest.mark.parametrize("number", range(len(STEPS)), ids=[_name(step) for step in STEPS])
def test_a_step_is_answered_as_recorded(number: int, conversation: dict[int, list[str]]) -> None:
    assert conversation[number] == []


def test_only_the_steps_about_assets_are_left_out() -> None:
    assert len(CONTRACT["steps"]) == RECORDED
    assert len(STEPS) == RECORDED - ABOUT_ASSETS


def test_a_replay_names_the_step_whose_answer_is_not_as_recorded() -> None:
    wrong = {**STEPS[1], "status": 418}
    with Sandbox(locales=("en", "fr")) as sandbox:
        assert list(replay(sandbox.url, [STEPS[0], wrong])) == [
            f"{wrong['title']}, as {wrong['as']}: status: expected 418, got 200"
        ]


def test_a_replay_leaves_a_wiki_with_pages_as_it_is() -> None:
    with Sandbox() as sandbox:
        sandbox.create("home")
        (said,) = replay(sandbox.url)
        assert "Use an empty one" in said
        assert [page["path"] for page in sandbox.pages()] == ["home"]
