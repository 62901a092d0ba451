"""Dates as files and wikis spell them, read as instants. Pure."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

# ``fromisoformat`` takes any character between date and time.
_SHAPE: Final = re.compile(r"[0-9W-]+(?:[Tt ][0-9:.,Zz+-]+)?")


def parse_instant(text: str) -> datetime | None:
    """The moment that an ISO 8601 date or time names, in UTC; ``None`` where it names none.

    A date alone is its midnight, and a time without a zone is UTC, as Wiki.js spells its own.
    """
    text = text.strip()
    if not _SHAPE.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def same_instant(one: str, other: str) -> bool:
    """Whether two spellings mean the same moment, or are the same text."""
    if one == other:
        return True
    moment = parse_instant(one)
    return moment is not None and moment == parse_instant(other)
