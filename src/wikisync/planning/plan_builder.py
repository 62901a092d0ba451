"""Collect the decisions of a plan, filtered by the user's options. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from wikisync.errors import BadName
from wikisync.page.model import FIELD_NAMES
from wikisync.planning.conversions import conversion, has_unpushed_edits, may_convert
from wikisync.planning.merge import MergeConflict, Merged
from wikisync.planning.model import (
    WRITES,
    Action,
    Adopt,
    Conflict,
    Create,
    Delete,
    Merge,
    Move,
    Remote,
)
from wikisync.planning.move_conflicts import decide_moves, remote_at
from wikisync.planning.reconcile import DropBase, NoChange, decide
from wikisync.planning.resolution import resolve_with, restore_deleted, reverse

if TYPE_CHECKING:
    from collections.abc import Collection

    from wikisync.errors import BadPage
    from wikisync.page.model import Key
    from wikisync.planning.model import Base, Local, RemoteState, Side
    from wikisync.planning.reconcile import Decision
    from wikisync.planning.snapshot import PlanOptions, Snapshot

_SAME_NAME: Final = (
    "the wiki's database takes this name for {}, which is a page already: the two differ only in"
    " case, accents or the like"
)


@dataclass
class PlanBuilder:
    """The decisions so far, in the fields of ``Plan``.

    ``moved_files`` and ``moved_pages`` are the present keys of files and pages that moved,
    ``blocked_targets`` the occupied targets of moves. ``released_keys`` are the keys whose bases
    get another key in this run.
    """

    snapshot: Snapshot
    options: PlanOptions
    actions: list[Action] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    problems: list[BadPage | BadName] = field(default_factory=list)
    base_updates: list[Remote] = field(default_factory=list)
    base_deletes: list[Key] = field(default_factory=list)
    base_renames: list[tuple[Key, Base]] = field(default_factory=list)
    other_way: Counter[Side] = field(default_factory=Counter)
    undeleted: Counter[Side] = field(default_factory=Counter)
    pages: int = 0
    in_sync: int = 0

    moved_files: frozenset[Key] = frozenset()
    moved_pages: frozenset[Key] = frozenset()
    blocked_targets: frozenset[Key] = frozenset()
    released_keys: frozenset[Key] = frozenset()

    def add_moves(self, freed: Collection[tuple[Side, Key]]) -> set[Key]:
        """Add the decisions about the pages that moved, and return their base keys.

        ``freed`` are the sides and keys that deletions of the same plan free.
        """
        snapshot = self.snapshot
        found = decide_moves(snapshot, self.options, freed)
        handled = found.decided | snapshot.blocked
        self.moved_files = frozenset(
            snapshot.moved_locally[k] for k in handled & snapshot.moved_locally.keys()
        )
        self.moved_pages = frozenset(
            snapshot.moved_remotely[k] for k in handled & snapshot.moved_remotely.keys()
        )
        self.blocked_targets = frozenset(found.blocked)
        self.released_keys = frozenset(key for key, _decision in found.accepted)
        self.pages += len(found.conflicts) + len(found.waiting)
        for conflict in found.conflicts:
            self.add_conflict(conflict, conflict.file, conflict.from_key or conflict.key)
        self.problems += found.problems
        self.other_way.update(found.waiting)
        for key, decision in found.accepted:
            if decision.move is None:
                self.base_renames.append((key, decision.base))
            else:
                self.actions.append(decision.move)
            if isinstance(decision.after_move, NoChange):
                self.pages += 1
                self.in_sync += decision.move is None
            else:
                self.add_decision(decision.after_move, decision.base.file, key)
        return found.decided

    def add_page(self, key: Key) -> None:
        """Add the table's decision about a page that did not move."""
        snapshot, options = self.snapshot, self.options
        base = snapshot.bases.get(key)
        local = None if key in self.moved_files else snapshot.local.get(key)
        remote = remote_at(key, snapshot, self.moved_pages)
        if _is_ignored(base, local, remote):
            return
        try:
            file = file_for(key, snapshot)
        except BadName as problem:
            if options.is_selected(key, ""):
                self.problems.append(problem)
            return
        if not options.is_selected(key, file):
            return
        decision = decide(key, base, local, remote)
        if isinstance(decision, Create):
            if key in self.blocked_targets:
                return  # it blocks a move, and the conflict of that move is reported
            if decision.side == "wiki" and (why := snapshot.reason_unreachable(key)) is not None:
                proposal = snapshot.propose_name(file)
                self.problems.append(BadName(file, why, proposal=proposal))
                return
        if isinstance(decision, Delete):
            candidates = snapshot.rename_candidates.get(key, ())
            decision = replace(decision, rename_candidates=candidates)
        self.add_decision(decision, file, key)

    def add_new_remote_page(self, key: Key) -> None:
        """Add the creation of a file for a new page at a key that a moved page leaves."""
        remote = self.snapshot.remote.get(key)
        moved_away = key in self.snapshot.moved_remotely and key not in self.moved_pages
        if not moved_away or not isinstance(remote, Remote) or remote.listed.private:
            return
        if key not in self.released_keys:
            return  # the state still has the base of the moved page under that key
        leaves = any(
            isinstance(a, Move) and a.side == "folder" and a.base_key == key for a in self.actions
        )
        if not leaves and key in self.snapshot.local:
            return
        try:
            file = self.snapshot.file_of(key, remote.listed)
        except BadName as problem:
            self.problems.append(problem)
            return
        if self.options.is_selected(key, file):
            self.add_decision(decide(key, None, None, remote), file, key)

    def add_decision(self, decision: Decision, file: str, base_key: Key) -> None:
        """Add a decision about a page; ``base_key`` is the key of its base."""
        if isinstance(decision, DropBase):
            self.base_deletes.append(decision.key)
            return
        self.pages += 1
        match decision:
            case NoChange(renewed):
                self.in_sync += 1
                if renewed:
                    self.base_updates.append(renewed)
            case Conflict() as conflict:
                self.add_conflict(conflict, file, base_key)
            case action:
                self.add_action(action, file)

    def add_conflict(self, conflict: Conflict, file: str, base_key: Key) -> None:
        """Add a conflict, or the action that resolves it: a merge, a conversion, a preference."""
        prefer = self.options.prefer
        unresolved = self.try_merge(conflict, base_key)
        if isinstance(unresolved, Merge):
            self.add_action(unresolved, file)
            return
        if may_convert(unresolved):
            base = self.snapshot.bases.get(base_key)
            edited = has_unpushed_edits(unresolved, base)
            if self.options.convert and (prefer or not edited):
                self.actions.append(conversion(unresolved, base, edited=edited, prefer=prefer))
                return
            if edited:
                unresolved = replace(unresolved, kind="content-type-edited")
        preferred = resolve_with(prefer, unresolved) if prefer else None
        # A deletion that resolves a conflict needs --delete, as any other.
        delete = self.options.delete or self.options.mirror
        if preferred is not None and (delete or not isinstance(preferred, Delete)):
            self.add_action(preferred, file)
        elif self.options.markers and unresolved.kind in {"both-changed", "both-new"}:
            self.add_action(_marker_merge(unresolved), file)
        else:
            self.conflicts.append(unresolved)

    def try_merge(self, conflict: Conflict, base_key: Key) -> Merge | Conflict:
        """Return the merge of a page that changed on both sides; else the conflict, in detail."""
        if conflict.kind != "both-changed":
            return conflict
        match self.snapshot.merge(base_key, conflict):
            case Merged(page) if self.options.command == "sync":
                return replace(
                    _marker_merge(conflict), side="wiki", merged=page, writes_markers=False
                )
            case Merged():
                return replace(conflict, kind="mergeable")
            case MergeConflict(fields, page, why):
                return replace(conflict, fields=fields, detail=why, merged=page)
            case _:
                return conflict

    def drop_blocked_creations(self) -> None:
        """Make a conflict of each creation at a key that is occupied and is not freed.

        It is a problem instead if the wiki takes the key for that of another page.
        """
        leaving = {(a.side, a.from_key if isinstance(a, Move) else a.key) for a in self._removals()}
        for action in [a for a in self.actions if isinstance(a, Create)]:
            place = self.snapshot.place(action.side, action.key)
            if place in leaving:
                continue
            if place[1] != action.key:
                self.actions.remove(action)
                rule = _SAME_NAME.format(place[1])
                stem, dot, suffix = action.file.rpartition(".")
                proposal = self.snapshot.propose_name(f"{stem}-2{dot}{suffix}")
                self.problems.append(BadName(action.file, rule, proposal=proposal))
                continue
            if not self._is_taken(*place):
                continue
            self.actions.remove(action)
            detail = f"{action.key} {action.side}"
            local, remote = action.local, action.remote
            self.conflicts.append(
                Conflict(
                    action.key,
                    action.file,
                    "target-occupied",
                    detail=detail,
                    local=local,
                    remote=remote,
                )
            )

    def places_freed(self) -> frozenset[tuple[Side, Key]]:
        """Return the sides and keys that the deletions of the plan free."""
        return frozenset((a.side, a.key) for a in self._removals() if isinstance(a, Delete))

    def _removals(self) -> list[Move | Delete]:
        return [a for a in self.actions if isinstance(a, Move | Delete) and a.skip_reason is None]

    def _is_taken(self, side: Side, key: Key) -> bool:
        """Return whether a page that moved is at this key."""
        if side == "wiki":
            return key in self.moved_pages and self.snapshot.remote.get(key) is not None
        return key in self.moved_files and key in self.snapshot.local

    def add_action(self, action: Action, file: str) -> None:
        """Add an action if the command may do it; else count it for the other command."""
        options = self.options
        if not isinstance(action, Adopt) and options.reverses(action.side):
            reversed_action = reverse(replace(action, file=file))
            if isinstance(reversed_action, Conflict):
                self.conflicts.append(reversed_action)
                return
            action = reversed_action
        restores = options.restores_deleted(action.side)
        if restores and isinstance(action, Delete) and not action.forced:
            action = restore_deleted(action)
        if isinstance(action, Create):
            action = replace(action, file=file, fields=_named_fields(action))
        if isinstance(action, Adopt):
            self.actions.append(action)
        elif not isinstance(action, Merge) and action.side not in WRITES[options.command]:
            # Without --delete, a deletion is not counted for the other command either.
            if not isinstance(action, Delete) or options.delete:
                self.other_way[action.side] += 1
            else:
                self.undeleted[action.side] += 1
        elif isinstance(action, Delete) and not options.delete:
            self.undeleted[action.side] += 1
            self.actions.append(replace(action, skip_reason="delete"))
        else:
            self.actions.append(action)


