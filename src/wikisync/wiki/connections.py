"""Set up the connections to a wiki: headers, TLS, and what all requests over them share."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx2

from wikisync import __version__
from wikisync.errors import BadConfig
from wikisync.wiki import certificates
from wikisync.wiki.http_bounds import ACCEPTED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.wiki.endpoint import Access
    from wikisync.wiki.http_bounds import Deadline
    from wikisync.wiki.http_errors import Sent
    from wikisync.wiki.redaction import SecretRedactor


@dataclass(frozen=True, slots=True)
class Connections:
    """The connections to one wiki, with the limits and secrets of all requests to it."""

    url: str
    client: httpx2.Client
    deadline: Deadline
    redactor: SecretRedactor
    sent: Sent
    may_upload: bool


def request_headers(identity: Mapping[str, str]) -> httpx2.Headers:
    """Return the headers of a request to the API: ``identity`` and those that are fixed."""
    headers = httpx2.Headers({"User-Agent": f"wikisync/{__version__}"})
    headers.update(identity)
    fixed = {"Content-Type": "application/json", "Accept": "application/json"}
    headers.update({**fixed, "Accept-Encoding": ACCEPTED})
    return headers


def tls_context(url: str, access: Access) -> ssl.SSLContext | bool:
    """Return the SSL context, or True for the system's. A client certificate needs HTTPS."""
    trust = certificates.tls_verification(url, access.ca_file)
    if access.client_cert is None or not url.startswith("https:"):
        return trust
    try:
        context = trust if isinstance(trust, ssl.SSLContext) else httpx2.create_ssl_context()
    except (ValueError, OSError) as problem:
        raise bad_environment() from problem
    certificates.load_client_certificate(context, access.client_cert, access.client_key)
    return context


def ssl_context(url: str, access: Access) -> ssl.SSLContext:
    """Return the SSL context of requests, with the system's authorities loaded where they count."""
    trust = tls_context(url, access)
    if isinstance(trust, ssl.SSLContext):
        return trust
    try:
        return httpx2.create_ssl_context()
    except (ValueError, OSError) as problem:
        raise bad_environment() from problem


def bad_environment() -> BadConfig:
    """Return the exception for a proxy or certificates of the environment that cannot be used."""
    expected = "proxies and certificates that can be used"
    return BadConfig("the environment", "*_PROXY, SSL_CERT_*", "", expected)
