"""Parse HTTP responses of the API, and map HTTP and httpx2 errors to exceptions. Pure.

Errors in a GraphQL response are handled by ``api_errors`` and ``responses``.
"""

from __future__ import annotations

import math
import re
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import httpx2

from wikisync.errors import (
    ApiDisabled,
    CertificateError,
    ClientCertificateError,
    GatewayRefused,
    Redirected,
    RedirectedToLogin,
    TooLarge,
    UnexpectedResponse,
    Unreachable,
)
from wikisync.wiki import bounded_json

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from wikisync.errors import WikiError


_REDIRECT: Final = range(300, 400)
_TOO_LARGE: Final = 413
_TOO_MANY_REQUESTS: Final = 429
_BAD_REQUEST: Final = 400
_FORBIDDEN: Final = 403
_SERVER_ERROR: Final = 500

# Wiki.js marks these by their text alone (wikijs.md, *Endpoint and identity*).
_API_OFF: Final = ("API is disabled", "API Key is invalid")

_MAX_MESSAGE: Final = 300

MAX_ERRORS: Final = 2_000
"""The most errors accepted in a response. A batch of pages has 350 at worst."""


_LOGIN = re.compile(
    r"\b(log-?in|sign-?in|auth|authenticate|authorize|authelia|authentik|oauth2?|openid-connect|"
    r"saml2?|sso|cas)\b|cloudflareaccess",
    re.IGNORECASE,
)
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,30}")

# As nginx answers where a client certificate is missing, or is not accepted.
_CERTIFICATE_PAGE = re.compile(r"SSL certificate", re.IGNORECASE)

# Alerts of TLS by which a server refuses the certificate of a client, or the lack of one.
_CERTIFICATE_ALERT = re.compile(
    r"ALERT_(HANDSHAKE_FAILURE|NO_CERTIFICATE|\w*CERTIFICATE\w*|UNKNOWN_CA|ACCESS_DENIED)"
)


@dataclass(frozen=True, slots=True)
class Sent:
    """Whether requests have headers for a gateway, and a client certificate."""

    headers: bool = False
    certificate: bool = False


def is_certain(problem: UnexpectedResponse) -> bool:
    """Return whether a response says for certain that nothing was done. A firewall's 403 does not:
    some see the answer first."""
    return isinstance(problem, GatewayRefused) and problem.status != _FORBIDDEN


def parse_http_response(
    url: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    redact: Callable[[str], str] = str,
    sent: Sent = Sent(),
) -> dict[str, Any]:
    """Return the GraphQL response in ``body``: ``data`` (an object), ``errors`` (a list), or both.

    Raises Redirected, TooLarge, ApiDisabled, Unreachable (429 and 5xx), GatewayRefused or
    UnexpectedResponse. Keys of ``headers`` are in lower case; ``url`` is for the errors, as is
    ``sent``. ``redact`` removes secrets from texts of the server that go into an error.
    """
    if status in _REDIRECT:
        location = redact(headers.get("location", ""))
        if _is_login(url, location):
            raise RedirectedToLogin(url, status, "a redirect", location, given=sent.headers)
        raise Redirected(url, status, "a redirect", location=location)
    if status == _TOO_LARGE:
        raise TooLarge(url)
    kind = headers.get("content-type", "").lower()
    try:
        payload = _parse_json(body)
    except bounded_json.TooComplex as problem:
        raise UnexpectedResponse(url, status, problem.reason) from None
    graphql = _graphql_payload(payload)
    if status >= _BAD_REQUEST:
        message = _first_message(graphql, redact) if graphql else None
        found = _describe(None, kind, body, redact)
        if graphql is None and (refused := _gateway_error(url, status, headers, found, sent)):
            raise refused
        raise _status_error(url, status, headers, message, found)
    if graphql is not None and len(graphql.get("errors") or ()) > MAX_ERRORS:
        raise UnexpectedResponse(url, status, f"more than {MAX_ERRORS:,} errors in one answer")
    if graphql is not None:
        return graphql
    end = body.rstrip()[-1:]
    if payload is None and "json" in kind and end and end not in b"}]":
        raise Unreachable(url, "the answer breaks off")
    raise UnexpectedResponse(url, status, _describe(payload, kind, body, redact))


