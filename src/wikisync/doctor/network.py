"""Try the way to the wiki: its address, a proxy, its name, a connection, its certificate."""

from __future__ import annotations

import socket
import urllib.request
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from wikisync.doctor.model import Check, failed, unknown, warning, works
from wikisync.errors import BadConfig, CertificateError, Unreachable, WikisyncError
from wikisync.wiki import endpoint, server_certificate
from wikisync.wiki.api_key import WARNED_BEFORE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from wikisync.config import Config

TIMEOUT: Final = 10.0
_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
_PORTS: Final = {"http": 80, "https": 443}


def check_network(config: Config, access: endpoint.Access, now: datetime) -> Iterator[Check]:
    """Yield the checks from ``address`` to ``certificate``; the first that fails is the last.

    Nothing of the API is asked for, and the key is not sent.
    """
    try:
        url = endpoint.normalize_url(config.url)
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    except BadConfig as error:
        yield failed("address", error)
        return
    if parts.scheme == "http" and host not in _LOOPBACK:
        yield warning("address", "in-the-clear", url=url)
    else:
        yield works("address", "address", url=url)
    proxy = proxy_for(url)
    if proxy is None:
        yield works("proxy", "no-proxy")
    else:
        host, port = proxy
        yield works("proxy", "proxy", host=host, port=port)
    try:
        addresses = _resolve(host, port)
    except (OSError, UnicodeError):
        yield failed("name", Unreachable(url, f"no such host, {host}", sent=False))
        return
    yield works("name", "name", host=host, addresses=addresses)
    try:
        server_certificate.connect(host, port, url, TIMEOUT)
    except Unreachable as error:
        yield failed("connection", error)
        return
    yield works("connection", "connection", host=host, port=port)
    if parts.scheme == "http":
        yield works("certificate", "no-tls")
    elif proxy is not None:
        yield unknown("certificate", "behind-proxy")
    else:
        yield from _check_certificate(url, access, now)


def proxy_for(url: str) -> tuple[str, int] | None:
    """Return the host and the port of the proxy that the environment names for a URL, or None."""
    parts = urlsplit(url)
    if urllib.request.proxy_bypass(parts.hostname or ""):
        return None
    proxies = urllib.request.getproxies()
    named = proxies.get(parts.scheme) or proxies.get("all")
    if not named:
        return None
    proxy = urlsplit(named if "://" in named else f"http://{named}")
    try:
        return proxy.hostname or "", proxy.port or _PORTS.get(proxy.scheme, 1080)
    except ValueError:  # a port that is no number
        return proxy.hostname or "", 0


def _resolve(host: str, port: int) -> tuple[str, ...]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


def _check_certificate(url: str, access: endpoint.Access, now: datetime) -> Iterator[Check]:
    try:
        found = server_certificate.read_certificate(url, access, TIMEOUT)
    except WikisyncError as error:
        facts = {}
        if isinstance(error, CertificateError):
            shown = server_certificate.read_untrusted(url, TIMEOUT)
            facts = {"issuer": shown.issuer, "subject": shown.subject} if shown else {}
        yield Check("certificate", "fails", "", facts, error)
        return
    ends = found.expires
    if ends is not None and ends <= now + WARNED_BEFORE:
        yield warning("certificate", "certificate-ends", issuer=found.issuer, date=ends)
    else:
        yield works("certificate", "certificate", issuer=found.issuer, date=ends)
