"""Send GraphQL requests to the wiki over HTTP, with retries for queries.

The only module that imports gql; its exceptions, and those of httpx2, do not leave it. Queries are
retried after transient errors, mutations never: a mutation without a clear response raises
WriteUncertain.

Proxies come from the environment (``HTTPS_PROXY``, ``NO_PROXY``), as do ``SSL_CERT_FILE`` and
``SSL_CERT_DIR``. Redirects are never followed, so the token and the headers for a gateway go to no
other host. Cookies are not kept, so only the token identifies the user.
"""

from __future__ import annotations

import json
import logging
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import httpx2
from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXTransport
from graphql import ExecutionResult

from wikisync.errors import (
    BadConfig,
    Redirected,
    Rejected,
    TooLarge,
    UnexpectedResponse,
    Unreachable,
    WriteUncertain,
)
from wikisync.wiki import api_errors, endpoint, http_errors
from wikisync.wiki.connections import (
    Connections,
    bad_environment,
    request_headers,
    tls_context,
)
from wikisync.wiki.http_bounds import Deadline, limit_time, read_body
from wikisync.wiki.page_file import Download, RaiseError
from wikisync.wiki.redaction import SecretRedactor
from wikisync.wiki.responses import Answer
from wikisync.wiki.retries import attempts, retry_delay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from gql.client import SyncClientSession

T = TypeVar("T")

MAX_ANSWER: Final = 256 * 1024 * 1024
"""The most bytes of a response. A list of 10,000 pages has about four million."""

_CONNECT: Final = 10.0

# Node closes idle connections after five seconds; a connection is not reused just before that.
_IDLE: Final = 4.0

# At DEBUG level httpcore2 logs responses, which may contain the token.
logging.getLogger("httpcore2").setLevel(logging.INFO)


@dataclass(frozen=True, slots=True)
class TransportLimits:
    """Limits of requests.

    ``timeout`` is in seconds, between any two parts of a response; ``deadline`` in seconds, for a
    call with all its tries; ``answer`` in bytes; ``connections`` how many are open at once.
    """

    timeout: float = 60.0
    deadline: float = 300.0
    answer: int = MAX_ANSWER
    connections: int = 4


class Transport(Protocol):
    """What the client needs to send requests."""

    @property
    def url(self) -> str:
        """Return the wiki's URL, without slashes at its end."""

    def query(self, text: str, variables: Mapping[str, object], read: Callable[[Answer], T]) -> T:
        """Send a query and return ``read`` of its response."""

    def mutate(self, text: str, variables: Mapping[str, object], read: Callable[[Answer], T]) -> T:
        """Send a mutation and return ``read`` of its response."""


