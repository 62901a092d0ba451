"""Answer ``POST /graphql`` with Wiki.js's limits and errors, and show pages and assets to browsers.

A request can fail before an operation runs, checked in Wiki.js's order: the key, the size, the
JSON.
"""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from wikisync.sandbox import (
    asset_names,
    assets,
    auth,
    browser_view,
    execution,
    page_extras,
    request_limits,
)
from wikisync.sandbox.asset_routes import AssetRoutes
from wikisync.sandbox.fault_answers import apply_after, apply_before
from wikisync.sandbox.page_download import PageRoutes
from wikisync.sandbox.page_extras import find_by_id
from wikisync.sandbox.races import Races
from wikisync.sandbox.resolvers import Request as Context
from wikisync.sandbox.validation import RequestRefused

if TYPE_CHECKING:
    from starlette.requests import Request

    from wikisync.sandbox.execution import Operation, RequestedField
    from wikisync.sandbox.faults import Faults, FieldEffect, RequestEffect
    from wikisync.sandbox.store import Store


MAX_BODY: Final = 5 * 1024 * 1024
MAX_SEEN: Final = 10_000
HOSTS: Final = ("127.0.0.1", "localhost")
"""Accepted values of the ``Host`` header. Any other is refused: a web page could have its own name
resolve to this machine, to read the sandbox's answers (DNS rebinding)."""


@dataclass(frozen=True)
class SeenRequest:
    """Describe a request for tests. ``fields`` are names like ``pages.single``.

    An upload has the one field ``assets.upload``, the download of an asset ``assets.download``.
    """

    number: int
    principal: str
    fields: tuple[str, ...]
    is_mutation: bool
    size: int
    requested: tuple[RequestedField, ...] = field(repr=False)


@dataclass(frozen=True)
class Traffic:
    """Count requests to the API and about assets, and the bytes of their bodies and answers."""

    requests: int = 0
    received: int = 0
    sent: int = 0


@dataclass(frozen=True)
class Call:
    """Hold a parsed request with the faults to inject into it."""

    context: list[Context]
    operations: list[Operation]
    is_array: bool
    effects: list[RequestEffect]
    requested: list[RequestedField]


class WikiApp:
    """Serve one store as an ASGI application."""

    def __init__(self, store: Store, faults: Faults) -> None:
        self.store = store
        self.faults = faults
        self.races = Races(faults.random, lambda: page_extras.tag_names(store))
        self.seen: deque[SeenRequest] = deque(maxlen=MAX_SEEN)
        self.traffic = Traffic()
        files = AssetRoutes(store, faults, self.races, self._record_request, self._count_sent)
        self._files = files
        pages = PageRoutes(store, faults, self._record_request, self._count_sent)
        self.app = Starlette(
            routes=[
                Route("/graphql", self.graphql, methods=["POST"]),
                Route("/graphql", _no_query, methods=["GET"]),
                Route("/d/{path:path}", pages.download, methods=["GET"]),
                Route("/u", files.upload, methods=["POST"]),
                Route("/{path:path}", self.browse, methods=["GET"]),
            ],
            middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False)],
        )

    async def graphql(self, request: Request) -> Response:
        """Answer one request to the API."""
        body, size = await _body(request)
        identity = request.headers.get("authorization"), request.cookies.get("jwt")
        try:
            call = await run_in_threadpool(self._read_request, identity, body, size)
        except RequestRefused as problem:
            error = {"message": problem.message, "path": []}
            return _json(problem.status, {"data": {}, "errors": [error]})
        try:
            for effect in call.effects:
                response = await apply_before(effect)
                if response is not None:
                    return response
            status, answer = await run_in_threadpool(_execute, call)
        finally:
            self.races.end(call.requested)
        self._count_sent(len(answer))
        for effect in call.effects:
            response = await apply_after(effect, answer)
            if response is not None:
                return response
        return _json_bytes(status, answer)

    async def browse(self, request: Request) -> Response:
        """Show a page or an asset to a browser."""
        address = asset_names.parse_address(request.path_params["path"])
        if not address.is_page:
            return await self._files.download(request, address)
        return await run_in_threadpool(
            browser_view.respond, self.store, request.path_params["path"]
        )

    def _read_request(self, identity: auth.Identity, body: bytes, size: int) -> Call:
        try:
            return self._parse_request(identity, body, size)
        except RecursionError:
            raise RequestRefused(400, "The sandbox takes no JSON that nests so deep.") from None

    def _parse_request(self, identity: auth.Identity, body: bytes, size: int) -> Call:
        principal = auth.authenticate(self.store, *identity)
        if size > MAX_BODY:
            raise RequestRefused(413, "request entity too large")
        sent = _parse_json(body)
        items = sent if isinstance(sent, list) else [sent]
        operations = [_operation(item) for item in items]
        refused = request_limits.reason_too_many([operation.query for operation in operations])
        if refused is not None:
            raise RequestRefused(400, refused)
        asked = [execution.requested_fields(operation) for operation in operations]
        flat = [(number, one) for number, fields in enumerate(asked) for one in fields]
        every = [one for _, one in flat]
        if len(every) > request_limits.MAX_ASKED:
            message = (
                f"The sandbox takes no more than {request_limits.MAX_ASKED} fields in a request."
            )
            raise RequestRefused(400, message)
        effects, fields = self.faults.select(every, self._path)
        fields = {**self.races.begin(every), **fields}
        self._record_request(principal.name, every, size)
        contexts = []
        for number in range(len(operations)):
            faults: dict[tuple[str, ...], FieldEffect] = {
                flat[n][1].path: effect for n, effect in fields.items() if flat[n][0] == number
            }
            contexts.append(Context(self.store, principal, faults))
        return Call(contexts, operations, isinstance(sent, list), effects, every)

    def _path(self, asked: RequestedField) -> str | None:
        """Return the path of the page or asset that a field is about, if it names one."""
        if asked.field.startswith("assets."):
            return assets.path_of(self.store, asked)
        arguments = asked.arguments
        number = arguments.get("id", arguments.get("pageId"))
        if isinstance(number, int) and asked.field.startswith("pages."):
            page = find_by_id(self.store, number)
            return page["path"] if page else None
        path = arguments.get("path")
        return path if isinstance(path, str) else None

    def _record_request(self, principal: str, asked: list[RequestedField], size: int) -> None:
        with self.store.lock:
            self.traffic = replace(
                self.traffic,
                requests=self.traffic.requests + 1,
                received=self.traffic.received + size,
            )
            fields = tuple(one.field for one in asked)
            is_mutation = any(one.is_mutation for one in asked)
            self.seen.append(
                SeenRequest(
                    self.traffic.requests, principal, fields, is_mutation, size, tuple(asked)
                )
            )

    def _count_sent(self, size: int) -> None:
        with self.store.lock:
            self.traffic = replace(self.traffic, sent=self.traffic.sent + size)


