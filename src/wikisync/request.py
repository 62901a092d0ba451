"""The request and the report of a command, and the values in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wikisync.apply.asset_restore import AssetRestoration
    from wikisync.apply.asset_result import AssetResult
    from wikisync.apply.restore import Restoration
    from wikisync.apply.result import ActionResult
    from wikisync.page.image_size import ImageSize
    from wikisync.page.model import Page
    from wikisync.planning.asset_model import AssetAction, AssetConflict
    from wikisync.planning.model import Action, Command, Conflict, Plan, Prefer
    from wikisync.planning.notes import Note
    from wikisync.planning.path_filter import PathFilter
    from wikisync.state.asset_journal import AssetEntry
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
    "watch",
]


@dataclass(frozen=True, slots=True)
class Request:
    """The options of a command: its name, the ``direction`` of its plan, and the rest.

    ``run`` is the number of the run to undo, if the user named one. ``texts`` adds the pages'
    content to the report of any command. ``path_filters`` are the parsed ``paths``, which do not
    depend on the current folder. ``mirror`` makes the target side equal to the other one, even
    where only the target changed. ``file`` is the plan file to write, show or apply, ``backup`` the
    number of the backup to restore. ``everything``: lists in text are printed whole. ``images``
    adds the bytes of small images to a report with content.
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
    everything: bool = False
    images: bool = False


@dataclass(frozen=True, slots=True)
class PageDiff:
    """A page of the plan before (``old``) and after (``new``) its action; None is no page.

    For a conflict, ``old`` is the wiki's page and ``new`` the folder's. A merge writes to both
    sides: ``old`` is the wiki's page, ``in_folder`` the folder's.
    """

    item: Action | Conflict
    old: Page | None
    new: Page | None
    in_folder: Page | None = None


@dataclass(frozen=True, slots=True)
class AssetVersion:
    """An asset on one side. ``sha256`` is empty where its bytes were not read.

    ``size`` is in bytes. ``pixels`` is set for an image whose header was read, and ``data``, all of
    its bytes, for a small one if the report shows images (``Request.images``).
    """

    size: int
    sha256: str
    pixels: ImageSize | None = None
    data: bytes | None = None


@dataclass(frozen=True, slots=True)
class AssetDiff:
    """An asset of the plan before (``old``) and after (``new``) its action; None is no asset.

    For a conflict, ``old`` is the wiki's and ``new`` the folder's.
    """

    item: AssetAction | AssetConflict
    old: AssetVersion | None
    new: AssetVersion | None


@dataclass(frozen=True, slots=True)
class Report:
    """The plan that a command made, and the results of executing it.

    ``notes`` are warnings that do not belong to one page. ``diffs`` are the contents of the pages,
    for the commands that show them. ``unsettled`` counts the open writes of an interrupted run, for
    a command that does not recover them. For a reviewed plan, ``earlier`` counts the steps that an
    interrupted run of it has done, and ``unplanned`` the present changes that it does not have.
    ``unticked`` counts the pages that were not selected in a review. ``restoration`` is set by
    ``restore``, ``undone`` (the run) by ``undo``. ``root`` is that of the configuration. ``images``
    are the bytes of small images that the pages of ``diffs`` show, by the image's path on the wiki.
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
    unticked: int = 0
    restoration: Restoration | AssetRestoration | None = None
    undone: RunRecord | None = None
    root: str = ""
    asset_outcomes: tuple[AssetResult, ...] = ()
    asset_diffs: tuple[AssetDiff, ...] = ()
    images: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def all_outcomes(self) -> tuple[ActionResult | AssetResult, ...]:
        """Return the results of pages and of assets."""
        return (*self.outcomes, *self.asset_outcomes)

    @property
    def remote_name(self) -> str:
        """Return the wiki for display, with the part of it that the folder stands for."""
        return f"{self.wiki} below {self.root}" if self.root else self.wiki


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
    """A run of the journal with its writes."""

    run: RunRecord
    writes: tuple[JournalEntry, ...]
    asset_writes: tuple[AssetEntry, ...] = ()
