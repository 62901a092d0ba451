"""Answer requests for the bytes of an asset: whole, one range of them, or that they are unchanged.

Wiki.js sends the type that belongs to the ending of the name, whatever was said when the asset was
uploaded, and lets browsers show images alone. Here nothing in an asset can run either.
"""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import format_datetime
from mimetypes import types_map
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from starlette.responses import PlainTextResponse, Response

from wikisync.sandbox import asset_store

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.sandbox.asset_store import Spool
    from wikisync.sandbox.store import Row

TYPES: Final = {
    ".gz": "application/gzip",
    ".json": "application/json",
    ".mp4": "video/mp4",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".zip": "application/zip",
}
"""Types that Python knows under other names, or not on every system."""

IMAGES: Final = frozenset({".png", ".apng", ".jpg", ".jpeg", ".gif", ".bmp", ".webp", ".svg"})
"""Endings that a browser shows; any other is saved."""

SAFE: Final = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
    "x-content-type-options": "nosniff",
}

_RANGE: Final = re.compile(r"bytes=(\d*)-(\d*)\Z")


def answer(asset: Row, data: Spool, headers: Mapping[str, str]) -> Response:
    """Return the answer to a request with these headers. Closes ``data`` when it was sent."""
    size = data.seek(0, 2)
    changed = datetime.fromisoformat(asset["updatedAt"])
    tag = f'W/"{size:x}-{int(changed.timestamp() * 1000):x}"'
    shared = {
        **SAFE,
        "etag": tag,
        "last-modified": format_datetime(changed, usegmt=True),
        "cache-control": "public, max-age=0",
        "accept-ranges": "bytes",
    }
    if asset["ext"] not in IMAGES:
        name = quote(asset["filename"], safe="!'()*")
        shared["content-disposition"] = f"attachment; filename={name}"
    if _is_known(headers.get("if-none-match"), tag):
        data.close()
        return Response(status_code=304, headers=shared)
    kind = media_type(asset)
    wanted = _wanted(headers, tag, size)
    if wanted is None:
        return _send(data, 0, size, 200, shared, kind)
    start, end = wanted
    if start >= size or start >= end:
        data.close()
        headers = {**shared, "content-range": f"bytes */{size}"}
        return PlainTextResponse("Range Not Satisfiable", 416, headers)
    shared["content-range"] = f"bytes {start}-{end - 1}/{size}"
    return _send(data, start, end, 206, shared, kind)


def media_type(asset: Row) -> str:
    """Return the type under which an asset is sent, by the ending of its name."""
    return TYPES.get(asset["ext"]) or types_map.get(asset["ext"], "application/octet-stream")


def _send(
    data: Spool, start: int, end: int, status: int, headers: dict[str, str], kind: str
) -> Response:
    headers = {**headers, "content-length": str(end - start)}
    return AssetResponse(data, start, end, status, headers, kind)


class AssetResponse(Response):
    """Send bytes of ``data``, and close it then. One that is not sent must be closed."""

    def __init__(
        self, data: Spool, start: int, end: int, status: int, headers: dict[str, str], kind: str
    ) -> None:
        super().__init__(None, status, headers, kind)
        self.data = data
        self._start, self._end = start, end

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # noqa: ARG002
        """Send the answer, piece by piece."""
        with self.data as data:
            start = {"type": "http.response.start", "status": self.status_code}
            await send({**start, "headers": self.raw_headers})
            data.seek(self._start)
            left = self._end - self._start
            more = left > 0 and scope["method"] != "HEAD"
            while more:
                piece = data.read(min(asset_store.PIECE, left))
                left -= len(piece)
                more = bool(piece) and left > 0
                await send({"type": "http.response.body", "body": piece, "more_body": more})
            if left == self._end - self._start:  # nothing was to be sent
                await send({"type": "http.response.body", "body": b""})


def _is_known(sent: str | None, tag: str) -> bool:
    """Return whether an ``If-None-Match`` header has this tag."""
    if sent is None:
        return False
    known = [one.strip().removeprefix("W/") for one in sent.split(",")]
    return "*" in known or tag.removeprefix("W/") in known


def _wanted(headers: Mapping[str, str], tag: str, size: int) -> tuple[int, int] | None:
    """Return the range of bytes that a request asks for; None for all of them."""
    found = _RANGE.match(headers.get("range", "").replace(" ", ""))
    if not found or found[0] == "bytes=-" or headers.get("if-range", tag) != tag:
        return None
    if not found[1]:
        return max(size - int(found[2]), 0), size
    return int(found[1]), min(int(found[2]) + 1, size) if found[2] else size
