"""Execute GraphQL documents with gql. The only module that imports it.

A document that is no GraphQL is refused before anything is sent. Its text is sent as it is: gql
would print each one anew.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from gql import Client, GraphQLRequest
from gql.transport import Transport
from gql.transport.exceptions import TransportQueryError
from graphql import ExecutionResult

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gql.client import SyncClientSession

    from wikisync.wiki.http_transport import HttpTransport


class GqlSession:
    """A session of gql over the connections to one wiki. Thread-safe."""

    def __init__(self, http: HttpTransport) -> None:
        client = Client(transport=_Transport(http), fetch_schema_from_transport=False)
        self._session: SyncClientSession = client.connect_sync()  # type: ignore[no-untyped-call]

    def close(self) -> None:
        """Let go of what gql's client and session keep of each other; requests go on."""
        self._session.client.__dict__.pop("session", None)

    def execute(self, text: str, variables: Mapping[str, object]) -> tuple[Any, object]:
        """Send a document; return the data and the errors of the response."""
        request = GraphQLRequest(_parse(text), variable_values=dict(variables))
        try:
            result = self._session.execute(
                request, get_execution_result=True, extra_args={"query": text}
            )
        except TransportQueryError as answer:
            # gql raises this for any response with errors; it may have data too.
            return answer.data, answer.errors
        return result.data, None


class _Transport(Transport):
    """Sends what gql executes over the connections that there are."""

    def __init__(self, http: HttpTransport) -> None:
        self._http = http

    def execute(self, request: GraphQLRequest, *_: Any, **options: Any) -> ExecutionResult:
        data, errors = self._http.post(options["extra_args"]["query"], request.variable_values)
        return ExecutionResult(data=data, errors=errors)  # type: ignore[arg-type]


@lru_cache(maxsize=128)
def _parse(text: str) -> GraphQLRequest:
    return GraphQLRequest(text)
