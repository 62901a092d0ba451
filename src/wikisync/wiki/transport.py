"""The way to the wiki: a GraphQL text goes out, an Answer comes back, or the error that came of it.

The only module that knows gql and stamina and, with ``trouble`` and ``http_bounds``, httpx2; none
of their exceptions leaves it. Queries are tried again where that can help, mutations never: a
mutation that got no clear answer is WriteUncertain.

Proxies are taken from the environment (``HTTPS_PROXY``, ``NO_PROXY``), as are ``SSL_CERT_FILE`` and
``SSL_CERT_DIR``. Redirects are never followed, so the token goes to no other host, and cookies are
not kept, so nothing but the token says who asks.
"""

from __future__ import annotations

import json
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import httpx2
from gql import Client, GraphQLRequest
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXTransport
from graphql import ExecutionResult

from wikisync import __version__
from wikisync.errors import (
    BadConfig,
    CertificateError,
    Redirected,
    Rejected,
    TooLarge,
    UnexpectedResponse,
    Unreachable,
    WriteUncertain,
)
from wikisync.wiki import api_errors, endpoint, http_errors
from wikisync.wiki.http_bounds import ACCEPTED, Deadline, limit_time, read_body
from wikisync.wiki.redaction import SecretRedactor
from wikisync.wiki.responses import Answer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path

    from gql.client import SyncClientSession

T = TypeVar("T")

MAX_ANSWER: Final = 256 * 1024 * 1024
"""The most that an answer may hold, in bytes. A list of 10,000 pages has about four million."""

_CONNECT: Final = 10.0
_TRIES: Final = 5
_TRY_FOR: Final = 120.0  # seconds; no further try is begun after them
_LONGEST_WAIT: Final = 30.0

# Node closes an idle connection after five seconds; one that is about to be is not used again.
_IDLE: Final = 4.0

# At its lowest level this one logs what a server answers, which may repeat the token.
logging.getLogger("httpcore2").setLevel(logging.INFO)


@dataclass(frozen=True, slots=True)
class TransportLimits:
    """Seconds to wait for any progress, and for a call with all its tries; bytes of an answer."""

    timeout: float = 60.0
    deadline: float = 300.0
    answer: int = MAX_ANSWER
    connections: int = 4


class Transport(Protocol):
    """What the verbs need of a way to the wiki."""

    @property
    def url(self) -> str:
        """The wiki's address, without slashes at its end."""

    def query(self, text: str, variables: Mapping[str, object], read: Callable[[Answer], T]) -> T:
        """Send a query."""

    def mutate(self, text: str, variables: Mapping[str, object], read: Callable[[Answer], T]) -> T:
        """Send a mutation."""


