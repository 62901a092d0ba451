"""What came back over HTTP: a GraphQL answer, or the error that it is. Pure.

What the answer says in GraphQL's own terms is ``refusals``' and ``answers``' business.

What went wrong on the way, in httpx2's words → the error that it is, its reason in a clause.
"""

from __future__ import annotations

import math
import re
import socket
import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import TYPE_CHECKING, Any, Final

import httpx2

from wikisync.errors import (
    ApiDisabled,
    CertificateError,
    Redirected,
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
_TOO_MANY: Final = 429
_REFUSED: Final = 400
_SERVER_ERROR: Final = 500

# Where Wiki.js's own words are the only sign (facts, *Endpoint, tokens, permissions*).
_API_OFF: Final = ("API is disabled", "API Key is invalid")

_LONGEST_TEXT: Final = 300

MAX_ERRORS: Final = 2_000
"""The most errors of an answer that are read. A batch of pages has 350 at worst."""


def parse_http_response(
    url: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    clean: Callable[[str], str] = str,
) -> dict[str, Any]:
    """The GraphQL answer in ``body``: ``data`` (an object), ``errors`` (some), or both.

    Raises Redirected, TooLarge, ApiDisabled, Unreachable (429 and 5xx) or UnexpectedResponse.
    ``headers`` are looked up in lower case; ``url`` is for the errors. ``clean`` takes secrets out
    of the server's words, before they go into an error.
    """
    if status in _REDIRECT:
        location = clean(headers.get("location", ""))
        raise Redirected(url, status, "a redirect", location=location)
    if status == _TOO_LARGE:
        raise TooLarge(url)
    kind = headers.get("content-type", "").lower()
    try:
        payload = _parsed(body)
    except bounded_json.TooComplex as problem:
        raise UnexpectedResponse(url, status, problem.reason) from None
    graphql = _graphql(payload)
    if status >= _REFUSED:
        message = _message(graphql, clean) if graphql else None
        raise _failure(url, status, headers, message, _described(None, kind, body, clean))
    if graphql is not None and len(graphql.get("errors") or ()) > MAX_ERRORS:
        raise UnexpectedResponse(url, status, f"more than {MAX_ERRORS:,} errors in one answer")
    if graphql is not None:
        return graphql
    end = body.rstrip()[-1:]
    if payload is None and "json" in kind and end and end not in b"}]":
        raise Unreachable(url, "the answer breaks off")
    raise UnexpectedResponse(url, status, _described(payload, kind, body, clean))


def shorten_message(message: object) -> str:
    """A message of the wiki's, short enough to show: a database's may hold the whole page."""
    text = message if isinstance(message, str) and message.strip() else "no reason given"
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= _LONGEST_TEXT else f"{text[:80]} … {text[-200:]}"


def retry_after(value: str | None, now: datetime) -> float | None:
    """The seconds that a ``Retry-After`` header asks for, None where it says nothing usable."""
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


def _failure(
    url: str,
    status: int,
    headers: Mapping[str, str],
    message: str | None,
    described: str,
) -> WikiError:
    if message is not None and message.startswith(_API_OFF):
        return ApiDisabled(url, message)
    if status >= _SERVER_ERROR or status == _TOO_MANY:
        wait = retry_after(headers.get("retry-after"), datetime.now(UTC))
        text = f"HTTP {status}" + (f": {message}" if message else "")
        return Unreachable(url, text, retry_after=wait)
    found = f"a refusal: {message}" if message else described
    return UnexpectedResponse(url, status, found)


def _parsed(body: bytes) -> object:
    """The JSON value in ``body``; None where it is none (or null, which is no answer either).

    Raises TooComplex.
    """
    try:
        return bounded_json.parse(body)
    except bounded_json.TooComplex:
        raise
    except ValueError:
        return None


def _graphql(payload: object) -> dict[str, Any] | None:
    if not isinstance(payload, dict):
        return None
    data, errors = payload.get("data"), payload.get("errors")
    told = data is not None or bool(errors)
    sound = isinstance(data, dict | None) and isinstance(errors, list | None)
    return payload if told and sound else None


def _message(payload: dict[str, Any], clean: Callable[[str], str]) -> str:
    first = next(iter(payload.get("errors") or ()), None)
    message = first.get("message") if isinstance(first, dict) else None
    return shorten_message(clean(message) if isinstance(message, str) else None)


def _described(payload: object, kind: str, body: bytes, clean: Callable[[str], str]) -> str:
    if payload is not None:
        return "JSON that is no GraphQL answer"
    if not body.strip():
        return "an empty answer"
    if "html" in kind or body.lstrip()[:1] == b"<":
        title = re.search(rb"<title[^>]*>([^<]{1,200})", body[:20_000], re.IGNORECASE)
        name = clean(unescape(title[1].decode("utf-8", "replace"))).strip() if title else ""
        return f"a web page, “{' '.join(name.split())}”" if name else "a web page"
    return "JSON that is damaged" if "json" in kind else "something that is no JSON"


# None of these can leave the wiki with a whole request.
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


def from_httpx_error(url: str, problem: httpx2.HTTPError) -> Unreachable:
    """Untrusted for a certificate that does not check out, Unreachable for everything else.

    httpx2's own texts are not repeated: some quote the headers, and with them the token.
    """
    sent = not isinstance(problem, _NOT_SENT)
    for cause in _causes(problem):
        match cause:
            case ssl.SSLCertVerificationError():
                return CertificateError(
                    url, cause.verify_message or "it does not check out", sent=False
                )
            case ssl.SSLError():
                return Unreachable(url, "no TLS is spoken there (is it http://?)", sent=sent)
            case socket.gaierror() | UnicodeError():
                return Unreachable(url, "no such host", sent=False)
            case ConnectionRefusedError():
                return Unreachable(url, "connection refused", sent=False)
    for kind, reason in _REASONS:
        if isinstance(problem, kind):
            return Unreachable(url, reason, sent=sent)
    return Unreachable(url, type(problem).__name__, sent=sent)


def _causes(problem: BaseException | None) -> Iterator[BaseException]:
    while problem is not None:
        yield problem
        problem = problem.__cause__ or problem.__context__
