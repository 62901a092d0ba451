"""Inject faults that concern a whole request: an answer that is late, cut off, or replaced."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from wikisync.sandbox import http_server
from wikisync.sandbox.faults import Drop, Hook, Html, Late, Redirect, Status, Truncated

if TYPE_CHECKING:
    from wikisync.sandbox.faults import RequestEffect

POLL_SECONDS: Final = 0.005

LOGIN_PAGE: Final = (
    "<!DOCTYPE html><html><head><title>Login</title></head><body>Log in</body></html>"
)
PROXY_PAGE: Final = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


async def apply_before(effect: RequestEffect) -> Response | None:
    """Inject a fault before the request runs; return an answer if the request ends there."""
    match effect:
        case Late(after=False):
            await _wait(effect)
        case Hook(after=False):
            await run_in_threadpool(effect.call)
        case Drop(after=False):
            return _NoAnswer()
        case Status(after=False):
            return _proxy(effect)
        case Html():
            return Response(LOGIN_PAGE, 200, media_type="text/html")
        case Redirect():
            return Response(b"", effect.status, {"location": effect.location})
    return None


async def apply_after(
    effect: RequestEffect, answer: bytes, media_type: str = "application/json"
) -> Response | None:
    """Inject a fault after the request ran; return an answer to send in place of the real one."""
    match effect:
        case Late(after=True):
            await _wait(effect)
        case Hook(after=True):
            await run_in_threadpool(effect.call)
        case Drop(after=True):
            return _NoAnswer()
        case Status(after=True):
            return _proxy(effect)
        case Truncated():
            half = answer[: len(answer) // 2]
            return (
                _TruncatedAnswer(half, len(answer), media_type)
                if effect.cut
                else Response(half, media_type=media_type)
            )
    return None


async def _wait(effect: Late) -> None:
    await asyncio.sleep(effect.seconds)
    while effect.until is not None and not effect.until.is_set():
        await asyncio.sleep(POLL_SECONDS)


class _NoAnswer(Response):
    """Close the connection without an answer."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002
        await http_server.close_connection(scope)


class _TruncatedAnswer(Response):
    """Close the connection in the middle of the body."""

    def __init__(self, part: bytes, promised: int, media_type: str) -> None:
        super().__init__(part, 200, {"content-length": str(promised)}, media_type)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002
        start = {"type": "http.response.start", "status": 200, "headers": self.raw_headers}
        await send(start)
        await send({"type": "http.response.body", "body": self.body, "more_body": True})
        await http_server.close_connection(scope, abort=False)


def _proxy(effect: Status) -> Response:
    page = PROXY_PAGE.format(effect.status)
    return Response(page, effect.status, dict(effect.headers), "text/html")
