"""Define the values of a plan: pages as each side shows them, actions, conflicts.

A plan holds values only. ``apply`` reads each page again before it writes, and compares it with
the action's precondition.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from wikisync.errors import BadName, BadPage
    from wikisync.page.fingerprint import Fingerprint
    from wikisync.page.model import ContentType, Key, Listed, Page, Record
    from wikisync.planning.asset_model import AssetPlan


Side = Literal["wiki", "folder"]
Verb = Literal["create", "update", "move", "merge", "adopt", "delete"]
Command = Literal["push", "pull", "sync"]
Prefer = Literal["local", "wiki"]
Rule = Literal[
    "guest",
    "max-delete",
    "emptied",
    "all-changed",
    "rewound",  # the wiki was restored from a backup
    "locked",
    "foreign-state",
    "foreign-plan",  # a plan file of another wiki, folder or configuration
    "applied",  # a plan file that was applied before
    "stale",  # a page changed after the plan was reviewed
    "keep-size",  # the backups of what would be replaced are larger than ``keep_size``
]

WRITES: dict[Command, frozenset[Side]] = {
    "push": frozenset({"wiki"}),
    "pull": frozenset({"folder"}),
    "sync": frozenset({"wiki", "folder"}),
}
"""Which side each command writes to. One plan, filtered; never two engines."""


IgnoreReason = Literal[
    "ignore",  # the setting
    "gitignore",
    "dependencies",
    "environment",  # a virtual environment
    "build",  # build output, caches
    "repository",  # a git repository in the folder
]
"""Why a file or a folder is not taken (files.md, *What is left out*)."""

Stamp = tuple[int, int, int, int]
"""What the file system says of a file: size, times of its bytes and of its entry (ns), inode."""


@dataclass(frozen=True, slots=True)
class Local:
    """A page's file as scanned. ``digest`` is of its bytes: the precondition of a write to it.

    ``link_folder`` is the folder whose index file it is (``Layout.link_folder``).
    """

    file: str
    content_type: ContentType
    fingerprint: Fingerprint
    digest: bytes
    link_folder: str = ""


@dataclass(frozen=True, slots=True)
class Remote:
    """A page as the wiki shows it now.

    ``record`` is set only for a page that was read whole. A page whose list entry equals the base's
    has the base's ``fingerprint``; an unread page without a base has none.
    """

    listed: Listed
    fingerprint: Fingerprint | None = None
    record: Record | None = None


@dataclass(frozen=True, slots=True)
class Hidden:
    """A page that exists and cannot be read: it is not deleted, and must not be written.

    ``message`` is the wiki's error message, where the reason is not the key's permissions.
    """

    message: str = ""


@dataclass(frozen=True, slots=True)
class MovedAway:
    """A page that the wiki now has under another key."""

    key: Key


RemoteState = Remote | Hidden | MovedAway | None
"""A page on the wiki: as shown, hidden, moved away, or not there (``None``)."""


@dataclass(frozen=True, slots=True)
class Base:
    """A page as both sides last agreed on it, without its content (the state has that).

    ``local`` and ``remote`` are the fingerprints of the two sides at that moment. They may differ
    in fields that a file does not name, and in values that the wiki rewrites (it minifies styles),
    so each side is compared with its own.
    """

    key: Key
    id: int
    file: str
    content_type: str
    local: Fingerprint
    remote: Fingerprint
    created_at: str
    updated_at: str
    digest: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class _Action:
    """The fields that every action has.

    ``local`` and ``remote`` are the page as each side showed it; that of ``side`` is the
    precondition. ``id`` is the page's. ``fields`` are the names (``model.FIELDS``) that differ.
    ``forced``: the user's preference decided, not the table; ``overwrites`` is the side whose edit
    the action replaces. ``skip_reason`` says why the action is not done in this run.
    """

    side: Side
    key: Key
    file: str
    fields: tuple[str, ...] = ()
    local: Local | None = None
    remote: Remote | None = None
    id: int | None = None
    forced: bool = False
    overwrites: Side | None = None
    skip_reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Create(_Action):
    """Create a page from its file, or a file from its page.

    ``base_key`` is set where the state has the page under another key than ``key``.
    """

    verb: ClassVar[Literal["create"]] = "create"
    base_key: Key | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Update(_Action):
    """Change ``fields`` of a page or a file to the values of the other side.

    ``converts``: the wiki converts the page to the file's content type.
    """

    verb: ClassVar[Literal["update"]] = "update"
    converts: bool = False

    @property
    def takes_conversion(self) -> bool:
        """Return whether the file gets the converted page; else the page gets the file."""
        return self.converts and self.fields == ("editor",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move(_Action):
    """Rename a page or a file from ``from_key`` and ``from_file``, without any other change.

    An edit is an action of its own, after it. The state has the page as ``base_key`` before the
    move and as ``base`` after it. ``via_temporary_name``: the first half of a move of a page that
    swaps places; the second half has its original file in ``first_file``.
    """

    verb: ClassVar[Literal["move"]] = "move"
    from_key: Key
    from_file: str
    base_key: Key | None = None
    base: Base | None = None
    via_temporary_name: bool = False
    first_file: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge(_Action):
    """Write ``merged``, the page with the changes of both sides, to both sides.

    ``remote_changes`` are the fields that changed on the wiki. ``writes_markers``: only the file is
    written; it gets both versions, between conflict markers.
    """

    verb: ClassVar[Literal["merge"]] = "merge"
    merged: Page | None = None
    remote_changes: tuple[str, ...] = ()
    writes_markers: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Adopt(_Action):
    """Record a page as base that is equal on both sides."""

    verb: ClassVar[Literal["adopt"]] = "adopt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(_Action):
    """Delete a page or a file.

    ``base_key`` is set where the state has the page under another key than ``key``.
    ``rename_candidates`` are new files, one of which the page may have become.
    """

    verb: ClassVar[Literal["delete"]] = "delete"
    base_key: Key | None = None
    rename_candidates: tuple[str, ...] = ()


Action = Create | Update | Move | Merge | Adopt | Delete
"""One step of a plan: a change of one page, on one side, under a precondition."""


ConflictKind = Literal[
    "both-new",  # no base, and the two sides differ
    "both-changed",  # changed on both sides, in ways that do not merge
    "mergeable",  # changed on both sides, and only sync writes to both
    "marked",  # both versions were written into the file, between conflict markers
    "deleted-locally",  # deleted in the folder, changed on the wiki
    "deleted-remotely",  # deleted on the wiki, changed in the folder
    "hidden",  # the key may no longer see the page
    "moved",  # moved on both sides
    "target-occupied",  # another page or file has the key to which it would be moved
    "name-reserved",  # moved to a key under which the state has the base of another page
    "moved-and-changed",  # moved on the side that the command does not write to, and changed
    "content-type",  # another content type in the folder than on the wiki
    "content-type-edited",  # the same, and the file has edits that were never pushed
    "converted-remotely",  # the same, because the page was converted on the wiki
    "private",  # private on the wiki, and the file does not name that field
    "editor",  # the file asks for another editor than the page has
    "changed-before-write",  # changed between the plan and the write, and left alone
    "changed-since-run",  # changed since the run that is to be undone
    "stale",  # changed after the plan was reviewed
    "overwrote-edit",  # an edit between the last check and the write was overwritten
]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A page that needs a decision of the user. ``detail`` is a fact for the message.

    ``fields`` are those that differ; ``local_changes`` and ``remote_changes`` changed in the folder
    and on the wiki since the base. ``from_key`` and ``from_file`` are those of the base, where the
    page has moved since. ``merged`` is the page as far as it merges. ``backups`` are the numbers of
    the backups of overwritten versions.
    """

    key: Key
    file: str
    kind: ConflictKind
    fields: tuple[str, ...] = ()
    detail: str = ""
    local: Local | None = None
    remote: Remote | None = None
    local_changes: tuple[str, ...] = ()
    remote_changes: tuple[str, ...] = ()
    from_key: Key | None = None
    from_file: str = ""
    merged: Page | None = None
    backups: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """The result of a guard that forbids a whole plan: its rule, and the figures behind it.

    ``file`` is set where the reason is one page; ``files`` are all files affected. ``kind`` is what
    the rule counts, ``size`` the bytes of all that is counted.
    """

    rule: Rule
    count: int = 0
    limit: int = 0
    side: Side | None = None
    detail: str = ""
    file: str = ""
    files: tuple[str, ...] = ()
    kind: Literal["page", "asset"] = "page"
    size: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """Actions in order, conflicts, and refusals, which forbid every write.

    ``base_updates`` and ``base_deletes`` change the state alone: pages with a new ``updatedAt`` and
    no other change, and pages deleted on both sides. ``base_renames`` are the bases, by their old
    keys, of pages that both sides moved to the same place. ``other_way`` counts the pages that need
    the other command, by the side to write to; ``undeleted`` the deletions not requested, by that
    side. ``assets`` is the plan of images and files; None where the configuration leaves them out.
    """

    actions: tuple[Action, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    problems: tuple[BadPage | BadName, ...] = ()
    base_updates: tuple[Remote, ...] = ()
    base_deletes: tuple[Key, ...] = ()
    base_renames: tuple[tuple[Key, Base], ...] = ()
    pages: int = 0
    in_sync: int = 0
    other_way: dict[Side, int] = field(default_factory=dict)
    undeleted: dict[Side, int] = field(default_factory=dict)
    assets: AssetPlan | None = None

    @property
    def writes(self) -> tuple[Action, ...]:
        """Return the actions that would change a page or a file in this run."""
        return tuple(a for a in self.actions if not isinstance(a, Adopt) and a.skip_reason is None)


def item_id(item: Action | Conflict) -> tuple[Key, str]:
    """Return what identifies an action or a conflict in its plan.

    Of one page, a plan can have a move, another action and a conflict.
    """
    if isinstance(item, Conflict):
        return item.key, "conflict"
    return item.key, "move" if isinstance(item, Move) else "change"


def original_file(item: Action | Conflict) -> str:
    """Return the file's name before a page moved; "" if it did not move."""
    if isinstance(item, Move):
        return item.first_file or item.from_file
    return item.from_file if isinstance(item, Conflict) else ""


def is_temporary_move(action: Action) -> bool:
    """Return whether an action is the first half of a move of a page that swaps places."""
    return isinstance(action, Move) and action.via_temporary_name
