"""The way over the network: uvicorn on loopback, in a thread, with connections that can be cut."""

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
LONGEST_STOP: Final = 10.0
TURNS: Final = 8

Ends = tuple[tuple[str, int], tuple[str, int]]
"""The two ends of a connection: client's and server's address."""

_transports: dict[Ends, asyncio.Transport] = {}


class Cuttable(H11Protocol):
    """HTTP as uvicorn speaks it; remembers each connection's transport so that it can be cut."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the connection."""
        super().connection_made(transport)
        self._ends = _ends(
            transport.get_extra_info("peername"), transport.get_extra_info("sockname")
        )
        _transports[self._ends] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        _transports.pop(self._ends, None)
        super().connection_lost(exc)


async def cut(scope: MutableMapping[str, Any], *, rudely: bool = True) -> None:
    """End the connection of a request; what was sent so far is lost too where ``rudely``."""
    transport = _transports.get(_ends(scope["client"], scope["server"]))
    if transport is not None:
        transport.abort() if rudely else transport.close()
        # uvicorn must hear of it before the application returns, or it would answer 500.
        await asyncio.sleep(0)
        await asyncio.sleep(0)


def _ends(client: Any, server: Any) -> Ends:
    return (client[0], client[1]), (server[0], server[1])


class _Uvicorn(uvicorn.Server):
    """uvicorn that ends at once when told, instead of looking ten times a second."""

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
        for _ in range(TURNS):
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


def _dated(app: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    """The application with a Date header in each answer, which uvicorn's own loop would add."""

    async def dated(scope: Any, receive: Any, send: Any) -> None:
        async def send_dated(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                date = (b"date", formatdate(usegmt=True).encode())
                message = {**message, "headers": [*message.get("headers", ()), date]}
            await send(message)

        await app(scope, receive, send_dated)

    return dated


class Serving:
    """An application that is being served. Requests may come from the moment it is made."""

    def __init__(self, app: Callable[..., Awaitable[None]], port: int) -> None:
        self._socket = _bound(port)
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(
            _dated(app),
            http=Cuttable,
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
        """Where it is."""
        return f"http://{HOST}:{self.port}"

    def stop(self) -> None:
        """Stop listening, cut what is open, and end the thread."""
        if self._server.ready.wait(LONGEST_STOP) and self._thread.is_alive():
            self._server.loop.call_soon_threadsafe(self._server.ending.set)
        self._thread.join(LONGEST_STOP)
        self._socket.close()

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))


def _bound(port: int) -> socket.socket:
    """A listening socket: from here on connections queue up, whoever accepts them later."""
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
