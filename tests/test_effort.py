"""What CI tries of the many is spread over all of it, and ``long`` leaves nothing out."""

from __future__ import annotations

import pytest

from support import effort

POINTS = ["before COMMIT", "after COMMIT"] * 20 + ["after replace"] + ["before COMMIT"] * 9


@pytest.fixture(autouse=True)
def in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effort, "LONG", False)


def test_a_sample_is_spread_from_the_first_point_to_the_last_part() -> None:
    assert effort.sample(POINTS, 5) == [1, 11, 21, 31, 41]
    assert effort.sample(["a", "b"], 5) == [1, 2]
    assert effort.sample([], 5) == []


def test_a_sample_has_each_kind_of_point_where_that_is_asked_for() -> None:
    tried = effort.sample(POINTS, 4, each_kind=True)
    assert {POINTS[number - 1] for number in tried} == set(POINTS)
    assert len(tried) == 5


def test_by_hand_everything_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effort, "LONG", True)
    assert effort.sample(POINTS, 4) == list(range(1, len(POINTS) + 1))
    assert effort.examples(20) == effort.MANY
