"""Serve an application on loopback, in a thread, with headers that keep other sites out.

Unauthorized requests get status 403 without a reason.
"""

from __future__ import annotations

import logging
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import uvicorn
from starlette.applications import Starlette
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from wikisync.errors import PortTaken
from wikisync.loopback.auth import HOST

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from starlette.requests import Request

    from wikisync.loopback.auth import Auth

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
    '<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>wikisync</title>'
    '<meta http-equiv="refresh" content="0; url={room}"><p><a href="{room}">Go on</a></p></html>'
)
"""Redirects by HTML: a browser sends SameSite=Strict cookies only from a page of the site."""

STOP_SECONDS: Final = 5.0

# uvicorn logs warnings for malformed requests, which any local process can send; without a handler
# Python would print them to the terminal.
logging.getLogger("uvicorn").addHandler(logging.NullHandler())


def application(auth: Auth, routes: Sequence[Route]) -> Starlette:
    """Return an application with an entrance for the secret, and ``routes``."""

    async def get_entrance(request: Request) -> Response:
        if request.method != "GET":  # HEAD must not use the secret up
            return await forbidden(request)
        if auth.consume_secret(request.path_params["secret"], request.headers):
            headers = {**HEADERS, "set-cookie": auth.cookie}
            return HTMLResponse(_REDIRECT_PAGE.format(room=auth.base_path), headers=headers)
        return await forbidden(request)

    return Starlette(
        routes=[
            Route("/enter/{secret}", get_entrance, methods=["GET"]),
            *routes,
            Route("/{path:path}", forbidden, methods=["GET", "POST"]),
        ],
        exception_handlers={404: forbidden, 405: forbidden},
    )


async def forbidden(_request: Request, _error: Exception | None = None) -> Response:
    """Return status 403 without a reason."""
    return Response(status_code=403, headers=HEADERS)


def listen(port: int = 0) -> socket.socket:
    """Return a socket that listens on loopback, on a free port for 0. Raises PortTaken."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.bind((HOST, port))
        listener.listen(64)
    except OSError as error:
        listener.close()
        raise PortTaken(port, str(error)) from error
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
    thread = threading.Thread(target=server.run, args=([listener],), name="loopback", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(STOP_SECONDS)
        listener.close()
