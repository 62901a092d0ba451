"""The sandbox answers as the recorded Wiki.js did, all through each conversation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from scenarios.contract.replay import RECORDINGS, STEPS, Client, replay
from wikisync.sandbox import Sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

RECORDED = {"contract": 155, "assets": 124}

Differences = dict[tuple[str, int], list[str]]


@pytest.fixture(scope="module")
def conversations() -> Differences:
    """How the answer to each step differs from what was recorded."""
    found: Differences = {}
    for name, recording in RECORDINGS.items():
        with Sandbox(locales=("en", "fr")) as sandbox:
            client = Client(sandbox.url)
            client.set_up(recording["roles"])
            for number, step in enumerate(recording["steps"]):
                found[name, number] = client.take(step)
    return found


def _cases() -> Iterator[Any]:
    for name, recording in RECORDINGS.items():
        for number, step in enumerate(recording["steps"]):
            title = f"{name}-{step['title']} as {step['as']}"
            yield pytest.param(name, number, id=title[:80].replace(" ", "-"))


@pytest.mark.parametrize(("recording", "number"), list(_cases()))
def test_a_step_is_answered_as_recorded(
    recording: str, number: int, conversations: Differences
) -> None:
    assert conversations[recording, number] == []


def test_no_recorded_step_is_left_out() -> None:
    assert {name: len(found["steps"]) for name, found in RECORDINGS.items()} == RECORDED


def test_a_replay_names_the_step_whose_answer_is_not_as_recorded() -> None:
    wrong = {**STEPS[1], "status": 418}
    with Sandbox(locales=("en", "fr")) as sandbox:
        assert list(replay(sandbox.url, steps=[STEPS[0], wrong])) == [
            f"{wrong['title']}, as {wrong['as']}: status: expected 418, got 200"
        ]


def test_a_replay_leaves_a_wiki_with_pages_or_assets_as_it_is() -> None:
    with Sandbox() as sandbox:
        sandbox.create("home")
        (said,) = replay(sandbox.url)
        assert "Use an empty one" in said
        assert [page["path"] for page in sandbox.pages()] == ["home"]
    with Sandbox() as sandbox:
        sandbox.assets.create_folder("img")
        (said,) = replay(sandbox.url, "assets")
        assert "Use an empty one" in said
        assert sandbox.assets.folders() == ["img"]
