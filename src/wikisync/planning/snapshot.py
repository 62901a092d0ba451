"""Define the planner's input: the state of both sides, and the user's options."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from wikisync.planning.model import WRITES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wikisync.errors import BadName, BadPage
    from wikisync.page.model import Key, Listed
    from wikisync.planning.merge import MergeConflict, Merged
    from wikisync.planning.model import Base, Command, Conflict, Local, Prefer, RemoteState, Side


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """The user's options.

    ``is_selected`` returns whether a page is within the given PATHs. ``markers``: files get both
    versions of text that does not merge. ``convert``: the wiki converts pages whose files have
    another kind. ``mirror``: the side written to becomes equal to the other one, also where it
    alone changed; ``prefer`` is then the side that is not written to.
    """

    command: Command
    delete: bool = False
    prefer: Prefer | None = None
    is_selected: Callable[[Key, str], bool] = lambda _key, _file: True
    markers: bool = False
    convert: bool = False
    mirror: bool = False

    def reverses(self, side: Side) -> bool:
        """Return whether a step on ``side`` is reversed, because that side is the one to mirror."""
        return self.mirror and side not in WRITES[self.command]

    def restores_deleted(self, side: Side) -> bool:
        """Return whether a page to be deleted on ``side`` is created again on the other one.

        A pull that prefers the wiki restores files, a push that prefers the folder restores pages.
        """
        back = {("pull", "wiki", "wiki"), ("push", "local", "folder")}
        return (self.command, self.prefer, side) in back


class FileOf(Protocol):
    """A function that names the file of a page, as ``Snapshot.file_of``."""

    def __call__(self, key: Key, listed: Listed, like: str = "") -> str:
        """Return the file of a page; ``like`` is the one that it had under another key."""
        ...


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of both sides, from which a plan is made.

    ``local`` and ``remote`` are the files and pages by key; ``blocked`` are keys whose file is no
    valid page: neither written nor deleted. ``file_of`` returns the file name of a page without a
    file, or of one that moved, and raises BadName where there can be none; ``reason_unreachable``
    returns why a new page must not have a name, ``propose_name`` a name for such a page's file;
    ``ignores`` returns whether a file is ignored.

    ``moved_locally`` and ``moved_remotely`` map a base's key to the present key of its file and
    page, where that differs; ``displaced`` are pages whose place another page has now.
    ``rename_candidates`` are the new files that a missing page may have become. ``merge`` merges a
    page that changed on both sides, by its key in the base; None where a text is missing.
    ``wiki_key`` returns the key of the page that the wiki finds at a key: another one where the
    wiki's database takes both for one (wikijs.md, *Other databases*).
    """

    bases: Mapping[Key, Base]
    local: Mapping[Key, Local]
    remote: Mapping[Key, RemoteState]
    file_of: FileOf
    moved_locally: Mapping[Key, Key] = field(default_factory=dict)
    moved_remotely: Mapping[Key, Key] = field(default_factory=dict)
    displaced: Mapping[Key, RemoteState] = field(default_factory=dict)
    rename_candidates: Mapping[Key, tuple[str, ...]] = field(default_factory=dict)
    merge: Callable[[Key, Conflict], Merged | MergeConflict | None] = lambda _key, _conflict: None
    wiki_key: Callable[[Key], Key] = lambda key: key
    reason_unreachable: Callable[[Key], str | None] = lambda _key: None
    propose_name: Callable[[str], str] = lambda _file: ""
    ignores: Callable[[str], bool] = lambda _file: False
    blocked: frozenset[Key] = frozenset()
    problems: tuple[BadPage | BadName, ...] = ()

    def place(self, side: Side, key: Key) -> tuple[Side, Key]:
        """Return what a page at ``key`` occupies on a side; equal for keys that are one there."""
        return side, self.wiki_key(key) if side == "wiki" else key
