"""Check the wiki's URL, the token and the headers for a gateway, before anything is sent.

Raises BadConfig or NotConfigured; no error contains a token or a password. ``BadConfig.where`` is
empty here: the caller knows where the value is from.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wikisync.errors import BadConfig, NotConfigured
from wikisync.request_headers import secrets_of

if TYPE_CHECKING:
    from pathlib import Path

    from wikisync.request_headers import RequestHeader

EXPECTED = "the wiki's address, such as https://wiki.example.org"
"""The expected value of a URL, for BadConfig."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a wiki, and a gateway in front of it, ask of a client.

    ``headers`` are for the gateway. ``ca_file`` has the authorities to trust instead of the
    system's. ``client_cert`` may have the private key in it; else that is in ``client_key``.
    """

    token: str = field(repr=False)
    headers: tuple[RequestHeader, ...] = ()
    ca_file: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None

    @property
    def may_upload(self) -> bool:
        """Return whether the token is in ``Authorization``, which Wiki.js needs for uploads."""
        return all(header.name.lower() != "authorization" for header in self.headers)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return the token and the secrets in the headers."""
        return (bare_token(self.token), *secrets_of(self.headers))


def normalize_url(url: str) -> str:
    """Return a URL without slashes at its end; a path is kept (``https://example.org/wiki``).

    Raises BadConfig for another scheme than HTTP, no host, a user or a password, a query, a
    fragment, spaces.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port  # reading the port is what checks it
        plain = url.isprintable() and " " not in url and "\\" not in url
        if host is not None:
            host.encode("idna")
    except ValueError:
        raise _bad_url(url) from None
    if parts.username is not None or parts.password is not None:
        # The part before the "@" may be a password, and is not shown.
        shown = f"{parts.scheme}://…@{host}" + (f":{port}" if port else "")
        raise BadConfig("", "url", shown, "an address without a user or a password in it")
    rest = any(mark in url for mark in "?#")
    if not plain or parts.scheme not in {"http", "https"} or not host or rest:
        raise _bad_url(url)
    return url.rstrip("/")


def _bad_url(url: str) -> BadConfig:
    # The part before an "@" may be a password, and is not shown.
    shown = f"…@{url.rpartition('@')[2]}" if "@" in url else url
    begins = "" if "://" in url else " that begins with https:// or http://"
    return BadConfig("", "url", shown, EXPECTED.replace(",", f"{begins},", 1))


def request_headers(access: Access) -> dict[str, str]:
    """Return the headers that identify the client.

    The token is in ``Authorization``. Where a gateway needs that for itself, it is in the cookie
    that a browser would send: Wiki.js reads it there, except for uploads (wikijs.md, *Endpoint and
    identity*). Raises NotConfigured for an empty token, BadConfig for one that cannot be sent.
    """
    token = bare_token(access.token)
    given = {_canonical(header.name): header.value for header in access.headers}
    if "Authorization" not in given:
        return {**given, "Authorization": f"Bearer {token}"}
    if not _COOKIE_VALUE.fullmatch(token):
        raise BadConfig("", "token", "a text with other characters than a token's", _API_KEY)
    # The wiki takes the first cookie of a name.
    return {**given, "Cookie": "; ".join(filter(None, (f"jwt={token}", given.get("Cookie"))))}


def _canonical(name: str) -> str:
    return name.title() if name.lower() in {"authorization", "cookie"} else name


_API_KEY = "an API key as Wiki.js shows it, on one line"
_COOKIE_VALUE = re.compile(r"[\w.~+/=-]+", re.ASCII)


def bare_token(token: str) -> str:
    """Return a token without whitespace around it.

    Raises NotConfigured for an empty token, BadConfig for characters invalid in a header.
    """
    token = token.strip()
    if not token:
        raise NotConfigured("token")
    for place, letter in enumerate(token, start=1):
        if not letter.isascii() or not letter.isprintable() or letter == " ":
            kind = "a space" if letter == " " else "one that none has"
            expected = f"{_API_KEY}: its character {place} is {kind}"
            raise BadConfig("", "token", "the given text", expected)
    return token
