"""The answers to a reviewer's browser: the page, what is going on, and the form that publishes.

Whoever the gate does not let in gets nothing, not even a reason.

Listening on loopback, in a thread, as long as a review lasts.
"""

from __future__ import annotations

import logging
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from wikisync.errors import PortTaken
from wikisync.report.html import review_page
from wikisync.review.auth import HOST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

    from wikisync.report.html import PageView, ReviewState
    from wikisync.review.auth import Auth
    from wikisync.review.session import Session


LIMIT: Final = 4 * 1024 * 1024
"""Bytes that a form may have: the ticks of some hundred thousand pages."""

HEADERS: Final = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",  # with none at all a form would not say where it comes from
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
_ENTERED: Final = (
    '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>wikisync review</title>'
    '<meta http-equiv="refresh" content="0; url={room}"><p><a href="{room}">Go on</a></p></html>'
)
"""A page of ours leads on, since a browser sends a strict cookie only where it comes from one."""


class Site:
    """The application of one review."""

    def __init__(self, gate: Auth, session: Session, view: PageView) -> None:
        self._gate, self._session, self._view = gate, session, view
        room = gate.room
        self.app = Starlette(
            routes=[
                Route("/enter/{secret}", self._enter, methods=["GET"]),
                Route(room, self._page, methods=["GET"]),
                Route(f"{room}state", self._now, methods=["GET"]),
                Route(f"{room}publish", self._publish, methods=["POST"]),
                Route(f"{room}close", self._close, methods=["POST"]),
                Route("/{path:path}", _nothing, methods=["GET", "POST"]),
            ],
            exception_handlers={404: _nothing, 405: _nothing},
        )

    async def _enter(self, request: Request) -> Response:
        if request.method != "GET":  # a HEAD must not use the secret up
            return await _nothing(request)
        if self._gate.consume_secret(request.path_params["secret"], request.headers):
            headers = {**HEADERS, "set-cookie": self._gate.cookie}
            return HTMLResponse(_ENTERED.format(room=self._gate.room), headers=headers)
        return await _nothing(request)

    async def _page(self, request: Request) -> Response:
        if not self._gate.is_authorized(request.headers):
            return await _nothing(request)
        self._session.touch()
        state = self._session.state
        token = self._gate.token
        html, policy = await run_in_threadpool(review_page, self._view, state, token)
        self._session.delivered() if state.phase == "ended" else None
        headers = {**HEADERS, "content-security-policy": policy}
        return HTMLResponse(html, headers=headers)

    async def _now(self, request: Request) -> Response:
        if not self._gate.is_authorized(request.headers):
            return await _nothing(request)
        state = self._session.state
        if state.phase == "ended":
            self._session.delivered()
        return JSONResponse(_as_data(state), headers=HEADERS)

    async def _publish(self, request: Request) -> Response:
        form = await self._form(request)
        if form is None:
            return await _nothing(request)
        done = self._session.publish(frozenset(form.get("page", ())))
        return self._answer(request, done=done)

    async def _close(self, request: Request) -> Response:
        if await self._form(request) is None:
            return await _nothing(request)
        return self._answer(request, done=self._session.close())

    async def _form(self, request: Request) -> dict[str, list[str]] | None:
        """The fields of a form of ours; None where it is not."""
        if not self._gate.is_authorized(request.headers, writes=True):
            return None
        body = b""
        try:
            async for part in request.stream():
                body += part
                if len(body) > LIMIT:
                    return None
        except ClientDisconnect:  # a page that is closed while it sends
            return None
        form = parse_qs(body.decode("utf-8", "replace"))
        if not self._gate.valid_csrf(form.get("token", [""])[0]):
            return None
        self._session.touch()
        return form

    def _answer(self, request: Request, *, done: bool) -> Response:
        if request.headers.get("accept") == "application/json":
            status = 200 if done else 409
            return JSONResponse(_as_data(self._session.state), status, headers=HEADERS)
        return RedirectResponse(self._gate.room, 303, headers=HEADERS)


def _as_data(state: ReviewState) -> dict[str, Any]:
    return {
        "phase": state.phase,
        "ticked": len(state.ticked),
        "outcomes": {
            value: {"result": told.result, "text": told.text} for value, told in state.outcomes
        },
        "lines": list(state.lines),
        "good": state.good,
    }


async def _nothing(_request: Request, _error: Exception | None = None) -> Response:
    return Response(status_code=403, headers=HEADERS)


LONGEST_STOP: Final = 5.0

# What it has to say of requests that are none, anyone on this machine could have it say; without
# this the terminal would show it.
logging.getLogger("uvicorn").addHandler(logging.NullHandler())


def listening() -> socket.socket:
    """A socket that listens on a free port of loopback. Raises PortTaken."""
    found = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        found.bind((HOST, 0))
        found.listen(64)
    except OSError as error:
        found.close()
        raise PortTaken(0, str(error)) from error
    return found


@contextmanager
def served(app: Any, on: socket.socket) -> Iterator[None]:
    """Serve an application on a socket; what is being answered at the end is answered."""
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=2,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, args=([on],), name="review", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(LONGEST_STOP)
        on.close()
