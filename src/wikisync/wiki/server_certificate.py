"""Read the certificate that a server shows, before any request is sent to it."""

from __future__ import annotations

import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from wikisync.errors import Unreachable
from wikisync.wiki.connections import ssl_context
from wikisync.wiki.http_errors import Sent, from_ssl_error

if TYPE_CHECKING:
    from wikisync.wiki.endpoint import Access


@dataclass(frozen=True, slots=True)
class ServerCertificate:
    """A certificate: who signed it, for whom, and until when it is valid (None: not known)."""

    issuer: str
    subject: str
    expires: datetime | None


def connect(host: str, port: int, url: str, timeout: float) -> None:
    """Connect to a server and close the connection. Raises Unreachable."""
    try:
        socket.create_connection((host, port), timeout).close()
    except OSError as problem:
        raise Unreachable(url, _reason(problem, timeout), sent=False) from problem


def read_certificate(url: str, access: Access, timeout: float) -> ServerCertificate:
    """Return the certificate of the server at ``url`` (HTTPS), checked as for a request.

    Raises CertificateError for a certificate that is not trusted, ClientCertificateError,
    Unreachable, BadConfig.
    """
    sent = Sent(bool(access.headers), access.client_cert is not None)
    return _handshake(url, ssl_context(url, access), timeout, sent)


def read_untrusted(url: str, timeout: float) -> ServerCertificate | None:
    """Return the certificate of the server at ``url`` without trust in it; None if unreadable."""
    with suppress(OSError, ValueError, Unreachable):
        host, port = _address(url)
        pem = ssl.get_server_certificate((host, port), timeout=timeout)
        # ssl reads only certificates that it has checked: so this one is its own authority.
        context = ssl.create_default_context(cadata=pem)
        context.check_hostname = False
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        return _handshake(url, context, timeout, Sent())
    return None


def _handshake(url: str, context: ssl.SSLContext, timeout: float, sent: Sent) -> ServerCertificate:
    host, port = _address(url)
    try:
        with (
            socket.create_connection((host, port), timeout) as plain,
            context.wrap_socket(plain, server_hostname=host) as secured,
        ):
            return _parse(secured.getpeercert() or {})
    except ssl.SSLError as problem:
        raise from_ssl_error(url, problem, sent, sent=False) from problem
    except OSError as problem:
        raise Unreachable(url, _reason(problem, timeout), sent=False) from problem


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _parse(found: dict[str, Any]) -> ServerCertificate:
    expires = None
    with suppress(KeyError, ValueError):
        expires = datetime.fromtimestamp(ssl.cert_time_to_seconds(found["notAfter"]), UTC)
    return ServerCertificate(_name(found, "issuer"), _name(found, "subject"), expires)


def _name(found: dict[str, Any], which: str) -> str:
    """Return the common name in a distinguished name, with its organization in front."""
    values = {key: value for part in found.get(which, ()) for key, value in part}
    names = (values.get("organizationName"), values.get("commonName"))
    return ", ".join(name for name in names if name) or "a name that is empty"


def _reason(problem: OSError, timeout: float) -> str:
    match problem:
        case socket.gaierror():
            return "no such host"
        case ConnectionRefusedError():
            return "connection refused"
        case TimeoutError():
            return f"no answer in {timeout:.0f} s"
    return problem.strerror or type(problem).__name__
