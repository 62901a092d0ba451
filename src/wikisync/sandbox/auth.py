"""Create tokens, find the principal of a token, and check permissions.

A request with a malformed or expired token is handled as one without a token, with no error; a
revoked key, or any key while the API is disabled, is refused with an error. Tokens are JWTs as in
Wiki.js, signed with a secret of this sandbox alone.

Access depends on the permissions of the key's group and, for pages, on the group's page rules, of
which the most specific one applies (wikijs.md, *Permissions*). No other module decides on access.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from wikisync.sandbox.store import iso
from wikisync.sandbox.validation import ApiError, RequestRefused, named_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wikisync.sandbox.store import Row, Store


MANAGE_SYSTEM: Final = "manage:system"

ADMINISTRATOR: Final = 1
GUEST: Final = 2
"""The ids of the only two users and, as in Wiki.js, of their groups."""

USERS: Final = {
    ADMINISTRATOR: {"name": "Administrator", "email": "admin@example.com"},
    GUEST: {"name": "Guest", "email": "guest@example.com"},
}

OVERRIDDEN_BY: Final[dict[str, frozenset[str]]] = {
    "START": frozenset({"END", "REGEX", "EXACT", "TAG"}),
    "END": frozenset({"REGEX", "EXACT", "TAG"}),
    "REGEX": frozenset({"EXACT", "TAG"}),
    "TAG": frozenset({"EXACT"}),
    "EXACT": frozenset(),
}
"""A kind of rule → the kinds that take precedence over it if both paths are equally long."""


@dataclass(frozen=True)
class Rule:
    """Hold one page rule of a group."""

    roles: frozenset[str]
    match: str
    deny: bool
    path: str
    locales: tuple[str, ...]

    @classmethod
    def from_stored(cls, stored: dict[str, Any]) -> Rule:
        """Return a rule from its form in the database and in the API."""
        return cls(
            roles=frozenset(stored["roles"]),
            match=stored["match"],
            deny=stored["deny"],
            path=stored["path"],
            locales=tuple(stored.get("locales") or ()),
        )

    def matches(self, path: str, locale: str | None) -> bool:
        """Return whether the rule applies to a page. Rules by tag never do: no caller has tags."""
        if self.locales and locale not in self.locales:
            return False
        match self.match:
            case "START":
                return f"/{path}".startswith(f"/{self.path}")
            case "END":
                return path.endswith(self.path)
            case "REGEX":
                return re.search(self.path, path) is not None
            case "EXACT":
                return path == self.path
            case _:
                return False


@dataclass(frozen=True)
class Principal:
    """Hold the sender of a request with its permissions."""

    id: int
    name: str
    permissions: frozenset[str]
    rules: tuple[Rule, ...] = field(default=(), repr=False)

    @property
    def is_guest(self) -> bool:
        """Whether the request had no valid key and no login."""
        return self.id == GUEST

    def has(self, permissions: Iterable[str]) -> bool:
        """Return whether the principal has one of these permissions, on any page."""
        return not self.permissions.isdisjoint(permissions)

    def may(self, permissions: Sequence[str], path: str, locale: str | None) -> bool:
        """Return whether the principal has one of these permissions on this page."""
        if MANAGE_SYSTEM in self.permissions:
            return True
        if not self.has(permissions):
            return False
        winner: Rule | None = None
        for rule in self.rules:
            if not rule.roles.isdisjoint(permissions) and rule.matches(path, locale):
                winner = _more_specific(winner, rule)
        return winner is not None and not winner.deny


def _more_specific(held: Rule | None, rule: Rule) -> Rule:
    """Return which of two matching rules applies. ``held`` comes first in the list."""
    if held is None or len(rule.path) > len(held.path):
        return rule
    if len(rule.path) < len(held.path) or held.match in OVERRIDDEN_BY[rule.match]:
        return held
    if rule.match == held.match and held.deny and not rule.deny:
        return held
    return rule


def member(store: Store, id: int, name: str, group: int) -> Principal:  # noqa: A002
    """Return a user or key that belongs to one group; without the group it has no permissions."""
    row = store.row("select permissions, pageRules from groups where id = ?", group)
    if row is None:
        return Principal(id, name, frozenset())
    rules = tuple(Rule.from_stored(stored) for stored in json.loads(row["pageRules"]))
    return Principal(id, name, frozenset(json.loads(row["permissions"])), rules)


def administrator(store: Store) -> Principal:
    """Return the user who has all permissions."""
    return member(store, ADMINISTRATOR, "Administrator", ADMINISTRATOR)


def guest(store: Store) -> Principal:
    """Return the public user."""
    return member(store, GUEST, "Guest", GUEST)


EMAIL: Final = "admin@example.com"
PASSWORD: Final = "adminadmin"  # noqa: S105  printed in the manual: this wiki listens to loopback only

API_DISABLED: Final = "API is disabled. You must enable it from the Administration Area first."
REVOKED: Final = "API Key is invalid or was revoked."

SESSION_LENGTH: Final = timedelta(minutes=30)
DURATION: Final = re.compile(r"(-?\d*\.?\d+) *([a-z]*)\Z", re.IGNORECASE)
SECONDS: Final[dict[str, float]] = {
    "": 0.001,
    "ms": 0.001,
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "day", "days"), 86400),
    **dict.fromkeys(("w", "week", "weeks"), 7 * 86400),
    **dict.fromkeys(("y", "yr", "yrs", "year", "years"), 365.25 * 86400),
}
"""Units of a key's lifetime in the API, in seconds: ``30d``, ``1y``; a bare number is in
milliseconds."""


def create_key(store: Store, name: str, expiration: str, group: int | None) -> str:
    """Create an API key of a group; return its token. ``expiration`` may be negative (``-1d``)."""
    expires = datetime.now(UTC) + _parse_duration(expiration)
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
        token = _sign_token(store, {"api": id, "grp": group}, expires)
        store.update("apiKeys", id, {"key": token})
    return token


def revoke_key(store: Store, id: int) -> None:  # noqa: A002
    """Refuse a key from now on."""
    store.update("apiKeys", id, {"isRevoked": True, "updatedAt": store.now()})


def list_keys(store: Store) -> list[Row]:
    """Return the keys as the administration shows them, with only the ends of their tokens."""
    return [
        {**row, "keyShort": "..." + row["key"][-20:]}
        for row in store.rows("select * from apiKeys order by isRevoked, name")
    ]


def login(store: Store, username: str, password: str, strategy: str) -> Row:
    """Return a token for the administrator, the only user who can log in."""
    if strategy != "local":
        raise named_error("AuthProviderInvalid")
    known = username.lower() == EMAIL and hmac.compare_digest(password.encode(), PASSWORD.encode())
    if not known:
        raise named_error("AuthLoginFailed")
    expires = datetime.now(UTC) + SESSION_LENGTH
    claims = {"id": ADMINISTRATOR, "email": EMAIL, "name": "Administrator"}
    return {"jwt": _sign_token(store, claims, expires), "redirect": "/"}


Identity = tuple[str | None, str | None]
"""The ``Authorization`` header of a request, and its cookie ``jwt``."""


def authenticate(store: Store, authorization: str | None, cookie: str | None = None) -> Principal:
    """Return the principal of a request. Raises RequestRefused.

    The token is that of ``Authorization: Bearer``; without such a header, ``cookie``, the value of
    the cookie ``jwt`` (wikijs.md, *Endpoint and identity*).
    """
    scheme, _, token = (authorization or "").partition(" ")
    claims = _valid_claims(store, token if scheme.lower() == "bearer" else cookie or "")
    if claims is None:
        return guest(store)
    if "api" not in claims:
        return administrator(store)
    if not store.setting("api"):
        raise RequestRefused(500, API_DISABLED)
    key = store.row("select name, isRevoked from apiKeys where id = ?", claims["api"])
    if key is None or key["isRevoked"]:
        raise RequestRefused(500, REVOKED)
    # Changes made with any key have user 1 as their author.
    return member(store, ADMINISTRATOR, "API", claims["grp"])


def _parse_duration(text: str) -> timedelta:
    found = DURATION.match(text)
    if not found or found[2].lower() not in SECONDS:
        raise ApiError("Error", f"val is not a valid time span: {json.dumps(text)}")
    return timedelta(seconds=float(found[1]) * SECONDS[found[2].lower()])


def _sign_token(store: Store, claims: dict[str, Any], expires: datetime) -> str:
    body = {**claims, "exp": expires.timestamp(), "iss": "urn:wiki.js", "jti": secrets.token_hex(4)}
    head = _base64url(json.dumps({"alg": "HS256", "typ": "JWT"}).encode())
    signed = f"{head}.{_base64url(json.dumps(body).encode())}"
    return f"{signed}.{_signature(store, signed)}"


def _valid_claims(store: Store, token: str) -> dict[str, Any] | None:
    """Return the claims of a token that is valid and not expired, else None."""
    signed, _, signature = token.strip().rpartition(".")
    if not signed or not token.isascii():
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
    return _base64url(hmac.new(secret, signed.encode(), hashlib.sha256).digest())


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
