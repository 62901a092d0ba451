"""Serve an application with uvicorn on loopback, in a thread; connections can be closed."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from wikisync.errors import PortTaken

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, MutableMapping

HOST: Final = "127.0.0.1"
STOP_TIMEOUT: Final = 10.0
LOOP_TURNS: Final = 8

Ends = tuple[tuple[str, int], tuple[str, int]]
"""The addresses of a connection's client and server."""

_transports: dict[Ends, asyncio.Transport] = {}


class ClosableProtocol(H11Protocol):
    """Speak HTTP as uvicorn does, and keep each connection's transport so that it can be closed."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Keep the transport."""
        super().connection_made(transport)
        self._ends = _ends(
            transport.get_extra_info("peername"), transport.get_extra_info("sockname")
        )
        _transports[self._ends] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Drop the transport."""
        _transports.pop(self._ends, None)
        super().connection_lost(exc)


async def close_connection(scope: MutableMapping[str, Any], *, abort: bool = True) -> None:
    """Close the connection of a request. ``abort`` discards data that is not yet sent."""
    transport = _transports.get(_ends(scope["client"], scope["server"]))
    if transport is not None:
        transport.abort() if abort else transport.close()
        # uvicorn must see this before the application returns, or it would answer 500.
        await asyncio.sleep(0)
        await asyncio.sleep(0)


def _ends(client: Any, server: Any) -> Ends:
    return (client[0], client[1]), (server[0], server[1])


class _Uvicorn(uvicorn.Server):
    """Stop at once when asked, instead of polling ten times a second."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def main_loop(self) -> None:
        self.ending = asyncio.Event()
        self.loop = asyncio.get_running_loop()
        self.ready.set()
        await self.ending.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002
        # First no new connections, then the end of the open ones, last the listening itself: a
        # server that is closed while a connection is being accepted would leave that one hanging.
        for server in self.servers:
            for sock in server.sockets:
                with suppress(NotImplementedError):
                    self.loop.remove_reader(sock)
        for _ in range(LOOP_TURNS):
            await asyncio.sleep(0)
            for connection in list(self.server_state.connections):
                transport = getattr(connection, "transport", None)
                if transport is not None:
                    transport.abort()
        for server in self.servers:
            server.close()
        for task in list(self.server_state.tasks):
            task.cancel()
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)


def _with_date_header(app: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """Return the application with a Date header in each answer.

    uvicorn's own loop, which would add it, is replaced.
    """

    async def dated(scope: Any, receive: Any, send: Any) -> None:
        async def send_dated(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                date = (b"date", formatdate(usegmt=True).encode())
                message = {**message, "headers": [*message.get("headers", ()), date]}
            await send(message)

        await app(scope, receive, send_dated)

    return dated


class Server:
    """Run an application in a thread. It accepts requests as soon as it is constructed."""

    def __init__(self, app: Callable[..., Awaitable[None]], port: int) -> None:
        self._socket = _listen(port)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            _with_date_header(app),
            http=ClosableProtocol,
            loop="asyncio",
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            date_header=False,
            server_header=False,
            timeout_keep_alive=60,
        )
        self._server = _Uvicorn(config)
        self._thread = threading.Thread(target=self._run, name="sandbox", daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The base address."""
        return f"http://{HOST}:{self.port}"

    def stop(self) -> None:
        """Stop listening, close open connections, and end the thread."""
        if self._server.ready.wait(STOP_TIMEOUT) and self._thread.is_alive():
            self._server.loop.call_soon_threadsafe(self._server.ending.set)
        self._thread.join(STOP_TIMEOUT)
        self._socket.close()

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))


def _listen(port: int) -> socket.socket:
    """Return a listening socket: connections queue up from here on. Raises PortTaken."""
    # asyncio sends small answers at once (TCP_NODELAY) only where the protocol is named.
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((HOST, port))
        sock.listen(128)
    except (OSError, OverflowError) as error:
        sock.close()
        raise PortTaken(port, str(error)) from error
    return sock
