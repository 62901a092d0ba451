"""What a user asked for, and what a command found and did: the two values every command has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from wikisync.apply import ActionResult
    from wikisync.apply.restore import Restoration
    from wikisync.page.model import Page
    from wikisync.planning.model import Action, Command, Conflict, Note, Plan, Prefer
    from wikisync.planning.path_filter import PathFilter
    from wikisync.state.journal import JournalEntry, RunRecord

CommandName = Literal[
    "status",
    "diff",
    "push",
    "pull",
    "sync",
    "plan",
    "show",
    "apply",
    "review",
    "undo",
    "init",
    "log",
    "restore",
]


@dataclass(frozen=True, slots=True)
class Request:
    """What the user asked for: the command by its name, and the ``direction`` of its plan.

    ``run`` is the run that is to be undone, where the user named one. ``texts``: the report is to
    have the pages' texts, whatever the command. ``meant`` are the ``paths``
    as they were understood, once they were: they then no longer depend on the current folder.
    ``mirror``: the other side is to become what this one is, also where it alone changed.
    ``file`` is the plan file that is to be written, shown or applied, and ``backup`` the number of
    the backup that is to be restored.
    """

    command: CommandName
    direction: Command
    paths: tuple[str, ...] = ()
    delete: bool = False
    prefer: Prefer | None = None
    markers: bool = False
    convert: bool = False
    mirror: bool = False
    dry_run: bool = False
    max_delete: int | None = None
    allow: frozenset[str] = frozenset()
    offline: bool = False
    verify: bool = False
    run: int | None = None
    texts: bool = False
    path_filters: tuple[PathFilter, ...] | None = None
    file: str = ""
    backup: int | None = None


@dataclass(frozen=True, slots=True)
class PageDiff:
    """A page of the plan as it is (``old``) and as it would be (``new``); None: not there.

    For a conflict, ``old`` is the wiki's and ``new`` the folder's. A merge writes to both sides:
    ``old`` is the wiki's, and ``here`` the folder's.
    """

    item: Action | Conflict
    old: Page | None
    new: Page | None
    in_folder: Page | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a command found and did.

    ``notes`` say what stood in the way of finding common ancestors of pages that nothing is
    remembered of, and whether the wiki's tree of pages may lack some. ``pairs`` are the pages'
    texts, for ``diff``; ``unsettled`` counts the writes that an interrupted run left, where a
    command only looked. Of a plan that was reviewed, ``earlier`` counts the steps that an
    interrupted run of it had done, and ``unplanned`` the changes of today that it does not have.
    ``restoration`` is what ``restore`` is about.
    """

    request: Request
    wiki: str
    folder: str
    plan: Plan
    outcomes: tuple[ActionResult, ...] = ()
    diffs: tuple[PageDiff, ...] = ()
    declined: bool = False
    interrupted: bool = False
    unsettled: int = 0
    notes: tuple[Note, ...] = ()
    earlier: int = 0
    unplanned: int = 0
    restoration: Restoration | None = None


@dataclass(frozen=True, slots=True)
class View:
    """How differences are shown: ``stat`` as a line per page, ``side_by_side`` in two columns.

    Neither: as a unified diff. ``pager``: output at a terminal may go through a pager.
    """

    stat: bool = False
    side_by_side: bool = False
    pager: bool = True


@dataclass(frozen=True, slots=True)
class LoggedRun:
    """A run of the log with its writes."""

    run: RunRecord
    writes: tuple[JournalEntry, ...]
