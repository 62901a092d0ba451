"""What went wrong on the way, in httpx2's words → the error that it is, its reason in a clause."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, Final

import httpx2

from wikisync.errors import CertificateError, Unreachable

if TYPE_CHECKING:
    from collections.abc import Iterator

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
