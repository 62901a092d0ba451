"""Decide how a file of the folder is sent to a browser, so that nothing in it can run."""

from __future__ import annotations

from typing import Final

_SHOWN: Final = {
    "avif": "image/avif",
    "bmp": "image/bmp",
    "gif": "image/gif",
    "ico": "image/x-icon",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "oga": "audio/ogg",
    "ogg": "audio/ogg",
    "ogv": "video/ogg",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "wav": "audio/wav",
    "webm": "video/webm",
    "webp": "image/webp",
}
"""Endings of files that a browser shows; all others are saved."""

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
"""The policy of files: an SVG that is opened by itself runs no script and loads nothing."""


def file_headers(file: str) -> dict[str, str]:
    """Return the headers with which a file is sent."""
    kind = _SHOWN.get(file.rpartition(".")[2].lower())
    headers = {"content-security-policy": POLICY, "cache-control": "private, max-age=3600"}
    if kind is None:
        headers["content-disposition"] = "attachment"
    return {**headers, "content-type": kind or "application/octet-stream"}