def shorten_message(message: object) -> str:
    """Shorten a message of the wiki: database errors may contain a complete page."""
    text = message if isinstance(message, str) and message.strip() else "no reason given"
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= _MAX_MESSAGE else f"{text[:80]} … {text[-200:]}"


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds of a ``Retry-After`` header; None where it is missing or invalid."""
    if value is None:
        return None
    try:
        if value.strip().isdecimal():
            seconds = float(value)
        else:
            then = parsedate_to_datetime(value)
            seconds = (then if then.tzinfo else then.replace(tzinfo=UTC)).timestamp()
            seconds -= now.timestamp()
    except (ValueError, OverflowError):
        return None
    return max(seconds, 0.0) if math.isfinite(seconds) else None


def parse_date(text: str | None) -> datetime | None:
    """Parse a Date header; None where it is missing or invalid."""
    if text is None:
        return None
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)


def _status_error(
    url: str,
    status: int,
    headers: Mapping[str, str],
    message: str | None,
    described: str,
) -> WikiError:
    if message is not None and message.startswith(_API_OFF):
        return ApiDisabled(url, message)
    if status >= _SERVER_ERROR or status == _TOO_MANY_REQUESTS:
        wait = retry_after(headers.get("retry-after"), datetime.now(UTC))
        text = f"HTTP {status}" + (f": {message}" if message else "")
        return Unreachable(url, text, retry_after=wait)
    found = f"a refusal: {message}" if message else described
    return UnexpectedResponse(url, status, found)


def _is_login(url: str, location: str) -> bool:
    """Return whether a redirect leads to a login page, not to another address of the wiki."""
    try:
        parts = urlsplit(location)
    except ValueError:
        return False
    target = f"{parts.netloc}{parts.path}".removesuffix("/graphql")
    if parts.netloc == urlsplit(url).netloc:
        target = parts.path
    return _LOGIN.search(target) is not None


def _gateway_error(
    url: str, status: int, headers: Mapping[str, str], found: str, sent: Sent
) -> GatewayRefused | None:
    """Return the error where a gateway answered instead of the wiki; None where it did not."""
    match status:
        case 401:
            scheme = _SCHEME.match(headers.get("www-authenticate", ""))
            name = scheme[0] if scheme else ""
            return GatewayRefused(url, status, found, "login", given=sent.headers, scheme=name)
        case 400 if _CERTIFICATE_PAGE.search(found):
            return GatewayRefused(url, status, found, "certificate", given=sent.certificate)
        case 403:
            return GatewayRefused(url, status, found, "forbidden", given=sent.headers)
    return None


def _parse_json(body: bytes) -> object:
    """Parse JSON; None where it is invalid, or null. Raises TooComplex."""
    try:
        return bounded_json.parse(body)
    except bounded_json.TooComplex:
        raise
    except ValueError:
        return None


def _graphql_payload(payload: object) -> dict[str, Any] | None:
    if not isinstance(payload, dict):
        return None
    data, errors = payload.get("data"), payload.get("errors")
    has_result = data is not None or bool(errors)
    well_formed = isinstance(data, dict | None) and isinstance(errors, list | None)
    return payload if has_result and well_formed else None


def _first_message(payload: dict[str, Any], redact: Callable[[str], str]) -> str:
    first = next(iter(payload.get("errors") or ()), None)
    message = first.get("message") if isinstance(first, dict) else None
    return shorten_message(redact(message) if isinstance(message, str) else None)


def _describe(payload: object, kind: str, body: bytes, redact: Callable[[str], str]) -> str:
    if payload is not None:
        return "JSON that is no GraphQL answer"
    if not body.strip():
        return "an empty answer"
    if "html" in kind or body.lstrip()[:1] == b"<":
        title = re.search(rb"<title[^>]*>([^<]{1,200})", body[:20_000], re.IGNORECASE)
        name = redact(unescape(title[1].decode("utf-8", "replace"))).strip() if title else ""
        return f"a web page, “{' '.join(name.split())}”" if name else "a web page"
    return "JSON that is damaged" if "json" in kind else "text that is not JSON"


# After these, the wiki cannot have received a complete request.
_NOT_SENT: Final = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.ProxyError,
    httpx2.UnsupportedProtocol,
)

_REASONS: Final[tuple[tuple[type[httpx2.HTTPError], str], ...]] = (
    (httpx2.ConnectTimeout, "no connection in time"),
    (httpx2.PoolTimeout, "no free connection in time"),
    (httpx2.WriteTimeout, "the request was not taken in time"),
    (httpx2.TimeoutException, "no answer in time"),
    (httpx2.ProxyError, "the proxy refuses"),
    (httpx2.DecodingError, "the answer cannot be unpacked"),
    (httpx2.RemoteProtocolError, "the connection was cut, or what answers is no HTTP"),
    (httpx2.ReadError, "the connection was cut"),
    (httpx2.WriteError, "the connection was cut"),
    (httpx2.ConnectError, "no connection"),
)


def from_httpx_error(
    url: str,
    problem: httpx2.HTTPError,
    given: Sent = Sent(),
) -> Unreachable:
    """Return CertificateError for an invalid certificate of the server, ClientCertificateError
    where the server refuses that of the client, Unreachable for any other error.

    Does not include the messages of httpx2: some contain the headers, and so the token.
    """
    sent = not isinstance(problem, _NOT_SENT)
    for cause in _causes(problem):
        match cause:
            case ssl.SSLError():
                return from_ssl_error(url, cause, given, sent=sent)
            case socket.gaierror() | UnicodeError():
                return Unreachable(url, "no such host", sent=False)
            case ConnectionRefusedError():
                return Unreachable(url, "connection refused", sent=False)
    for kind, reason in _REASONS:
        if isinstance(problem, kind):
            return Unreachable(url, reason, sent=sent)
    return Unreachable(url, type(problem).__name__, sent=sent)


def from_ssl_error(url: str, problem: ssl.SSLError, given: Sent, *, sent: bool) -> Unreachable:
    """Return CertificateError, ClientCertificateError, or Unreachable for a server without TLS."""
    if isinstance(problem, ssl.SSLCertVerificationError):
        reason = problem.verify_message or "it does not check out"
        return CertificateError(url, reason, sent=False)
    if _CERTIFICATE_ALERT.search(problem.reason or ""):
        reason = problem.reason.rpartition("ALERT_")[2].lower().replace("_", " ")
        return ClientCertificateError(url, reason, sent=False, given=given.certificate)
    reason = "the server does not use HTTPS there (does the address begin with http://?)"
    return Unreachable(url, reason, sent=sent)


def _causes(problem: BaseException | None) -> Iterator[BaseException]:
    while problem is not None:
        yield problem
        problem = problem.__cause__ or problem.__context__
