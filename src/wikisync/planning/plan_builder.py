"""Collect the decisions of a plan, filtered by the user's options. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

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


@dataclass
class PlanBuilder:
    """What is decided so far, field by field as ``Plan`` has it.

    ``files_taken`` and ``pages_taken`` are the keys of pages that moved there from elsewhere, and
    ``freed`` are names by which the state will know no page that moved any more.
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

    files_taken: frozenset[Key] = frozenset()
    pages_taken: frozenset[Key] = frozenset()
    stuck: frozenset[Key] = frozenset()
    freed: frozenset[Key] = frozenset()

    def add_moves(self, vacated: Collection[tuple[Side, Key]]) -> set[Key]:
        """Note what is to happen to the pages that moved; their keys in the base.

        ``vacated`` are places that a deletion of the same plan makes free.
        """
        snapshot = self.snapshot
        found = decide_moves(snapshot, self.options, vacated)
        kept = found.decided | snapshot.blocked
        self.files_taken = frozenset(
            snapshot.moved_locally[k] for k in kept & snapshot.moved_locally.keys()
        )
        self.pages_taken = frozenset(
            snapshot.moved_remotely[k] for k in kept & snapshot.moved_remotely.keys()
        )
        self.stuck = frozenset(found.blocked)
        self.freed = frozenset(key for key, _course in found.accepted)
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
        """Ask the table about a page that bears one name, and note what it says."""
        snapshot, options = self.snapshot, self.options
        base = snapshot.bases.get(key)
        local = None if key in self.files_taken else snapshot.local.get(key)
        remote = remote_at(key, snapshot, self.pages_taken)
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
            if key in self.stuck:
                return  # it is in the way of a page that moved, which is said there
            if decision.side == "wiki" and (why := snapshot.reason_unreachable(key)) is not None:
                self.problems.append(BadName(file, why))
                return
        if isinstance(decision, Delete):
            candidates = snapshot.rename_candidates.get(key, ())
            decision = replace(decision, rename_candidates=candidates)
        self.add_decision(decision, file, key)

    def add_new_remote_page(self, key: Key) -> None:
        """A new page of the wiki's, in the place of one whose file leaves it in this run."""
        remote = self.snapshot.remote.get(key)
        moved_away = key in self.snapshot.moved_remotely and key not in self.pages_taken
        if not moved_away or not isinstance(remote, Remote) or remote.listed.private:
            return
        if key not in self.freed:
            return  # by that name the state goes on knowing the page that moved
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

    def add_decision(self, decision: Decision, file: str, was: Key) -> None:
        """Note a decision about a page; ``was`` is its key in the base."""
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
                self.add_conflict(conflict, file, was)
            case action:
                self.add_action(action, file)

    def add_conflict(self, conflict: Conflict, file: str, was: Key) -> None:
        """Note a conflict, or the step that ends it: a merge, a conversion, a preference."""
        prefer = self.options.prefer
        found = self.merged(conflict, was)
        if isinstance(found, Merge):
            self.add_action(found, file)
            return
        if may_convert(found):
            base = self.snapshot.bases.get(was)
            edited = has_unpushed_edits(found, base)
            if self.options.convert and (prefer or not edited):
                self.actions.append(conversion(found, base, edited=edited, prefer=prefer))
                return
            if edited:
                found = replace(found, kind="kind-edited")
        settled = resolve_with(prefer, found) if prefer else None
        # To delete in order to settle has to be asked for like any other deletion.
        delete = self.options.delete or self.options.mirror
        if settled is not None and (delete or not isinstance(settled, Delete)):
            self.add_action(settled, file)
        elif self.options.markers and found.kind in {"both-changed", "both-new"}:
            self.add_action(_marker_merge(found), file)
        else:
            self.conflicts.append(found)

    def merged(self, conflict: Conflict, was: Key) -> Merge | Conflict:
        """The merge of a page that changed on both sides, where it merges."""
        if conflict.kind != "both-changed":
            return conflict
        match self.snapshot.merge(was, conflict):
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
        """Make a conflict of each creation where something is that no step of the plan removes."""
        leaving = {(a.side, a.from_key if isinstance(a, Move) else a.key) for a in self._removals()}
        for action in list(self.actions):
            place = (action.side, action.key)
            if not isinstance(action, Create) or place in leaving or not self._is_taken(*place):
                continue
            self.actions.remove(action)
            detail = f"{action.key} {action.side}"
            local, remote = action.local, action.remote
            self.conflicts.append(
                Conflict(
                    action.key, action.file, "in-the-way", detail=detail, local=local, remote=remote
                )
            )

    def vacated(self) -> frozenset[tuple[Side, Key]]:
        """The places that the deletions of the plan make free."""
        return frozenset((a.side, a.key) for a in self._removals() if isinstance(a, Delete))

    def _removals(self) -> list[Move | Delete]:
        return [a for a in self.actions if isinstance(a, Move | Delete) and a.skip_reason is None]

    def _is_taken(self, side: Side, key: Key) -> bool:
        """Whether a page that moved is at a place."""
        if side == "wiki":
            return key in self.pages_taken and self.snapshot.remote.get(key) is not None
        return key in self.files_taken and key in self.snapshot.local

    def add_action(self, action: Action, file: str) -> None:
        """Note a step, where the command may take it; else that it waits for the other one."""
        options = self.options
        if not isinstance(action, Adopt) and options.turns(action.side):
            back = reverse(replace(action, file=file))
            if isinstance(back, Conflict):
                self.conflicts.append(back)
                return
            action = back
        restores = options.restores_deleted(action.side)
        if restores and isinstance(action, Delete) and not action.forced:
            action = restore_deleted(action)
        if isinstance(action, Create):
            action = replace(action, file=file, fields=_named_fields(action))
        if isinstance(action, Adopt):
            self.actions.append(action)
        elif not isinstance(action, Merge) and action.side not in WRITES[options.command]:
            # A deletion waits for nobody unless it was asked for.
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
    """The step that writes both versions of a page into its file, for a person to choose."""
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
    # A page that became another kind of page cannot come back into the old file.
    if base and (not isinstance(remote, Remote) or remote.listed.content_type == base.content_type):
        return base.file
    if not isinstance(remote, Remote):
        return ""
    return snapshot.file_of(key, remote.listed, base.file if base else "")


def _is_ignored(base: Base | None, local: Local | None, remote: RemoteState) -> bool:
    if base is None and local is None and remote is None:
        return True  # what bears the name is a page that moved, and decided elsewhere
    # A private page is its owner's: it is not brought here unless a file asks for it.
    return base is None and local is None and isinstance(remote, Remote) and remote.listed.private


def _named_fields(action: Create) -> tuple[str, ...]:
    if action.local is None:
        return FIELD_NAMES[: FIELD_NAMES.index("content") + 1]
    return tuple(name for name in FIELD_NAMES if action.local.fingerprint.has_field(name))
