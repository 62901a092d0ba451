"""Listening on loopback, in a thread, as long as a review lasts."""

from __future__ import annotations

import logging
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import uvicorn

from wikisync.errors import PortTaken
from wikisync.review.gate import HOST

if TYPE_CHECKING:
    from collections.abc import Iterator

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
