"""A server on loopback that answers as it is told, well or badly, and knows what it was asked."""

from __future__ import annotations

import json
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TLS = Path(__file__).parent / "tls"

Reply = "Callable[[BaseHTTPRequestHandler, threading.Event], None]"


@dataclass(frozen=True)
class Asked:
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def reply(
    body: bytes | object,
    status: int = 200,
    kind: str = "application/json",
    headers: Mapping[str, str] | None = None,
    length: int | None = None,
) -> Callable[[BaseHTTPRequestHandler, threading.Event], None]:
    """A plain answer. ``length`` announces another than the body has."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()

    def send(handler: BaseHTTPRequestHandler, _: threading.Event) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(raw) if length is None else length))
        for name, value in (headers or {}).items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(raw)
        if length is not None:
            handler.close_connection = True

    return send


def silence(handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
    """Takes the request, and says nothing."""
    closing.wait()
    handler.close_connection = True


def hang_up(handler: BaseHTTPRequestHandler, _: threading.Event) -> None:
    """Takes the request, and cuts the connection."""
    handler.close_connection = True


def endless(handler: BaseHTTPRequestHandler, closing: threading.Event) -> None:
    """A body that does not end."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.end_headers()
    handler.close_connection = True
    try:
        while not closing.is_set():
            handler.wfile.write(b" " * 65_536)
    except OSError:
        pass


def gibberish(handler: BaseHTTPRequestHandler, _: threading.Event) -> None:
    """What is no HTTP."""
    handler.wfile.write(b"\x15\x03\x01\x00\x02\x02\x0a\r\n\r\n")
    handler.close_connection = True


@dataclass
class Hostile:
    """Gives ``replies`` in order, the last one for ever; ``asked`` is what came in.

    To GET too with ``files``.
    """

    replies: list[Callable[[BaseHTTPRequestHandler, threading.Event], None]]
    tls: bool = False
    files: bool = False
    asked: list[Asked] = field(default_factory=list)

    def __enter__(self) -> Self:
        outer = self
        self._closing = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                if outer.files:
                    self.do_POST()
                else:  # the key may not download pages either
                    reply(b"<html></html>", 403, "text/html")(self, outer._closing)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                outer.asked.append(Asked(self.path, dict(self.headers), body))
                mine = outer.replies[min(len(outer.asked), len(outer.replies)) - 1]
                mine(self, outer._closing)

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: object) -> None:
                pass

        self._server = Server(("127.0.0.1", 0), Handler)
        if self.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(TLS / "cert.pem", TLS / "key.pem")
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"
