"""Decide whether this machine's clock may be believed when it says that something is old. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from wikisync.planning.notes import Note

MOST_OFF: Final = timedelta(days=1)
"""How far this machine's clock and the wiki's may be apart."""

SLACK: Final = timedelta(minutes=5)
"""How far a clock is set back by itself, when it is put right over the network."""


def doubt_clock(now: datetime, wiki: datetime | None, last: datetime | None) -> Note | None:
    """What speaks against this machine's clock, which says ``now``; None: it may be believed.

    ``wiki`` is the time by the wiki's clock (None: its answers do not tell), ``last`` the latest
    time that the state knows of an earlier run.
    """
    if wiki is not None and abs(now - wiki) > MOST_OFF:
        days = round(abs(now - wiki) / timedelta(days=1))
        way = "ahead of" if now > wiki else "behind"
        return Note("clock-wiki", detail=f"{days:,} day{'' if days == 1 else 's'} {way}")
    if last is not None and now < last - SLACK:
        return Note("clock-back", detail=last.isoformat(timespec="seconds"))
    return Note("clock-unknown") if wiki is None else None
