"""Define the values of a plan for assets: images and files, on both sides, actions, conflicts.

An asset is identified by its path on the wiki (``img/a.png``, without a locale). It is compared by
the SHA-256 of its bytes, in hexadecimal digits. The wiki stores an SVG with other bytes than those
that were sent (wikijs.md, *Assets*), so a base has both digests.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wikisync.errors import BadAsset, BadName
    from wikisync.planning.model import Side

AssetVerb = Literal["create", "update", "move", "adopt", "delete"]

AssetConflictKind = Literal[
    "both-new",  # no base, and the two sides differ
    "both-changed",  # changed on both sides
    "deleted-locally",  # deleted in the folder, changed on the wiki
    "deleted-remotely",  # deleted on the wiki, changed in the folder
    "target-occupied",  # another asset or file has the path to which it would be moved
    "changed-before-write",  # changed between the plan and the write, and left alone
    "changed-since-run",  # changed since the run that is to be undone
    "stale",  # changed after the plan was reviewed
    "overwrote-edit",  # an upload of another author was overwritten
]


@dataclass(frozen=True, slots=True)
class LocalAsset:
    """A file of the folder that is an asset. ``size`` in bytes; ``file`` is below the folder.

    ``sha256`` is empty where the file was not read, because it has more bytes than the wiki takes,
    and its size alone shows that it is neither its base nor the wiki's asset.
    """

    path: str
    file: str
    size: int
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class RemoteAsset:
    """An asset as the wiki shows it now.

    ``id``, ``updated_at`` are what a write expects to find. ``size`` in bytes is that of the list:
    what was uploaded, which of an SVG is not what is stored. ``sha256`` is of the stored bytes. It
    is empty where they were not read because the sizes alone show that it changed, and that it is
    not the file in the folder. ``folder`` is the id of its folder, 0 for the root.
    """

    path: str
    id: int
    folder: int
    size: int
    mime: str
    created_at: str
    updated_at: str
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class AssetBase:
    """An asset as both sides last agreed on it.

    ``local`` and ``remote`` are the digests of the file and of the stored bytes; they differ where
    the wiki rewrote an SVG. ``size`` is that of the file, in bytes.
    """

    path: str
    file: str
    id: int
    size: int
    local: str
    remote: str
    created_at: str
    updated_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetAction:
    """One step of a plan: a change of one asset, on one side, under a precondition.

    ``local`` and ``remote`` are the asset as each side showed it; that of ``side`` is the
    precondition (None: nothing is there). ``base`` is the base before the action. A move has the
    path and the file from which it moves; its ``local`` and ``remote`` have the path where each
    side has it now. ``forced``, ``overwrites`` and ``skip_reason`` as in a page's action.
    """

    verb: AssetVerb
    side: Side
    path: str
    file: str
    local: LocalAsset | None = None
    remote: RemoteAsset | None = None
    base: AssetBase | None = None
    from_path: str = ""
    from_file: str = ""
    forced: bool = False
    overwrites: Side | None = None
    skip_reason: str | None = None

    @property
    def replaced_size(self) -> int:
        """Return how many bytes the action replaces or deletes, which are backed up before."""
        if self.verb not in {"update", "delete"}:
            return 0
        found = self.remote if self.side == "wiki" else self.local
        return 0 if found is None else found.size


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetConflict:
    """An asset that needs a decision of the user. ``detail`` is a fact for the message.

    ``backups`` are the numbers of the backups of overwritten versions.
    """

    path: str
    file: str
    kind: AssetConflictKind
    local: LocalAsset | None = None
    remote: RemoteAsset | None = None
    base: AssetBase | None = None
    from_path: str = ""
    from_file: str = ""
    detail: str = ""
    backups: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class AssetSnapshot:
    """The state of the assets on both sides, from which a plan is made.

    Everything is by path. ``local`` and ``remote`` have the managed assets alone (setting
    ``assets``). ``blocked`` are the paths that are neither written nor deleted, on either side:
    their file or their name has a problem, or the key may no longer see them. ``referrers`` are the
    files of the pages that refer to a path, in the folder or on the wiki; ``remaining`` are those
    on each side after a run that writes to it (without a side: ``referrers``). ``allowed`` is False
    where the key may not read assets: then nothing is known of the wiki's side, nothing is planned,
    and ``left_out`` counts the assets that pages refer to, or that the bases have.
    """

    bases: Mapping[str, AssetBase] = field(default_factory=dict)
    local: Mapping[str, LocalAsset] = field(default_factory=dict)
    remote: Mapping[str, RemoteAsset] = field(default_factory=dict)
    blocked: frozenset[str] = frozenset()
    referrers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    remaining: Mapping[Side, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    problems: tuple[BadAsset | BadName, ...] = ()
    allowed: bool = True
    left_out: int = 0
    file_of: Callable[[str], str] = lambda path: path


@dataclass(frozen=True, slots=True)
class AssetPlan:
    """The part of a plan that is about assets; guards refuse it with the plan of the pages.

    ``base_updates`` and ``base_deletes`` change the state alone: assets with a new ``updatedAt``
    and the same bytes, and paths deleted on both sides. The counts are those of ``Plan``.
    ``references`` are the files of the pages that refer to a path which this plan removes, by that
    path. ``left_out`` counts the assets that are not planned because the key
    may not read any (``AssetSnapshot.allowed``).
    """

    actions: tuple[AssetAction, ...] = ()
    conflicts: tuple[AssetConflict, ...] = ()
    problems: tuple[BadAsset | BadName, ...] = ()
    base_updates: tuple[AssetBase, ...] = ()
    base_deletes: tuple[str, ...] = ()
    assets: int = 0
    in_sync: int = 0
    other_way: Mapping[Side, int] = field(default_factory=dict)
    undeleted: Mapping[Side, int] = field(default_factory=dict)
    references: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    allowed: bool = True
    left_out: int = 0

    @property
    def writes(self) -> tuple[AssetAction, ...]:
        """Return the actions that would change an asset or a file in this run."""
        return tuple(a for a in self.actions if a.verb != "adopt" and a.skip_reason is None)


def asset_item_id(item: AssetAction | AssetConflict) -> tuple[str, str]:
    """Return what identifies an action or a conflict among the assets of its plan."""
    if isinstance(item, AssetConflict):
        return item.path, "conflict"
    return item.path, "move" if item.verb == "move" else "change"


def is_svg(path: str, mime: str = "") -> bool:
    """Return whether the wiki stores an asset with other bytes than those that were sent."""
    return path.endswith(".svg") or mime.lower().startswith("image/svg")
