"""Define the exceptions of a wrong command line or configuration."""

from __future__ import annotations

from dataclasses import dataclass

from wikisync.errors.base import WikisyncError


class UsageError(WikisyncError):
    """Raised for a wrong command line or configuration, before anything is written."""


@dataclass(eq=False)
class NotConfigured(UsageError):
    """Raised where ``what`` is missing: config, folder, url, address, token or base."""

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
class AlreadyConfigured(UsageError):
    """Raised where ``file`` has another value of a setting than the command line gives."""

    file: str
    key: str
    found: str
    wanted: str


@dataclass(eq=False)
class TokenInFile(UsageError):
    """Raised where a token is in ``file`` or in the value ``key``, which may be committed."""

    file: str
    key: str


@dataclass(eq=False)
class NoSuchPath(UsageError):
    """Raised for a PATH argument that matches no page on either side.

    ``similar`` is the file with the most similar name; empty if none is.
    """

    path: str
    similar: str = ""


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
class BackupMissing(UsageError):
    """Raised where a backup does not exist. ``name`` is its number, or that of a page."""

    name: str


@dataclass(eq=False)
class NoSuchRun(UsageError):
    """Raised where no run has this number; None: no run can be undone.

    ``undone`` is the number of the last run, where that was undone already, and ``before`` that of
    the last run before it that can be; None if there is none.
    """

    number: int | None
    undone: int | None = None
    before: int | None = None
