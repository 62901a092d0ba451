"""What is known of each page on each side, and the plan made of it: values, nothing else.

A plan never holds a live side. Whoever carries it out (``apply``) looks again before each write,
under the action's lease.

What a command has to say beside its pages.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from wikisync.errors import BadName, BadPage
    from wikisync.page.fingerprint import Fingerprint
    from wikisync.page.model import ContentType, Key, Listed, Page, Record


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
    "stale",  # a page moved on since the plan was reviewed
]

WRITES: dict[Command, frozenset[Side]] = {
    "push": frozenset({"wiki"}),
    "pull": frozenset({"folder"}),
    "sync": frozenset({"wiki", "folder"}),
}
"""Which side each command writes to. One plan, filtered; never two engines."""


Stamp = tuple[int, int, int, int]
"""What the file system says of a file: size, times of its bytes and of its entry (ns), inode."""


@dataclass(frozen=True, slots=True)
class Local:
    """A page's file as the scan saw it. ``digest`` is of its bytes: the lease of a write here."""

    file: str
    content_type: ContentType
    fingerprint: Fingerprint
    digest: bytes


@dataclass(frozen=True, slots=True)
class Remote:
    """A page as the wiki shows it now.

    ``record`` is there only where it had to be read; a page whose list entry is the base's has the
    base's ``fingerprint``, and one that nothing is known of has none.
    """

    listed: Listed
    fingerprint: Fingerprint | None = None
    record: Record | None = None


@dataclass(frozen=True, slots=True)
class Hidden:
    """A page that cannot be seen but is still there: not gone, not to be touched.

    ``why`` is the wiki's own word, where it is not that the key may not see the page.
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

    ``here`` and ``there`` are the two sides' fingerprints at that moment. They may differ in what
    a file does not name, and in what the wiki rewrites (it minifies styles), so each side is
    compared with its own.
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


@dataclass(frozen=True, slots=True)
class Action:
    """One step of a plan: what is to be done to one page, on which side, under which lease.

    ``here`` and ``there`` are the page as each side showed it; what ``side`` showed is the lease.
    ``fields`` are the names (``model.FIELDS``) in which the sides differ.
    ``settles`` is set where the user's preference, not the table, decided; ``overwrites`` names the
    side whose edit the step then goes over.
    ``withheld`` is set where the step is not to be done in this run, and says why.

    A move goes from ``origin`` (and ``from_file``) to ``key`` (and ``file``) and changes nothing
    else; what was edited too is a step of its own, after it. The state knows the page by
    ``was`` until then (which a deletion has too, where it is not its ``key``), and by
    ``base`` once it is done. ``aside``: a step out of the way, of a page that
    another one changes places with, and ``first_file`` its file before that step. A merge has the
    page ``merged`` and the fields that changed on the wiki (``theirs``); with
    ``marks`` the file is to show both versions. ``converts``: the wiki makes the page one
    of the file's kind. The file takes the result where nothing but the editor is to change; else
    the page takes the file. ``alike`` are new files that a page which is gone may have become, too
    many to tell.
    """

    verb: Verb
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
    from_key: Key | None = None
    from_file: str = ""
    base_key: Key | None = None
    base: Base | None = None
    via_temporary_name: bool = False
    first_file: str = ""
    merged: Page | None = None
    remote_changes: tuple[str, ...] = ()
    writes_markers: bool = False
    converts: bool = False
    rename_candidates: tuple[str, ...] = ()

    @property
    def takes_conversion(self) -> bool:
        """Whether the file takes what the wiki makes of its page."""
        return self.converts and self.fields == ("editor",)


ConflictKind = Literal[
    "both-new",  # no base, and the two sides differ
    "both-changed",  # changed on both sides, in ways that do not merge
    "mergeable",  # changed on both sides, and only sync writes to both
    "marked",  # both versions were written into the file, for a person to choose
    "gone-here",  # gone here, changed on the wiki
    "gone-there",  # changed here, gone on the wiki
    "hidden",  # the key may no longer see the page
    "moved",  # moved on both sides
    "in-the-way",  # another page or file is where it would have to go
    "name-held",  # moved to the name of a page that moved on, and has to be settled first
    "moved-on",  # moved on the other side, and changed on this one
    "kind",  # Markdown on one side, HTML on the other
    "kind-edited",  # the same, and the file holds edits that were never pushed
    "kind-there",  # the same, and it is the page that was converted, on the wiki
    "private",  # private on the wiki, and the file does not say so
    "editor",  # the file asks for another editor than the page has
    "changed-before-write",  # changed between the plan and the write, and left alone
    "since",  # changed since the run that is to be taken back
    "stale",  # changed since the plan was reviewed
    "overwrote-edit",  # an edit between the last check and the write was overwritten
]


@dataclass(frozen=True, slots=True)
class Conflict:
    """A page that the program must not decide about. ``detail`` is a fact the wording needs.

    ``fields`` are those that differ; ``mine`` changed here and ``theirs`` on the wiki
    since both sides agreed. ``origin`` is the page's key back then, where it has moved since;
    with ``from_file``. ``merged`` is as much as does merge. ``backups`` are the numbers of those
    that have what was overwritten.
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
    """A guard's no to a whole plan, by the name of its rule, with the figures behind it.

    ``file`` is the page's, where the reason is one page; ``files`` are all that it is about.
    """

    rule: Rule
    count: int = 0
    limit: int = 0
    side: Side | None = None
    detail: str = ""
    file: str = ""
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done, in order; what cannot be decided; why nothing may be done at all.

    ``renewed`` and ``base_deletes`` are changes of the base alone: pages whose ``updatedAt`` moved
    without a change, and pages gone from both sides. ``rekeyed`` are bases of pages that both
    sides moved to the same place, by their old keys. ``other_way`` counts the pages that wait for
    the other command, by the side that they would be written to; ``undeleted`` those that are gone
    from one side, and that nobody asked to delete on the other, by that side.
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

    @property
    def writes(self) -> tuple[Action, ...]:
        """The actions that would change a page or a file in this run."""
        return tuple(a for a in self.actions if a.verb != "adopt" and a.skip_reason is None)


NoteKind = Literal[
    "shallow",  # the clone is shallow: git's history is cut off
    "partial",  # the clone has the history and not its contents
    "git-failed",  # git has a history, and could not tell it
    "no-history",  # the key may not read the wiki's history
    "rewound",  # the wiki was restored from a backup
    "saved",  # a save that a killed run had taken for a file's old content lies beside the file
    "clock-wiki",  # this machine's clock and the wiki's are more than a day apart
    "clock-back",  # this machine's clock is behind the last run
    "clock-unknown",  # the wiki does not tell the time, and something is due to be forgotten
    "verified",  # every page was read whole
    "unnoticed",  # pages changed on the wiki, and their times did not
    "unshown",  # the wiki may not show pages to readers as they were sent
    "tree",  # the wiki's tree of pages may lack some
]


@dataclass(frozen=True, slots=True)
class Note:
    """Why ``pages`` pages that differ may have found no ancestor; or what else is to be known.

    ``detail`` is git's own word, or the wiki's, or the name of a file; ``files`` are those of the
    pages.
    """

    kind: NoteKind
    pages: int = 0
    detail: str = ""
    files: tuple[str, ...] = ()
