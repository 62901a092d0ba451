"""Limit the time and the size of HTTP requests.

httpx2's timeouts restart with every byte received, so a slow server can hold a request without
limit, and it decodes any number of nested encodings. Here a deadline covers everything from the
connection to the last byte of the response, and a body is unpacked from at most one layer of gzip,
up to a number of bytes.
"""

from __future__ import annotations

import threading
import time
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import httpcore2
import httpx2

from wikisync.errors import TooLarge

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from httpcore2 import NetworkBackend, NetworkStream

ACCEPTED: Final = "gzip"
"""The value of ``Accept-Encoding`` that ``read_body`` can read."""

_GZIP: Final = frozenset({"gzip", "x-gzip"})
_ANY_GZIP: Final = 16 + zlib.MAX_WBITS


class Deadline:
    """A time limit of ``seconds`` for each thread. ``clock`` returns seconds."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._local = threading.local()

    @contextmanager
    def running(self, more: float = 0.0) -> Iterator[None]:
        """Start the time limit of this thread, ``more`` seconds longer, and clear it at the end."""
        self._local.end = self._clock() + self.seconds + more
        try:
            yield
        finally:
            self._local.end = None

    @property
    def passed(self) -> bool:
        """Return whether the time limit of this thread has passed."""
        end = getattr(self._local, "end", None)
        return end is not None and self._clock() >= end

    def limit(self, timeout: float | None) -> float | None:
        """Return a timeout up to the time left. Raises httpcore2.ReadTimeout if none is."""
        end = getattr(self._local, "end", None)
        if end is None:
            return timeout
        left = float(end - self._clock())
        if left <= 0:
            raise httpcore2.ReadTimeout("the deadline has passed")
        return left if timeout is None else min(timeout, left)


def limit_time(client: httpx2.Client, deadline: Deadline) -> None:
    """Apply a deadline to every connection of a client, also through proxies.

    httpx2 creates its connection pools without a parameter for the network backend, so it is
    replaced in them.
    """
    for transport in (client._transport, *client._mounts.values()):
        if isinstance(transport, httpx2.HTTPTransport):
            pool = transport._pool
            pool._network_backend = _Backend(pool._network_backend, deadline)


def read_body(url: str, response: httpx2.Response, limit: int) -> bytes:
    """Read the body of a streamed response. Raises like ``body_pieces``."""
    return b"".join(body_pieces(url, response, limit))


def body_pieces(url: str, response: httpx2.Response, limit: int) -> Iterator[bytes]:
    """Yield the body of a streamed response in pieces, unpacked.

    Raises TooLarge beyond ``limit`` bytes, packed or unpacked; httpx2.DecodingError for any
    encoding but one layer of gzip. ``url`` is for the errors.
    """
    codings = [
        name
        for part in response.headers.get("content-encoding", "").lower().split(",")
        if (name := part.strip()) not in {"", "identity"}
    ]
    if len(codings) > 1 or not _GZIP.issuperset(codings):
        raise httpx2.DecodingError("packed in a way that was not asked for")
    received = size = 0
    unpacker = zlib.decompressobj(_ANY_GZIP) if codings else None
    for chunk in response.iter_raw():
        received += len(chunk)
        piece = chunk if unpacker is None else _unpack(unpacker, chunk, limit + 1 - size)
        size += len(piece)
        if max(received, size) > limit:
            raise TooLarge(url, limit, answer=True)
        yield piece
    if unpacker is not None and received and not unpacker.eof:
        raise httpx2.DecodingError("the packed body breaks off")


def _unpack(unpacker: zlib._Decompress, chunk: bytes, limit: int) -> bytes:
    try:
        return unpacker.decompress(chunk, limit)
    except zlib.error as problem:
        raise httpx2.DecodingError("no gzip") from problem


class _Backend(httpcore2.NetworkBackend):
    """Opens connections with the deadline."""

    def __init__(self, inner: NetworkBackend, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> NetworkStream:
        left = self._deadline.limit(timeout)
        stream = self._inner.connect_tcp(host, port, left, local_address, socket_options)
        return _Stream(stream, self._deadline)


class _Stream(httpcore2.NetworkStream):
    """A connection with the deadline."""

    def __init__(self, inner: NetworkStream, deadline: Deadline) -> None:
        self._inner = inner
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._deadline.limit(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._deadline.limit(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> NetworkStream:
        left = self._deadline.limit(timeout)
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, left), self._deadline)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
