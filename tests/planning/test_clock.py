"""Whether this machine's clock may be believed, at the edges of what it may be off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from wikisync.planning.clock import MOST_OFF, SLACK, doubt_clock

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
MOMENT = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("wiki", "last", "kind"),
    [
        (NOW, None, None),
        (NOW, NOW - timedelta(days=400), None),
        (NOW + MOST_OFF, NOW, None),
        (NOW - MOST_OFF, NOW, None),
        (NOW + MOST_OFF + MOMENT, NOW, "clock-wiki"),
        (NOW - MOST_OFF - MOMENT, NOW, "clock-wiki"),
        (NOW, NOW + SLACK, None),
        (NOW, NOW + SLACK + MOMENT, "clock-back"),
        (None, NOW + SLACK + MOMENT, "clock-back"),
        (None, NOW, "clock-unknown"),
    ],
)
def test_a_clock_is_believed_only_beside_the_wikis_and_not_behind_the_last_run(
    wiki: datetime | None, last: datetime | None, kind: str | None
) -> None:
    found = doubt_clock(NOW, wiki, last)
    assert (None if found is None else found.kind) == kind


@pytest.mark.parametrize(("days", "text"), [(100, "100 days ahead of"), (-20_000, "20,000 days")])
def test_how_far_it_is_off_is_told_in_days(days: int, text: str) -> None:
    found = doubt_clock(NOW, NOW - timedelta(days=days), None)
    assert found is not None
    assert text in found.detail