class GraphQLTransport:
    """Connections to one wiki. Thread-safe."""

    def __init__(
        self,
        url: str,
        access: endpoint.Access,
        limits: TransportLimits,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = endpoint.normalize_url(url)
        try:
            httpx2.URL(self.url)
        except httpx2.InvalidURL as problem:
            raise BadConfig("", "url", self.url, endpoint.EXPECTED) from problem
        self._gateway = http_errors.Sent(bool(access.headers), access.client_cert is not None)
        self._may_upload = access.may_upload
        wait = limits.timeout
        self._deadline = Deadline(limits.deadline, clock)
        transport = _HttpTransport(
            self.url,
            limits.answer,
            SecretRedactor(*access.secrets),
            self._deadline,
            self._gateway,
            headers=request_headers(endpoint.request_headers(access)),
            verify=tls_context(self.url, access),
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx2.Timeout(wait, connect=min(_CONNECT, wait)),
            limits=httpx2.Limits(max_connections=limits.connections, keepalive_expiry=_IDLE),
        )
        self._transport = transport
        self._client = Client(transport=transport, fetch_schema_from_transport=False)
        try:
            session: SyncClientSession = self._client.connect_sync()  # type: ignore[no-untyped-call]
        except (ValueError, OSError, ImportError) as problem:
            # An invalid proxy URL, an unknown type of proxy, a bad SSL_CERT_FILE.
            raise bad_environment() from problem
        self._session = session

    @property
    def url(self) -> str:
        """Return the wiki's URL, without slashes at its end."""
        return self._url

    @property
    def wiki_time(self) -> datetime | None:
        """Return the time by the wiki's clock, from the last Date header; None before the first."""
        if self._transport.date is None:
            return None
        date, seen = self._transport.date
        return date + timedelta(seconds=time.monotonic() - seen)

    def __repr__(self) -> str:
        return f"GraphQLTransport({self.url!r})"

    @property
    def connections(self) -> Connections:
        """Return what requests other than those to the API are sent with."""
        client = self._transport.client
        if client is None:
            raise Unreachable(self.url, "the connections are closed", sent=False)
        return Connections(
            self.url,
            client,
            self._deadline,
            self._transport.redactor,
            self._gateway,
            self._may_upload,
        )

    def close(self) -> None:
        """Close the connections."""
        self._client.close_sync()  # type: ignore[no-untyped-call]

    def query(self, text: str, variables: Mapping[str, object], read: Callable[[Answer], T]) -> T:
        """Send a query and return ``read`` of its response; retries after transient errors.

        Raises Unreachable, CertificateError, UnexpectedResponse, Redirected, ApiDisabled or
        TooLarge, and the errors of ``read``; Unreachable is retried in either case. One deadline
        covers all tries.
        """
        with self._deadline.running():
            return self._with_retries(lambda: read(self._exchange(text, variables)))

    def download(self, path: str, read: Callable[[Download, RaiseError], T]) -> T:
        """Send a GET request for ``path`` (percent-encoded) and return ``read`` of the response.

        ``read`` also gets a function that raises the error of a response that is not expected.
        Retries and raises as ``query`` does.
        """

        def get() -> T:
            with self._translated_errors():
                answer = self._transport.get(path)
            return read(answer, self._transport.parse)

        with self._deadline.running():
            return self._with_retries(get)

    def _with_retries(self, call: Callable[[], T]) -> T:
        try:
            return call()
        except Unreachable as problem:
            if self._should_retry(problem) is False:
                raise
            first_error = [problem]
        for attempt in attempts(self._should_retry):
            with attempt:
                if first_error:  # the first try is the one above
                    raise first_error.pop()
                return call()
        raise AssertionError  # the last attempt either returned or raised

    def _should_retry(self, problem: Exception) -> bool | float:
        return not self._deadline.passed and retry_delay(problem)

    def mutate(self, text: str, variables: Mapping[str, object], read: Callable[[Answer], T]) -> T:
        """Send a mutation once, and return ``read`` of its response.

        Every error but WriteUncertain means that nothing was written: Unreachable and
        CertificateError (no connection), Redirected, GatewayRefused (except 403), ApiDisabled,
        TooLarge, and the errors of ``read`` except UnexpectedResponse, which becomes
        WriteUncertain.
        """
        try:
            with self._deadline.running():
                return read(self._exchange(text, variables))
        except UnexpectedResponse as problem:
            if isinstance(problem, Redirected) or http_errors.is_certain(problem):
                raise
            raise WriteUncertain(self.url, f"HTTP {problem.status}: {problem.found}") from problem
        except TooLarge as problem:
            if not problem.answer:
                raise
            raise WriteUncertain(self.url, "the answer is too large to read") from problem
        except Unreachable as problem:
            if not problem.sent:
                raise
            raise WriteUncertain(self.url, problem.reason) from problem

    def _exchange(self, text: str, variables: Mapping[str, object]) -> Answer:
        request = GraphQLRequest(_parse_request(text), variable_values=dict(variables))
        try:
            with self._translated_errors():
                result = self._session.execute(
                    request, get_execution_result=True, extra_args={"query": text}
                )
        except TransportQueryError as answer:
            # gql raises this for any response with errors; it may have data too.
            return Answer(self.url, answer.data, api_errors.faults(answer.errors))
        return Answer(self.url, result.data)

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        try:
            yield
        except httpx2.HTTPError as problem:
            raise http_errors.from_httpx_error(self.url, problem, self._gateway) from problem
        except UnicodeEncodeError as problem:
            raise Rejected(self.url, 0, "half a character, which no wiki can hold") from problem
        except (OSError, ValueError, httpx2.StreamError) as problem:
            raise Unreachable(self.url, f"it broke off: {type(problem).__name__}") from problem


class _HttpTransport(HTTPXTransport):
    """gql's transport, with checks of HTTP status, size and time of a response."""

    def __init__(
        self,
        base: str,
        max_bytes: int,
        redactor: SecretRedactor,
        deadline: Deadline,
        sent: http_errors.Sent,
        **options: Any,
    ) -> None:
        self.date: tuple[datetime, float] | None = None
        super().__init__(f"{base}/graphql", **options)
        self.redactor = redactor
        self._base = base
        self._max_bytes = max_bytes
        self._deadline = deadline
        self._sent = sent

    def connect(self) -> None:
        super().connect()  # type: ignore[no-untyped-call]
        assert self.client is not None  # noqa: S101
        limit_time(self.client, self._deadline)

    def execute(
        self,
        request: GraphQLRequest,
        *,
        extra_args: dict[str, Any] | None = None,
        upload_files: bool = False,  # noqa: ARG002
    ) -> ExecutionResult:
        assert self.client is not None  # noqa: S101  (connected by __init__)
        # Sends the text as it is: gql would print its document for each request.
        payload = {"variables": request.variable_values, **(extra_args or {})}
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        status, headers, raw = self._send("POST", str(self.url), content=body)
        answer = self.parse(Download(status, headers, raw))
        data = answer.get("data")
        if payload["query"].startswith("mutation"):
            data = self.redactor.value(data)  # messages of the wiki; data of a query are pages
        return ExecutionResult(data=data, errors=self.redactor.value(answer.get("errors")))

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
        assert self.client is not None  # noqa: S101  (connected by __init__)
        with self.client.stream(method, url, **options) as response:
            redirect = response.is_redirect
            raw = b"" if redirect else read_body(self._base, response, self._max_bytes)
        if (date := http_errors.parse_date(response.headers.get("date"))) is not None:
            self.date = date, time.monotonic()
        if self.client is None:
            # Closed meanwhile by another thread: the pool did not know this new connection.
            response.extensions["network_stream"].close()
        return response.status_code, response.headers, raw


@lru_cache(maxsize=128)
def _parse_request(text: str) -> GraphQLRequest:
    return GraphQLRequest(text)
