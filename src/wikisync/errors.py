"""Define the exceptions of this program. They have facts; ``report.error_messages`` words them.

WikisyncError
├── UsageError                    wrong usage or configuration (exit code 2)
│   ├── NotConfigured             a required setting is missing
│   ├── BadConfig                 a setting has an invalid value
│   ├── TokenInFile               a token is in a file or value where it does not belong
│   ├── NoSuchPath                a PATH argument matches no page
│   ├── NoSuchRun                 no run has this number, or none can be undone
│   ├── NeedsYes                  writes need a confirmation, and there is no terminal
│   ├── BadPlan                   a plan file is invalid
│   ├── NotWritten                an output file cannot be written
│   ├── BackupMissing             a backup does not exist
│   ├── ExtraMissing              an optional dependency is not installed
│   └── PortTaken                 a server cannot listen on a port
├── BadPage                       a file is no valid page; other pages are processed
├── BadName                       a file name or a page path is invalid
├── FolderError                   a file cannot be read or written
│   └── FileChanged               a file changed after the plan was made
├── WikiError                     the wiki or the connection to it fails
│   ├── Unreachable               no response: no connection, cut off, timeout, HTTP 5xx
│   │   └── CertificateError      the certificate is not trusted
│   ├── UnexpectedResponse        the response is not from the API of Wiki.js
│   │   └── Redirected            a redirect, which is not followed; others: ``gateway_errors``
│   ├── ApiDisabled               the API is disabled, or the key is revoked
│   ├── Unauthenticated           the wiki does not accept the token
│   ├── Forbidden                 the key lacks a permission
│   ├── TooLarge                  a request or a response is too large
│   ├── PageGone                  no such page (6003)
│   ├── PageHidden                the key may not read the page (6013)
│   ├── Rejected                  a write is refused, and changed nothing
│   └── WriteUncertain            a write failed, and may have been done all the same
│       └── RenderFailed          a page was written, and cannot be rendered
├── PageChanged                   a page changed after the plan was made
├── StalePlan                     a page changed after a reviewed plan was made
├── OverwroteConcurrentEdit       a write replaced an edit of the same moment; it is in a backup
├── StateError                    the state in .wikisync cannot be used
├── Locked                        another run holds the lock
├── UntrustedCheckout             the files checked out on GitHub must not decide this
├── GitHubError                   GitHub or git refuses
└── Interrupted                   the user pressed Ctrl-C; completed pages are recorded
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wikisync.page.model import Key


class WikisyncError(Exception):
    """The base class of all exceptions of this program."""


class UsageError(WikisyncError):
    """Raised for a wrong command line or configuration, before anything is written."""


@dataclass(eq=False)
class NotConfigured(UsageError):
    """Raised where a setting is missing. ``what``: config, url, address, token or base."""

    what: str
    looked_in: str = ""


@dataclass(eq=False)
class BadConfig(UsageError):
    """Raised for an invalid setting. ``where`` is a file or an environment variable."""

    where: str
    key: str
    found: str
    expected: str
    line: int | None = None


@dataclass(eq=False)
class TokenInFile(UsageError):
    """Raised where a token is in ``file`` or in the value ``key``, which may be committed."""

    file: str
    key: str


@dataclass(eq=False)
class NoSuchPath(UsageError):
    """Raised for a PATH argument that matches no page on either side."""

    path: str


@dataclass(eq=False)
class BadPlan(UsageError):
    """Raised for a file that is no plan, or was edited. ``what`` is the reason, a clause."""

    file: str
    what: str


@dataclass(eq=False)
class NotWritten(UsageError):
    """Raised where an output file cannot be written. ``reason`` is a clause."""

    file: str
    reason: str


@dataclass(eq=False)
class ExtraMissing(UsageError):
    """Raised where a module of an optional extra is not installed."""

    extra: str
    module: str


@dataclass(eq=False)
class PortTaken(UsageError):
    """Raised where a server cannot listen on a port. ``reason`` is the system's message."""

    port: int
    reason: str = ""


class NeedsYes(UsageError):
    """Raised where writes need a confirmation: no terminal and no ``--yes``."""


@dataclass(eq=False)
class BadPage(WikisyncError):
    """Raised for a file that is no valid page. ``line`` is from 1; ``what`` is a clause."""

    file: str
    line: int | None
    what: str

    @property
    def name(self) -> str:
        """Return the file, as in BadName."""
        return self.file


@dataclass(eq=False)
class BadName(WikisyncError):
    """Raised for a file name or page path that is invalid. ``rule`` is the reason, a clause."""

    name: str
    rule: str


@dataclass(eq=False)
class FolderError(WikisyncError):
    """Raised where a file operation fails. ``doing`` is a verb: read, write, move, delete, …"""

    file: str
    doing: str
    reason: str


@dataclass(eq=False)
class FileChanged(FolderError):
    """Raised where a file changed between plan and write; it is not written."""


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
class WriteUncertain(WikiError):
    """Raised where a write failed or got no response, and may have been done all the same."""

    message: str
    code: int | None = None


@dataclass(eq=False)
class RenderFailed(WriteUncertain):
    """Raised where a page was written, and the wiki fails to render it."""


@dataclass(eq=False)
class PageChanged(WikisyncError):
    """Raised where a page changed between plan and write; it is not written. ``found``: how."""

    key: Key
    found: str


@dataclass(eq=False)
class StalePlan(WikisyncError):
    """Raised where a page changed after its plan was made; ``done``: to the planned content."""

    key: Key
    file: str
    found: str
    done: bool = False


@dataclass(eq=False)
class OverwroteConcurrentEdit(WikisyncError):
    """Raised after a write replaced an edit made between check and write; ``version`` has it."""

    key: Key
    version: int
    backup: int


@dataclass(eq=False)
class BackupMissing(UsageError):
    """Raised where a backup does not exist. ``name`` is its number, or that of a page."""

    name: str


@dataclass(eq=False)
class NoSuchRun(UsageError):
    """Raised where no run has this number; None: no run can be undone."""

    number: int | None


@dataclass(eq=False)
class StateError(WikisyncError):
    """Raised where the state cannot be used: ``why`` is damaged, newer, older, tracked, …"""

    file: str
    why: str
    detail: str = ""


@dataclass(eq=False)
class Locked(WikisyncError):
    """Raised where another run holds the lock. ``since`` is ISO 8601; None if unknown."""

    file: str
    pid: int | None
    since: str | None


@dataclass(eq=False)
class UntrustedCheckout(WikisyncError):
    """Raised where untrusted files would decide ``decision``: url, ca_file, write, …"""

    decision: str
    event: str


@dataclass(eq=False)
class GitHubError(WikisyncError):
    """Raised where GitHub or git fails. ``doing`` is the operation, a clause; ``status`` is that of
    HTTP, 0: no response, None: no request. ``retry_after`` is in seconds."""

    doing: str
    reason: str
    status: int | None = None
    retry_after: float | None = None


class Interrupted(WikisyncError):
    """Raised where the user pressed Ctrl-C; completed pages are recorded."""
