"""What a plan is made of: what is known of both sides, and what the user asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wikisync.planning.model import WRITES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wikisync.errors import BadName, BadPage
    from wikisync.page.model import Key, Listed
    from wikisync.planning.merge import MergeConflict, Merged
    from wikisync.planning.model import Base, Command, Conflict, Local, Prefer, RemoteState, Side


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What the user asked for.

    ``chosen`` says whether a page is within the given PATHs; ``markers``: that files are to
    show both versions of what does not merge; ``convert``: that the wiki is to make pages what
    their files have become; ``mirror``: that the side which is written to becomes what the other
    one is, also where it alone changed. ``prefer`` is then the side that is not written to.
    """

    command: Command
    delete: bool = False
    prefer: Prefer | None = None
    is_selected: Callable[[Key, str], bool] = lambda _key, _file: True
    markers: bool = False
    convert: bool = False
    mirror: bool = False

    def turns(self, side: Side) -> bool:
        """Whether a step on ``side`` is to be turned round: that side is the one to mirror."""
        return self.mirror and side not in WRITES[self.command]

    def restores_deleted(self, side: Side) -> bool:
        """Whether a page that is to be deleted on ``side`` shall be made anew on the other.

        A pull that prefers the wiki brings files back, a push that prefers the folder pages.
        """
        back = {("pull", "wiki", "wiki"), ("push", "local", "folder")}
        return (self.command, self.prefer, side) in back


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that is known before deciding.

    ``here`` and ``there`` hold what each side shows; ``stuck`` are keys whose file is no valid
    page, which are neither written nor gone; ``file_of`` names the file of a page that has none,
    and raises BadName where there can be none; ``reason_unreachable`` says why a new page must not
    have
    a name; ``ignores`` whether a file is none of ours.

    ``moved_locally`` and ``moved_remotely`` tell where the file and the page of a base's key are
    now, where that is elsewhere; ``displaced`` is what is known of a page in whose place another
    one is now. ``alike`` are the new files that a page which is gone may have become. ``merge``
    tries to merge a page that changed on both sides, by its key in the base; None: it has no texts.
    """

    bases: Mapping[Key, Base]
    local: Mapping[Key, Local]
    remote: Mapping[Key, RemoteState]
    file_of: Callable[[Key, Listed], str]
    moved_locally: Mapping[Key, Key] = field(default_factory=dict)
    moved_remotely: Mapping[Key, Key] = field(default_factory=dict)
    displaced: Mapping[Key, RemoteState] = field(default_factory=dict)
    rename_candidates: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)
    merge: Callable[[Key, Conflict], Merged | MergeConflict | None] = lambda _key, _conflict: None
    reason_unreachable: Callable[[Key], str | None] = lambda _key: None
    ignores: Callable[[str], bool] = lambda _file: False
    blocked: frozenset[Key] = frozenset()
    problems: tuple[BadPage | BadName, ...] = ()
