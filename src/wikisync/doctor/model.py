"""Define the results of ``wikisync doctor``: one ``Check`` for each thing that was tried."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.errors import WikisyncError

CheckState = Literal["works", "fails", "warning", "unknown"]
"""``warning``: it works, with a restriction. ``unknown``: it was not tried, or cannot be tried."""

CheckName = Literal[
    "configuration",
    "github",
    "git",
    "state",
    "folder",
    "address",
    "proxy",
    "name",
    "connection",
    "certificate",
    "wiki",
    "clock",
    "api",
    "key",
    "key-expiry",
    "version",
    "list",
    "read",
    "write",
    "delete",
    "history",
    "styles",
    "assets",
    "assets-write",
    "upload-limit",
    "root",
    "locales",
    "layout",
]

LOCAL: Final[tuple[CheckName, ...]] = ("git", "state", "folder")
"""The checks that need a configuration alone."""
REMOTE: Final[tuple[CheckName, ...]] = (
    *("address", "proxy", "name", "connection", "certificate", "wiki", "clock", "api", "key"),
    *("key-expiry", "version", "list", "read", "write", "delete", "history", "styles", "assets"),
    *("assets-write", "upload-limit", "root", "locales", "layout"),
)
"""The checks of the wiki, in the order in which they are made."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting: its name, its value for display, and the file or variable that it is from.

    ``source`` is empty for a default. No value is a secret.
    """

    name: str
    value: str
    source: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check.

    ``finding`` names what was found, which ``report.doctor_messages`` words with ``facts``. With an
    ``error``, its message is the result. ``settings`` are those of the configuration.
    """

    name: CheckName
    state: CheckState
    finding: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    error: WikisyncError | None = None
    settings: tuple[Setting, ...] = ()


def works(name: CheckName, finding: str, **facts: Any) -> Check:
    """Return a check that found nothing wrong."""
    return Check(name, "works", finding, facts)


def warning(name: CheckName, finding: str, **facts: Any) -> Check:
    """Return a check that found a restriction."""
    return Check(name, "warning", finding, facts)


def unknown(name: CheckName, finding: str, **facts: Any) -> Check:
    """Return a check without a result."""
    return Check(name, "unknown", finding, facts)


def fails(name: CheckName, finding: str, **facts: Any) -> Check:
    """Return a check that found what does not work."""
    return Check(name, "fails", finding, facts)


def failed(name: CheckName, error: WikisyncError) -> Check:
    """Return a check that ended with an error."""
    return Check(name, "fails", error=error)


def not_tried(names: tuple[CheckName, ...], because: CheckName) -> list[Check]:
    """Return the checks that were not made, since ``because`` fails."""
    return [unknown(name, "not-tried", because=because) for name in names]


def after(name: CheckName) -> tuple[CheckName, ...]:
    """Return the checks of the wiki after ``name``."""
    return REMOTE[REMOTE.index(name) + 1 :]
