"""Send GraphQL requests to the wiki over HTTP, with retries for queries.

The exceptions of httpx2 do not leave this module. Queries are retried after transient errors,
mutations never: a mutation without a clear response raises WriteUncertain.

gql executes all requests but the first query. That one is the list of pages, which every run begins
with and many end with; gql and graphql-core take as long to load as a small wiki to answer it.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

import httpx2

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
from wikisync.wiki.connections import Connections
from wikisync.wiki.http_bounds import Deadline
from wikisync.wiki.http_transport import HttpTransport, Timeouts
from wikisync.wiki.redaction import SecretRedactor
from wikisync.wiki.responses import Answer
from wikisync.wiki.retries import attempts, retry_delay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from wikisync.wiki.gql_session import GqlSession
    from wikisync.wiki.page_file import Download, RaiseError

T = TypeVar("T")

MAX_ANSWER: Final = 256 * 1024 * 1024
"""The most bytes of a response. A list of 10,000 pages has about four million."""


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
        self._deadline = Deadline(limits.deadline, clock)
        self._http = HttpTransport(
            self.url,
            access,
            limits.answer,
            SecretRedactor(*access.secrets),
            self._deadline,
            self._gateway,
            Timeouts(limits.timeout, limits.connections),
        )
        self._is_first = True
        self._session: GqlSession | None = None
        self._opening = threading.Lock()

    @property
    def url(self) -> str:
        """Return the wiki's URL, without slashes at its end."""
        return self._url

    @property
    def wiki_time(self) -> datetime | None:
        """Return the time by the wiki's clock, from the last Date header; None before the first."""
        if self._http.date is None:
            return None
        date, seen = self._http.date
        return date + timedelta(seconds=time.monotonic() - seen)

    def __repr__(self) -> str:
        return f"GraphQLTransport({self.url!r})"

    @property
    def connections(self) -> Connections:
        """Return what requests other than those to the API are sent with."""
        client = self._http.client
        if client is None:
            raise Unreachable(self.url, "the connections are closed", sent=False)
        return Connections(
            self.url,
            client,
            self._deadline,
            self._http.redactor,
            self._gateway,
            self._may_upload,
        )

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
        if self._session is not None:
            self._session.close()

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
                answer = self._http.get(path)
            return read(answer, self._http.parse)

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
        with self._translated_errors():
            data, errors = self._execute(text, variables)
        return Answer(self.url, data, api_errors.faults(errors))

    def _execute(self, text: str, variables: Mapping[str, object]) -> tuple[Any, object]:
        """Return the data and the errors of a response, which may have both."""
        if self._is_first and text.startswith("query"):
            self._is_first = False
            return self._http.post(text, dict(variables))
        with self._opening:
            if self._session is None:
                from wikisync.wiki.gql_session import GqlSession

                self._session = GqlSession(self._http)
        return self._session.execute(text, variables)

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
