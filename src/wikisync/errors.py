"""The tree of errors. Each carries facts; ``report.wording`` alone turns them into sentences.

WikisyncError
├── UsageError                    wrong usage or configuration (exit code 2)
│   ├── NotConfigured             no wikisync.toml, no URL, no token, …
│   ├── BadConfig                 a value in wikisync.toml or the environment that cannot be
│   ├── TokenInFile               a secret where it does not belong
│   ├── NoSuchPath                a PATH argument that means no page
│   ├── NoSuchRun                 there is no run of that number, or none to undo
│   ├── NeedsYes                  there is something to write, and nobody to ask
│   ├── BadPlan                   a file that is no plan which can be applied or shown
│   ├── NotWritten                a file that was asked for cannot be written there
│   ├── BackupMissing             there is no such backup, or not any more
│   ├── ExtraMissing              the extra that a command needs is not installed
│   └── PortTaken                 the sandbox cannot listen where it was told to
├── BadPage                       a file that is no page, with its line; never stops the others
├── BadName                       a name that one of the sides cannot hold, or that leads astray
├── FolderError                   reading or writing files went wrong
│   └── FileChanged               a file is not as the plan saw it
├── WikiError                     the wiki, or the way to it
│   ├── Unreachable               nobody there, cut off, too late
│   │   └── CertificateError      the certificate is not trusted
│   ├── UnexpectedResponse        something answered, but not Wiki.js
│   │   └── Redirected            it points elsewhere; the token does not follow
│   ├── ApiDisabled               the API is switched off, or the key is revoked
│   ├── Unauthenticated           the token is nobody's
│   ├── Forbidden                 the key lacks a right
│   ├── TooLarge                  over the wiki's limit on a request, or ours on an answer
│   ├── PageGone                  no such page (6003)
│   ├── PageHidden                the key may not see it (6013)
│   ├── Rejected                  refused, and known to have changed nothing
│   └── WriteUncertain            failed or no answer, and may have written all the same
│       └── RenderFailed          written, and not shown to readers
├── PageChanged                   a page is not as the plan saw it
├── StalePlan                     a page is not as the plan that was reviewed saw it
├── OverwroteConcurrentEdit       a page was written over an edit of the last moment: in a
backup ├── StateError            .wikisync cannot be used
├── Locked                        another run is at work
├── UntrustedCheckout             what anybody may have checked out must not decide this
├── GitHubError                   GitHub, or the way to it
└── Interrupted                   the user said stop; what was done is recorded
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wikisync.page.model import Key


class WikisyncError(Exception):
    """What every error of this program is."""


class UsageError(WikisyncError):
    """The command line or the configuration is wrong; nothing was tried."""


@dataclass(eq=False)
class NotConfigured(UsageError):
    """Something needed was given nowhere. ``what``: config, url or token."""

    what: str
    looked_in: str = ""


@dataclass(eq=False)
class BadConfig(UsageError):
    """A setting that cannot be. ``where`` is a file or an environment variable."""

    where: str
    key: str
    found: str
    expected: str
    line: int | None = None


@dataclass(eq=False)
class TokenInFile(UsageError):
    """A token stands in the configuration file, where it would be committed."""

    file: str
    key: str


@dataclass(eq=False)
class NoSuchPath(UsageError):
    """A PATH argument that names no page on either side."""

    path: str


@dataclass(eq=False)
class BadPlan(UsageError):
    """A file that is no plan, or no longer the one that was written. ``what``: why, a clause."""

    file: str
    what: str


@dataclass(eq=False)
class NotWritten(UsageError):
    """A plan or a backup cannot be written to a file. ``reason`` is a clause."""

    file: str
    reason: str


@dataclass(eq=False)
class ExtraMissing(UsageError):
    """A module of an optional extra is not installed."""

    extra: str
    module: str


@dataclass(eq=False)
class PortTaken(UsageError):
    """The sandbox cannot listen on a port. ``reason`` is the system's own."""

    port: int
    reason: str = ""


class NeedsYes(UsageError):
    """There is something to write, nobody at a terminal to ask, and no ``--yes``."""


@dataclass(eq=False)
class BadPage(WikisyncError):
    """A file that is no valid page. ``line`` counts from 1; ``what`` says why, in a clause."""

    file: str
    line: int | None
    what: str

    @property
    def name(self) -> str:
        """What the problem is with, as BadName has it."""
        return self.file


@dataclass(eq=False)
class BadName(WikisyncError):
    """A file name or a page path that cannot be a page's. ``rule`` says why, in a clause."""

    name: str
    rule: str


