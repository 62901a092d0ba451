"""Define the base class of all exceptions, and those that end a run."""

from __future__ import annotations

from dataclasses import dataclass


class WikisyncError(Exception):
    """The base class of all exceptions of this program."""


@dataclass(eq=False)
class StateError(WikisyncError):
    """Raised where the state cannot be used: ``why`` is damaged, newer, older, tracked, …"""

    file: str
    why: str
    detail: str = ""


@dataclass(eq=False)
class BackupDamaged(WikisyncError):
    """Raised where the ``file`` of the backup ``number`` cannot give its bytes back.

    ``reason`` is a clause.
    """

    number: int
    file: str
    reason: str


@dataclass(eq=False)
class Locked(WikisyncError):
    """Raised where another run holds the lock. ``since`` is ISO 8601; None if unknown."""

    file: str
    pid: int | None
    since: str | None


@dataclass(eq=False)
class UntrustedCheckout(WikisyncError):
    """Raised where untrusted files decide ``decision``: url, ca_file, client_cert or write."""

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
