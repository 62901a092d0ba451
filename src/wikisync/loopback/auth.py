"""Authorize requests on loopback: of a browser that had the secret once, by a cookie.

The secret in the URL works once, or each time with ``reusable``, and sets a cookie (HttpOnly,
SameSite=Strict). Cookies are shared by all ports of a host, so its path is random. Every request
must have the expected Host header, which prevents DNS rebinding, and must not come from another
site.
"""

from __future__ import annotations

import hmac
from secrets import token_urlsafe
from threading import Lock
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

HOST: Final = "127.0.0.1"
COOKIE: Final = "wikisync_session"
_ALLOWED_SITES: Final = frozenset({"same-origin", "none"})
"""Allowed values of ``Sec-Fetch-Site``: sent by a page of this server, or by the user."""


class Auth:
    """The secrets of one server, on ``port``; its pages are below ``base_path``.

    ``reusable``: the secret is not used up, for pages that only show things.
    """

    def __init__(self, port: int, *, reusable: bool = False) -> None:
        self._host = f"{HOST}:{port}"
        self._secret = token_urlsafe(32)
        self._cookie_value = token_urlsafe(32)
        self._secret_unused = True
        self._reusable = reusable
        self._lock = Lock()
        self.base_path = f"/{token_urlsafe(16)}/"
        self.token = token_urlsafe(32)
        """The CSRF token, which every form includes."""

    @property
    def origin(self) -> str:
        """Return scheme, host and port."""
        return f"http://{self._host}"

    @property
    def address(self) -> str:
        """Return the URL with the one-time secret."""
        return f"{self.origin}/enter/{self._secret}"

    def consume_secret(self, secret: str, headers: Mapping[str, str]) -> bool:
        """Return whether the secret is right and unused, and mark it as used if it works once.

        Prefetches by the browser are refused, and do not use it up.
        """
        if headers.get("host") != self._host or "prefetch" in headers.get("sec-purpose", ""):
            return False
        with self._lock:
            matches = self._secret_unused and hmac.compare_digest(
                secret.encode(), self._secret.encode()
            )
            self._secret_unused = self._secret_unused and (self._reusable or not matches)
        return matches

    @property
    def cookie(self) -> str:
        """Return the ``Set-Cookie`` header for a request with the right secret."""
        return f"{COOKIE}={self._cookie_value}; Path={self.base_path}; HttpOnly; SameSite=Strict"

    def is_authorized(self, headers: Mapping[str, str], *, writes: bool = False) -> bool:
        """Return whether a request has the cookie, and comes from our own pages or the user.

        With ``writes``, the Origin header is required.
        """
        if (
            headers.get("host") != self._host
            or headers.get("sec-fetch-site", "none") not in _ALLOWED_SITES
        ):
            return False
        if headers.get("origin", "" if writes else self.origin) != self.origin:
            return False
        return any(
            hmac.compare_digest(one, self._cookie_value.encode()) for one in _cookies(headers)
        )

    def valid_csrf(self, token: str) -> bool:
        """Return whether a form has the right CSRF token."""
        return hmac.compare_digest(token.encode(), self.token.encode())


def _cookies(headers: Mapping[str, str]) -> list[bytes]:
    """Return the values of all cookies named ``COOKIE``.

    The browser also sends cookies of other servers on this host, which may have the same name.
    """
    pairs = (each.strip().partition("=") for each in headers.get("cookie", "").split(";"))
    return [value.encode() for name, _, value in pairs if name == COOKIE]
