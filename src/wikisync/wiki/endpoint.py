"""The wiki's address, the token and the trust, checked before anything is sent. Pure but for files.

What is wrong here is wrong in the configuration: BadConfig or NotConfigured, and no error ever
shows a token or a password. ``BadConfig.where`` is left empty: the caller knows where it read from.
"""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from wikisync.errors import BadConfig, NotConfigured

if TYPE_CHECKING:
    from pathlib import Path

EXPECTED = "the wiki's address, such as https://wiki.example.org"
"""What an address should be, for BadConfig."""


def normalize_url(url: str) -> str:
    """``url`` without the slashes at its end, where the API lies below it.

    A path in front is kept (``https://example.org/wiki``). Raises BadConfig for what is no address
    of a wiki: another scheme, no host, a user or a password, a query, a fragment, blanks.
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
        # Shown without what stands before the "@": it may be a password.
        shown = f"{parts.scheme}://…@{host}" + (f":{port}" if port else "")
        raise BadConfig("", "url", shown, "an address without a user or a password in it")
    rest = any(mark in url for mark in "?#")
    if not plain or parts.scheme not in {"http", "https"} or not host or rest:
        raise _bad_url(url)
    return url.rstrip("/")


def _bad_url(url: str) -> BadConfig:
    # Whatever it is, a part before an "@" is not repeated.
    shown = f"…@{url.rpartition('@')[2]}" if "@" in url else url
    begins = "" if "://" in url else " that begins with https:// or http://"
    return BadConfig("", "url", shown, EXPECTED.replace(",", f"{begins},", 1))


def authorization_value(token: str) -> str:
    """The value of the ``Authorization`` header; blanks around the token are cut.

    Raises NotConfigured for an empty token, BadConfig for one that no header can carry.
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
    """Whom to trust: the authorities in ``ca_file`` (PEM) and no others, or True, the system's.

    Nobody for an address without TLS, which asks nobody: loading the system's authorities takes
    longer than asking a small wiki.
    """
    if ca_file is None:
        return url.startswith("https:") or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError) as problem:
        # A file that is no PEM is an ssl.SSLError, which is an OSError too.
        expected = "a readable file of certificates in PEM form"
        raise BadConfig("", "ca_file", str(ca_file), expected) from problem
