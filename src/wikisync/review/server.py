"""Serve a review on loopback, in a thread: its page, its state as JSON, and its forms.

Unauthorized requests get status 403 without a reason.
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

    from wikisync.report.html import ReviewState
    from wikisync.review.auth import Auth
    from wikisync.review.session import Session


MAX_FORM_BYTES: Final = 4 * 1024 * 1024
"""The most bytes of a form: ticks of about a hundred thousand pages."""

POLL_SECONDS: Final = 3.0
STAY_SECONDS: Final = 8.0
"""Seconds that the last page stays after a request: its script asks each second for the state, and
a browser without scripts shows the page once."""

HEADERS: Final = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "same-origin",  # with no-referrer, forms would send no Origin
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
_REDIRECT_PAGE: Final = (
    '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>wikisync review</title>'
    '<meta http-equiv="refresh" content="0; url={room}"><p><a href="{room}">Go on</a></p></html>'
)
"""Redirects by HTML: a browser sends SameSite=Strict cookies only from a page of the site."""


class ReviewApp:
    """The web application of one review."""

    def __init__(self, auth: Auth, session: Session) -> None:
        self._auth, self._session = auth, session
        base_path = auth.base_path
        self.app = Starlette(
            routes=[
                Route("/enter/{secret}", self._get_entrance, methods=["GET"]),
                Route(base_path, self._get_page, methods=["GET"]),
                Route(f"{base_path}state", self._get_state, methods=["GET"]),
                Route(f"{base_path}publish", self._post_publish, methods=["POST"]),
                Route(f"{base_path}close", self._post_close, methods=["POST"]),
                Route("/{path:path}", _forbidden, methods=["GET", "POST"]),
            ],
            exception_handlers={404: _forbidden, 405: _forbidden},
        )

    async def _get_entrance(self, request: Request) -> Response:
        if request.method != "GET":  # HEAD must not use the secret up
            return await _forbidden(request)
        if self._auth.consume_secret(request.path_params["secret"], request.headers):
            headers = {**HEADERS, "set-cookie": self._auth.cookie}
            return HTMLResponse(_REDIRECT_PAGE.format(room=self._auth.base_path), headers=headers)
        return await _forbidden(request)

    async def _get_page(self, request: Request) -> Response:
        if not self._auth.is_authorized(request.headers):
            return await _forbidden(request)
        self._session.touch()
        view, state = self._session.shown
        token = self._auth.token
        html, policy = await run_in_threadpool(review_page, view, state, token)
        if state.phase == "ended":
            self._session.mark_delivered(STAY_SECONDS)
        headers = {**HEADERS, "content-security-policy": policy}
        return HTMLResponse(html, headers=headers)

    async def _get_state(self, request: Request) -> Response:
        if not self._auth.is_authorized(request.headers):
            return await _forbidden(request)
        state = self._session.state
        if state.phase == "ended":
            self._session.mark_delivered(POLL_SECONDS)
        return JSONResponse(_state_data(state), headers=HEADERS)

    async def _post_publish(self, request: Request) -> Response:
        form = await self._form(request)
        if form is None:
            return await _forbidden(request)
        done = self._session.publish(frozenset(form.get("page", ())), form.get("round", ["1"])[0])
        return self._respond(request, done=done)

    async def _post_close(self, request: Request) -> Response:
        if await self._form(request) is None:
            return await _forbidden(request)
        return self._respond(request, done=self._session.close())

    async def _form(self, request: Request) -> dict[str, list[str]] | None:
        """Return the fields of an authorized form; None for any other request."""
        if not self._auth.is_authorized(request.headers, writes=True):
            return None
        body = b""
        try:
            async for part in request.stream():
                body += part
                if len(body) > MAX_FORM_BYTES:
                    return None
        except ClientDisconnect:  # the page was closed while sending
            return None
        form = parse_qs(body.decode("utf-8", "replace"))
        if not self._auth.valid_csrf(form.get("token", [""])[0]):
            return None
        self._session.touch()
        return form

    def _respond(self, request: Request, *, done: bool) -> Response:
        if request.headers.get("accept") == "application/json":
            status = 200 if done else 409
            return JSONResponse(_state_data(self._session.state), status, headers=HEADERS)
        return RedirectResponse(self._auth.base_path, 303, headers=HEADERS)


def _state_data(state: ReviewState) -> dict[str, Any]:
    return {
        "phase": state.phase,
        "round": state.round,
        "ticked": len(state.ticked),
        "outcomes": {
            value: {"result": told.result, "text": told.text} for value, told in state.outcomes
        },
        "lines": list(state.lines),
        "good": state.good,
        "stays": state.stays,
    }


async def _forbidden(_request: Request, _error: Exception | None = None) -> Response:
    return Response(status_code=403, headers=HEADERS)


STOP_SECONDS: Final = 5.0

# uvicorn logs warnings for malformed requests, which any local process can send; without a handler
# Python would print them to the terminal.
logging.getLogger("uvicorn").addHandler(logging.NullHandler())


def listen() -> socket.socket:
    """Return a socket that listens on a free port of loopback. Raises PortTaken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.bind((HOST, 0))
        listener.listen(64)
    except OSError as error:
        listener.close()
        raise PortTaken(0, str(error)) from error
    return listener


@contextmanager
def serve(app: Any, listener: socket.socket) -> Iterator[None]:
    """Serve an application on a socket; open requests are completed at the end."""
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
    thread = threading.Thread(target=server.run, args=([listener],), name="review", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(STOP_SECONDS)
        listener.close()
