"""API keys and logins: making tokens, and telling from a token who asks.

A token that is malformed or expired makes its bearer a guest, without a word; a revoked key, or any
key while the API is off, is refused loudly (facts, *Endpoint, tokens, permissions*). Tokens look
like Wiki.js's (a JWT), but are signed with a secret of this sandbox alone.

Who asks, and what that one may do.

Two things decide: the permissions of the key's groups, and for pages the groups' page rules, of
which the most specific one counts (facts, *Endpoint, tokens, permissions*). No access is decided
elsewhere.
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
from wikisync.sandbox.validation import ApiError, RequestRefused, named

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from wikisync.sandbox.store import Row, Store


ALL_POWERFUL: Final = "manage:system"

ADMINISTRATOR: Final = 1
GUEST: Final = 2
"""The ids of the only two users and, as in Wiki.js, of their groups."""

USERS: Final = {
    ADMINISTRATOR: {"name": "Administrator", "email": "admin@example.com"},
    GUEST: {"name": "Guest", "email": "guest@example.com"},
}

WEAKER: Final[dict[str, frozenset[str]]] = {
    "START": frozenset({"END", "REGEX", "EXACT", "TAG"}),
    "END": frozenset({"REGEX", "EXACT", "TAG"}),
    "REGEX": frozenset({"EXACT", "TAG"}),
    "TAG": frozenset({"EXACT"}),
    "EXACT": frozenset(),
}
"""A kind of rule → the kinds that win over it where both are equally long."""


@dataclass(frozen=True)
class Rule:
    """One page rule of a group."""

    roles: frozenset[str]
    match: str
    deny: bool
    path: str
    locales: tuple[str, ...]

    @classmethod
    def read(cls, stored: dict[str, Any]) -> Rule:
        """A rule from its form in the database and in the API."""
        return cls(
            roles=frozenset(stored["roles"]),
            match=stored["match"],
            deny=stored["deny"],
            path=stored["path"],
            locales=tuple(stored.get("locales") or ()),
        )

    def hits(self, path: str, locale: str | None) -> bool:
        """Whether the rule speaks of this page. Rules by tag never do: no one passes tags on."""
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
    """The one who sends a request, as the wiki sees that one."""

    id: int
    name: str
    permissions: frozenset[str]
    rules: tuple[Rule, ...] = field(default=(), repr=False)

    @property
    def is_guest(self) -> bool:
        """Whether the wiki knows this one by no key and no login."""
        return self.id == GUEST

    def has(self, permissions: Iterable[str]) -> bool:
        """Whether one of these permissions is held, whatever the page."""
        return not self.permissions.isdisjoint(permissions)

    def may(self, permissions: Sequence[str], path: str, locale: str | None) -> bool:
        """Whether a page with this path and locale may be treated so."""
        if ALL_POWERFUL in self.permissions:
            return True
        if not self.has(permissions):
            return False
        winner: Rule | None = None
        for rule in self.rules:
            if not rule.roles.isdisjoint(permissions) and rule.hits(path, locale):
                winner = _stronger(winner, rule)
        return winner is not None and not winner.deny


def _stronger(held: Rule | None, rule: Rule) -> Rule:
    """Which of two rules that speak of a page decides; ``held`` is the one met first."""
    if held is None or len(rule.path) > len(held.path):
        return rule
    if len(rule.path) < len(held.path) or held.match in WEAKER[rule.match]:
        return held
    if rule.match == held.match and held.deny and not rule.deny:
        return held
    return rule


def member(store: Store, id: int, name: str, group: int) -> Principal:  # noqa: A002
    """A user or key that belongs to one group; a group that is gone leaves no rights."""
    row = store.row("select permissions, pageRules from groups where id = ?", group)
    if row is None:
        return Principal(id, name, frozenset())
    rules = tuple(Rule.read(stored) for stored in json.loads(row["pageRules"]))
    return Principal(id, name, frozenset(json.loads(row["permissions"])), rules)


def administrator(store: Store) -> Principal:
    """The one who may everything."""
    return member(store, ADMINISTRATOR, "Administrator", ADMINISTRATOR)


def guest(store: Store) -> Principal:
    """The public."""
    return member(store, GUEST, "Guest", GUEST)


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
