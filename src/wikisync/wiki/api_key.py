"""Read what an API key says of itself. Pure: nothing is verified, and no part of it is shown.

An API key of Wiki.js is a JSON Web Token, whose middle part says when it expires and to which
group it belongs.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

WARNED_BEFORE: Final = timedelta(days=14)
"""How long before a key expires users are warned."""


@dataclass(frozen=True, slots=True)
class KeyClaims:
    """The claims of an API key: the ids of the key and of its group, and when it expires.

    Each is None where the key does not say it.
    """

    key: int | None = None
    group: int | None = None
    expires: datetime | None = None

    def expires_soon(self, now: datetime) -> bool:
        """Return whether the key is still valid at ``now``, and not for much longer."""
        return self.expires is not None and now < self.expires <= now + WARNED_BEFORE

    def is_expired(self, now: datetime) -> bool:
        """Return whether the key has expired at ``now``."""
        return self.expires is not None and self.expires <= now


def read_claims(token: str) -> KeyClaims | None:
    """Return the claims of a token; None for a text that is no JSON Web Token."""
    parts = token.strip().split(".")
    if len(parts) != 3:
        return None
    payload = parts[1]
    try:
        raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
        claims = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(claims, dict):
        return None
    return KeyClaims(_id(claims.get("api")), _id(claims.get("grp")), _time(claims.get("exp")))


def _id(found: object) -> int | None:
    """Return an id that fits in GraphQL's Int; None for any other value."""
    is_number = isinstance(found, int) and not isinstance(found, bool)
    return found if is_number and 0 < found < 2**31 else None  # type: ignore[operator,return-value]


def _time(found: object) -> datetime | None:
    if not isinstance(found, int | float) or isinstance(found, bool):
        return None
    try:
        return datetime.fromtimestamp(found, UTC)
    except (OverflowError, OSError, ValueError):
        return None
