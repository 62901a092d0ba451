"""Send one HTTP request to the wiki and return what its response says, within limits.

Proxies come from the environment (``HTTPS_PROXY``, ``NO_PROXY``), as do ``SSL_CERT_FILE`` and
``SSL_CERT_DIR``. Redirects are never followed, so the token and the headers for a gateway go to no
other host. Cookies are not kept, so only the token identifies the user. Raises the exceptions of
httpx2, and those of ``http_errors``.
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Final

import httpx2

from wikisync.wiki import endpoint, http_errors
from wikisync.wiki.connections import bad_environment, request_headers, tls_context
from wikisync.wiki.http_bounds import limit_time, read_body
from wikisync.wiki.page_file import Download

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from wikisync.wiki.http_bounds import Deadline
    from wikisync.wiki.redaction import SecretRedactor

_CONNECT: Final = 10.0

# Node closes idle connections after five seconds; a connection is not reused just before that.
_IDLE: Final = 4.0

# At DEBUG level httpcore2 logs responses, which may contain the token.
logging.getLogger("httpcore2").setLevel(logging.INFO)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds between any two parts of a response, and how many connections are open at once."""

    wait: float
    connections: int


class HttpTransport:
    """HTTP connections to one wiki, with checks of status, size and time. Thread-safe."""

    def __init__(
        self,
        base: str,
        access: endpoint.Access,
        max_bytes: int,
        redactor: SecretRedactor,
        deadline: Deadline,
        sent: http_errors.Sent,
        timeouts: Timeouts,
    ) -> None:
        self.date: tuple[datetime, float] | None = None
        self.redactor = redactor
        self._base = base
        self._max_bytes = max_bytes
        self._sent = sent
        headers = request_headers(endpoint.request_headers(access))
        verify = tls_context(base, access)
        wait = timeouts.wait
        try:
            client = httpx2.Client(
                headers=headers,
                verify=verify,
                follow_redirects=False,
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
                timeout=httpx2.Timeout(wait, connect=min(_CONNECT, wait)),
                limits=httpx2.Limits(max_connections=timeouts.connections, keepalive_expiry=_IDLE),
            )
        except (ValueError, OSError, ImportError) as problem:
            # An invalid proxy URL, an unknown type of proxy, a bad SSL_CERT_FILE.
            raise bad_environment() from problem
        limit_time(client, deadline)
        self.client: httpx2.Client | None = client

    def close(self) -> None:
        """Close the connections."""
        if self.client is not None:
            self.client.close()
            self.client = None

    def post(self, query: str, variables: Mapping[str, object] | None) -> tuple[Any, object]:
        """Send a GraphQL document; return the data and the errors of the response."""
        payload = {"variables": variables, "query": query}
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        status, headers, raw = self._send("POST", f"{self._base}/graphql", content=body)
        answer = self.parse(Download(status, headers, raw))
        data = answer.get("data")
        if query.startswith("mutation"):
            data = self.redactor.value(data)  # messages of the wiki; data of a query are pages
        return data, self.redactor.value(answer.get("errors"))

    def get(self, path: str) -> Download:
        """Send a GET request for ``path``, below the wiki's URL."""
        return Download(*self._send("GET", f"{self._base}{path}", headers={"Accept": "*/*"}))

    def parse(self, answer: Download) -> dict[str, Any]:
        """Return the GraphQL response in an answer, or raise the error of its status."""
        redact = self.redactor.text
        return http_errors.parse_http_response(
            self._base, answer.status, answer.headers, answer.body, redact, self._sent
        )

    def _send(self, method: str, url: str, **options: Any) -> tuple[int, Mapping[str, str], bytes]:
        """Send a request; return the status, the headers and the body (none of a redirect)."""
        client = self.client
        if client is None:
            raise httpx2.TransportError("the connections are closed")
        with client.stream(method, url, **options) as response:
            redirect = response.is_redirect
            raw = b"" if redirect else read_body(self._base, response, self._max_bytes)
        if (date := http_errors.parse_date(response.headers.get("date"))) is not None:
            self.date = date, time.monotonic()
        if self.client is None:
            # Closed meanwhile by another thread: the pool did not know this new connection.
            response.extensions["network_stream"].close()
        return response.status_code, response.headers, raw