class GraphQLTransport:
    """Connections to one wiki, for use from several threads."""

    def __init__(
        self,
        url: str,
        token: str,
        ca_file: Path | None,
        limits: TransportLimits,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = endpoint.normalize_url(url)
        try:
            httpx2.URL(self.url)
        except httpx2.InvalidURL as problem:
            raise BadConfig("", "url", self.url, endpoint.EXPECTED) from problem
        bearer = endpoint.authorization_value(token)
        trust = endpoint.tls_verification(self.url, ca_file)
        wait = limits.timeout
        self._deadline = Deadline(limits.deadline, clock)
        transport = _HttpTransport(
            self.url,
            limits.answer,
            SecretRedactor(bearer.partition(" ")[2]),
            self._deadline,
            headers={
                "Authorization": bearer,
                "Content-Type": "application/json",
                "Accept": "application/json",
                "Accept-Encoding": ACCEPTED,
                "User-Agent": f"wikisync/{__version__}",
            },
            verify=trust,
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
            # A proxy's address that is none, a proxy of an unknown kind, a bad SSL_CERT_FILE.
            expected = "proxies and certificates that can be used"
            raise BadConfig("the environment", "*_PROXY, SSL_CERT_*", "", expected) from problem
        self._session = session

    @property
    def url(self) -> str:
        """The wiki's address, without slashes at its end."""
        return self._url

    @property
    def wiki_time(self) -> datetime | None:
        """The time by the wiki's clock, from the Date header of an answer; None without one."""
        if self._transport.date is None:
            return None
        date, seen = self._transport.date
        return date + timedelta(seconds=time.monotonic() - seen)

    def __repr__(self) -> str:
        return f"Wire({self.url!r})"

    def close(self) -> None:
        """Closes the connections."""
        self._client.close_sync()  # type: ignore[no-untyped-call]

    def query(self, text: str, variables: Mapping[str, object], read: Callable[[Answer], T]) -> T:
        """Sends a query and gives what ``read`` makes of the answer; tries again where it helps.

        Raises Unreachable, CertificateError, UnexpectedResponse, Redirected, ApiDisabled or
        TooLarge, and whatever ``read`` raises; an Unreachable of its making is tried again like
        any other. All tries
        together have the time of one deadline.
        """
        with self._deadline.running():
            return self._query(text, variables, read)

    def _query(self, text: str, variables: Mapping[str, object], read: Callable[[Answer], T]) -> T:
        try:
            return read(self._exchange(text, variables))
        except Unreachable as problem:
            if self._again(problem) is False:
                raise
            made = [problem]
        for attempt in _attempts(self._again):
            with attempt:
                if made:  # the first try, which was made above
                    raise made.pop()
                return read(self._exchange(text, variables))
        raise AssertionError  # the last attempt either returned or raised

    def _again(self, problem: Exception) -> bool | float:
        return not self._deadline.passed and _retry_delay(problem)

    def mutate(self, text: str, variables: Mapping[str, object], read: Callable[[Answer], T]) -> T:
        """Sends a mutation, once, and gives what ``read`` makes of the answer.

        Every error but WriteUncertain means that nothing was written: Unreachable and
        CertificateError (there was no connection), Redirected, ApiDisabled, TooLarge, and what
        ``read`` raises but UnexpectedResponse.
        """
        try:
            with self._deadline.running():
                return read(self._exchange(text, variables))
        except Redirected:
            raise
        except UnexpectedResponse as problem:
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
        request = GraphQLRequest(_parsed(text), variable_values=dict(variables))
        try:
            result = self._session.execute(
                request, get_execution_result=True, extra_args={"query": text}
            )
        except TransportQueryError as answer:
            # No more than gql's way to say that the answer has errors; there may be data beside.
            return Answer(self.url, answer.data, api_errors.faults(answer.errors))
        except httpx2.HTTPError as problem:
            raise http_errors.from_httpx_error(self.url, problem) from problem
        except UnicodeEncodeError as problem:
            raise Rejected(self.url, 0, "half a character, which no wiki can hold") from problem
        except (OSError, ValueError, httpx2.StreamError) as problem:
            raise Unreachable(self.url, f"it broke off: {type(problem).__name__}") from problem
        return Answer(self.url, result.data)


class _HttpTransport(HTTPXTransport):
    """gql's transport, with the answer judged by its HTTP status and held within a bound."""

    def __init__(
        self, base: str, bound: int, hush: SecretRedactor, deadline: Deadline, **options: Any
    ) -> None:
        self.date: tuple[datetime, float] | None = None
        super().__init__(f"{base}/graphql", **options)
        self._hush = hush
        self._base = base
        self._bound = bound
        self._deadline = deadline

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
        assert self.client is not None  # noqa: S101  (connected for as long as the Wire is)
        # The text goes out as it stands: gql would print its document anew for each request.
        payload = {"variables": request.variable_values, **(extra_args or {})}
        body = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
        with self.client.stream("POST", self.url, content=body) as response:
            redirect = response.is_redirect
            raw = b"" if redirect else read_body(self._base, response, self._bound)
        if (date := _date(response.headers.get("date"))) is not None:
            self.date = date, time.monotonic()
        if self.client is None:
            # Closed meanwhile, in another thread: no pool knows of a connection that was new then.
            response.extensions["network_stream"].close()
        clean = self._hush.text
        answer = http_errors.parse_http_response(
            self._base, response.status_code, response.headers, raw, clean
        )
        data = answer.get("data")
        if payload["query"].startswith("mutation"):
            data = self._hush.value(data)  # what became of it, in words; a query's data are pages
        return ExecutionResult(data=data, errors=self._hush.value(answer.get("errors")))


def _date(text: str | None) -> datetime | None:
    """The time that a Date header names; None where it names none."""
    if text is None:
        return None
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)


@lru_cache(maxsize=128)
def _parsed(text: str) -> GraphQLRequest:
    return GraphQLRequest(text)


def _attempts(
    again: Callable[[Exception], bool | float],
) -> Iterator[AbstractContextManager[object]]:
    """The tries of a query, with the waits between them; only the unlucky load the library."""
    import stamina

    # What happens on the way is told by errors; a library that logs it too would only repeat it.
    stamina.instrumentation.set_on_retry_hooks([])
    yield from stamina.retry_context(
        on=again,
        attempts=_TRIES,
        timeout=_TRY_FOR,
        wait_initial=0.2,
        wait_max=5.0,
        wait_jitter=0.2,
    )


def _retry_delay(problem: Exception) -> bool | float:
    """stamina's question: whether to try again, and after how many seconds if the server said."""
    if not isinstance(problem, Unreachable) or isinstance(problem, CertificateError):
        return False
    if problem.retry_after is None:
        return True
    return min(problem.retry_after, _LONGEST_WAIT)
