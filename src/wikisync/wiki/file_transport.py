"""Send files to the wiki and fetch files from it, in pieces: none is in memory as a whole.

Downloads are retried after transient errors; an upload never is, and without a clear answer it
raises WriteUncertain. Redirects are not followed. The time limit grows with the size of the file.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Final
from urllib.parse import quote

import httpx2

from wikisync.errors import (
    AssetGone,
    Redirected,
    TooLarge,
    UnexpectedResponse,
    Unreachable,
    UploadsNeedAuthorization,
    WriteUncertain,
)
from wikisync.wiki import file_responses, http_errors
from wikisync.wiki.file_responses import MAX_MESSAGE
from wikisync.wiki.http_bounds import body_pieces
from wikisync.wiki.retries import attempts, retry_delay

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.errors import WikiError
    from wikisync.wiki.connections import Connections
    from wikisync.wiki.multipart import UploadBody

SLOWEST: Final = 20_000
"""Bytes a second at which a file has time enough to arrive."""

_DIGITS: Final = 20
_OK: Final = 200
_PARTIAL: Final = 206
_SLACK: Final = 16 * 1024 * 1024
"""Bytes that may arrive together beyond those that were asked for."""
_NO_NAMES: Final = frozenset({"", ".", ".."})
_HEADERS: Final = {"Accept": "*/*", "Accept-Encoding": "identity", "Cache-Control": "no-cache"}


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What arrived: bytes, and their SHA-256 in hexadecimal digits."""

    size: int
    sha256: str


