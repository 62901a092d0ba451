"""A gateway on loopback in front of a sandbox: passes on only the requests that it accepts."""

from __future__ import annotations

import http.client
import ssl
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from wiki.hostile import TLS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.sandbox import Sandbox


@dataclass(frozen=True)
class Refusal:
    """How a gateway answers a request that it does not let through."""

    status: int
    title: str
    headers: Mapping[str, str] = field(default_factory=dict)


CLOUDFLARE_LOGIN = Refusal(
    302,
    "Redirecting",
    {
        "Location": "https://example.cloudflareaccess.com/cdn-cgi/access/login/wiki.example.org"
        "?kid=1&redirect_url=%2Fgraphql&meta=eyJhbGciOiJSUzI1NiJ9.e30.x"
    },
)
CLOUDFLARE_FORBIDDEN = Refusal(403, "Error ・ Cloudflare Access")
BASIC = Refusal(401, "401 Authorization Required", {"WWW-Authenticate": 'Basic realm="Staff only"'})
NO_CERTIFICATE = Refusal(400, "400 No required SSL certificate was sent")


@dataclass
class Gateway:
    """Forwards requests with all of ``wants``, and answers others with ``refusal``.

    ``tls``: "" for HTTP, "server" for HTTPS, "client" where clients must have a certificate of the
    tests' authority. ``asked`` are the headers of each request, ``refused`` counts refusals.
    """

    sandbox: Sandbox
    wants: Mapping[str, str]
    refusal: Refusal = CLOUDFLARE_LOGIN
    tls: str = ""
    version: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2
    asked: list[dict[str, str]] = field(default_factory=list)
    refused: int = 0

    def __enter__(self) -> Self:
        self._server = Server(("127.0.0.1", 0), type("Handler", (Handler,), {"gateway": self}))
        if self.tls:
            self._server.socket = self._tls().wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def _tls(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(TLS / "cert.pem", TLS / "key.pem")
        context.maximum_version = self.version
        if self.tls == "client":
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(TLS / "cert.pem")
        return context

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        self._server.close_failed()

    @property
    def url(self) -> str:
        scheme = "https" if self.tls else "http"
        return f"{scheme}://127.0.0.1:{self._server.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    gateway: Gateway

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.gateway.asked.append(headers)
        wants = self.gateway.wants.items()
        if all(headers.get(name.lower()) == want for name, want in wants):
            self._forward(headers, body)
            return
        self.gateway.refused += 1
        refusal = self.gateway.refusal
        page = f"<html><head><title>{refusal.title}</title></head></html>".encode()
        self._send(refusal.status, {**refusal.headers, "Content-Type": "text/html"}, page)

    def _forward(self, headers: Mapping[str, str], body: bytes) -> None:
        host = urlsplit(self.gateway.sandbox.url).netloc
        connection = http.client.HTTPConnection(host)
        try:
            passed = {name: text for name, text in headers.items() if name != "connection"}
            connection.request(self.command, self.path, body or None, {**passed, "host": host})
            answer = connection.getresponse()
            kept = {"content-type", "content-encoding", "date"}
            more = {name: text for name, text in answer.getheaders() if name.lower() in kept}
            self._send(answer.status, more, answer.read())
        finally:
            connection.close()

    def _send(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response_only(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], handler: type[Handler]) -> None:
        super().__init__(address, handler)
        self._failed: list[ssl.SSLSocket] = []
        self._closed = False
        self._lock = threading.Lock()

    def close_failed(self) -> None:
        """Close the connections whose handshake failed, also those that fail from now on."""
        with self._lock:
            self._closed = True
            for each in self._failed:
                each.close()

    def keep_failed(self, connection: ssl.SSLSocket) -> None:
        with self._lock:
            self._failed.append(connection)
            if self._closed:
                connection.close()

    def finish_request(self, request: Any, client_address: Any) -> None:
        if isinstance(request, ssl.SSLSocket):
            try:
                request.do_handshake()
            except OSError:
                # Not closed: the client would get a reset instead of the alert.
                self.keep_failed(request)
                return
        super().finish_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        if request not in self._failed:
            super().shutdown_request(request)

    def handle_error(self, *_: object) -> None:
        pass
