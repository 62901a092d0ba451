"""API keys and logins: making tokens, and telling from a token who asks.

A token that is malformed or expired makes its bearer a guest, without a word; a revoked key, or any
key while the API is off, is refused loudly (facts, *Endpoint, tokens, permissions*). Tokens look
like Wiki.js's (a JWT), but are signed with a secret of this sandbox alone.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from wikisync.sandbox.access import ADMINISTRATOR, administrator, guest, member
from wikisync.sandbox.problems import ApiError, RequestRefused, named
from wikisync.sandbox.store import iso

if TYPE_CHECKING:
    from wikisync.sandbox.access import Principal
    from wikisync.sandbox.store import Row, Store

EMAIL: Final = "admin@example.com"
PASSWORD: Final = "adminadmin"  # noqa: S105  printed in the manual: this wiki listens to loopback only

API_OFF: Final = "API is disabled. You must enable it from the Administration Area first."
REVOKED: Final = "API Key is invalid or was revoked."

SESSION: Final = timedelta(minutes=30)
SPAN: Final = re.compile(r"(-?\d*\.?\d+) *([a-z]*)\Z", re.IGNORECASE)
UNITS: Final[dict[str, float]] = {
    "": 0.001,
    "ms": 0.001,
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "day", "days"), 86400),
    **dict.fromkeys(("w", "week", "weeks"), 7 * 86400),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), 365.25 * 86400),
}
"""How the API spells a key's life: ``30d``, ``1y``; a bare number counts milliseconds."""


def create(store: Store, name: str, expiration: str, group: int | None) -> str:
    """A new API key of a group; its token. ``expiration`` may lie in the past (``-1d``)."""
    expires = datetime.now(UTC) + _span(expiration)
    now = store.now()
    row = {
        "name": name,
        "key": "pending",
        "expiration": iso(expires),
        "isRevoked": False,
        "createdAt": now,
        "updatedAt": now,
    }
    with store.lock:
        id = store.insert("apiKeys", row)  # noqa: A001
        token = _signed(store, {"api": id, "grp": group}, expires)
        store.change("apiKeys", id, {"key": token})
    return token


def revoke(store: Store, id: int) -> None:  # noqa: A002
    """Refuse a key from now on."""
    store.change("apiKeys", id, {"isRevoked": True, "updatedAt": store.now()})


def list_keys(store: Store) -> list[Row]:
    """The keys as the administration shows them: the ends of their tokens only."""
    return [
        {**row, "keyShort": "..." + row["key"][-20:]}
        for row in store.rows("select * from apiKeys order by isRevoked, name")
    ]


def login(store: Store, username: str, password: str, strategy: str) -> Row:
    """A token for the administrator, the one user who can log in."""
    if strategy != "local":
        raise named("AuthProviderInvalid")
    known = username.lower() == EMAIL and hmac.compare_digest(password.encode(), PASSWORD.encode())
    if not known:
        raise named("AuthLoginFailed")
    expires = datetime.now(UTC) + SESSION
    claims = {"id": ADMINISTRATOR, "email": EMAIL, "name": "Administrator"}
    return {"jwt": _signed(store, claims, expires), "redirect": "/"}


def bearer(store: Store, authorization: str | None) -> Principal:
    """Who sends this ``Authorization`` header. Raises NotServed where the whole request ends."""
    claims = _claims(store, authorization)
    if claims is None:
        return guest(store)
    if "api" not in claims:
        return administrator(store)
    if not store.setting("api"):
        raise RequestRefused(500, API_OFF)
    key = store.row("select name, isRevoked from apiKeys where id = ?", claims["api"])
    if key is None or key["isRevoked"]:
        raise RequestRefused(500, REVOKED)
    # What is done with a key is signed by user 1, whoever made the key.
    return member(store, ADMINISTRATOR, "API", claims["grp"])


def _span(text: str) -> timedelta:
    found = SPAN.match(text)
    if not found or found[2].lower() not in UNITS:
        raise ApiError("Error", f"val is not a valid time span: {json.dumps(text)}")
    return timedelta(seconds=float(found[1]) * UNITS[found[2].lower()])


def _signed(store: Store, claims: dict[str, Any], expires: datetime) -> str:
    body = {**claims, "exp": expires.timestamp(), "iss": "urn:wiki.js", "jti": secrets.token_hex(4)}
    head = _packed(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    signed = f"{head}.{_packed(json.dumps(body).encode())}"
    return f"{signed}.{_signature(store, signed)}"


def _claims(store: Store, authorization: str | None) -> dict[str, Any] | None:
    """What a good and living token says, else None."""
    scheme, _, token = (authorization or "").partition(" ")
    signed, _, signature = token.strip().rpartition(".")
    if scheme.lower() != "bearer" or not signed or not token.isascii():
        return None
    if not hmac.compare_digest(signature, _signature(store, signed)):
        return None
    payload = signed.partition(".")[2]
    claims: dict[str, Any] = json.loads(
        base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    )
    return claims if claims["exp"] > datetime.now(UTC).timestamp() else None


def _signature(store: Store, signed: str) -> str:
    secret = bytes.fromhex(store.setting("secret"))
    return _packed(hmac.new(secret, signed.encode(), hashlib.sha256).digest())


def _packed(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
