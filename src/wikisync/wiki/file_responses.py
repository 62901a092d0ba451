"""Map the answers to uploads and downloads to exceptions. Pure.

They are texts, JSON or web pages, none of them of the API (wikijs.md, *Assets*).
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING, Final

from wikisync.errors import (
    ApiDisabled,
    AssetGone,
    AssetTooLarge,
    Forbidden,
    Rejected,
    UnexpectedResponse,
    Unreachable,
    WikiError,
)
from wikisync.wiki import bounded_json, http_errors
from wikisync.wiki.asset_responses import READ_NEEDS
from wikisync.wiki.http_errors import Sent, shorten_message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

WRITE_NEEDS: Final = ("write:assets",)

MAX_MESSAGE: Final = 64 * 1024
"""The most bytes read of an answer that is no file."""

NOTHING_GIVEN: Final = Sent()

_OK: Final = range(200, 300)
_BAD_REQUEST: Final = 400
_FORBIDDEN: Final = 403
_NOT_FOUND: Final = 404
_TOO_LARGE: Final = 413
_SERVER_ERROR: Final = 500
_MAX_VALUES: Final = 1_000

# Wiki.js says these on its page for any error (wikijs.md, *Assets*).
_API_OFF: Final = re.compile(r"(API is disabled|API Key is invalid)[^<]{0,200}")
_FILE_TOO_LARGE: Final = "File too large"

_WEB_ENDINGS: Final = (".htm", ".html", ".xhtml", ".shtml")


def upload_error(
    url: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    sent: tuple[str, int],
    redact: Callable[[str], str] = str,
    given: Sent = NOTHING_GIVEN,
) -> WikiError | None:
    """Return the exception for the answer to an upload; None where the wiki says that it is done.

    ``sent`` is the path and the size in bytes. UnexpectedResponse and Unreachable leave it open
    what was stored; after any other nothing was. Keys of ``headers`` are in lower case. ``redact``
    removes secrets from texts of the server.
    """
    if status in _OK and body.strip() == b"ok":
        return None
    if status == _TOO_LARGE or _is_page_with(_FILE_TOO_LARGE, status, body):
        return AssetTooLarge(url, *sent)
    message = _json_message(body)
    if message is not None and status == _FORBIDDEN:
        return Forbidden(url, WRITE_NEEDS, message=shorten_message(redact(message)))
    if message is not None and status == _BAD_REQUEST:
        return Rejected(url, 0, shorten_message(redact(message)))
    return _other_error(url, status, headers, body, redact, given)


def download_error(
    url: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    path: str,
    redact: Callable[[str], str] = str,
    given: Sent = NOTHING_GIVEN,
) -> WikiError | None:
    """Return the exception for the answer to a download; None where it is the file.

    Parameters as for ``upload_error``; ``body`` is needed only where the status is an error or the
    type a web page's. AssetGone also where the wiki takes the address for a page's.
    """
    if status in _OK:
        is_page = is_web_page(headers, path)
        return _other_error(url, status, headers, body, redact, given) if is_page else None
    if status == _NOT_FOUND:
        return AssetGone(url, path=path)
    if status == _FORBIDDEN and body.strip() == b"Forbidden":
        return Forbidden(url, READ_NEEDS, message="Forbidden")
    return _other_error(url, status, headers, body, redact, given)


def is_web_page(headers: Mapping[str, str], path: str) -> bool:
    """Return whether an answer is a page, and not the asset at ``path``: that has another type."""
    kind = headers.get("content-type", "").lower()
    return "html" in kind and not path.lower().endswith(_WEB_ENDINGS)


def _other_error(
    url: str,
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    redact: Callable[[str], str],
    given: Sent,
) -> WikiError:
    text = body.decode("utf-8", "replace")
    if status >= _SERVER_ERROR and (found := _API_OFF.search(text)):
        return ApiDisabled(url, shorten_message(redact(unescape(found[0]))))
    try:
        http_errors.parse_http_response(url, status, headers, body, redact, given)
    except WikiError as problem:
        return problem
    return UnexpectedResponse(url, status, "an answer of the API")


def _is_page_with(message: str, status: int, body: bytes) -> bool:
    return status >= _SERVER_ERROR and message.encode() in body


def _json_message(body: bytes) -> str | None:
    """Return the message of a refusal of Wiki.js; None for anything else."""
    try:
        value = bounded_json.parse(body, _MAX_VALUES)
    except ValueError:
        return None
    if isinstance(value, dict) and value.get("succeeded") is False:
        message = value.get("message")
        return message if isinstance(message, str) else ""
    return None


def broken_off(url: str) -> Unreachable:
    """Return the exception for a file that did not arrive whole."""
    return Unreachable(url, "the answer breaks off")
