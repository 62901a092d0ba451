"""Parse the headers of ``WIKISYNC_HEADERS``, for a gateway in front of the wiki. Pure.

Each line is ``Name: value``. The values are secrets: no error contains one.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from wikisync.errors import BadConfig

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

VARIABLE: Final = "WIKISYNC_HEADERS"

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a name, by RFC 9110
_VALUE = re.compile(r"[\t\x20-\x7e]+")

_RESERVED: Final = frozenset(
    {
        *("accept", "accept-encoding", "connection", "content-encoding", "content-length"),
        *("content-type", "expect", "host", "keep-alive", "proxy-connection", "te", "trailer"),
        *("transfer-encoding", "upgrade"),
    }
)
"""Headers that the transport sets: another value would change where or how a request is sent."""

_PUBLIC: Final = frozenset(
    {
        *("accept-language", "forwarded", "origin", "referer", "user-agent", "x-forwarded-for"),
        *("x-forwarded-host", "x-forwarded-port", "x-forwarded-proto", "x-requested-with"),
    }
)
"""Headers whose values are no secrets: removing them from messages would make these unreadable."""

MIN_SECRET: Final = 6
"""Values shorter than this are not removed from messages: they are parts of ordinary words."""


@dataclass(frozen=True, slots=True)
class RequestHeader:
    """A header to send with each request. The value is kept out of ``repr``."""

    name: str
    value: str = field(repr=False)

    @property
    def secrets(self) -> tuple[str, ...]:
        """Return the secrets in the value: itself, cookies, the password of basic authentication.

        Empty for a header such as ``User-Agent``.
        """
        if self.name.lower() in _PUBLIC:
            return ()
        return tuple(each for each in _secrets(self) if len(each) >= MIN_SECRET)


def parse_headers(text: str) -> tuple[RequestHeader, ...]:
    """Return the headers in the lines of ``text``; blank lines are skipped. Raises BadConfig."""
    found: dict[str, RequestHeader] = {}
    for number, line in enumerate(text.split("\n"), 1):
        if not (line := line.strip(" \t\r")):
            continue
        header = _parse_line(line, number)
        if header.name.lower() in found:
            raise _bad(number, f"a second {header.name}", "needed: each header has one line")
        found[header.name.lower()] = header
    return tuple(found.values())


def secrets_of(headers: Iterable[RequestHeader]) -> tuple[str, ...]:
    """Return the secrets of several headers."""
    return tuple(secret for header in headers for secret in header.secrets)


def _parse_line(line: str, number: int) -> RequestHeader:
    name, colon, value = line.partition(":")
    name, value = name.rstrip(" \t"), value.strip(" \t")
    if not colon:
        raise _bad(number, "a line without a colon", "a header such as `Name: value`")
    if not _TOKEN.fullmatch(name):
        raise _bad(number, "what stands before the colon", "the name of a header")
    if not value:
        raise _bad(number, f"{name} without a value", "a header such as `Name: value`")
    if not _VALUE.fullmatch(value):
        raise _bad(number, f"the value of {name}", "printable ASCII text on one line")
    if name.lower() in _RESERVED:
        raise _bad(number, name, "a header that can be given: wikisync sets it")
    if name.lower() == "authorization":
        _check_authorization(value, number)
    return RequestHeader(name, value)


def _check_authorization(value: str, number: int) -> None:
    scheme, _, rest = value.partition(" ")
    if scheme.lower() == "bearer":
        raise _bad(
            number,
            "Authorization with a Bearer token",
            "a header that a gateway can get: Wiki.js would take that token for the API key."
            " If the gateway reads Proxy-Authorization or a header of its own, give it that",
        )
    if scheme.lower() == "basic" and _decode_basic(rest) is None:
        raise _bad(
            number,
            "the value of Authorization: Basic",
            "user:password in base64 (printf '%s' 'user:password' | base64)",
        )


def _decode_basic(credentials: str) -> str | None:
    """Return ``user:password`` from its base64 form; None where it is not valid."""
    try:
        decoded = base64.b64decode(credentials.strip(), validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None
    return decoded if ":" in decoded else None


def _secrets(header: RequestHeader) -> Iterator[str]:
    yield header.value
    scheme, _, credentials = header.value.partition(" ")
    if header.name.lower() in {"authorization", "proxy-authorization"} and credentials:
        yield credentials.strip()
        decoded = _decode_basic(credentials) if scheme.lower() == "basic" else None
        if decoded is not None:
            yield from (decoded, decoded.partition(":")[2])
    if header.name.lower() == "cookie":
        for cookie in header.value.split(";"):
            yield cookie.partition("=")[2].strip()


def _bad(number: int, found: str, expected: str) -> BadConfig:
    return BadConfig(VARIABLE, "", found, expected, number)
