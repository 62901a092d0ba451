"""Define the exceptions of the wiki and of the connection to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wikisync.errors.base import WikisyncError

if TYPE_CHECKING:
    from wikisync.page.model import Key


@dataclass(eq=False)
class WikiError(WikisyncError):
    """Raised where the wiki or the connection to it fails. ``url`` is the wiki's."""

    url: str


@dataclass(eq=False)
class Unreachable(WikiError):
    """Raised without a response: no connection, cut off, timeout, HTTP 429 or 5xx.
    ``retry_after`` is in seconds; ``sent`` is False if the wiki cannot have received the request.
    """

    reason: str
    retry_after: float | None = None
    sent: bool = True


@dataclass(eq=False)
class CertificateError(Unreachable):
    """Raised where the server's certificate is not trusted."""


@dataclass(eq=False)
class UnexpectedResponse(WikiError):
    """Raised for a response that is not from the API. ``found`` describes it, in a clause."""

    status: int
    found: str


@dataclass(eq=False)
class Redirected(UnexpectedResponse):
    """Raised for a redirect, which is not followed: the token must not go elsewhere."""

    location: str


@dataclass(eq=False)
class ApiDisabled(WikiError):
    """Raised where the API is disabled or the key revoked. ``message`` is the wiki's."""

    message: str


@dataclass(eq=False)
class Unauthenticated(WikiError):
    """Raised where the wiki does not accept the token: malformed, expired or missing."""


@dataclass(eq=False)
class Forbidden(WikiError):
    """Raised where the key lacks one of the permissions ``needs``, named as in Wiki.js."""

    needs: tuple[str, ...]
    key: Key | None = None
    message: str = ""


@dataclass(eq=False)
class TooLarge(WikiError):
    """Raised for a request (HTTP 413) or, if ``answer``, a response over ``limit`` bytes."""

    limit: int | None = None
    answer: bool = False


@dataclass(eq=False)
class PageGone(WikiError):
    """Raised where the wiki has no page of this id (6003)."""

    id: int


@dataclass(eq=False)
class PageHidden(WikiError):
    """Raised where the key may not read a page (6013); ``id`` is 0 where it is not known."""

    id: int
    key: Key | None = None


@dataclass(eq=False)
class Rejected(WikiError):
    """Raised where a write is refused and changed nothing (wikijs.md, *Results*)."""

    code: int
    message: str


@dataclass(eq=False)
class NameTaken(Rejected):
    """Raised where the wiki takes the name ``key`` for that of the page ``other``."""

    key: Key
    other: Key


@dataclass(eq=False)
class WriteUncertain(WikiError):
    """Raised where a write failed or got no response, and may have been done all the same."""

    message: str
    code: int | None = None


@dataclass(eq=False)
class RenderFailed(WriteUncertain):
    """Raised where a page was written, and the wiki fails to render it."""


@dataclass(eq=False)
class TagTaken(WriteUncertain):
    """Raised where a page was stored without new tags: the wiki takes ``tag`` for a known one."""

    tag: str = ""
