"""Who may come in: one browser, that has the secret of the address, and nothing but its own pages.

The secret is good for one entrance; what the browser gets for it is a cookie that neither scripts
nor other sites can use, below a path that nobody else knows, since cookies are shared by all ports
of a host. Every request must name the address as we gave it, which ends DNS rebinding, and must
not come from another site.
"""

from __future__ import annotations

import hmac
from secrets import token_urlsafe
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

HOST: Final = "127.0.0.1"
COOKIE: Final = "wikisync_review"
_OURS: Final = frozenset({"same-origin", "none"})
"""What ``Sec-Fetch-Site`` may say: sent by our own page, or by the user."""


class Auth:
    """The gate of one review, for a server on ``port``."""

    def __init__(self, port: int) -> None:
        self._host = f"{HOST}:{port}"
        self._secret = token_urlsafe(32)
        self._pass = token_urlsafe(32)
        self._open = True
        self._lock = Lock()
        self.room = f"/{token_urlsafe(16)}/"
        self.token = token_urlsafe(32)
        """What every form of ours sends along."""

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://{self._host}"

    @property
    def address(self) -> str:
        """Where a browser enters, once."""
        return f"{self.origin}/enter/{self._secret}"

    def consume_secret(self, secret: str, headers: Mapping[str, str]) -> bool:
        """Whether a request gets in by the secret; it is used up then.

        A browser that only fetches ahead must not use it up.
        """
        if headers.get("host") != self._host or "prefetch" in headers.get("sec-purpose", ""):
            return False
        with self._lock:
            right = self._open and hmac.compare_digest(secret.encode(), self._secret.encode())
            self._open = self._open and not right
        return right

    @property
    def cookie(self) -> str:
        """The header ``Set-Cookie`` for whoever entered."""
        return f"{COOKIE}={self._pass}; Path={self.room}; HttpOnly; SameSite=Strict"

    def is_authorized(self, headers: Mapping[str, str], *, writes: bool = False) -> bool:
        """Whether a request is one of the browser that entered, sent by our own page or the user.

        Requests that write must say where they come from.
        """
        if headers.get("host") != self._host or headers.get("sec-fetch-site", "none") not in _OURS:
            return False
        if headers.get("origin", "" if writes else self.origin) != self.origin:
            return False
        return any(hmac.compare_digest(one, self._pass.encode()) for one in _cookies(headers))

    def valid_csrf(self, token: str) -> bool:
        """Whether a form is one of ours."""
        return hmac.compare_digest(token.encode(), self.token.encode())


def _cookies(headers: Mapping[str, str]) -> list[bytes]:
    """The values of all cookies of our name.

    Cookies of other programs on this machine come along, as they like to write them; one may bear
    our name, and must not keep ours from being seen.
    """
    pairs = (each.strip().partition("=") for each in headers.get("cookie", "").split(";"))
    return [value.encode() for name, _, value in pairs if name == COOKIE]