class FileTransport:
    """Send and fetch the files of one wiki. Thread-safe."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._url = connections.url

    def upload(self, body: UploadBody, path: str) -> None:
        """Send a file once. ``path`` is for the errors. That this returns proves nothing.

        Every error but WriteUncertain means that nothing was stored: UploadsNeedAuthorization,
        AssetTooLarge, Forbidden, Rejected, ApiDisabled, Redirected, GatewayRefused (except 403),
        FileChanged, and Unreachable or CertificateError (no connection).
        """
        if not self._connections.may_upload:
            raise UploadsNeedAuthorization(self._url)
        headers = {
            **_HEADERS,
            "Content-Type": body.content_type,
            "Content-Length": str(body.length),
        }
        try:
            with self._connections.deadline.running(body.size / SLOWEST):
                problem = self._send(headers, body, path)
        except TooLarge as error:
            raise WriteUncertain(self._url, "the answer is too large to read") from error
        except Unreachable as error:
            if not error.sent:
                raise
            raise WriteUncertain(self._url, error.reason) from error
        match problem:
            case None:
                return
            case Unreachable():
                raise WriteUncertain(self._url, problem.reason) from problem
            case UnexpectedResponse() if not (
                isinstance(problem, Redirected) or http_errors.is_certain(problem)
            ):
                message = f"HTTP {problem.status}: {problem.found}"
                raise WriteUncertain(self._url, message) from problem
            case _:
                raise problem

    def _send(self, headers: Mapping[str, str], body: UploadBody, path: str) -> WikiError | None:
        try:
            request = self._connections.client.stream(
                "POST", f"{self._url}/u", content=iter(body), headers=headers
            )
            with request as response:
                answer = b"" if response.is_redirect else self._read(response)
        except httpx2.HTTPError as problem:
            raise self._from_httpx(problem) from problem
        except (OSError, ValueError, httpx2.StreamError) as problem:
            raise Unreachable(self._url, f"it broke off: {type(problem).__name__}") from problem
        return file_responses.upload_error(
            self._url,
            response.status_code,
            response.headers,
            answer,
            (path, body.size),
            self._connections.redactor.text,
            self._connections.sent,
        )

    def download(self, path: str, target: IO[bytes], expected: int, limit: int) -> Downloaded:
        """Write the bytes of an asset to ``target``, an open file that is emptied first.

        ``expected`` bytes are what the list says, ``limit`` the most that are read. Raises
        AssetGone, Forbidden, TooLarge, ApiDisabled, UnexpectedResponse, Redirected, or Unreachable
        after several tries; ``target`` then has an unknown part of the bytes.
        """
        if not _NO_NAMES.isdisjoint(path.split("/")):
            # The address of such a path is another one, perhaps not even the wiki's.
            raise AssetGone(self._url, path=path)
        with self._connections.deadline.running(min(expected, limit) / SLOWEST):
            try:
                return self._fetch(path, target, expected, limit)
            except Unreachable as problem:
                if self._should_retry(problem) is False:
                    raise
                first_error = [problem]
            for attempt in attempts(self._should_retry):
                with attempt:
                    if first_error:  # the first try is the one above
                        raise first_error.pop()
                    return self._fetch(path, target, expected, limit)
        raise AssertionError  # the last attempt either returned or raised

    def read_start(self, path: str, most: int) -> bytes:
        """Return at most ``most`` bytes from the start of an asset. It is tried once.

        Raises what ``download`` raises, except TooLarge.
        """
        if not _NO_NAMES.isdisjoint(path.split("/")):
            raise AssetGone(self._url, path=path)
        start = bytearray()
        headers = {**_HEADERS, "Range": f"bytes=0-{most - 1}"}
        address = f"{self._url}/{quote(path)}"
        try:
            with (
                self._connections.deadline.running(most / SLOWEST),
                self._connections.client.stream("GET", address, headers=headers) as response,
            ):
                if response.status_code != _PARTIAL:
                    self._raise_for(response, path)
                for piece in body_pieces(self._url, response, most + _SLACK):
                    start += piece
                    if len(start) >= most:  # a server may send all of it
                        break
        except httpx2.HTTPError as problem:
            raise self._from_httpx(problem) from problem
        except (ConnectionError, ValueError, httpx2.StreamError) as problem:
            raise Unreachable(self._url, f"it broke off: {type(problem).__name__}") from problem
        return bytes(start[:most])

    def _should_retry(self, problem: Exception) -> bool | float:
        return not self._connections.deadline.passed and retry_delay(problem)

    def _fetch(self, path: str, target: IO[bytes], expected: int, limit: int) -> Downloaded:
        target.seek(0)
        target.truncate()
        digest = hashlib.sha256()
        size = 0
        try:
            address = f"{self._url}/{quote(path)}"
            with self._connections.client.stream("GET", address, headers=_HEADERS) as response:
                self._raise_for(response, path)
                if _length(response) > limit:
                    raise TooLarge(self._url, limit, answer=True)
                for piece in body_pieces(self._url, response, limit):
                    target.write(piece)
                    digest.update(piece)
                    size += len(piece)
        except httpx2.HTTPError as problem:
            raise self._from_httpx(problem) from problem
        except (ConnectionError, ValueError, httpx2.StreamError) as problem:
            raise Unreachable(self._url, f"it broke off: {type(problem).__name__}") from problem
        if size < expected and not _has_length(response):
            raise file_responses.broken_off(self._url)
        return Downloaded(size, digest.hexdigest())

    def _raise_for(self, response: httpx2.Response, path: str) -> None:
        """Raise the exception for a response that is not the file."""
        is_page = file_responses.is_web_page(response.headers, path)
        is_error = response.status_code != _OK or is_page
        body = self._read(response) if is_error and not response.is_redirect else b""
        problem = file_responses.download_error(
            self._url,
            response.status_code,
            response.headers,
            body,
            path,
            self._connections.redactor.text,
            self._connections.sent,
        )
        if problem is not None:
            raise problem
        if is_error:
            raise UnexpectedResponse(self._url, response.status_code, "a part of a file")

    def _read(self, response: httpx2.Response) -> bytes:
        """Return the start of an answer that is no file."""
        body = bytearray()
        for piece in body_pieces(self._url, response, 16 * MAX_MESSAGE):
            body += piece
            if len(body) >= MAX_MESSAGE:
                break
        return bytes(body[:MAX_MESSAGE])

    def _from_httpx(self, problem: httpx2.HTTPError) -> Unreachable:
        return http_errors.from_httpx_error(self._url, problem, self._connections.sent)


def _length(response: httpx2.Response) -> int:
    """Return how many bytes a response says that it has; 0 where it does not."""
    length = response.headers.get("content-length", "")
    return int(length) if length.isdecimal() and len(length) < _DIGITS else 0


def _has_length(response: httpx2.Response) -> bool:
    """Return whether the end of the body was marked, so that a part of it is noticed."""
    headers = response.headers
    return "content-length" in headers or "chunked" in headers.get("transfer-encoding", "")
