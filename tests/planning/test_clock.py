"""Whether this machine's clock may be believed, at the edges of what it may be off."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from wikisync.planning.clock import MAX_CLOCK_DIFFERENCE, SLACK, check_clock

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
MOMENT = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("wiki", "last", "kind"),
    [
        (NOW, None, None),
        (NOW, NOW - timedelta(days=400), None),
        (NOW + MAX_CLOCK_DIFFERENCE, NOW, None),
        (NOW - MAX_CLOCK_DIFFERENCE, NOW, None),
        (NOW + MAX_CLOCK_DIFFERENCE + MOMENT, NOW, "clock-wiki"),
        (NOW - MAX_CLOCK_DIFFERENCE - MOMENT, NOW, "clock-wiki"),
        (NOW, NOW + SLACK, None),
        (NOW, NOW + SLACK + MOMENT, "clock-back"),
        (None, NOW + SLACK + MOMENT, "clock-back"),
        (None, NOW, "clock-unknown"),
    ],
)
def test_a_clock_is_believed_only_beside_the_wikis_and_not_behind_the_last_run(
    wiki: datetime | None, last: datetime | None, kind: str | None
) -> None:
    found = check_clock(NOW, wiki, last)
    assert (None if found is None else found.kind) == kind


@pytest.mark.parametrize(("days", "text"), [(100, "100 days ahead of"), (-20_000, "20,000 days")])
def test_how_far_it_is_off_is_told_in_days(days: int, text: str) -> None:
    found = check_clock(NOW, NOW - timedelta(days=days), None)
    assert found is not None
    assert text in found.detail