@dataclass(eq=False)
class FolderError(WikisyncError):
    """A file could not be read or written. ``doing``: read, write, delete, make, scan."""

    file: str
    doing: str
    reason: str


@dataclass(eq=False)
class FileChanged(FolderError):
    """The file changed between the plan and the write; it was left alone."""


@dataclass(eq=False)
class WikiError(WikisyncError):
    """Anything that comes from the wiki or from the way to it."""

    url: str


@dataclass(eq=False)
class Unreachable(WikiError):
    """No answer: nobody there, the connection cut, too late, or a server error (5xx).
    ``retry_after`` is in seconds; ``sent`` is False where the request cannot have reached the wiki.
    """

    reason: str
    retry_after: float | None = None
    sent: bool = True


@dataclass(eq=False)
class CertificateError(Unreachable):
    """The server's certificate does not check out."""


@dataclass(eq=False)
class UnexpectedResponse(WikiError):
    """Something answered, but not Wiki.js's API. ``found`` says what, in a clause."""

    status: int
    found: str


@dataclass(eq=False)
class Redirected(UnexpectedResponse):
    """The address answers with a redirect, which a token must not follow."""

    location: str


@dataclass(eq=False)
class ApiDisabled(WikiError):
    """The API is switched off or the key was revoked. ``message`` is the wiki's own."""

    message: str


@dataclass(eq=False)
class Unauthenticated(WikiError):
    """The wiki takes the token for nobody's: malformed, expired, or none was sent."""


@dataclass(eq=False)
class Forbidden(WikiError):
    """The key lacks a right. ``needs`` are permissions as Wiki.js names them."""

    needs: tuple[str, ...]
    key: Key | None = None
    message: str = ""


@dataclass(eq=False)
class TooLarge(WikiError):
    """A request over the wiki's limit (HTTP 413), or an answer over ours. Sizes in bytes."""

    limit: int | None = None
    answer: bool = False


@dataclass(eq=False)
class PageGone(WikiError):
    """The wiki says that there is no such page (6003)."""

    id: int


@dataclass(eq=False)
class PageHidden(WikiError):
    """The page is there, but the key may not see it (6013); ``id`` is 0 where it is not known."""

    id: int
    key: Key | None = None


@dataclass(eq=False)
class Rejected(WikiError):
    """The wiki refused, in a way that is known to change nothing (facts, *Writing*)."""

    code: int
    message: str


@dataclass(eq=False)
class WriteUncertain(WikiError):
    """The wiki failed, or gave no answer, and may have written all the same (promise 4)."""

    message: str
    code: int | None = None


@dataclass(eq=False)
class RenderFailed(WriteUncertain):
    """A page holds what was sent, and the wiki fails to make of it what readers see."""


@dataclass(eq=False)
class PageChanged(WikisyncError):
    """The page is not as the plan saw it; it was left alone (promise 3)."""

    key: Key
    found: str


@dataclass(eq=False)
class StalePlan(WikisyncError):
    """A page changed since its plan was made (``found``); with ``done``, to what was planned."""

    key: Key
    file: str
    found: str
    done: bool = False


@dataclass(eq=False)
class OverwroteConcurrentEdit(WikisyncError):
    """Somebody's edit was made between the last look and the write; ``version`` has it."""

    key: Key
    version: int
    backup: int


@dataclass(eq=False)
class BackupMissing(UsageError):
    """There is no such backup, or not any more. ``name`` is its own, or that of a page."""

    name: str


@dataclass(eq=False)
class NoSuchRun(UsageError):
    """There is no run of that number in the log; None: there is none that could be undone."""

    number: int | None


@dataclass(eq=False)
class StateError(WikisyncError):
    """The state cannot be used. ``why``: damaged, newer, older, tracked, unsafe, unwritable."""

    file: str
    why: str
    detail: str = ""


@dataclass(eq=False)
class Locked(WikisyncError):
    """Another run holds the lock. ``since`` is ISO time, ``pid`` the holder where known."""

    file: str
    pid: int | None
    since: str | None


@dataclass(eq=False)
class UntrustedCheckout(WikisyncError):
    """What a pull request must not decide. ``decision``: url, ca_file, or write (that one may)."""

    decision: str
    event: str


@dataclass(eq=False)
class GitHubError(WikisyncError):
    """GitHub refused or could not be asked. ``doing`` is what was tried, in a clause; ``status`` is
    HTTP's, 0: no answer, None: no request. ``retry_after`` is in seconds."""

    doing: str
    reason: str
    status: int | None = None
    retry_after: float | None = None


class Interrupted(WikisyncError):
    """The user stopped the run; the pages done so far are recorded."""
