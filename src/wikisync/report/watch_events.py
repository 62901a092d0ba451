"""Define the events of ``watch``; ``watch_output`` formats them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from wikisync.errors import WikisyncError
    from wikisync.planning.model import Refusal
    from wikisync.request import Report

Waiting = Literal["folder", "git", "locked"]
"""The folder is gone; Git is in the middle of something; another run of wikisync is active."""


@dataclass(frozen=True, slots=True)
class Started:
    """The loop begins."""

    wiki: str
    folder: str


@dataclass(frozen=True, slots=True)
class Done:
    """Actions ended: ``report`` has these alone."""

    report: Report


@dataclass(frozen=True, slots=True)
class Attention:
    """Conflicts, problems or notes that were not reported before: ``report`` has these alone."""

    report: Report


@dataclass(frozen=True, slots=True)
class Kept:
    """Deletions in the plan, which watch never does: in the folder and on the wiki."""

    in_folder: int
    on_wiki: int


@dataclass(frozen=True, slots=True)
class Agreed:
    """Both sides were found to be the same, or were made so, if ``changed``.

    ``pages`` is the number of pages; ``unsettled`` counts the conflicts, problems, deletions and
    failures that are left, and where there are none all pages are the same.
    """

    pages: int
    changed: bool
    unsettled: int = 0


@dataclass(frozen=True, slots=True)
class Waits:
    """The comparison is put off.

    ``detail`` is the folder's name, what git is at, or who holds the lock.
    """

    reason: Waiting
    detail: str


@dataclass(frozen=True, slots=True)
class Away:
    """A comparison failed. ``seconds`` is the time until the next attempt."""

    error: WikisyncError
    seconds: float


@dataclass(frozen=True, slots=True)
class Back:
    """The first comparison after failures succeeded."""


@dataclass(frozen=True, slots=True)
class Refused:
    """Guards refused the plan; the loop ends."""

    refusals: tuple[Refusal, ...]
    report: Report


@dataclass(frozen=True, slots=True)
class Stopped:
    """The user ended the loop."""


Event = Started | Done | Attention | Kept | Agreed | Waits | Away | Back | Refused | Stopped
