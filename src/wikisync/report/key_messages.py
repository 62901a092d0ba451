"""Format the warning that an API key expires soon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wikisync.report.error_messages import NEW_KEY, Message
from wikisync.wiki.api_key import read_claims

if TYPE_CHECKING:
    from datetime import datetime


def expires_soon(token: str, now: datetime) -> Message | None:
    """Return a warning if the API key expires in the next 14 days; it is read, not verified."""
    claims = read_claims(token)
    if claims is None or claims.expires is None or not claims.expires_soon(now):
        return None
    return Message(f"The API key expires on {claims.expires.date().isoformat()}.", NEW_KEY)