def _marker_merge(conflict: Conflict) -> Merge:
    """Return the action that writes both versions of a page into its file, between markers."""
    remote = conflict.remote
    return Merge(
        side="folder",
        key=conflict.key,
        file=conflict.file,
        fields=conflict.fields,
        local=conflict.local,
        remote=remote,
        id=None if remote is None else remote.listed.id,
        merged=conflict.merged,
        remote_changes=conflict.remote_changes,
        writes_markers=True,
    )


def file_for(key: Key, snapshot: Snapshot) -> str:
    """Return the file that a page has, or would have. Raises BadName where there can be none."""
    if local := snapshot.local.get(key):
        return local.file
    remote = snapshot.remote.get(key)
    base = snapshot.bases.get(key)
    # A page with another content type than its base has cannot be written into the old file.
    if base and (not isinstance(remote, Remote) or remote.listed.content_type == base.content_type):
        return base.file
    if not isinstance(remote, Remote):
        return ""
    return snapshot.file_of(key, remote.listed, base.file if base else "")


def _is_ignored(base: Base | None, local: Local | None, remote: RemoteState) -> bool:
    if base is None and local is None and remote is None:
        return True  # a page that moved has this key: it is decided by ``add_moves``
    # A private page gets no file: only its owner may see it.
    return base is None and local is None and isinstance(remote, Remote) and remote.listed.private


def _named_fields(action: Create) -> tuple[str, ...]:
    if action.local is None:
        return FIELD_NAMES[: FIELD_NAMES.index("content") + 1]
    return tuple(name for name in FIELD_NAMES if action.local.fingerprint.has_field(name))