def _execute(call: Call) -> tuple[int, bytes]:
    results = [
        execution.run(operation, context)
        for operation, context in zip(call.operations, call.context, strict=True)
    ]
    if call.is_array:
        return 200, _encode_json([answer for _, answer in results])
    status, answer = results[0]
    return status, _encode_json(answer)


def _parse_json(body: bytes) -> Any:
    """Return the request's JSON, an object or an array. Raises RequestRefused.

    The messages are those of the JSON parser of Wiki.js.
    """
    text = body.decode("utf-8", "replace")
    start = text.lstrip()[:1]
    if start and start not in "{[":
        raise RequestRefused(
            400, f"Unexpected token {start} in JSON at position {text.index(start)}"
        )
    # A lone surrogate cannot be stored; the database driver of Wiki.js replaces it too.
    sent = _load_json(text)
    return _replace_lone_surrogates(sent) if "\\ud" in text.lower() else sent


def _load_json(text: str) -> Any:
    try:
        return json.loads(text or "{}")
    except json.JSONDecodeError as error:
        message = f"Expected property name or '}}' in JSON at position {error.pos}"
        raise RequestRefused(400, message) from error
    except (ValueError, RecursionError) as error:
        raise RequestRefused(400, "JSON nested too deep, or a number too long.") from error


def _replace_lone_surrogates(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        case list():
            return [_replace_lone_surrogates(item) for item in value]
        case dict():
            return {name: _replace_lone_surrogates(item) for name, item in value.items()}
        case _:
            return value


def _operation(item: Any) -> Operation:
    if not isinstance(item, dict) or not isinstance(item.get("query"), str):
        raise RequestRefused(400, "Must provide query string.")
    variables = item.get("variables")
    variables = _load_json(variables) if isinstance(variables, str) else variables
    return execution.Operation(
        item["query"], variables if isinstance(variables, dict) else {}, item.get("operationName")
    )


async def _body(request: Request) -> tuple[bytes, int]:
    """Return the body and its size; the body is cut off where it exceeds the limit."""
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size <= MAX_BODY:
            parts.append(part)
    return b"".join(parts), size


def _json(status: int, answer: object) -> Response:
    return _json_bytes(status, _encode_json(answer))


def _json_bytes(status: int, answer: bytes) -> Response:
    return Response(answer, status, media_type="application/json")


def _encode_json(answer: object) -> bytes:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


async def _no_query(_: Request) -> Response:
    return PlainTextResponse("GET query missing.", 400)
