"""Check this machine's clock against the wiki's and the last run's. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from wikisync.planning.notes import Note

MAX_CLOCK_DIFFERENCE: Final = timedelta(days=1)
"""The greatest difference between this machine's clock and the wiki's."""

SLACK: Final = timedelta(minutes=5)
"""The most by which a synchronization over the network sets a clock back."""


def check_clock(now: datetime, wiki: datetime | None, last: datetime | None) -> Note | None:
    """Return a note if this machine's clock, which says ``now``, may be wrong; else None.

    ``wiki`` is the time of the wiki's clock, None if its responses have none; ``last`` is the
    latest time of an earlier run in the state.
    """
    if wiki is not None and abs(now - wiki) > MAX_CLOCK_DIFFERENCE:
        days = round(abs(now - wiki) / timedelta(days=1))
        direction = "ahead of" if now > wiki else "behind"
        return Note("clock-wiki", detail=f"{days:,} day{'' if days == 1 else 's'} {direction}")
    if last is not None and now < last - SLACK:
        return Note("clock-back", detail=last.isoformat(timespec="seconds"))
    return Note("clock-unknown") if wiki is None else None
