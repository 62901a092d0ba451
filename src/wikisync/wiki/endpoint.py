"""Check the wiki's URL, the token and the certificates, before anything is sent.

Raises BadConfig or NotConfigured; no error contains a token or a password. ``BadConfig.where`` is
empty here: the caller knows where the value is from.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wikisync.errors import BadConfig, NotConfigured

if TYPE_CHECKING:
    from pathlib import Path

EXPECTED = "the wiki's address, such as https://wiki.example.org"
"""The expected value of a URL, for BadConfig."""


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


def authorization_value(token: str) -> str:
    """Return the ``Authorization`` header for a token; whitespace around it is stripped.

    Raises NotConfigured for an empty token, BadConfig for characters invalid in a header.
    """
    token = token.strip()
    if not token:
        raise NotConfigured("token")
    for place, letter in enumerate(token, start=1):
        if not letter.isascii() or not letter.isprintable() or letter == " ":
            found = f"a character at place {place} that no token has"
            raise BadConfig("", "token", found, "an API key as Wiki.js shows it, on one line")
    return f"Bearer {token}"


def tls_verification(url: str, ca_file: Path | None) -> ssl.SSLContext | bool:
    """Return an SSL context with only the authorities in ``ca_file`` (PEM), or True: the system's.

    Without TLS, returns an empty context: loading the system's authorities takes longer than a
    request to a small wiki. Raises BadConfig.
    """
    if ca_file is None:
        return url.startswith("https:") or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        if not ca_file.is_file():  # a FIFO would wait for a writer for ever
            raise FileNotFoundError
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError) as problem:
        # A file that is not PEM raises ssl.SSLError, which is an OSError.
        expected = "a readable file of certificates in PEM form"
        raise BadConfig("", "ca_file", str(ca_file), expected) from problem
